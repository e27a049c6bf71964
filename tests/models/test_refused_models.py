"""Texts that do more than they seem: each is refused with its line, or read as what its library computes."""

import functools
import importlib
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz import Network, from_model
from cnnviz.models.reading import Model, read_model
from cnnviz.words import Problem

TORCH = """
import torch
import torch.nn as nn
import torch.nn.functional as F
# 1
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.c1 = nn.Conv2d(1, 4, 3)
        self.c2 = nn.Conv2d(4, 4, 3, padding=1)
        self.bn = nn.BatchNorm2d(4)
        self.fc = nn.Linear(676, 10)
        # 2
    def forward(self, x):
        x = F.relu(self.c1(x))
        # 3
        x = F.max_pool2d(x, 2)
        # 4
        x = torch.flatten(x, 1)
        x = self.fc(x)
        # 5
        return x
net = Net()
# 6
criterion = nn.CrossEntropyLoss()
# 7
optimizer = torch.optim.SGD(net.parameters(), lr=0.01)
for images, labels in loader:
    # 8
    loss = criterion(net(images), labels)
    loss.backward()
    optimizer.step()
"""
NET = "conv4x3b-relu-max2-dense10-softmax-ce"


def changed(place: int, line: str) -> str:
    """The text with a line at a place."""
    mark = next(one for one in TORCH.splitlines() if one.strip() == f"# {place}")
    indent = mark[: -len(mark.lstrip())]
    return TORCH.replace(f"{mark}\n", "".join(f"{indent}{one}\n" for one in line.split("\n")))


def as_it_is(text: str, name: str = "") -> Model | None:
    """The model, None if it is refused or any part of it is."""
    try:
        model = read_model(text, name)
        model.check()
    except Problem as problem:
        assert str(problem)
        return None
    return model


REFUSED = [
    (3, "x = x + x"), (3, "x = x + self.c2(x)"), (3, "x *= 2"), (3, "x = x[:, :2]"), (3, "x = x * 2"), (3, "x -= 1"), (3, "if x.mean() > 0:\n    x = F.relu(self.c2(x))"),
    (3, "if self.training:\n    x = torch.tanh(x)"), (3, "y = x\nx = y - self.c2(y)"), (3, "y = x\ny.relu_()\nx.tanh_()\nx = y.add_(1)"), (3, "x.add_(1)"),
    (3, "x.mul_(0.5)"),
    (3, "torch.neg(x, out=x)"), (3, "foreign(x)"), (3, "x = foreign(x)"), (3, "x = F.relu(x, strange=1)"), (3, "x = F.max_pool2d(x, 2, dilation=2)"),
    (3, "x = x.detach()"), (3, "x = x.data"),
    (3, "x = F.interpolate(x, scale_factor=2)"), (3, "x = x.permute(0, 1, 3, 2)"), (3, "with torch.no_grad():\n    x = self.c2(x)"),
    (3, "while flag:\n    x = self.c2(x)"),
    (3, "for _ in range(n):\n    x = self.c2(x)"), (3, "x = self.c2(self.c2(x))"), (3, "x = F.dropout(x)"), (3, "x = F.pad(x, (1, 1))"),
    (3, "match flag:\n    case 1:\n        x = self.c2(x)"), (3, "x = F.relu(x) if flag else x"), (3, "x = flag and self.c2(x) or x"),
    (4, "x = x.view(-1, 8, 13, 13)"), (4, "x = x.view(-1, 8)"),
    (4, "x = x.flatten(2)"), (4, "x = torch.flatten(x)"), (4, "x = nn.ZeroPad2d(1)(x)\nx = torch.sigmoid(x)"), (4, "x = F.softmax(x, dim=0)"),
    (5, "x = F.log_softmax(x, 1)\nx = F.relu(x)"),
    (5, "x = F.softmax(x, dim=0)"), (5, "x = x / 10"), (5, "if len(x) > 1:\n    return torch.tanh(x)"), (2, "self.c1 = foreign(self.c1)"),
    (2, "self.c1.weight = self.c2.weight"), (2, "self.fc = nn.utils.weight_norm(self.fc)"),
    (2, "if bias:\n    self.c1 = nn.Conv2d(1, 4, 5)"), (2, "self.c1.requires_grad_(False)"), (2, "for p in self.c1.parameters():\n    p.requires_grad = False"),
    (2, "self.c1.register_forward_hook(hook)"),
    (2, "self.c1 = nn.Conv2d(1, 4, 3, bias=not bn)"), (2, "self.c1 = nn.Conv2d(1, 4, 3, dilation=(1, 2))"), (2, "self.fc = nn.Linear(676, 10, bias=maybe)"),
    (2, "exec(code)"), (2, "self.__dict__.update(more)"),
    (1, "from mine import relu\nF.relu = relu"), (1, "def relu(x):\n    return x * x\nF.relu = relu"),
    (1, "class Conv2d(nn.Conv2d):\n    def forward(self, x):\n        return -x\nnn.Conv2d = Conv2d"),
    (1, "F.relu = torch.square"), (1, "nn.Linear = foreign.Linear"), (1, "exec('F.relu = abs')"), (1, "globals()['F'] = G"), (6, "net.c1 = foreign(net.c1)"),
    (6, "net = foreign(net)"), (6, "strange(net)"),
    (6, "net.forward = lambda x: x"), (6, "Net.forward = other"), (6, "setattr(net, name, nn.Tanh())"), (6, "net.c1.register_forward_hook(hook)"),
    (6, "net.apply(lambda m: strange(m))"),
    (6, "if flag:\n    net = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))"), (6, "net = nn.utils.prune(net)"), (6, "net.c1.weight.requires_grad = False"),
    (7, "criterion = nn.CrossEntropyLoss(label_smoothing=0.1)"),
    (7, "criterion = nn.CrossEntropyLoss(weight=w)"), (7, "criterion = nn.CrossEntropyLoss(reduction='sum')"), (7, "criterion = nn.HuberLoss()"),
    (7, "criterion = nn.NLLLoss()"), (7, "criterion = foreign"),
    (8, "loss = criterion(net(images), labels) + 0.1\nloss.backward()"), (8, "loss = criterion(net(images) * 2, labels)\nloss.backward()"),
    (8, "loss = F.mse_loss(net(images), labels)\nloss.backward()"),
]  # fmt: skip


