"""Networks that the pages are shown with: one channel and three, rows alone, kinks, and every kind of layer, loss and optimizer."""

from cnnviz import Setup
from cnnviz.core.network.layers import LAYERS
from cnnviz.core.network.losses import LOSSES
from cnnviz.core.network.optimizers import OPTIMIZERS
from tests.core.layers.test_layers import ROWS
from tests.core.networks import network_with

SETUPS = [
    Setup(k=2),
    Setup(net="conv3x3b-relu-max2-conv2x3-relu-dense4-softmax-ce", ch="rgb", k=1, cell="a1:2,3,4"),
    Setup(net="conv2x5bs2-tanh-avg2-dense12-relu-dense10-softmax-ce", img="digit7-3", opt="adam", k=2),
    Setup(net="dense3-identity-mse", k=1),
    Setup(net="conv2x3-bn-relu-max2-drop50-dense6-ln-dense3-softmax-ce", k=2),
]


def _rest() -> list[Setup]:
    """A setup for each kind of layer, each loss and each optimizer that none of SETUPS has."""
    layers = LAYERS.keys() - {layer.kind for setup in SETUPS for layer in setup.network.layers}
    losses = LOSSES.keys() - {setup.network.loss_kind.name for setup in SETUPS}
    rules = OPTIMIZERS.keys() - {setup.opt for setup in SETUPS}
    nets = [network_with(ROWS[kind][-1].text) for kind in sorted(layers)]
    nets += [f"conv2x2-gap-{(LOSSES[loss].after or ('identity',))[0]}-{loss}" for loss in sorted(losses)]
    return [*(Setup(net=net, k=1) for net in nets), *(Setup(opt=rule, k=1) for rule in sorted(rules))]


SETUPS += _rest()
