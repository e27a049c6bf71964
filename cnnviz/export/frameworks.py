"""A setup as a script in Keras or PyTorch: the same network, start, loss and optimizer, and one update with printed
gradients.

Layers, losses and optimizers define their counterparts (`keras`, `pytorch`, `code`). This module adds the code around
them: channel order, axes of weights, and printing.
"""

import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from cnnviz.core.network.layers.layer import Layer, Shape
from cnnviz.core.network.layers_with_ties import layers_with_ties
from cnnviz.core.network.program import Program
from cnnviz.core.network.symbols import Names
from cnnviz.core.setup.first_params import first_buffers
from cnnviz.core.setup.set_values import SetValue
from cnnviz.core.setup.setup import Setup
from cnnviz.core.training.snapshots import run_updates
from cnnviz.export.code_lines import variable
from cnnviz.export.code_network import Section, draws, section
from cnnviz.export.code_sections import network_input, print_line, printing, script_docstring
from cnnviz.export.code_set_values import assignment, set_value_cases
from cnnviz.export.code_start import image_section, start_section
from cnnviz.export.core_source import listing
from cnnviz.export.numpy_script import as_script
from cnnviz.models.script_classes import KERAS_BATCH_NORM, KERAS_DROPOUT, PYTORCH_DROPOUT
from cnnviz.words import Problem, has_message, say


def keras_script(setup: Setup, pixels: np.ndarray) -> str:
    """Return this setup on the image `pixels` (H,W,3), uint8, as a script for Keras on TensorFlow, in float64.

    Raise Problem if the setup's rule has deviations, and ValueError if the pixels do not fit.

    >>> script = keras_script(Setup(k=2), np.zeros((32, 32, 3), np.uint8))
    >>> 'layers.Conv2D(1, 3, use_bias=False, name="z1")' in script
    True
    """
    return _script("keras", setup, pixels)


def pytorch_script(setup: Setup, pixels: np.ndarray) -> str:
    """Return this setup as a script for PyTorch, in float64.

    >>> script = pytorch_script(Setup(net="conv2x3s2same-dense2-mse"), np.zeros((32, 32, 3), np.uint8))
    >>> '("z1", nn.Conv2d(1, 2, 3, stride=2, padding=1, bias=False)),' in script
    True
    """
    return _script("pytorch", setup, pixels)


def check_exact_rule(setup: Setup) -> None:
    """Raise Problem if the setup's rule has deviations, which neither Keras nor PyTorch implements.

    >>> check_exact_rule(Setup())
    """
    if setup.deviations:
        raise Problem("export.frameworks.exact", rule=setup.rule.replace("_", " ").split(","))


def _script(library: str, setup: Setup, pixels: np.ndarray) -> str:
    check_exact_rule(setup)
    x_shape = network_input(setup, pixels).shape
    program = setup.network.program(x_shape)
    buffers = first_buffers(setup.network, x_shape, setup.w) if setup.mode == "eval" else {}
    parts = {"keras": _Keras, "pytorch": _PyTorch}[library](library, setup, program)
    sections = (
        section("needs", [], parts.IMPORTS),
        *([parts.section("drawn", parts.dropout())] if program.draws else []),
        *([parts.section("kept", parts.KEPT)] if buffers and parts.KEPT else []),
        printing(program),
        image_section(setup, pixels, program, imports=False),
        start_section(setup, program, program.start(setup.without_sets.first_params(setup.x_shape)), buffers),
        parts.section("model", parts.model()),
        parts.section("passes", parts.passes()),
        section("training", [], parts.update()),
        parts.section("numbers", parts.numbers()),
    )
    refusals = parts.refused() if setup.mode != "eval" or setup.k else []
    words = [] if refusals else [say(f"export.frameworks.introduction.{library}")]
    words += [say(f"layer.{kind}.tied", layers=outputs) for kind, outputs in _outputs_with_ties(setup, program, pixels).items()]
    warning = textwrap.fill(say("export.frameworks.refused", layers=refusals, library=parts.NAME), 110, initial_indent="# ", subsequent_indent="# ") + "\n" if refusals else ""
    return warning + as_script(script_docstring(setup, program, " ".join(words), parts.NAME), sections)