@pytest.mark.parametrize(("place", "line"), REFUSED)
def test_what_is_not_understood_is_refused_and_named(place, line):
    assert as_it_is(changed(place, line)) is None


READ = [
    (3, "try:\n    x = self.c2(x)\nexcept Exception:\n    pass", "conv4x3b-relu-conv4x3bp1-max2-dense10-softmax-ce"),
    (3, "x = self.c2(x)", "conv4x3b-relu-conv4x3bp1-max2-dense10-softmax-ce"), (3, "x = self.bn(x)", "conv4x3b-relu-bn-max2-dense10-softmax-ce"),
    (3, "y = x = self.c2(x)", "conv4x3b-relu-conv4x3bp1-max2-dense10-softmax-ce"), (3, "(x := self.c2(x))", "conv4x3b-relu-conv4x3bp1-max2-dense10-softmax-ce"),
    (3, "x.tanh_()", "conv4x3b-relu-tanh-max2-dense10-softmax-ce"), (3, "F.relu_(x)", "conv4x3b-relu-relu-max2-dense10-softmax-ce"), (3, "print(x.shape)", NET),
    (3, "n = x.size(0)", NET),
    (3, "assert x.dim() == 4", NET), (3, "x = F.dropout(x, 0.5, self.training)", "conv4x3b-relu-drop50-max2-dense10-softmax-ce"),
    (3, "if False:\n    x = self.c2(x)", NET), (3, "y = self.c2(x)", NET),
    (4, "x = x.view(x.size(0), -1)", NET), (4, "x = x.view(-1, 4 * 13 * 13)", NET), (4, "x = x.reshape(x.shape[0], -1)", NET), (5, "x = F.log_softmax(x, dim=1)", NET),
    (2, "setattr(self, 'c1', nn.Conv2d(1, 5, 3))", "conv5x3b-relu-max2-dense10-softmax-ce"), (2, "nn.init.zeros_(self.c1.weight)", NET),
    (2, "self.c1.bias.data.fill_(0.1)", NET),
    (1, "def relu(x):\n    return torch.tanh(x)\nF.relu = relu", "conv4x3b-tanh-max2-dense10-softmax-ce"),
    (1, "class F:\n    relu = torch.sigmoid\n    max_pool2d = nn.functional.max_pool2d", "conv4x3b-sigmoid-max2-dense10-softmax-ce"),
    (6, "print(net)\nnet.to(device)\nnet = net.train()", NET), (6, "net.c1 = nn.Conv2d(1, 7, 5)", "conv7x5b-relu-max2-dense10-softmax-ce"),
    (6, "if torch.cuda.is_available():\n    net = net.cuda()", NET),
    (6, "for m in net.modules():\n    if isinstance(m, nn.Conv2d):\n        nn.init.normal_(m.weight)", NET),
    (7, "criterion = nn.MSELoss()", "conv4x3b-relu-max2-dense10-mse"), (7, "torch.manual_seed(1)", NET),
    (6, "tb = SummaryWriter()\ntb.add_histogram('c1', net.c1.weight, 1)\nfor name, weight in net.named_parameters():\n    tb.add_histogram(name, weight.grad, 1)", NET),
]  # fmt: skip


@pytest.mark.parametrize(("place", "line", "net"), READ)
def test_what_is_understood_is_followed(place, line, net):
    model = as_it_is(changed(place, line))
    assert model is not None and model.net == net


