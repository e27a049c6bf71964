"""Networks that the pages are shown with: every kind of layer, one channel and three, rows alone, kinks."""

from cnnviz import Setup

SETUPS = [
    Setup(k=2),
    Setup(net="conv3x3b-relu-max2-conv2x3-relu-dense4-softmax-ce", ch="rgb", k=1, cell="a1:2,3,4"),
    Setup(net="conv2x5bs2-tanh-avg2-dense12-relu-dense10-softmax-ce", img="digit7-3", opt="adam", k=2),
    Setup(net="dense3-identity-mse", opt="momentum", k=1),
    Setup(net="conv2x3-bn-relu-max2-drop50-dense6-ln-dense3-softmax-ce", k=2),
    Setup(net="conv2x3-gn1-tanh-avg4-dense2-mse", k=1),
    Setup(net="conv2x3-leaky20-max2-dense3-leaky-mse", k=1),
    Setup(net="conv2x2-gap-sigmoid-bce", k=1),
]