def _outputs_with_ties(setup: Setup, program: Program, pixels: np.ndarray) -> dict[str, list[str]]:
    """Return the output symbols of layers with ties, by kind of layer. Checks the setup's first pass, in which filters
    may be symmetric, and its last."""
    x, outputs = network_input(setup, pixels), dict[str, list[str]]()
    first_snapshot, last_snapshot = (run_updates(setup, x, k) for k in (0, setup.k))
    indices = set[int]().union(*(layers_with_ties(program, snapshot.params, snapshot.trace.x, snapshot.trace.kept) for snapshot in (first_snapshot, last_snapshot)))
    for index in sorted(indices):
        outputs.setdefault(program.network.layers[index].kind, []).append(program.network.names[index].output)
    return outputs


@dataclass(frozen=True)
class _Parts:
    """Base class of both libraries: layers, and names and axes of weights."""

    library: str
    setup: Setup
    program: Program
    NAME = ""
    IMPORTS = ""
    BY_HAND, TURNED = "def by_hand(k):", "transpose"
    DROPOUT, KEPT, MASK, LAST = "", "", "", ""
    AFTER = ""

    def section(self, name: str, code: str) -> Section:
        variant = {"passes": "several" if self.images else "words", "model": self.library}.get(name, "words")
        words = f"export.frameworks.{name}.{variant}"
        return Section(say(f"export.frameworks.{name}.title", library=self.NAME), say(words) if has_message(words) else "", (), code)

    @property
    def in_eval_mode(self) -> bool:
        """Whether the script prints a pass in eval mode."""
        return self.setup.mode == "eval"

    @property
    def merged(self) -> bool:
        """Whether the loss is computed from the last layer's input."""
        return self.program.network.merged is not None

    @property
    def end(self) -> str:
        """Output of the model: the network's output, or the input of a merged loss."""
        return "z" if self.merged else "o"

    @property
    def images(self) -> int:
        """Number of images, or 0 for a single image without a batch axis."""
        return len(self.setup.images) if self.program.run.images else 0

    @property
    def loss(self) -> str:
        """Code of the loss, averaged over images."""
        network = self.program.network
        image_loss: str = (network.merged or network.loss_kind).code[self.library]
        return f"sum({image_loss} for {self.end}, y in zip({self.end}, targets)) / {self.images}" if self.images else image_loss

    @property
    def first(self) -> str:
        """Code that takes a single image out of a batch, or ""."""
        return "" if self.images else "[0]"

    def layers(self) -> Iterator[tuple[Layer, Names, Shape]]:
        """Return the layers of the model, each with its input shape."""
        network = self.program.network
        entries = list(zip(network.layers, network.names, self.program.inputs, strict=True))
        return iter(entries[:-1] if self.merged else entries)

    def refused(self) -> list[str]:
        """Return the output symbols of the layers whose training pass the library refuses."""
        return []

    def weights(self) -> Iterator[tuple[str, str, str, tuple[int, ...]]]:
        """Yield each parameter in the model's order: its name, its layer, its letter, and its axes in the library if
        they differ."""
        for layer, names, shape in self.layers():
            for letter in layer.parameters(shape):
                yield names.of(letter), names.output, letter, layer.axes.get(self.library, {}).get(letter, ())

    def to_our_layout(self, array: str, suffix: str) -> Iterator[str]:
        """Yield lines that convert the model's list `array` of parameters or gradients to our layout."""
        for n, (name, _, _, axes) in enumerate(self.weights()):
            inverse = f".transpose{tuple(int(axis) for axis in np.argsort(axes))}" if axes else ""
            yield f"{suffix.format(name)} = {array.format(n)}{inverse}"

    def prints(self, names: Iterable[str], suffix: str = "") -> str:
        return "\n".join(print_line(self.program, name, suffix) for name in names)

    def dropout(self) -> str:
        """Return code with the functions that draw masks, and a layer that applies them."""
        words = say("export.frameworks.drawn.docstring")
        calls = [(layer.keras if self.library == "keras" else layer.pytorch)(shape)[0] for layer, _, shape in self.layers() if layer.draws(shape)]
        classes = [self.DROPOUT.format(name=name, words=words) for name in dict.fromkeys(call.partition("(")[0] for call in calls)]
        return "\n\n\n".join([listing([draw.func for _, _, draw in self.program.draws.values()], set()), *classes])

    @property
    def draws(self) -> str:
        """Function that sets the dropout masks of update k, or ""."""
        shapes, masks = self.program.draws, draws(self.program, self.setup.seed, "k", len(self.setup.images))
        last = self.LAST.format("0, 2, 3, 1" if self.images else "1, 2, 0")
        lines = [self.MASK.format(of=name.partition(".")[0], mask=mask + (last if len(shapes[name][1]) > 1 else "")) for name, mask in masks.items()]
        return f"def draw(k):\n{textwrap.indent(chr(10).join(lines), '    ')}\n\n\n" if lines else ""

    def numbers(self) -> str:
        """Return code for one more update: the pass, its gradients, and the parameters after the step. Eval mode has
        no step."""
        names = [name for name, *_ in self.weights()]
        lines = [
            f"{self.begin}o, L, dx, gradients = passes({self.AFTER if self.in_eval_mode else ''})\n{self.prints(['o'])}\nprint(describe(\"L\", L))",
            "\n".join(self.to_our_layout("gradients[{}]", "d{}")),
            self.prints([*(f"d{name}" for name in names), "dx"]),
        ]
        step = [
            f"step({'gradients, ' + self.count if self.count else 'gradients'})",
            "\n".join(self.to_our_layout(self.values, "{}_next")),
            "\n".join(print_line(self.program, name, " next", variable=f"{name}_next") for name in names),
        ]
        return "\n\n".join([*lines, *([] if self.in_eval_mode else step)])

    @property
    def begin(self) -> str:
        """Lines before the pass of `numbers`."""
        return "draw(updates)\n" if self.program.draws and not self.in_eval_mode else ""

    @property
    def count(self) -> str:
        """Argument of a step besides the gradients, or ""."""
        return ""

    values = ""

    @property
    def by_hand(self) -> str:
        """Function that sets entries by hand at update k, or ""."""
        if not self.setup.set:
            return ""
        body = set_value_cases(self.setup, self.assignment)
        return f"# {say('export.script.set.words')}\n{self.BY_HAND}\n{textwrap.indent(body, '    ')}\n\n\n"

    def assignment(self, set_value: SetValue) -> str:
        """Return the code that sets one value."""
        raise NotImplementedError

    def place(self, set_value: SetValue) -> tuple[int, str]:
        """Return the index of a weight in the model's list, and code that selects the entry in our layout."""
        n, axes = next((n, axes) for n, (name, _, _, axes) in enumerate(self.weights()) if name == set_value.symbol)
        entry = assignment(set_value, self.program).removeprefix(set_value.symbol)
        return n, f".{self.TURNED}{tuple(int(axis) for axis in np.argsort(axes))}{entry}" if axes else entry

    def training_loop(self, counted: bool = False) -> str:
        """Return the training loop, which also sets values by hand. With `counted`, each step receives its number."""
        preparation = [*(["by_hand({})"] if self.setup.set else []), *(["draw({})"] if self.program.draws else [])]
        if counted:
            loop, k, step = "t in range(1, updates + 1)", "t - 1", "step(passes()[-1], t)"
        else:
            loop, k, step = f"{'k' if preparation else '_'} in range(updates)", "k", "step(passes()[-1])"
        lines = "\n    ".join([f"for {loop}:", *(line.format(k) for line in preparation), step])
        return f"{lines}\nby_hand(updates)" if self.setup.set else lines

    def model(self) -> str:
        raise NotImplementedError

    def passes(self) -> str:
        raise NotImplementedError

    def update(self) -> str:
        raise NotImplementedError


