"""Models of other libraries become networks: those of our own scripts come back as they were, others as their text says, and nothing is run."""

import importlib
import io
import json
import zipfile

import numpy as np
import pytest

from cnnviz import Network, from_model
from cnnviz.core.setup.presets import PRESETS
from cnnviz.core.setup.setup import Setup
from cnnviz.export.frameworks import keras_script, pytorch_script
from cnnviz.models.keras_config import MOST_BYTES
from cnnviz.models.reading import MOST_TEXT, read_model
from cnnviz.words import Problem, languages, use_language
from tests.models.models import PRINTED, WHOLE

NETS = [
    "conv2x4bs3same-tanh-conv3x3s2p1-relu-max3s1-dense2-identity-mse",
    "conv2x3bd2-tanh-conv3x3s2d2p2-gap-dense2-softmax-mse",
    "conv2x3p2-avg3s2-conv2x2p1-gap-sigmoid-ce",
    "conv3x3s2p2-gap-dense3-softmax-ce",
    "dense4-softmax-dense2-sigmoid-bce",
    "conv2x3b-leaky-max2-leaky20-dense2-sigmoid-bce",
    "conv2x5b-conv2x3d4-dense3-tanh-mse",
]
SCRIPTS = [pytorch_script, keras_script]


def script(make, query):
    setup = Setup.parse_query(query)[0]
    return make(setup, np.zeros((*setup.x_shape[-2:], 3), np.uint8))


@pytest.mark.parametrize("make", SCRIPTS)
@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_a_presets_script_gives_its_network_back(make, preset):
    assert str(from_model(script(make, preset.query))) == preset.net


@pytest.mark.parametrize("make", SCRIPTS)
@pytest.mark.parametrize("net", NETS)
def test_a_networks_script_gives_it_back(make, net):
    model = read_model(script(make, {"net": net}))
    assert model.net == net and model.is_exact


@pytest.mark.parametrize("make", SCRIPTS)
@pytest.mark.parametrize("spelling", ["conv2x3same-gap-mse", "conv2x3full-gap-mse", "conv2x3bs2d2same-gap-mse"])
def test_a_spelling_of_padding_comes_back_as_the_same_layer(make, spelling):
    ours, theirs = Network.parse(spelling), from_model(script(make, {"net": spelling}))
    assert theirs.layers[0].geometry() == ours.layers[0].geometry() and theirs.layers[0].shape((1, 9, 9)) == ours.layers[0].shape((1, 9, 9))


@pytest.mark.parametrize("text, net", WHOLE)
def test_a_models_text_is_the_network_that_it_says(text, net):
    model = read_model(text)
    assert model.net == net and model.is_exact and str(from_model(text)) == net


def test_in_a_printed_model_padding_is_a_word_without_quotes():
    flatten = "  (f): Flatten(start_dim=1, end_dim=-1)"
    lines = ["Sequential(", "  (0): Conv2d(3, 8, kernel_size=(3, 3), stride=(1, 1), padding={})", flatten, "  (1): Linear(in_features=8192, out_features=10, bias=True)", ")"]
    printed = "\n".join(lines)
    for spelt, word in (("same", "conv8x3bp1"), ("valid", "conv8x3b"), ("(1, 1)", "conv8x3bp1")):
        model = read_model(printed.format(spelt))
        assert model.is_exact and model.net.startswith(f"{word}-dense10"), spelt


def test_a_lazy_layer_is_printed_with_channels_that_are_not_known_yet():
    printed = "Sequential(\n  (0): LazyConv2d(0, 6, kernel_size=(5, 5), stride=(1, 1))\n  (f): Flatten(start_dim=1, end_dim=-1)\n"
    printed += "  (1): LazyLinear(in_features=0, out_features=10, bias=True)\n)"
    assert read_model(printed).net.startswith("conv6x5b-dense10")


def test_each_layer_that_cannot_be_taken_is_named_with_what_would_do():
    model = read_model("nn.Sequential(nn.Conv2d(3, 256, 3, groups=1), nn.LSTM(3, 3), nn.Hardswish(), nn.Flatten(), nn.Linear(5, 1000, bias=False))")
    message = {layer.text: [note.id for note in layer.notes] for layer in model.layers}
    assert message == {
        "nn.Conv2d(3, 256, 3, groups=1)": ["model.limit"],
        "nn.LSTM(3, 3)": ["model.unknown"],
        "nn.Hardswish()": ["model.activation"],
        "nn.Flatten()": [],
        "nn.Linear(5, 1000, bias=False)": ["model.dense_bias", "model.limit"],
    }
    assert str(model.network).endswith("-dense10-softmax-ce") and not model.is_exact