EVALUATION = """
def test(model):
    criterion = nn.CrossEntropyLoss()
    total = 0.0
    for images, labels in loader:
        total += criterion(model(images), labels).item()
        total += F.cross_entropy(model(images), labels, reduction='sum').item()
        total += F.cross_entropy(model(images), labels, size_average=False).data[0]
"""


def test_losses_that_are_only_reported_are_not_the_models():
    """The loss is the one whose gradient is taken, in code that runs and in functions that nothing calls."""
    assert str(from_model(TORCH + EVALUATION)) == NET
    uncalled = TORCH.partition("net = Net()")[0] + "def train(net):\n    criterion = nn.CrossEntropyLoss()\n    loss = criterion(net(x), y)\n    loss.backward()\n"
    assert str(from_model(uncalled + EVALUATION)) == NET
    two = uncalled + EVALUATION + "def other(net):\n    F.mse_loss(net(x), y).backward()\n"
    with pytest.raises(Problem, match="several losses"):
        from_model(two)


def test_a_demonstration_of_backward_is_not_a_loss():
    demonstration = TORCH.partition("criterion =")[0] + "out = net(x)\nout.backward(torch.randn(1, 10))\n"
    assert str(from_model(demonstration + "nn.MSELoss()(net(x), y).backward()")) == "conv4x3b-relu-max2-dense10-mse"
    assert as_it_is(demonstration) is None


def test_a_layer_that_is_never_made_is_named_once():
    text = changed(3, "x = self.dropout1(x)") + "a = net(x)\nb = net(x)\n"
    with pytest.raises(Problem, match="self.dropout1 is never assigned") as refused:
        from_model(text)
    assert str(refused.value).count("never assigned") == 1
    assert str(from_model(text, partial=True)) == NET


PARTIAL = """
from functools import partial
Conv = partial(keras.layers.Conv2D, kernel_size=3, padding="same", activation="relu")
m = keras.Sequential([Conv(filters=8, input_shape=[28, 28, 1]), layers.MaxPool2D(2), layers.Flatten(), layers.Dense(10, activation="softmax")])
m.compile(loss="sparse_categorical_crossentropy")
"""


def test_a_partial_layer_is_read_with_all_its_arguments():
    assert str(from_model(PARTIAL)) == "conv8x3bp1-relu-max2-dense10-softmax-ce"
    assert as_it_is(PARTIAL.replace("kernel_size=3", "kernel_size=3, dilation_rate=(1, 2)")) is None
    assert as_it_is(PARTIAL.replace("partial(keras", "partial(foreign")) is None


PHASES = """
class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.c, self.f, self.d, self.o = layers.Conv2D(4, 3, activation='relu'), layers.Flatten(), layers.Dropout(0.5), layers.Dense(10)
    def call(self, x, training=False):
        x = self.d(self.f(self.c(x)), training=training)
        return self.o(x)
net = Net()
with tf.GradientTape() as tape:
    loss = keras.losses.sparse_categorical_crossentropy(y, net(x, training=True), from_logits=True)
"""


def test_a_keras_call_passes_its_phase_on():
    assert str(from_model(PHASES)) == "conv4x3b-relu-drop50-dense10-softmax-ce"
    assert str(from_model(PHASES.replace("training=False", "is_training=False").replace("=training)", "=is_training)").replace("x, training=", "x, is_training="))) == (
        "conv4x3b-relu-drop50-dense10-softmax-ce"
    )
    assert as_it_is(PHASES.replace("training=training", "training=True")) is None
    assert as_it_is(PHASES.replace("        return", "        if training:\n            x = self.f(x) * 2\n        return")) is None


@pytest.mark.parametrize("line", ["x = F.dropout(x, 0.3)", "x = F.dropout(x, 0.3, self.training)"])
def test_dropout_under_a_condition_on_training_is_dropout(line):
    net = NET.replace("max2", "drop30-max2")
    assert str(from_model(changed(3, f"if self.training:\n    {line}"))) == net
    assert as_it_is(changed(3, f"if flag:\n    {line}")) is None
    assert as_it_is(changed(3, f"if self.training:\n    {line}\n    x = torch.tanh(x)")) is None
    assert as_it_is(changed(3, f"if self.training:\n    {line}\nelse:\n    x = x / 2")) is None
    keras = PHASES.replace("x = self.d(self.f(self.c(x)), training=training)", "x = self.f(self.c(x))\n        if training:\n            x = self.d(x)")
    assert str(from_model(keras)) == "conv4x3b-relu-drop50-dense10-softmax-ce"


def test_a_scaled_loss_of_mixed_precision_is_the_loss():
    text = TORCH.replace("    loss.backward()", "    scaler.scale(loss).backward()").replace("net = Net()", "net = Net()\nscaler = torch.cuda.amp.GradScaler()")
    assert str(from_model(text)) == NET
    assert as_it_is(text.replace("torch.cuda.amp.GradScaler()", "foreign()")) is None