_WITH_WEIGHTS = ("Conv2D(", "Dense(", "BatchNormalization(", "GroupNormalization(", "LayerNormalization(")


class _Keras(_Parts):
    NAME = "Keras"
    IMPORTS = (
        'import base64\nimport os\nimport zlib\n\nos.environ["KERAS_BACKEND"] = "tensorflow"\n\n'
        "import keras\nimport numpy as np\nimport tensorflow as tf\nfrom keras import layers, ops\n\n"
        'keras.config.set_floatx("float64")\nkeras.config.set_dtype_policy("float64")'
    )
    values = "model.trainable_variables[{}].numpy()"
    DROPOUT, KEPT = KERAS_DROPOUT, KERAS_BATCH_NORM
    MASK, LAST = 'model.get_layer("{of}").mask = {mask}', ".transpose({})"
    AFTER = "False"

    @property
    def count(self) -> str:
        return "updates + 1" if "keras_step" in self.setup.optimizer.code else ""

    def model(self) -> str:
        c, rows, columns = self.program.x_shape
        lines = [f"keras.Input(({rows}, {columns}, {c})),"]
        for layer, names, shape in self.layers():
            if names.flattens:
                lines += ["layers.Permute((3, 1, 2)),", 'layers.Flatten(name="v"),']
            calls = layer.keras(shape)
            # the layer with the weights has the name
            main_call = next((line for line in calls if line.startswith(_WITH_WEIGHTS)), calls[-1])
            named_call = f'{main_call[:-1]}{"" if main_call.endswith("()") else ", "}name="{names.output}")'
            prefix = "" if layer.draws(shape) or (self.in_eval_mode and layer.buffers(shape)) else "layers."
            lines += [f"{prefix}{named_call if line is main_call else line}," for line in calls]
        arrays_of_layer: dict[str, list[str]] = {}
        for name, of, _, axes in self.weights():
            arrays_of_layer.setdefault(of, []).append(f"{name}.transpose{axes}" if axes else name)
        for name, buffer in self.program.buffers.items():
            start = f"np.{'ones' if buffer.start else 'zeros'}({buffer.shape})"
            arrays_of_layer[name.partition(".")[0]].append(variable(name) if self.in_eval_mode else start)
        weights = [f'model.get_layer("{of}").set_weights([{", ".join(arrays)}])' for of, arrays in arrays_of_layer.items()]
        body = textwrap.indent("\n".join(lines), "    ")
        return f"model = keras.Sequential([\n{body}\n])\n" + "\n".join(weights)

    def passes(self) -> str:
        kind = self.program.network.layers[-1].kind
        outputs = f"        o = ops.{kind}(z)\n" if self.merged else ""
        input_code, inverse_code = ("x.transpose(0, 2, 3, 1)", ".transpose(0, 3, 1, 2)") if self.images else ("x.transpose(1, 2, 0)[None]", "[0].transpose(2, 0, 1)")
        targets = "targets = y\n" if self.images else ""
        return (
            f"{targets}image = tf.{'Variable' if self.setup.set else 'constant'}({input_code})\n\n\n"
            f"def passes({'training=True' if self.in_eval_mode else ''}):\n"
            f'    """{say("export.frameworks.passes.docstring", library=self.NAME)}"""\n'
            "    with tf.GradientTape() as tape:\n"
            "        tape.watch(image)\n"
            f"        {self.end} = model(image{self._mode}){self.first}\n{outputs}"
            f"        L = {self.loss}\n"
            "    dx, *gradients = tape.gradient(L, [image, *model.trainable_variables])\n"
            f"    return o.numpy(), L.numpy(), dx.numpy(){inverse_code}, [gradient.numpy() for gradient in gradients]"
        )

    @property
    def _mode(self) -> str:
        return f", training={'training' if self.in_eval_mode else 'True'}" if self.program.buffers or self.program.draws else ""

    def update(self) -> str:
        code = self.setup.optimizer.code
        is_counted = "keras_step" in code
        head_lines = "def step(gradients):"
        if is_counted:
            head_lines = f"def step(gradients, t):\n    # {say('export.frameworks.epsilon')}\n    {code['keras_step']}"
        applied = "    optimizer.apply([tf.constant(gradient) for gradient in gradients], model.trainable_variables)"
        rounded = f"# {say('export.frameworks.rounded')}\n" if "float64" in code["keras"] else ""
        return f"{self.by_hand}{self.draws}{rounded}optimizer = {code['keras']}\n\n\n{head_lines}\n{applied}\n\n\n{self.training_loop(is_counted)}"

    def assignment(self, set_value: SetValue) -> str:
        if set_value.symbol == "x":
            c, row, column = ([0, *set_value.at])[-3:]
            return f"image[0, {row}, {column}, {c}].assign({set_value.value!r})"
        n, entry = self.place(set_value)
        weights = f"model.trainable_variables[{n}]"
        return f"weights = np.array({weights})\nweights{entry}\n{weights}.assign(weights)"