@pytest.mark.parametrize(
    "code, words, notes",
    [
        ("nn.Conv2d(3, 8, (3, 5))", (), ["model.unequal"]),
        ("nn.Conv2d(3, 6, 3, groups=3)", (), ["model.groups"]),
        ("nn.Conv2d(3, 6, 3, padding_mode='reflect')", (), ["model.argument"]),
        ("nn.Conv2d(3, width, 3)", ("conv8x3b",), ["model.unsaid"]),
        ("nn.Conv2d(3, 8, width)", (), ["model.no_number"]),
        ("nn.Dropout(share)", (), ["model.no_number"]),
        ("nn.ELU()", (), ["model.activation"]),
        ("layers.Conv2D(8, 3, activation='swish')", ("conv8x3b",), ["model.activation"]),
        ("layers.Conv2D(8, 3, strides=2, padding='same')", ("conv8x3bs2p1",), ["model.same"]),
        ("layers.Conv2D(8, 3, padding='Same')", ("conv8x3bp1",), []),
        ("flatten()", (), ["model.unknown_layer"]),
        ("nn.Conv2d(3, 8, 3, dilation=1)", ("conv8x3b",), []),
        ("nn.MaxPool2d(2, dilation=1)", ("max2",), []),
        ("nn.MaxPool2d(2, dilation=2)", (), ["model.argument"]),
        ("nn.AvgPool2d(2, divisor_override=3)", (), ["model.argument"]),
        ("layers.ReLU(6.)", (), ["model.argument"]),
        ("nn.ReLU(True)", ("relu",), []),
        ("layers.BatchNormalization(center=False)", (), ["model.argument"]),
        ("layers.BatchNormalization(axis=1, epsilon=1e-5, momentum=0.9)", (), ["model.argument"]),
        ("nn.BatchNorm2d(8, track_running_stats=False)", (), ["model.argument"]),
        ("nn.Conv2d(3, 8, 3, bias=not bn)", (), ["model.argument"]),
        ("nn.Conv2d(3, 8, 3, 1, 0, 1, 1, True, 'zeros', None, None, 4)", (), ["model.too_many_arguments"]),
        ("nn.Conv2d(3, 8, 3, strange=1)", (), ["model.unknown_argument"]),
        ("layers.Dense(8, kernel_regularizer='l2')", (), ["model.argument"]),
        ("layers.Dense(8, kernel_initializer='he_normal', name='a')", ("dense8",), []),
        ("nn.Flatten(2)", (), ["model.flatten"]),
        ("nn.Flatten(0)", (), ["model.flatten"]),
        ("layers.Permute((2, 1, 3))", (), ["model.permute"]),
        ("nn.Dropout(0.125)", ("drop12",), ["model.rounded"]),
        ("nn.Softmax(dim=0)", (), ["model.argument"]),
        ("nn.MaxPool2d(3, 2, 1)", ("max3s2",), ["model.pool_padding"]),
        ("nn.MaxPool2d(2, ceil_mode=True)", ("max2",), ["model.ceil"]),
        ("nn.AdaptiveAvgPool2d((7, 7))", (), ["model.adaptive"]),
        ("nn.LazyConv2d(6, 5, padding=2)", ("conv6x5bp2",), []),
        ("nn.LazyConv2d(out_channels=6, kernel_size=5, stride=2, bias=False)", ("conv6x5s2",), []),
        ("nn.LazyLinear(84)", ("dense84",), []),
        ("nn.LazyBatchNorm2d()", ("bn",), []),
        ("nn.LeakyReLU(0.015)", ("leaky2",), ["model.rounded"]),
        ("nn.LeakyReLU()", ("leaky",), []),
        ("layers.LeakyReLU()", ("leaky30",), []),
        ("layers.ReLU(max_value=6)", (), ["model.argument"]),
        ("layers.GlobalAvgPool2D()", ("gap",), []),
        ("nn.BatchNorm2d(8)", ("bn",), []),
        ("nn.BatchNorm1d(8, eps=1e-3, affine=False)", ("bn",), ["model.eps", "model.affine"]),
        ("layers.BatchNormalization()", ("bn",), ["model.eps", "model.momentum"]),
        ("layers.BatchNormalization(epsilon=1e-5)", ("bn",), ["model.momentum"]),
        ("nn.GroupNorm(4, 8)", ("gn4",), []),
        ("nn.LayerNorm(8)", ("ln",), []),
        ("nn.BatchNorm1d(8, momentum=0.01)", ("bn",), ["model.momentum"]),
        ("layers.BatchNormalization(momentum=0.9, epsilon=1e-5)", ("bn",), []),
        ("layers.GroupNormalization(groups=-1)", (), ["model.argument"]),
        ("nn.Dropout(p=0.5)", ("drop50",), []),
        ("nn.Dropout(0.95)", ("drop90",), ["model.limit"]),
    ],
)
def test_what_a_layer_is_here(code, words, notes):
    layer = read_model(f"nn.Sequential({code}, nn.Linear(1, 2))").layers[0]
    assert (layer.words, [note.id for note in layer.notes]) == (words, notes)


