"""cnnviz: every number of one small CNN's forward and backward pass.

This is the public API, on which the page is built, too. A `Setup` holds the image, network, initial parameters, optimizer and
number of updates. `run_updates` computes them and returns a `Snapshot` with all arrays.

>>> setup = Setup(img="test-3", k=2)
>>> snapshot = run_updates(setup, load_image("test-3"), setup.k)
>>> snapshot.trace.z1.shape, snapshot.gradients.df.shape, snapshot.losses.shape
((30, 30), (3, 3), (3,))

Networks are written as text, and arrays are indexed by symbol.

>>> setup = Setup(net="conv4x3-relu-max2-dense10-softmax-ce", ch="rgb")
>>> snapshot = run_updates(setup, load_image("test-3", "rgb"), 0)
>>> snapshot.trace["p1"].shape, snapshot.gradients["df"].shape
((4, 15, 15), (4, 3, 3, 3))

`LAYERS` maps names to kinds of layers. `DEVIATIONS` names the departures of the teaching notebook from the exact gradient
step; `PROCEDURAL` and `OBJECT_ORIENTED` are those of its two versions. Invalid input raises `Problem`, a ValueError with a
message for users. Pixels range from 0 to 1, all arrays are float64, and arguments are never modified.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from cnnviz.core.gradcheck import GradientCheck, check_gradients
from cnnviz.core.network.layers import LAYERS
from cnnviz.core.network.named_arrays import Gradients, Params, Trace
from cnnviz.core.network.network import Network
from cnnviz.core.network.notebook_ops import conv2d, mse, output_size, sigmoid, sigmoid_prime
from cnnviz.core.network.optimizers import adam, gd, momentum
from cnnviz.core.notebook.notebook import DEVIATIONS, OBJECT_ORIENTED, PROCEDURAL, notebook_step
from cnnviz.core.notebook.notebook_network import backward, forward, init_params, update
from cnnviz.core.setup.setup import Setup
from cnnviz.core.training.loss_along import curve
from cnnviz.core.training.snapshots import Snapshot, run_updates
from cnnviz.data.images import load_image
from cnnviz.words import Problem

if TYPE_CHECKING:
    from cnnviz.data.sweeps import sweep
    from cnnviz.models.reading import from_model

__version__ = "1.0.0"

__all__ = [
    "DEVIATIONS",
    "LAYERS",
    "OBJECT_ORIENTED",
    "PROCEDURAL",
    "GradientCheck",
    "Gradients",
    "Network",
    "Params",
    "Setup",
    "Snapshot",
    "Trace",
    "adam",
    "backward",
    "check_gradients",
    "conv2d",
    "curve",
    "forward",
    "from_model",
    "gd",
    "init_params",
    "load_image",
    "momentum",
    "mse",
    "notebook_step",
    "output_size",
    "run_updates",
    "show",
    "sigmoid",
    "sigmoid_prime",
    "sweep",
    "update",
]


_IMPORTED_ON_USE = {"from_model": "cnnviz.models.reading", "sweep": "cnnviz.data.sweeps"}
"""Modules of functions that are imported when they are first used, so that Python in a browser starts sooner."""


def __getattr__(name: str) -> object:
    if name not in _IMPORTED_ON_USE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_IMPORTED_ON_USE[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_IMPORTED_ON_USE})


def show(setup: object = None, lang: str = "en") -> object:
    """Return a view for a Jupyter notebook cell: an interactive view of a setup, or a heat map of an array.

    Without a setup, show the default one. `lang` is "en" or "fr". The widget has the current `setup` and its `snapshot`.
    Raise Problem if anywidget is not installed (`pip install 'cnnviz[jupyter]'`; arrays do not need it), or if an array
    is not real-valued with one or two axes.

    >>> show(Setup(k=2, stage="df")).setup.k
    2
    >>> show([[1.0, -2.0]]).limit
    2.0
    """
    if setup is not None and not isinstance(setup, Setup):
        return import_module("cnnviz.export.array_picture").ArrayView(setup, lang)
    try:
        module = import_module("cnnviz.hosts.jupyter")  # imports Streamlit, which `import cnnviz` alone does not
    except ModuleNotFoundError as error:
        if error.name not in ("anywidget", "traitlets"):
            raise
        raise Problem("export.jupyter.missing") from None
    return module.SetupView(setup or Setup(stage="x"), lang)