class _PyTorch(_Parts):
    NAME = "PyTorch"

    def refused(self) -> list[str]:
        return [names.output for layer, names, shape in self.layers() if layer.refused_by_pytorch(shape, self.images or 1)]

    IMPORTS = (
        "import base64\nimport zlib\nfrom collections import OrderedDict\n\n"
        "import numpy as np\nimport torch\nfrom torch import nn\n\n"
        "torch.set_default_dtype(torch.float64)"
    )
    values = "[*model.parameters()][{}].detach().numpy()"
    BY_HAND, TURNED = "@torch.no_grad()\ndef by_hand(k):", "permute"
    DROPOUT = PYTORCH_DROPOUT
    MASK = "model.{of}.mask = torch.from_numpy({mask})"

    def model(self) -> str:
        lines = []
        for layer, names, shape in self.layers():
            if names.flattens:
                lines.append('("v", nn.Flatten()),')
            *before, last = layer.pytorch(shape)
            lines += [f'("{names.output}_{n}", nn.{line}),' for n, line in enumerate(before)] + [f'("{names.output}", {"" if layer.draws(shape) else "nn."}{last}),']
        weights = [
            f"    model.{of}.{'bias' if letter in 'bs' else 'weight'}.copy_(torch.from_numpy({name}{f'.transpose{axes}' if axes else ''}))"
            for name, of, letter, axes in self.weights()
        ]
        body = textwrap.indent("\n".join(lines), "    ")
        if self.in_eval_mode:
            weights += [f"    model.{name}.copy_(torch.from_numpy({variable(name)}))" for name in self.program.buffers]
        return f"model = nn.Sequential(OrderedDict([\n{body}\n]))\nwith torch.no_grad():\n" + "\n".join(weights)

    def passes(self) -> str:
        kind = self.program.network.layers[-1].kind
        outputs = f"    o = torch.{kind}(z{', dim=-1' if kind == 'softmax' else ''})\n" if self.merged else ""
        batch_axis = "" if self.images else "[None]"
        return (
            f"image = torch.from_numpy(x){batch_axis}.requires_grad_()\n{'targets' if self.images else 'y'} = torch.from_numpy(y)\n\n\n"
            "def passes():\n"
            f'    """{say("export.frameworks.passes.docstring", library=self.NAME)}"""\n'
            f"    {self.end} = model(image){self.first}\n{outputs}"
            f"    L = {self.loss}\n"
            "    dx, *gradients = torch.autograd.grad(L, [image, *model.parameters()])\n"
            f"    return o.detach().numpy(), L.item(), dx{self.first}.numpy(), [gradient.numpy() for gradient in gradients]"
        )

    def update(self) -> str:
        return (
            f"{self.by_hand}{self.draws}optimizer = {self.setup.optimizer.code['pytorch']}\n\n\n"
            "def step(gradients):\n"
            "    for parameter, gradient in zip(model.parameters(), gradients):\n"
            "        parameter.grad = torch.from_numpy(gradient)\n"
            "    optimizer.step()\n\n\n" + self.training_loop()
        )

    @property
    def begin(self) -> str:
        return "model.eval()\n" if self.in_eval_mode else super().begin

    def assignment(self, set_value: SetValue) -> str:
        if set_value.symbol == "x":
            c, row, column = ([0, *set_value.at])[-3:]
            return f"image[0, {c}, {row}, {column}] = {set_value.value!r}"
        n, entry = self.place(set_value)
        return f"[*model.parameters()][{n}]{entry}"