@pytest.mark.parametrize(
    "end, net",
    [
        ("nn.Linear(4, 3)) # no loss", "dense3-softmax-ce"),
        ("nn.Linear(4, 3), nn.Softmax(1))", "dense3-softmax-ce"),
        ("nn.Linear(4, 3), nn.Sigmoid())", "dense3-sigmoid-bce"),
        ("nn.Linear(4, 3), nn.Tanh())", "dense3-tanh-mse"),
        ("nn.Linear(4, 3))\nnn.BCEWithLogitsLoss()", "dense3-sigmoid-bce"),
        ("nn.Linear(4, 3), nn.LogSoftmax(1))\nnn.NLLLoss()", "dense3-softmax-ce"),
        ("nn.Linear(4, 3), nn.LogSoftmax(1))\nF.cross_entropy(o, y)", "dense3-softmax-ce"),
        ("nn.Linear(4, 3), nn.Softmax(1))\nnn.CrossEntropyLoss()", "dense3-softmax-softmax-ce"),
        ("nn.Linear(4, 3))\nnn.MSELoss()", "dense3-mse"),
    ],
)
def test_how_a_network_ends_follows_from_its_last_layer_and_its_loss(end, net):
    assert str(from_model(f"nn.Sequential({end}")) == net


CLASS = """
class Net(nn.Module):
    def __init__(self, inputs, hidden: int = 20, classes=3, drop=0.25):
        super().__init__()
        self.width = 6
        self.body = nn.Sequential(nn.Conv2d(inputs, self.width, 3), nn.ReLU(), nn.Dropout(drop))
        self.out = nn.Linear(self.width * 9, classes)
    def forward(self, x):
        n, size = x.size(0), x.shape
        x = self.body(x)
        x = x.view(n, -1)
        return self.out(x), x
"""
BLOCKS = """
def block(a, b, k=3):
    return nn.Sequential(nn.Conv2d(a, b, k, padding=1), nn.BatchNorm2d(b))
class Step(nn.Module):
    def __init__(self, b, a):
        super().__init__()
        self.conv = nn.Conv2d(a, b, 1)
    def forward(self, x):
        return F.relu(self.conv(x))
class Net(nn.Module):
    def __init__(self, a):
        super().__init__()
        self.first, self.then = None, None
        self.first = block(3, a)
        self.then = Step(2 * a, a)
        self.out = nn.Linear(9, 2)
    def forward(self, x):
        return self.out(torch.flatten(self.then(self.first(x)), 1))
"""
FUNCTIONAL = """
def build(shape, classes=4):
    start = keras.Input(shape=shape)
    x = layers.Conv2D(6, 3, activation="relu")(start)
    pool = layers.MaxPooling2D()
    x = pool(x)
    end = layers.Dense(classes, activation="softmax")(layers.Flatten()(x))
    return keras.Model(inputs=start, outputs=[end])
"""


