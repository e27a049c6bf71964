"""A setup's script in Keras and in PyTorch, run where these are: the same outputs, loss, gradients and step as ours."""

import ast
import contextlib
import importlib
import io

import numpy as np
import pytest

from cnnviz.core.setup.presets import PRESETS
from cnnviz.core.setup.setup import Setup
from cnnviz.core.training.snapshots import run_updates
from cnnviz.data.images import find_image, load_images
from cnnviz.export.frameworks import keras_script, pytorch_script
from cnnviz.words import Problem, languages, say, text, use_language

# A drawn first filter: Sobel's sums over one colour are 0 but for rounding, and ReLU's gate is a matter of chance there.
SETUPS = {preset.name: Setup.parse_query(preset.query | {"k": "2", "lr": "0.001", "f": "random-1"})[0] for preset in PRESETS} | {
    "even kernels, strides, same": Setup(net="conv2x4bs3same-tanh-conv3x3s2same-relu-max3s1-dense2-identity-mse", ch="rgb", k=1),
    "pixels that lie apart": Setup(net="conv2x3bd2-tanh-conv3x3s2d2same-gap-dense2-softmax-mse", ch="rgb", k=1),
    "slopes of its own": Setup(net="conv2x3b-leaky-conv2x3-leaky30-dense3-softmax-ce", f="random-1", k=2, lr=0.1),
    "normalised": Setup(net="conv4x3-bn-tanh-conv4x3b-gn2-leaky-dense3-ln-dense2-softmax-ce", f="random-1", k=2, lr=0.1, y="1,0"),
    "full, averages, cross-entropy of sigmoids": Setup(net="conv2x3full-avg3s2-conv2x2p1-gap-sigmoid-ce", y="1,0.5", ch="gray", k=3),
    "targets that do not sum to 1": Setup(net="conv3x3s2p2-gap-dense3-softmax-ce", y="1,1,0.5", opt="adam", k=3),
    "a hidden softmax": Setup(net="dense4-softmax-dense2-sigmoid-bce", y="1,0", opt="momentum", k=3),
    # A softmax that is sure and wrong: of one that is right TensorFlow has only the first digits.
    "raw pixels": Setup(net="conv2x3bs2-max2-dense2-softmax-ce", scale="raw", f="random-1", y="0,1", k=0),
}
SETUPS |= {
    "set by hand": Setup(
        k=3, net="conv2x3b-tanh-avg2-conv3x3-tanh-dense3-softmax-ce", ch="rgb", f="random-1", opt="adam",
        set="x:2,3,4:0.5;f1:1,2,0,0:9;f2:2,1,2,2:4~3;w:12,0:0.31~2;b1:0:1;x:1,2,2:0.1~3",
    ),
    "several images": Setup(net="conv2x3-bn-tanh-max2-drop50-dense2-softmax-ce", img="cat-0,dog-1,cat-5", f="random-1", k=2, lr=0.1),
    "several in colour, groups and rows": Setup(net="conv4x3-gn2-leaky20-avg2-dense4-ln-dense2-sigmoid-mse", img="cat-0,dog-1", ch="rgb", f="random-1", k=2),
    "several, both losses of sigmoids": Setup(net="conv2x3s2-sigmoid-bn-gap-sigmoid-bce", img="digit1-3,digit0-2,digit1-5", opt="momentum", k=1),
    "dropped maps": Setup(net="conv2x3-drop50m-tanh-max2-dense4-drop20-dense2-softmax-ce", img="cat-0,dog-1", f="random-1", k=2, lr=0.1),
    "after training": Setup(net="conv2x3-bn-relu-max2-drop50-dense4-bn-dense2-softmax-ce", img="cat-0,dog-1,cat-5,dog-0", f="random-1", k=4, lr=0.1, mode="eval"),
    "one image after training": Setup(net="conv3x3-bn-tanh-avg2-drop20-dense2-sigmoid-mse", f="random-2", k=3, opt="adam", mode="eval", set="w:3,1:1~2"),
    "nothing that differs after training": Setup(net="conv2x3-tanh-dense2-softmax-ce", f="random-2", k=2, opt="momentum", mode="eval"),
    "set by hand in the notebook's network": Setup(k=2, set="x:3,4:0.5;f:0,0:5~1;w:120,0:0.31~2"),
}  # fmt: skip
SCRIPTS = {"keras": keras_script, "torch": pytorch_script}


def made(library: str, setup: Setup) -> str:
    pixels = [find_image(img).pixels for img in setup.images]
    return SCRIPTS[library](setup, pixels[0] if len(pixels) == 1 else np.stack(pixels))


@pytest.fixture
def float64():
    """Puts back what a script sets for its whole process."""
    keras = importlib.import_module("keras")
    before, policy = keras.config.floatx(), keras.config.dtype_policy()
    yield
    keras.config.set_floatx(before)
    keras.config.set_dtype_policy(policy)