def test_a_refused_first_layer_does_not_refuse_the_next():
    text = "Sequential([Conv2D(8, (3, k), input_shape=(28, 28, 1)), Activation('relu'), MaxPooling2D(2), Flatten(), Dense(10)])"
    layers = read_model(text).layers
    assert [layer.text for layer in layers if layer.notes] == ["Conv2D(8, (3, k), input_shape=(28, 28, 1))"]
    assert "kernel_size = (3, k) is not a number" in str(layers[0].notes[0])


def test_a_network_of_many_convolutions_is_told_so_and_not_its_length():
    body = "\n".join(f"m.add(Conv2D({n}, 3, padding='same'))\nm.add(BatchNormalization(epsilon=1e-5, momentum=0.9))\nm.add(ReLU())" for n in range(10, 21))
    with pytest.raises(Problem, match="at most 4 convolutions"):
        from_model(f"m = Sequential([Input((28, 28, 1))])\n{body}\nm.add(Flatten())\nm.add(Dense(10))")


def test_an_object_that_a_name_no_longer_has_is_not_a_second_model():
    text = "def make():\n    return keras.Sequential([layers.Flatten(), layers.Dense(10)])\nnet = make()\nstrange(net)\nnet = make()\n"
    assert str(from_model(text)) == "dense10-softmax-ce"


LOOP = """
net = keras.Sequential([layers.Flatten(), layers.Dense(10)])
for step in steps:
    with tf.GradientTape() as tape:
        loss = keras.losses.sparse_categorical_crossentropy(y, net(x, training=True), from_logits=True)
    gradients = tape.gradient(loss, net.trainable_variables)
    optimizer.apply_gradients(zip(gradients, net.trainable_variables))
"""


def test_a_loop_of_training_may_read_the_weights():
    assert str(from_model(LOOP)) == str(from_model(LOOP.replace("apply_gradients(zip(gradients, net.trainable_variables))", "apply(gradients, net.trainable_weights)")))
    assert str(from_model(LOOP)) == "dense10-softmax-ce"
    metric = LOOP.replace("for step", "mean = tf.keras.metrics.Mean(name='loss')\nfor step") + "    mean(loss)\n"
    assert str(from_model(metric)) == "dense10-softmax-ce" and as_it_is(metric.replace("tf.keras.metrics.Mean", "foreign")) is None
    assert as_it_is(LOOP.replace("optimizer.apply", "loss = loss + penalty(net.weights)\n    loss.backward()\n    optimizer.apply")) is None
    assert as_it_is(LOOP.replace("optimizer.apply", "strange(net)\n    optimizer.apply")) is None


def test_a_model_without_a_name_is_chosen_by_the_line_of_its_loss():
    text = "".join(f"keras.losses.mean_squared_error(y, keras.Sequential([layers.Flatten(), layers.Dense({n})])(x))\n" for n in (3, 4))
    with pytest.raises(Problem, match="by name or line: 1, 2"):
        from_model(text)
    assert str(from_model(text, "2")) == "dense4-mse"


def test_models_that_are_trained_in_different_ways_are_several():
    """A loss of tensors does not hide a compiled model, and each is called by its variable."""
    text = "a = keras.Sequential([layers.Flatten(), layers.Dense(10)])\na.compile(loss='mse')\nb = keras.Sequential([layers.Flatten(), layers.Dense(2)])\n"
    text += "loss = keras.losses.mean_squared_error(y, b(x))\n"
    with pytest.raises(Problem, match="Choose one by name or line: a, b"):
        from_model(text)
    both = "nn.Linear(784, 10)", "nn.Linear(784, 5)"
    torch = "".join(f"{name} = nn.Sequential(nn.Flatten(), {layer})\n" for name, layer in zip("ab", both, strict=True))
    with pytest.raises(Problem, match="Choose one by name or line: a, b"):
        from_model(torch + "for net in (a, b):\n    loss = F.cross_entropy(net(x), y)\n    loss.backward()\n")


@pytest.mark.parametrize("size", ["info.features['label'].num_classes", "len(set(y))", "y.shape[1]", "names.size()"])
def test_a_number_of_outputs_that_running_tells_is_not_taken_for_a_limit(size):
    model = read_model(f"Sequential([Input((28, 28, 1)), Flatten(), Dense(128), Dense({size})])")
    assert model.net == "dense128-dense10-softmax-ce" and [note.id for note in model.layers[-1].notes] == ["model.unsaid"]


def test_a_block_of_a_readme_may_have_a_title():
    assert str(from_model(f'# Net\n\n```python title="net.py"\n{LAYERS}\n```\n\nand:\n\n```py\nprint(1)\n```')) == "dense10-softmax-ce"