@pytest.mark.parametrize(
    "text, net",
    [
        (CLASS, "conv6x3b-relu-drop25-dense3-softmax-ce"),
        (CLASS + "net = Net(3, classes=5)", "conv6x3b-relu-drop25-dense5-softmax-ce"),
        (BLOCKS + "Net(4)", "conv4x3bp1-bn-conv8x1b-relu-dense2-softmax-ce"),
        (CLASS.replace("Dropout(drop))", "Dropout(drop)).to(device)") + "net = Net(3, classes=5).eval().cuda()", "conv6x3b-relu-drop25-dense5-softmax-ce"),
        (CLASS.replace("self.body(x)", "self.lost(x)") + "m = Sequential([Conv2D(7, 3), ReLU(), Flatten(), Dense(2)])", "conv7x3b-relu-dense2-softmax-ce"),
        (FUNCTIONAL, "conv6x3b-relu-max2-dense4-softmax-ce"),
        ("def build(n=8, classes=3):\n m = Sequential()\n m.add(Conv2D(n, 3))\n m.add(Flatten())\n m.add(Dense(classes))", "conv8x3b-dense3-softmax-ce"),
        ('{"modelTopology": {"model_config": {"config": [{"class_name": "Dense", "config": {"units": 2}}]}}}', "dense2-softmax-ce"),
        ("Sequential([Conv2D(6, 3), Dense(9), GlobalAveragePooling2D(), Dense(2)])", "conv6x3b-conv9x1b-gap-dense2-softmax-ce"),
    ],
)
def test_names_blocks_and_values_are_followed_through_a_text(text, net):
    assert str(from_model(text)) == net


@pytest.mark.parametrize(
    "text, code",
    [
        ('Model: "sequential"\n_____\nLayer (type)   Output Shape   Param #\n=====\nconv2d (Conv2D)  (None, 26, 26, 32)  320', "model.summary"),
        ("m = Sequential()\nm.add(Conv2D(8, (3, 3))\nm.add(Dense(2))", "model.syntax"),
        (FUNCTIONAL.replace("layers.Flatten()(x)", "layers.add([x, start])"), "model.partial"),
    ],
)
def test_a_text_that_is_refused_is_told_the_reason(text, code):
    with pytest.raises(Problem) as raised:
        from_model(text)
    assert raised.value.code == code


def test_a_block_is_followed_and_what_is_not_defined_is_named():
    block = "def block(n):\n parts = []\n for _ in range(n):\n  parts.append(nn.ReLU())\n return nn.Sequential(*parts)\n"
    layer = read_model(block.replace("nn.Sequential(*parts)", "parts") + "nn.Sequential(block(2), nn.Linear(1, 2))").layers[0]
    assert [note.id for note in layer.notes] == ["model.unknown_layer"]
    assert read_model(block + "nn.Sequential(block(2), nn.Linear(1, 2))").net == "relu-relu-dense2-softmax-ce"
    assert [note.id for note in read_model("Sequential([augmented, Dense(2)])").layers[0].notes] == ["model.unknown_layer"]
    assert read_model("def a(n):\n return nn.Sequential(a(n))\nnn.Sequential(a(1), nn.Linear(1, 2))").net == "dense2-softmax-ce"


@pytest.mark.parametrize(
    "code, words, notes",
    [
        ("nn.Dropout2d(0.2)", ("drop20m",), []),
        ("SpatialDropout2D(0.2)", ("drop20m",), []),
        ("nn.Dropout(0.2)", ("drop20",), []),
        ("nn.LayerNorm([8, 6, 6])", ("gn1",), ["model.of_channels"]),
        ("nn.LayerNorm(6)", (), ["model.layer_norm"]),
        ("nn.GroupNorm(1, 8)", ("gn1",), []),
        ("nn.GroupNorm(2, 8, 1e-3, False)", ("gn2",), ["model.eps", "model.affine"]),
        ("nn.BatchNorm2d(8, 1e-3, 0.2, False)", ("bn",), ["model.eps", "model.affine", "model.momentum"]),
        ("BatchNormalization(-1, 0.9, 1e-5)", ("bn",), []),
    ],
)
def test_what_a_layer_is_on_a_map(code, words, notes):
    layer = read_model(f"nn.Sequential(nn.Conv2d(1, 8, 3), {code}, nn.Flatten(), nn.Linear(1, 2))").layers[1]
    assert (layer.words, [note.id for note in layer.notes]) == (words, notes)


def test_the_share_that_running_means_keep_has_no_round_off():
    [note] = read_model("nn.Sequential(nn.Conv2d(1, 8, 3), nn.BatchNorm2d(8, momentum=0.9), nn.Linear(1, 2))").layers[1].notes
    assert note.values["value"] == 0.1


