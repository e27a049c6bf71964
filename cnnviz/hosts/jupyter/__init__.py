"""A setup in a Jupyter notebook cell: the page's own component, with numbers from the notebook's kernel."""

from collections.abc import Mapping

import anywidget
import traitlets

from cnnviz.core.setup.setup import Setup
from cnnviz.core.training.snapshots import Snapshot
from cnnviz.hosts.file.document import document
from cnnviz.pages.address import PageRequest, resolve
from cnnviz.pages.step import PAGE
from cnnviz.pages.step.handler import answer
from cnnviz.view.modules import module_script
from cnnviz.words import choose_language, use_language


def _resolve(query: Mapping[str, str]) -> PageRequest:
    """Resolve a query as the page Step does."""
    return resolve(query, PAGE.first, several_images=True, eval_mode=True)


class SetupView(anywidget.AnyWidget):
    """The result of `cnnviz.show`: an interactive view of a setup in a cell's output.

    Later cells can read and set the current position, `setup`.

    >>> view = SetupView(Setup(k=2))
    >>> view.setup = Setup(k=3)
    >>> view.setup.k, view.snapshot.losses.shape
    (3, (4,))
    """

    _esm = module_script("hosts/jupyter/jupyter")
    document = traitlets.Unicode().tag(sync=True)
    query = traitlets.Dict(key_trait=traitlets.Unicode(), value_trait=traitlets.Unicode()).tag(sync=True)

    def __init__(self, setup: Setup, lang: str = ""):
        with use_language(choose_language(lang, "")):
            text = document("hosts/jupyter/cell", "cnnviz", images=True)
        super().__init__(document=text, query=dict(setup.to_query()))
        self.on_msg(self._on_message)

    @property
    def setup(self) -> Setup:
        """The setup on screen, including its update and stage."""
        return _resolve(self.query).setup

    @setup.setter
    def setup(self, setup: Setup) -> None:
        self.query = dict(setup.to_query())

    @property
    def snapshot(self) -> Snapshot:
        """The snapshot on screen, for example `view.snapshot.gradients.df`."""
        return _resolve(self.query).snapshot

    @staticmethod
    def answer(query: Mapping[str, str]) -> bytes:
        """Return the encoded response for a query, which the component reads."""
        return answer(_resolve(query), whole=True)

    def _on_message(self, _: object, query: Mapping[str, str], __: object) -> None:
        self.send({}, buffers=[self.answer(query)])