@pytest.mark.parametrize("name", SETUPS)
def test_the_script_in_keras_gives_our_numbers(name, float64):
    agrees("keras", SETUPS[name])


@pytest.mark.parametrize("name", SETUPS)
def test_the_script_in_pytorch_gives_our_numbers(name):
    ast.parse(made("torch", SETUPS[name]))
    pytest.importorskip("torch", reason="PyTorch is not installed: its script was only parsed.")
    agrees("torch", SETUPS[name])


def agrees(library: str, setup: Setup) -> None:
    """Runs the script and compares all that it names with the core's arrays."""
    result: dict[str, object] = {}
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile(made(library, setup), f"{library}.py", "exec"), result)
    snapshot = run_updates(setup, load_images(setup), setup.k)
    snapshot = snapshot.in_eval_mode if setup.mode == "eval" else snapshot
    ours = {"o": snapshot.trace.o, "L": snapshot.losses[-1], **snapshot.gradients, **{f"{name}_next": array for name, array in snapshot.after.items()}}
    names = ["o", "L", "dx", *(f"d{name}" for name in snapshot.params), *(f"{name}_next" for name in snapshot.params if setup.mode == "train")]
    for name in names:
        array = np.asarray(ours[name])
        small = 1e-10 * np.abs(array).max() + (1e-8 * setup.lr if "_next" in name and setup.opt == "adam" else 0)  # Adam divides by what may be round-off
        np.testing.assert_allclose(np.reshape(result[name], array.shape), array, rtol=1e-10, atol=small, err_msg=name)
    assert len(printed.getvalue().splitlines()) == len(names)


TIED = {
    "Sobel's over one colour, and pixels that are equal": (Setup(net="conv4x3b-relu-max2-dense3-softmax-ce", ch="rgb", img="test-3", y="0,1,0", k=3, opt="adam"), "a1", "p1"),
    "no ReLU": (Setup(net="conv8x3-max2-dense2-softmax-ce", f="sobel-x"), "", "p1"),
    "no pool, the second activation": (Setup(net="conv4x3-identity-relu-dense2-mse", f="sobel-x"), "a2", ""),
    "both twice": (Setup(net="conv4x3-relu-max2-conv4x3-relu-max2-dense2-mse", img="pattern-edges", f="random-1"), "", "p1 p2"),
    "a black ground, whose sums are exact": (Setup(net="conv4x3b-relu-max2-dense2-mse", img="digit7-3", f="random-1", scale="raw", k=2), "", ""),
    "drawn filters on a photograph": (SETUPS["explainer"], "", ""),
}  # fmt: skip
"""Setups and where ties are in them: what ReLU and max pooling make there."""


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("library", SCRIPTS)
@pytest.mark.parametrize("name", TIED)
def test_the_note_names_the_layers_that_have_ties_in_this_lesson(name, library, language):
    setup, *tied = TIED[name]
    with use_language(language):
        message = _plain(ast.get_docstring(ast.parse(made(library, setup))))
        for kind, layers in zip(("relu", "max"), tied, strict=True):
            note = f"layer.{kind}.tied"
            assert (_plain(text(note).partition("{")[0]) in message) == bool(layers)
            assert not layers or _plain(say(note, layers=layers.split())) in message


def _plain(words: str) -> str:
    return " ".join(words.split()).replace("- ", "-")  # a line may end after a hyphen


@pytest.mark.parametrize("library", SCRIPTS)
def test_a_rule_that_is_not_exact_gets_a_sentence(library):
    with pytest.raises(Problem, match="cannot be expressed in Keras or PyTorch"):
        made(library, Setup(rule="update_first"))


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ({"net": "conv2x3-bn-dense4-bn-dense2-softmax-ce"}, "n2"),
        ({"net": "dense4-gn4-dense2-softmax-ce"}, "n1"),
        ({"net": "conv2x3-bn-gn2-dense2-softmax-ce"}, ""),
        ({"net": "conv2x3-bn-dense4-bn-dense2-softmax-ce", "img": "cat-0,dog-1"}, ""),
        ({"net": "conv2x3-bn-dense4-bn-dense2-softmax-ce", "mode": "eval"}, ""),
        ({"net": "conv2x3-bn-dense4-bn-dense2-softmax-ce", "mode": "eval", "k": "1"}, "n2"),
    ],
)
def test_a_script_that_pytorch_refuses_begins_by_saying_so(change, refused):
    setup = Setup.parse_query(change)[0]
    first = pytorch_script(setup, np.zeros((*setup.batch_shape[:-3], *setup.x_shape[-2:], 3), np.uint8)).splitlines()[0]
    assert first.startswith(f"# PyTorch refuses this pass: in training, {refused} ") if refused else first.startswith('"""')