@pytest.mark.parametrize("fence", ["python", "{.python .input}", "{python}", "Python3", ""])
def test_a_line_of_a_readme_is_named_by_its_number_there(fence):
    first, second = (f"```{fence}\n{code}\n```\n" for code in ("import torch.nn as nn", "net = nn.Sequential(\n    nn.Flatten(), nn.Linear(784, 10), nn.Softshrink(),\n)"))
    text = f"# Net\n\nProse.\n\n{first}\n```bash\npip install\n```\n\n{second}"
    with pytest.raises(Problem, match="Line 15: cnnviz has no layer Softshrink"):
        from_model(text)


def test_a_block_of_a_readme_that_is_not_python_is_not_passed_over_where_it_has_layers():
    with pytest.raises(Problem, match="Line 6 is not Python"):
        from_model(f"# Net\n```python\n{LAYERS}\n```\n```python\nmodel.add(nn.ReLU()\n```\n")
    assert str(from_model(f"# Net\n```python\n{LAYERS}\n```\n```python\npip install torch\n```\n")) == "dense10-softmax-ce"


def test_a_block_in_a_docstring_of_python_is_not_taken_for_the_model():
    text = f'"""A net.\n\n```python\nnet = nn.Sequential(nn.Flatten(), nn.Linear(784, 5))\n```\n"""\nnet = {LAYERS}\n'
    assert str(from_model(text)) == "dense10-softmax-ce"


def test_of_a_consoles_session_in_a_readme_the_inputs_are_read():
    text = "# Net\n```python\n>>> net = nn.Sequential(\n...     nn.Flatten(), nn.Linear(784, 10))\n>>> net\nSequential(\n  (0): Flatten()\n)\n```\n"
    assert str(from_model(text)) == "dense10-softmax-ce"


def test_the_output_of_a_readmes_code_is_not_taken_for_its_model():
    printed = "Net(\n  (c1): Conv2d(1, 4, kernel_size=(3, 3), stride=(1, 1))\n)"
    assert str(from_model(f"# Net\n```python\n{TORCH}\nprint(net)\n```\n```\n{printed}\n```\n")) == NET
    layers = "Sequential(\n  (0): Flatten(start_dim=1, end_dim=-1)\n  (1): Linear(in_features=784, out_features=10, bias=True)\n)"
    assert str(from_model(f"# Net\n```python\nprint(net)\n```\n```\n{layers}\n```\n")) == "dense10-softmax-ce"


def test_a_readme_without_code_is_not_said_to_have_a_wrong_line():
    with pytest.raises(Problem, match="This is not Python"):
        from_model("# Net\n\n- **Layers**: ~3\n- one output for each class of digits, import it\n")


@pytest.mark.parametrize("call", ["", "train(net)"])
def test_the_loss_with_which_a_function_compiles_its_argument_is_read(call):
    text = "def make():\n    return keras.Sequential([layers.Flatten(), layers.Dense(10)])\nnet = make()\n"
    text += f"def train(model):\n    model.compile(optimizer='adam', loss='mse')\n    model.fit(x, y)\n{call}\n"
    assert str(from_model(text)) == "dense10-mse"


@pytest.mark.parametrize("scale", ["2.0", "scale=2.0", "1 / 127.5, offset=-1", "factor", "1 / 255, 0.5"])
def test_pixels_are_rescaled_to_shares_alone(scale):
    text = "m = keras.Sequential([keras.Input((28, 28, 1)), layers.Rescaling({}), layers.Flatten(), layers.Dense(10)])"
    assert as_it_is(text.format(scale)) is None
    for right in ("1.0 / 255", "scale=1 / 255", "offset=0.0, scale=1 / 255"):
        assert str(from_model(text.format(right))) == "dense10-softmax-ce"


def test_layers_without_a_model_are_said_to_be_such():
    with pytest.raises(Problem, match="There are layers, but no model"):
        from_model("conv = nn.Conv2d(1, 5, 5)\npool = nn.MaxPool2d(2)\nout = pool(conv(torch.rand(1, 1, 28, 28)))\nprint(out.size())\n")


def test_models_of_one_name_are_chosen_by_their_lines():
    text = "".join(f"class Net(nn.Module):\n  def __init__(self):\n    super().__init__()\n    self.f = nn.Linear(784, {n})\n  def forward(self, x):\n"
                   "    return self.f(x.flatten(1))\nnet = Net()\nF.cross_entropy(net(x), y).backward()\n" for n in (3, 4, 5))  # fmt: skip
    with pytest.raises(Problem, match="3 different models. Choose one by name or line: ") as raised:
        from_model(text)
    names = raised.value.values["names"]
    assert [str(from_model(text, name)) for name in names] == ["dense3-softmax-ce", "dense4-softmax-ce", "dense5-softmax-ce"]


def test_of_a_book_in_several_frameworks_those_are_read_that_we_know():
    cells = "".join(f"```{{.python .input}}\n%%tab {name}\nnet = nn.Sequential({layers})\n```\n" for name, layers in (
        ("mxnet", "nn.Dense(10)"), ("pytorch, mxnet", "nn.Flatten(), nn.LazyLinear(8)"), ("jax", "nn.Dense(9)")))  # fmt: skip
    assert str(from_model(cells)) == "dense8-softmax-ce"