def test_a_leaky_relu_has_the_slope_of_its_library():
    assert from_model("from keras.layers import *\nSequential([Dense(3), LeakyReLU(), Dense(2)])") == Network.parse("dense3-leaky30-dense2-softmax-ce")
    assert from_model("nn.Sequential(Linear(4, 3), LeakyReLU(), Linear(3, 2))") == Network.parse("dense3-leaky-dense2-softmax-ce")


ADDED = "m = Sequential([Dense(5)])\nact = ReLU()\nm.add(act)\nm.add(Dense(2))"
INHERITED = "class Net(nn.Sequential):\n def __init__(self):\n  super().__init__(nn.Linear(4, 5), nn.ReLU(), nn.Linear(5, 2))"
BY_NAME = "m = nn.Sequential()\nm.add_module('a', nn.Linear(4, 5))\nm.add_module('r', nn.ReLU())\nm.add_module('b', nn.Linear(5, 2))"


APPENDED = "m: nn.Sequential = nn.Sequential(nn.Linear(4, 5))\nm.append(nn.ReLU())\nm.append(nn.Linear(5, 2))"
TO_ITSELF = "class Net(nn.Sequential):\n def __init__(self):\n  super().__init__(nn.Linear(4, 5))\n  self.append(nn.ReLU())\n  self.append(nn.Linear(5, 2))"
IN_PARTS = "class Block(nn.Sequential):\n def __init__(self, n):\n  super().__init__(nn.Linear(4, n), nn.ReLU())\nm = nn.Sequential(Block(5), nn.Linear(5, 2))"


@pytest.mark.parametrize("text", [ADDED, INHERITED, BY_NAME, APPENDED, TO_ITSELF, IN_PARTS])
def test_what_is_given_to_a_sequential_in_other_ways_is_followed(text):
    assert str(from_model(text)) == "dense5-relu-dense2-softmax-ce"


@pytest.mark.parametrize(
    ("code", "net", "notes"),
    [
        ("m.insert(0, nn.Tanh())", "tanh-dense2-softmax-ce", []),
        ("m.extend([nn.Sigmoid()])", "dense2-sigmoid-bce", []),
        ("m[0] = nn.Linear(4, 3)", "dense3-softmax-ce", []),
        ("m.append(nn.Linear(2, 7))\ndel m[1]", "dense2-softmax-ce", []),
        ("m.append(nn.Tanh())\nm.pop(1)", "dense2-softmax-ce", []),
        ("m = nn.Sequential(nn.Linear(4, 2), nn.Tanh())[:-1]", "dense2-softmax-ce", []),
        ("setattr(m, '0', nn.Linear(4, 3))", "dense2-softmax-ce", ["model.not_understood"]),
        ("m.extend(others)", "dense2-softmax-ce", ["model.not_understood"]),
        ("strange(m)", "dense2-softmax-ce", ["model.not_understood"]),
        ("m[0].weight.requires_grad = False", "dense2-softmax-ce", ["model.not_understood"]),
        ("for layer in some:\n m.append(layer)", "dense2-softmax-ce", ["model.conditional"]),
        ("print(m)\noptimizer = torch.optim.SGD(m.parameters(), lr=0.1)\nm.train()\nm.to(device)", "dense2-softmax-ce", []),
    ],
)
def test_what_happens_to_a_sequential_is_followed_or_named(code, net, notes):
    model = read_model(f"m = nn.Sequential(nn.Linear(4, 2))\n{code}", "m")
    assert (model.net, [note.id for layer in model.layers for note in layer.notes]) == (net, notes)


FUNCTION = "def net(n=3):\n return nn.Sequential(nn.Linear(4, n), nn.ReLU(), nn.Linear(n, 2))\n"
OF_SOME_LINES = "def net(n=3):\n layers = [nn.Linear(4, n), nn.ReLU(), nn.Linear(n, 2)]\n return nn.Sequential(*layers)\n"
SUBCLASS = "class net(nn.Sequential):\n def __init__(self, n=3):\n  super().__init__(nn.Linear(4, n), nn.ReLU(), nn.Linear(n, 2))\n"
ITS_OWN = "class net(Lightning):\n def __init__(self, n=3):\n  super().__init__()\n  self.m = nn.Sequential(nn.Linear(4, n), nn.ReLU(), nn.Linear(n, 2))\n"


