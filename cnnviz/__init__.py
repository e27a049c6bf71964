"""cnnviz: every number of one small CNN's forward and backward pass.

What other code and notebooks call; the page is built on the same names. A `Setup` says everything:
image, network, start, rule and how many updates. `run_updates` computes it, and the `Snapshot` has all arrays.

>>> setup = Setup(img="test-3", k=2)
>>> snapshot = run_updates(setup, load_image("test-3"), setup.k)
>>> snapshot.trace.z1.shape, snapshot.gradients.df.shape, snapshot.losses.shape
((30, 30), (3, 3), (3,))

Any other network goes by its text, and its arrays by their symbols.

>>> setup = Setup(net="conv4x3-relu-max2-dense10-softmax-ce", ch="rgb")
>>> snapshot = run_updates(setup, load_image("test-3", "rgb"), 0)
>>> snapshot.trace["p1"].shape, snapshot.gradients["df"].shape
((4, 15, 15), (4, 3, 3, 3))

`LAYERS` has every kind of layer by its name. `DEVIATIONS` names what the teaching notebook does otherwise than the exact
rule; `PROCEDURAL` and `OBJECT_ORIENTED` are those of its two versions. What is wrong is said by a `Problem`, a ValueError
that is a sentence. Pixels go from 0 to 1, all arrays are float64, and nothing that is passed in changes.
"""

from importlib import import_module

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
from cnnviz.data.sweeps import sweep
from cnnviz.models.reading import from_model
from cnnviz.words import Problem

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


def show(setup: object = None, lang: str = "en") -> object:
    """A view for a cell of a Jupyter notebook: a setup as the page's own view, to step through, point at and edit, or an array as its heat map.

    Without a setup, the default one; `lang` is the language of its words, "en" or "fr". The widget's `lesson` is where one is in it, and its `moment` the numbers there.
    Raises Problem where anywidget is missing (`pip install 'cnnviz[jupyter]'`), which an array does not need, and for an array
    that is none of one or two axes and real numbers.

    >>> show(Setup(k=2, stage="df")).setup.k
    2
    >>> show([[1.0, -2.0]]).limit
    2.0
    """
    if setup is not None and not isinstance(setup, Setup):
        return import_module("cnnviz.export.array_picture").ArrayView(setup, lang)
    try:
        module = import_module("cnnviz.hosts.jupyter")  # and with it Streamlit: an import of cnnviz alone takes neither
    except ModuleNotFoundError as error:
        if error.name not in ("anywidget", "traitlets"):
            raise
        raise Problem("export.jupyter.missing") from None
    return module.SetupView(setup or Setup(stage="x"), lang)