BROKEN = [
    "net = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))\nnet.add_module('l', nn.Linear(10, 5))\nprint(5 % (",
    "model = Sequential([Flatten(), Dense(10)])\nmodel.add(Dense(5))\nx = = 3",
    "net = nn.Sequential(nn.Flatten(), nn.Linear(784, 8))\nnet[1] = nn.Linear(784, 10)\nif x\n  pass",
    "class Net(nn.Module):\n  def __init__(self):\n    self.f = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))\n  def forward(self, x):\n    return self.f(x) * 2)",
]


@pytest.mark.parametrize("text", BROKEN)
def test_a_sequential_is_not_read_alone_where_python_cannot_parse_what_changes_it(text):
    with pytest.raises(Problem, match=r"Line \d is not Python"):
        from_model(text)


@pytest.mark.parametrize("before, after", [("My model is:\n", "\nIt works (98 %)."), ("I use net = ", "")])
def test_a_sequential_in_prose_is_read(before, after):
    assert str(from_model(f"{before}nn.Sequential(nn.Flatten(), nn.Linear(784, 10)){after}")) == "dense10-softmax-ce"


def test_a_model_that_an_unknown_function_gets_in_a_loop_is_one_model():
    loop = "for images, labels in loader:\n"
    train = "def train(model):\n  for images, labels in loader:\n    criterion(model(images), labels).backward()\n"
    text = TORCH.replace(loop, f"{train}for _ in epochs:\n    train(net)\n    foreign(net)\n{loop}")
    with pytest.raises(Problem, match=r"foreign\(net\): Line \d+: This is not supported"):
        from_model(text)


def test_sizes_that_a_dummy_pass_measures_are_the_networks_own():
    text = changed(2, "n = F.max_pool2d(self.c1(torch.zeros(1, 1, 28, 28)), 2).numel()\nself.fc = nn.Linear(n, 10)")
    assert str(from_model(text)) == NET
    assert as_it_is(changed(5, "x = x * x.numel()")) is None


FIELDS = """
from dataclasses import dataclass
@dataclass
class Config:
    units: int = 8
    outputs: int = 10
config = Config(MORE)
net = nn.Sequential(nn.Flatten(), nn.Linear(784, config.units), nn.ReLU(), nn.Linear(config.units, config.outputs))
"""


@pytest.mark.parametrize(("more", "net"), [("", "dense8-relu-dense10"), ("16", "dense16-relu-dense10"), ("outputs=2", "dense8-relu-dense2")])
def test_fields_of_a_dataclass_are_its_arguments(more, net):
    assert str(from_model(FIELDS.replace("MORE", more))) == f"{net}-softmax-ce"
    assert as_it_is(FIELDS.replace("MORE", more).replace("from dataclasses", "from mine")) is None
    own = FIELDS.replace("MORE", more).replace("config = ", "    def __post_init__(self):\n        self.units = 5\nconfig = ")
    assert as_it_is(own) is None


def test_what_is_left_is_not_blamed_for_what_was_left_out():
    model = read_model("class Net(Foreign):\n  def __init__(self):\n    self.f = nn.Linear(4, 2)\n  def forward(self, x):\n    return self.f(x)")
    assert "The base class Foreign" in str(model.layers[0].remarks[0])
    with pytest.raises(Problem, match="Without the parts left out, the rest is not a network"):
        _ = model.checked_network
    with pytest.raises(Problem, match="at most 3 dense layers"):
        _ = read_model(f"nn.Sequential({', '.join(['nn.Linear(4, 4)'] * 4)}, nn.LSTM(4, 4))").checked_network


def test_an_output_of_layers_that_are_not_in_the_text_is_named():
    text = "inputs = Input((28, 28, 1))\nx = Conv2D(4, 3)(inputs)\ny = Dense(10)(Flatten()(x5))\nm = Model(inputs, y)"
    with pytest.raises(Problem, match="The output does not come from the input"):
        from_model(text)


def notebook(*cells: str) -> str:
    return json.dumps({"cells": [{"cell_type": "code", "source": [cell]} for cell in cells]})


LAYERS = "net = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))"


@pytest.mark.parametrize(
    "cells",
    [
        ("!pip install torch", LAYERS), ("accuracy = # TODO\n", LAYERS), ("   net = 1\n   " + LAYERS,), (LAYERS, "print('%d %d'\n   %(epoch,\n   n))\n!ls"),
        ("%%bash\nls -l | wc", LAYERS), ("%%writefile net.py\n" + LAYERS,), ("%%time\n" + LAYERS,),
        ("%%writefile lib/made.py\ndef made():\n    return nn.Sequential(nn.Flatten(), nn.Linear(784, 10))", "from lib.made import made", "net = made()"),
    ],
)  # fmt: skip
def test_cells_of_a_notebook_are_read_as_they_run(cells):
    assert str(from_model(notebook(*cells))) == "dense10-softmax-ce"