@pytest.mark.parametrize("text", [FUNCTION, OF_SOME_LINES, SUBCLASS, ITS_OWN])
def test_a_model_has_the_numbers_that_it_is_called_with(text):
    assert [str(from_model(text + call)) for call in ("", "m = net()", "m = net(5)")] == [f"dense{n}-relu-dense2-softmax-ce" for n in (3, 3, 5)]


@pytest.mark.parametrize(
    "part", ["class Part(nn.Sequential):\n def __init__(self, n):\n  super().__init__(", "def Part(n):\n  return nn.Sequential("]
)
@pytest.mark.parametrize("made", ["", "m = Net()"])
def test_parts_of_a_class_are_not_taken_for_the_model(part, made):
    text = "class Net(nn.Module):\n def __init__(self):\n  self.a = Part(5)\n  self.b = Part(6)\n def forward(self, x):\n  return self.b(self.a(x))\n"
    assert str(from_model(f"{part}nn.LazyLinear(n), nn.Tanh())\n{text}{made}")) == "dense5-tanh-dense6-tanh-mse"


@pytest.mark.parametrize(
    "text, net",
    [
        ("a = [nn.ReLU()]\na += [nn.Tanh()]\nnn.Sequential(nn.Linear(4, 5), *a, nn.Linear(5, 2))", "dense5-relu-tanh-dense2-softmax-ce"),
        ("a = [nn.ReLU()]\na.append(nn.Tanh())\nnn.Sequential(nn.Linear(4, 5), *a, nn.Linear(5, 2))", "dense5-relu-tanh-dense2-softmax-ce"),
        ("nn.Sequential(*[nn.Linear(5, 5) for _ in range(2)], nn.Linear(5, 2))", "dense5-dense5-dense2-softmax-ce"),
        ("m = Sequential()\nfor n in [8, 9]:\n m.add(Dense(n))\nm.add(Dense(2))", "dense8-dense9-dense2-softmax-ce"),
        (CLASS.replace("self.out =", "self.body.append(nn.ReLU())\n        self.out =", 1), "conv6x3b-relu-drop25-relu-dense3-softmax-ce"),
    ],
)
def test_lists_and_loops_are_followed(text, net):
    assert str(from_model(text)) == net


@pytest.mark.parametrize(
    "text, left",
    [
        ("nn.Sequential(*[nn.Linear(5, 5)] * 2, nn.Linear(5, 2))", {"nn.Linear(5, 5)": "model.shared"}),
        ("m = Sequential()\nfor one in some:\n m.add(one)\nm.add(Dense(2))", {"m.add(one)": "model.conditional"}),
    ],
)
def test_layers_that_only_running_tells_are_not_left_out_in_silence(text, left):
    assert {layer.text: note.id for layer in read_model(text).layers for note in layer.notes} == left


def test_a_forward_that_branches_is_said():
    text = PYTORCH_BRANCHING
    with pytest.raises(Problem) as raised:
        from_model(text)
    assert raised.value.code == "model.partial" and "x + self.b(x): Line 10: Two paths" in str(raised.value)


PYTORCH_BRANCHING = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = 1, 2
        self.a = nn.Conv2d(3, 6, 5)
        self.b = nn.Conv2d(6, 6, 5, padding=2)

    def forward(self, x):
        x = self.a(x)
        return x + self.b(x)