def test_the_cell_of_a_model_that_is_not_python_is_named():
    with pytest.raises(Problem, match=r"Line 3 is not Python: nn.Linear\(, 10\)"):
        from_model(notebook("!pip install torch", "net = nn.Sequential(\n  nn.Linear(, 10))"))


def test_a_printed_class_is_refused_with_what_to_paste():
    with pytest.raises(Problem, match="does not show the forward of .* Paste its code"):
        read_model("Net(\n  (conv1): Conv2d(3, 6, kernel_size=(5, 5), stride=(1, 1))\n  (fc1): Linear(in_features=400, out_features=10, bias=True)\n)")


TWO = "class A(nn.Module):\n def __init__(self):\n  super().__init__()\n  self.f = nn.Linear(4, 2)\n def forward(self, x):\n  return self.f(x)\n"
TWO += TWO.replace("class A", "class B").replace("nn.Linear(4, 2)", "nn.Linear(4, 3)")


@pytest.mark.parametrize("quote", ["'''Result:\n{}'''", "# output:\nr = r\"\"\"\n{}\"\"\""])
def test_code_that_quotes_what_print_shows_is_read_as_code(quote):
    printed = "Net(\n  (c1): Conv2d(1, 4, kernel_size=(3, 3), stride=(1, 1))\n)\n"
    assert str(from_model(TORCH + quote.format(printed))) == NET


def test_one_of_several_models_is_chosen_by_name():
    with pytest.raises(Problem, match="Choose one by name or line: A, B"):
        from_model(TWO)
    assert (str(from_model(TWO, "A")), str(from_model(TWO, name="B"))) == ("dense2-softmax-ce", "dense3-softmax-ce")
    with pytest.raises(Problem, match="No model is called C, only A, B"):
        from_model(TWO, "C")


def test_a_partial_model_needs_to_be_asked_for():
    text = "nn.Sequential(nn.Linear(4, 5), nn.LSTM(5, 5), nn.Linear(5, 2, bias=False))"
    with pytest.raises(Problem, match=r"LSTM\(5, 5\): Line 1: .*bias=False\): Line 1: "):
        from_model(text)
    assert str(from_model(text, partial=True)) == "dense5-dense2-softmax-ce"


def test_a_file_in_another_encoding_is_told_so():
    with pytest.raises(Problem, match="Line 2 is not UTF-8"):
        read_model("x = 1\n# 模型\nnn.Sequential(nn.Linear(4, 2))".encode("gbk"))


@pytest.mark.parametrize("line", ["!pip install torch", "%matplotlib inline", "print 'ready'", "!wget \\\n  https://example.org \\\n  -O a.zip"])
def test_a_notebooks_commands_are_passed_over(line):
    assert str(from_model(f"{line}\n{TORCH}")) == NET


KERAS_1 = "m = Sequential()\nm.add(Convolution2D(20, 5, 5, border_mode='same', input_shape=(28, 28, 1)))\nm.add(Flatten())\nm.add(Dense(output_dim=10, init='normal'))"


def test_keras_1_is_read_as_it_was():
    assert str(from_model(KERAS_1)) == "conv20x5bp2-dense10-softmax-ce"
    with pytest.raises(Problem, match="is Keras 1"):
        from_model("Sequential([Convolution2D(20, 5, 5), Flatten(), Dense(10)])")


def test_three_numbers_are_read_only_if_the_version_of_keras_is_known():
    """Keras 1 and 2 read rows and columns, Keras 3 and tf.keras a stride."""
    model = "m = Sequential([Input((28, 28, 1)), Conv2D(20, 5, 3), Flatten(), Dense(10)])"
    with pytest.raises(Problem, match="is Keras 1"):
        from_model(f"from keras.layers import *\n{model}\n# m.fit(nb_epoch=3)")
    assert str(from_model(f"from tensorflow.keras.layers import *\n{model}")) == "conv20x5bs3-dense10-softmax-ce"
    square = model.replace("5, 3", "5, 5")
    assert str(from_model(f"from keras.layers import *\nfrom keras.utils import np_utils\n{square}")) == "conv20x5b-dense10-softmax-ce"
    assert str(from_model(f"from keras.layers import *\n{square}\nm.fit(nb_epoch=3)")) == "conv20x5b-dense10-softmax-ce"


# ---- Keras is run