"""

# ---- Keras' configurations


def config(*layers, **more):
    listed = [{"class_name": name, "config": dict(own)} for name, own in layers]
    return json.dumps({"class_name": "Sequential", "config": {"layers": listed}, **more})


LAYERS = (
    ("Conv2D", {"filters": 4, "kernel_size": [3, 3], "use_bias": False}), ("Activation", {"activation": "relu"}), ("Flatten", {}),
    ("Dense", {"units": 2, "activation": "softmax"}),
)  # fmt: skip


def test_a_configuration_is_the_network_that_it_says():
    assert str(from_model(config(*LAYERS, compile_config={"loss": "categorical_crossentropy"}))) == "conv4x3-relu-dense2-softmax-ce"
    squared = {"loss": {"class_name": "MeanSquaredError", "config": {}}}
    assert str(from_model(config(*LAYERS[:3], ("Dense", {"units": 2}), compile_config=squared))) == "conv4x3-relu-dense2-mse"


def test_a_keras_archive_is_read_by_its_configuration_alone():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("config.json", config(*LAYERS))
        archive.writestr("model.weights.h5", b"no HDF5")
        archive.writestr("evil.pkl", b"cos\nsystem\n(S'true'\ntR.")
    assert str(from_model(file.getvalue())) == "conv4x3-relu-dense2-softmax-ce"


def test_keras_own_configurations():
    keras = pytest.importorskip("keras")
    layers = importlib.import_module("keras.layers")
    first = [layers.Conv2D(8, 3, activation="relu", padding="same"), layers.MaxPooling2D(), layers.Conv2D(4, 3), layers.LeakyReLU()]
    model = keras.Sequential([keras.Input((32, 32, 3)), *first, layers.Flatten(), layers.Dense(10, activation="softmax")])
    model.compile(loss="categorical_crossentropy")
    assert str(from_model(model.to_json())) == "conv8x3bp1-relu-max2-conv4x3b-leaky30-dense10-softmax-ce"
    image = keras.Input((28, 28, 1))
    first = layers.ReLU()(layers.Conv2D(4, 3, padding="same")(image))
    chain = keras.Model(image, layers.Dense(3)(layers.GlobalAveragePooling2D()(first)))
    chain.compile(loss=keras.losses.CategoricalCrossentropy(from_logits=True))
    assert str(from_model(chain.to_json())) == "conv4x3bp1-relu-gap-dense3-softmax-ce"
    second = layers.Conv2D(4, 3, padding="same")(first)
    branches = keras.Model(image, layers.Dense(3)(layers.Flatten()(layers.Add()([first, second]))))
    with pytest.raises(Problem, match="Only one path"):
        from_model(branches.to_json())


# ---- what anybody may send


HOSTILE = {
    "empty": "  ",
    "no model": "x = 1",
    "only a bracket": "nn.Sequential(",
    "deep brackets": "nn.Sequential(" + "(" * 100_000,
    "deep lists": "nn.Sequential(" + "[" * 90 + "]" * 90 + ")",
    "many signs": "nn.Sequential(nn.Linear(1, " + "-" * 50_000 + "1))",
    "a long sum": "nn.Sequential(nn.Linear(1, " + "1+" * 50_000 + "1))",
    "a long chain": "nn.Sequential(" + "a." * 50_000 + "b())",
    "many layers": "nn.Sequential(" + "nn.ReLU()," * 5_000 + ")",
    "a large power": "nn.Sequential(nn.Linear(1, 9**9**9), nn.Linear(1, 10**9 * 10**9))",
    "a container in itself": "a = [a]\nnn.Sequential(*a)",
    "names in a circle": "a = b\nb = a\nnn.Sequential(nn.Linear(a, b))",
    "a list of lists of lists": "".join(f"{a} = [{', '.join([b] * 40)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)) + "i = []\nnn.Sequential(*a)",
    "numbers of numbers": "".join(f"{a} = ({', '.join([b] * 16)})\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)) + "nn.Sequential(nn.Linear(1, a))",
    "sums of sums": "".join(f"{a} = {b} + {b}\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)) + "nn.Sequential(nn.Linear(1, a))",
    "a forward of many lines": PYTORCH_BRANCHING.partition("        return")[0] + "        x = self.a(x)\n" * 8000 + "        return x",
    "too long": "#" * (MOST_TEXT + 1),
    "zero bytes": "nn.Sequential(\0)",
    "surrogates": "nn.Sequential(nn.Linear(1, '\ud800'))",
    "deep JSON": '{"config": ' + "[" * 100_000,
    "deep layers": '{"config": {"layers": [' * 30 + "]}" * 60,
    "long JSON": '{"config": ' + " " * MOST_BYTES + "{}}",
    "JSON of other things": '{"config": {"layers": [1, null, "x"]}}',
    "strange values": config(("Conv2D", {"filters": {"a": [1]}, "kernel_size": "3"}), ("Dense", {"units": 1e300})),
    "no number": config(("Dense", {"units": float("nan")})),
    "a printed line": "(0): Conv2d(1, " + "(" * 1000 + ")",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_whatever_is_sent_gets_a_sentence(name):
    try:
        message = [*map(str, read_model(HOSTILE[name]).layers[0].notes)]
        from_model(HOSTILE[name])
    except Problem as problem:
        message = [str(problem)]
    assert message and all(0 < len(one) < 300 for one in message)


@pytest.mark.parametrize("deep", [100, 300, 500, 700, 900, 1000, 3000])
def test_what_is_nested_deeply_gets_a_sentence(deep):
    linear = "nn.Sequential(nn.Linear(1, 2))"
    for text in (f"nn.Sequential(x{'.a' * deep}(), nn.Linear(1, 2))", linear.replace("1", "1+" * deep + "1"), f"x = {'a if b else ' * deep}c\n{linear}"):
        try:
            assert read_model(text).layers
        except Problem as problem:
            assert str(problem)


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"PK\x03\x04", b"\x89HDF\r\n", b"\x08\x0a\x12\x07pytorch\xff", b"\x80\x04cos\nsystem\n"])
def test_whatever_file_is_sent_gets_a_sentence(content):
    with pytest.raises(Problem):
        from_model(content)


def test_a_bomb_of_a_configuration_is_not_unpacked():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", b" " * 50_000_000)
    with pytest.raises(Problem, match="MB"):
        from_model(file.getvalue())


def test_nothing_is_executed(tmp_path, monkeypatch):
    marker = tmp_path / "executed"
    evil = f"__import__('pathlib').Path({str(marker)!r}).write_text('x')"
    function = {"class_name": "__lambda__", "config": {"code": "4wEAAAA="}}
    texts = [
        f"{evil}\nnn.Sequential(nn.Linear(1, {evil}), nn.Linear(1, 2))",
        f"class A(nn.Module):\n def __init__(self):\n  self.a = {evil}\n def forward(self, x):\n  return self.a(x)",
        f"(0): Linear({evil})",
        config(("Lambda", {"function": function}), ("Dense", {"units": 2})),
    ]
    for text in texts:
        try:
            read_model(text)
        except Problem:
            continue
    assert not marker.exists()


@pytest.mark.parametrize("lang", languages())
def test_it_is_said_in_each_language(lang):
    with use_language(lang):
        model = read_model("nn.Sequential(nn.Dropout2d(), nn.GroupNorm(2, 4), nn.Conv2d(1, 99, 9), nn.Linear(2, 2))")
        assert all(str(note) for layer in model.layers for note in layer.notes)


def test_a_printed_model_is_told_from_code():
    assert read_model(PRINTED[0]).layers[0].text.startswith("Conv2d(3, 8, kernel_size=(3, 3)")


@pytest.mark.parametrize(
    "layers, said",
    [
        ("nn.Conv2d(1, 6, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(8, 4, 3)", [(8, 6)]),
        ("nn.Conv2d(1, 6, 3), nn.BatchNorm2d(num_features=8), nn.ReLU()", [(8, 6)]),
        ("nn.Flatten(), nn.Linear(784, 20), nn.ReLU(), nn.Dropout(), nn.Linear(in_features=30, out_features=10)", [(30, 20)]),
        ("nn.Conv2d(3, 256, 3), nn.Conv2d(256, 8, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 10)", []),
        ("nn.Conv2d(3, 6, 3), nn.BatchNorm2d(6), nn.Flatten(), nn.BatchNorm1d(4056), nn.Linear(4056, 10)", []),
        ("nn.Conv2d(3, 6, 3), nn.Linear(4056, 10), nn.LazyLinear(10)", []),
    ],
)
def test_a_layer_for_other_inputs_than_there_are_is_told(layers, said):
    model = read_model(f"nn.Sequential({layers})")
    notes = [note for layer in model.layers for note in layer.notes if note.id == "model.other_inputs"]
    assert [(note.values["n"], note.values["fits"]) for note in notes] == said


@pytest.mark.parametrize("digits", [16, 400, 4_000, 5_000])
@pytest.mark.parametrize(
    "text",
    [
        '{{"class_name": "Sequential", "config": {{"layers": [{{"class_name": "Dense", "config": {{"units": {n}}}}}]}}}}',
        "nn.Sequential(nn.Linear(2, {n}))",
        "Sequential(\n  (0): Linear(in_features={n}, out_features={n})\n)",
    ],
)
def test_a_number_of_very_many_digits_gets_a_sentence(text, digits):
    try:
        model = read_model(text.format(n="9" * digits))
        message = [str(note) for layer in model.layers for note in layer.notes]
        assert message and json.dumps([model.net, [layer.text for layer in model.layers]])
    except Problem as problem:
        message = [str(problem)]
    assert all(len(sentence) < 400 for sentence in message)