BASE = [
    'layers.Conv2D(3, 3, activation="relu")', "layers.MaxPooling2D(2)", 'layers.Conv2D(2, 3, padding="same")', 'layers.Activation("tanh")', "layers.AveragePooling2D(2)",
    "layers.ReLU()", "layers.LeakyReLU(negative_slope=0.2)", "layers.Dropout(0.5)", 'layers.Dense(4, activation="sigmoid")',
]  # fmt: skip
ODD = [
    "layers.MaxPooling2D(2, strides=1)", "layers.ZeroPadding2D(1)", "layers.ReLU(max_value=0.5)", "layers.ReLU(threshold=0.1)", "layers.Permute((2, 1, 3))",
    "layers.Conv2D(2, 3, dilation_rate=2)",
    "layers.Conv2D(2, 3, strides=2, padding='same')", "layers.Conv2D(2, (1, 3))", "layers.Conv2D(3, 1, groups=1)", "layers.Conv2D(2, 2, 2)",
    "layers.Conv2D(2, 3, use_bias=False)", "layers.Cropping2D(1)",
    "layers.UpSampling2D()", "layers.Rescaling(2.0)", "layers.Activation('selu')", "layers.Softmax()", "layers.Lambda(lambda z: 2 * z)",
    "layers.MaxPooling2D(3, 2, 'same')", "Flatten()",
    "layers.LeakyReLU(0.4)", "layers.Dense(3, use_bias=False)", "layers.Activation(lambda z: z * z)", "layers.GlobalAveragePooling2D()", "layers.Flatten()",
    "layers.Conv2D(2, 3, activation=keras.activations.tanh)",
]  # fmt: skip
LINES = [
    "x = x + x", "x = x * 2", "x = -x", "x = x[:, 1:]", "x *= 2", "y = x", "x = layers.add([x, x])", "if True:\n    x = layers.ReLU()(x)",
    "if flag:\n    x = layers.ReLU()(x)", "for _ in range(2):\n    x = layers.ReLU()(x)",
    "x = (lambda z: z)(x)", "relu = layers.Activation('tanh')\nx = relu(x)", "layers.ReLU()(x)", "x = shared(x)", "x = shared(shared(x))", "x = keras.ops.relu(x)",
    "x = keras.ops.abs(x)", "pass",
    "x = Own()(x)",
]  # fmt: skip
HEAD = """
flag = int("0") == 0
shared = layers.Activation("tanh")
class Own(layers.ReLU):
    def call(self, z):
        return z * 2
def Flatten():
    return layers.Activation("sigmoid")
"""


@functools.cache
def keras():
    return pytest.importorskip("keras")


def output_of_keras(text: str, x: np.ndarray, network: Network, shape: tuple[int, ...]) -> np.ndarray:
    """The output of the text's model in Keras, with the network's start."""
    space = {"keras": keras(), "layers": importlib.import_module("keras.layers")}
    exec(text, space)  # the test's own text
    model, params = space["model"], network.init(shape, seed=1)
    program, arrays = network.program(shape), []
    for place, (layer, names) in enumerate(zip(network.layers, network.names, strict=True)):
        for letter in layer.parameter_letters:
            array = params[names.of(letter)].reshape(program.parameters[names.of(letter)].shape)
            if letter == "w" and names.flattens:
                c, h, w = program.inputs[place - 0] if len(program.inputs[place]) == 3 else program.shapes[names.source]
                array = array.reshape(c, h, w, -1).transpose(1, 2, 0, 3).reshape(len(array), -1)
            arrays.append(array.transpose(2, 3, 1, 0) if letter == "f" else array)
    # a dense layer on maps is a 1x1 convolution
    model.set_weights([array[0, 0] if array.shape[:2] == (1, 1) and weight.ndim == 2 else array for array, weight in zip(arrays, model.get_weights(), strict=True)])
    return np.asarray(model(x.transpose(1, 2, 0)[None].astype(np.float32)))[0]


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.data())
def test_a_keras_model_is_refused_or_gives_keras_numbers(data):
    parts = data.draw(st.lists(st.sampled_from(BASE[:-1] * 2 + ODD), min_size=1, max_size=4))
    parts += data.draw(st.lists(st.sampled_from(BASE[3:4] + BASE[5:] + ODD[14:]), max_size=2).map(lambda more: ["layers.Flatten()", *more]))
    lines = [f"x = {part}(x)" for part in parts]
    for _ in range(data.draw(st.integers(0, 2))):
        lines.insert(data.draw(st.integers(0, len(lines))), data.draw(st.sampled_from(LINES)))
    start = "start = x = keras.Input((12, 12, 2))\n"
    text = HEAD + start + "\n".join(lines) + '\nx = layers.Dense(2, activation="softmax")(x)\nmodel = keras.Model(start, x)\nmodel.compile(loss="categorical_crossentropy")\n'
    model = as_it_is(text)
    if model is None:
        return
    try:
        network, x = model.network, np.random.default_rng(2).random((2, 12, 12))
        ours = network.forward(network.init(x.shape, seed=1), x, training=False).o
    except Problem:
        return
    np.testing.assert_allclose(output_of_keras(text, x, network, x.shape), ours, rtol=1e-4, atol=1e-5)
