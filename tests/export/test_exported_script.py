"""The exported script and notebook, run on their own, against the numbers of the core."""

import ast
import base64
import json
import os
import platform
import random
import re
import subprocess
import sys

import numpy as np
import pytest

from cnnviz import Setup, load_image, run_updates
from cnnviz.core.network.layers import LAYERS
from cnnviz.core.network.stored_params import store_params
from cnnviz.core.notebook.notebook import DEVIATIONS
from cnnviz.core.setup.kernels import KERNELS
from cnnviz.data.images import find_image, load_images
from cnnviz.data.uploads import pack
from cnnviz.export.arrays import describe, named_arrays, print_limit
from cnnviz.export.numpy_script import jupyter_notebook, numpy_script
from cnnviz.words import Problem

NAMES = [
    *("x", "f", "z1", "a1", "v", "w", "b", "z2", "o", "y", "L", "losses"),
    *("do", "dz2", "dw", "db", "da1", "dz1", "df", "dx", "f next", "w next", "b next"),
]
NUMBER = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")
ALL_IN_ORDER = "import json, sys\nspace = {}\nfor cell in json.load(sys.stdin):\n    exec(cell, space)"


def some_setup(number: int) -> Setup:
    """Any setup: half with strides and padding, half with the teaching notebook's deviations."""
    draw = random.Random(number)
    names = draw.sample(DEVIATIONS, draw.randrange(len(DEVIATIONS) + 1))
    rule = {"rule": ",".join(names) or "exact"}
    layout = {"stride": draw.randrange(1, 9), "pad": draw.choice(["valid", "same", "full", 1, 4])}
    return Setup(
        img=draw.choice([f"test-{draw.randrange(20)}", "pattern-dot"]),
        ch=draw.choice(["red", "green", "blue", "gray"]),
        scale=draw.choice(["unit", "raw"]),
        f=draw.choice([f"random-{number}", *KERNELS]),
        w=draw.choice(["zeros", "normal"]),
        seed=draw.randrange(1000),
        y=(draw.random(), draw.random()),
        lr=draw.choice([0.01, 0.7, 30.0]),
        k=draw.randrange(40),
        **(layout if number % 2 else rule),
    )


def some_network(number: int) -> Setup:
    """Any network of few numbers: convolutions and pools that fit, dense layers, a loss, an optimizer."""
    draw = random.Random(1000 + number)
    side, words = 32, []
    for _ in range(draw.randrange(3)):
        k, stride, padding = draw.choice([1, 2, 3, 5]), draw.choice([1, 2, 3]), draw.choice(["", "same", "full", "p2"])
        words.append(f"conv{draw.randrange(1, 4)}x{k}{draw.choice(['', 'b'])}{f's{stride}' if stride > 1 else ''}{padding}")
        words += draw.sample(["relu", "tanh", "sigmoid", "identity"], draw.randrange(2))
        side //= stride
        if side > 6:
            words += draw.sample(["max2", "max3s2", "avg2", "avg3s1"], draw.randrange(2))
            side //= 2
    words += draw.choice([["gap"], ["dense5", "tanh"], ["max4", "dense3", "softmax"], []]) if side > 3 else []
    last = draw.choice(["mse", "sigmoid-mse", "softmax-mse", "softmax-ce", "sigmoid-ce", "sigmoid-bce"])
    return Setup(
        img=draw.choice([f"test-{draw.randrange(20)}", "digit7-3", "pattern-dot"]),
        ch=draw.choice(["red", "gray", "rgb"]),
        net="-".join([*words, f"dense{draw.randrange(1, 11)}", last]),
        w=draw.choice(["zeros", "normal", "he"]),
        seed=draw.randrange(1000),
        lr=draw.choice([0.01, 0.2]),
        opt=draw.choice(["gd", "momentum", "adam"]),
        k=draw.randrange(8),
    )


def run_alone(code: list[str], folder, stdin: str | None = None, **environment: str) -> list[str]:
    """What Python prints in an empty folder, isolated (-I): none of PYTHON's variables, no way to cnnviz.

    Other variables stay: OPENBLAS_CORETYPE decides in which order OpenBLAS sums, and so the last digit.
    """
    command = [sys.executable, "-I", "-W", "error", *code]
    variables = os.environ | environment
    done = subprocess.run(command, input=stdin, cwd=folder, env=variables, capture_output=True, text=True, timeout=600)
    assert done.stderr == "" and done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def run_script(setup: Setup, folder, **environment: str) -> list[str]:
    (folder / "lesson.py").write_text(numpy_script(setup, find_image(setup.img).pixels), encoding="utf-8")
    return run_alone(["lesson.py"], folder, **environment)


def assert_same_numbers(printed: list[str], setup: Setup) -> None:
    """Every printed line says exactly what the core computes for this setup."""
    snapshot = run_updates(setup, load_images(setup), setup.k)
    snapshot = snapshot if setup.mode == "train" else snapshot.in_eval_mode
    arrays = {**snapshot.trace, **snapshot.params, **snapshot.gradients}
    if setup.mode == "train":
        arrays |= {f"{name} next": array for name, array in snapshot.after.items()}
    arrays |= {"y": np.array(setup.y), "L": snapshot.losses[-1], "losses": snapshot.losses}
    names = [line[:7].rstrip() for line in printed]
    assert len(names) == len({*names}) and {*names} == arrays.keys() - {"dv"}, "the layout of a map has no stage"
    if setup.net == Setup().net:
        assert names == NAMES
    for line in printed:
        name, shape, text = re.fullmatch(r"(.{7}) (\(.*?\)) +(.*)", line).groups()
        array = arrays[name.rstrip()]
        assert ast.literal_eval(shape) == array.shape
        if text.startswith("min"):
            numbers = [float(number) for number in re.findall(r"(?:min|max|mean) (\S+)", text)]
            assert numbers == [array.min(), array.max(), array.mean()], line
        else:
            assert array.size <= max(9, len(setup.y)) and np.array_equal(ast.literal_eval(text), array), line


@pytest.mark.parametrize("seed", range(12))
def test_the_script_prints_the_numbers_of_any_lesson(seed, tmp_path):
    setup = some_setup(seed)
    assert_same_numbers(run_script(setup, tmp_path), setup)


@pytest.mark.parametrize("seed", range(12))
def test_the_script_prints_the_numbers_of_any_network(seed, tmp_path):
    setup = some_network(seed)
    assert_same_numbers(run_script(setup, tmp_path), setup)


SET = {
    "from the start and later": Setup(k=3, set="x:3,4:0.5;f:0,0:9;w:120,0:0.31~2;b:0:1;x:2,2:0.1~3;f:0,0:5~1"),
    "in a network, with a memory": Setup(
        k=3, net="conv2x3b-relu-max2-conv3x3-tanh-dense3-softmax-ce", ch="rgb", f="random-1", opt="adam",
        set="x:2,3,4:0.5;f1:1,2,0,0:9;f2:2,1,2,2:4~3;w:12,0:0.31~2;b1:0:1;x:1,2,2:0.1~3",
    ),
    "one parameter": Setup(k=2, opt="momentum", set="f:1,1:2~2"),
    "beside deviations": Setup(k=2, rule="one_pixel", set="w:3,0:1;f:1,1:2~1", scale="raw"),
    "from parameters that are kept": Setup(set="w:3,0:1", w=store_params({"w": np.ones((900, 2))})),
}  # fmt: skip
"""Setups in which values are set by hand."""


@pytest.mark.parametrize("setup", SET.values(), ids=SET)
def test_the_script_sets_what_is_set_by_hand(setup, tmp_path):
    assert_same_numbers(run_script(setup, tmp_path), setup)


SETUPS = {
    "default": Setup(),
    "long": Setup(k=300, lr=0.5),
    "gray": Setup(ch="gray", stride=3, pad="full", k=5, seed=11),
    "procedural": Setup(scale="raw", rule="procedural", f="notebook", w="zeros", y=(0.9, 0.9), k=20),
    "object-oriented": Setup(scale="raw", rule="object-oriented", f="notebook", w="zeros", y=(0.9, 0.9), k=20),
    "overflow": Setup(scale="raw", f=(-1e6,) * 9, lr=1e6, k=3),  # e^(-z) overflows
    "upload": Setup(img=pack(np.arange(3072, dtype=np.uint32).astype(np.uint8).reshape(32, 32, 3)), ch="gray", k=2),
}
NETWORKS = {
    "course": Setup(net="conv4x3-relu-max2-conv4x3-relu-max2-dense10-softmax-ce", ch="rgb", opt="adam", k=4, classes="frog,cat"),
    "lenet": Setup(
        net="conv6x5b-sigmoid-avg2-conv16x5b-sigmoid-avg2-dense120-sigmoid-dense84-sigmoid-dense10-softmax-ce", opt="momentum", k=2
    ),
    "filters": Setup(net="conv3x3-tanh-conv2x4same-dense2-sigmoid-bce", f="blur;sobel-y", f2="emboss", w="he", opt="adam", k=3),
    "apart": Setup(net="conv2x3bs2d2p1-tanh-conv2x3d3full-dense2-mse", k=2),
    "leaky": Setup(net="conv2x3-leaky-max2-dense3-leaky20-softmax-ce", f="random-1", k=3),
    "normalised, dropped": Setup(net="conv2x3-bn-relu-max2-drop50-dense5-ln-dense3-softmax-ce", k=3, seed=4),
    "dropped maps": Setup(net="conv2x3-drop50m-tanh-max2-dense4-drop20m-dense2-softmax-ce", k=2),
    "groups": Setup(net="bn-drop20-conv4x3-gn2-tanh-dense3-bn-mse", ch="rgb", opt="adam", k=2),
    "overlap": Setup(net="conv2x3b-max3s1-avg3s2-gap-sigmoid-ce", img="digit7-3", k=5, lr=0.5),
    "no convolution": Setup(net="max4-relu-dense6-relu-dense3-identity-mse", opt="adam", k=3),
    "saturated": Setup(net="dense3-softmax-ce", scale="raw", lr=50.0, k=6, opt="momentum"),
}


@pytest.mark.parametrize("setup", [*SETUPS.values(), *NETWORKS.values()], ids=[*SETUPS, *NETWORKS])
def test_script_and_notebook_print_the_numbers_of_this_lesson(setup, tmp_path):
    printed = run_script(setup, tmp_path)
    assert_same_numbers(printed, setup)
    notebook = json.loads(jupyter_notebook(setup, find_image(setup.img).pixels))
    cells = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert run_alone(["-c", ALL_IN_ORDER], tmp_path, json.dumps(cells)) == printed


@pytest.mark.parametrize("setup", NETWORKS.values(), ids=NETWORKS)
def test_the_script_of_any_network_can_be_read(setup):
    script = numpy_script(setup, find_image(setup.img).pixels)
    program = setup.network.program(setup.x_shape)
    assert max(len(line) for line in script.splitlines() if "?img=" not in line) <= 120
    for line in (*program.forward_lines, *program.backward_lines):
        result = re.findall(rf"^ *{line.target.replace('.', '_')} = {line.function.__name__}\(", script, re.M)
        assert len(result) == 1 and len(re.findall(rf"^def {line.function.__name__}\(", script, re.M)) == 1, line.target
    assert not re.search("Problem|whole_number|lru_cache|cnnviz\\.|^def .*->|>>>", script, re.M), "what only the program needs"


@pytest.mark.parametrize("kind", LAYERS)
def test_every_kind_of_layer_can_be_taken_along(kind):
    net = {"conv": "conv2x3-dense2-mse", "dense": "dense2-mse", "max": "max2-dense2-mse", "avg": "avg2-dense2-mse", "gn": "dense2-gn2-dense2-mse", "drop": "drop50-dense2-mse"}
    setup = Setup(net=net.get(kind, f"dense2-{kind}-dense2-mse" if kind != "gap" else "conv2x3-gap-mse"))
    assert "def forward(" in numpy_script(setup, find_image("test-0").pixels)


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="names an x86 processor of OpenBLAS")
@pytest.mark.parametrize("setup", [Setup(k=3), Setup(ch="gray", stride=2, pad="same", k=300, lr=0.5)])
def test_another_processor_prints_the_same_numbers_but_for_the_last_digits(setup, tmp_path):
    here, there = (
        [float(number) for line in run_script(setup, tmp_path, **environment) for number in NUMBER.findall(line)]
        for environment in ({}, {"OPENBLAS_CORETYPE": "Prescott"})
    )
    np.testing.assert_allclose(here, there, rtol=1e-10, atol=1e-14)


def test_one_channel_can_stand_for_the_image(tmp_path):
    pixels = find_image("test-0").pixels[..., 0]
    (tmp_path / "lesson.py").write_text(numpy_script(Setup(ch="gray"), pixels), encoding="utf-8")
    assert_same_numbers(run_alone(["lesson.py"], tmp_path), Setup(ch="red"))


def test_the_script_can_be_read():
    script = numpy_script(Setup(), find_image("test-0").pixels)
    body = [line for line in script.splitlines() if "?img=" not in line]  # a link is one line
    assert max(map(len, body)) <= 120
    assert re.findall(r"^import .*", script, re.M) == ["import base64", "import zlib", "import numpy as np"]
    assert not re.search(r"short_loop|update_first|notebook", script), "a word on deviations in an exact lesson"
    for line in ("z1 = weigh(z1_windows, f, shape=(30, 30)) ", "v = flatten(a1) ", "dz1 = sigmoid_dx(da1, a1) "):
        assert line in script


def test_the_id_of_an_upload_is_not_repeated_in_words():
    img = pack(np.zeros((32, 32, 3), np.uint8))
    script = numpy_script(Setup(img=img), find_image(img).pixels)
    assert script.startswith('"""your own picture, red channel') and "upload-" not in script


def test_a_lesson_with_deviations_names_each_of_them_and_no_other():
    script = numpy_script(Setup(rule="short_loop,one_pixel"), find_image("test-0").pixels)
    assert set(re.findall("|".join(DEVIATIONS), script)) == {"short_loop", "one_pixel"}
    assert "stay 0, so these units are 0.5" in script


def test_the_notebook_is_valid_and_has_a_formula_before_each_code():
    notebook = json.loads(jupyter_notebook(Setup(), find_image("test-0").pixels))
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    assert set(notebook) == {"cells", "metadata", "nbformat", "nbformat_minor"}
    cells = notebook["cells"]
    ids = [cell["id"] for cell in cells]
    assert len(set(ids)) == len(ids) and all(re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", name) for name in ids)
    extra = {"code": {"outputs", "execution_count"}, "markdown": set()}
    for before, cell in zip([None, *cells], cells, strict=False):
        assert set(cell) - {"attachments"} == {"cell_type", "id", "metadata", "source"} | extra[cell["cell_type"]]
        if cell["cell_type"] == "code":
            needs = cell["source"][0].startswith("import")
            assert before["cell_type"] == "markdown" and (needs or "$$" in "".join(before["source"]))


def test_the_notebook_begins_with_words_and_a_picture_and_its_data_comes_late():
    cells = json.loads(jupyter_notebook(Setup(k=2), find_image("test-0").pixels))["cells"]
    assert cells[0]["source"][-1].endswith("](attachment:lesson.png)")
    picture = base64.b64decode(cells[0]["attachments"]["lesson.png"]["image/png"])
    assert picture.startswith(b"\x89PNG") and len(picture) < 60_000
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    (data,) = (place for place, text in enumerate(code) if "b64decode" in text)
    assert data > len(code) / 2
    (loops,) = (text for text in code if "four_loops" in text)
    assert loops.count("    for ") == 4 and "assert np.allclose(slow, fast" in loops


@pytest.mark.parametrize(
    "pixels",
    [np.zeros((32, 32, 3)), np.zeros((32, 32, 4), np.uint8), np.zeros(9, np.uint8), np.zeros((2, 2), np.uint8)],
)
def test_pixels_that_do_not_fit_are_refused(pixels):
    with pytest.raises(ValueError, match=r"uint8|does not fit"):
        numpy_script(Setup(), pixels)


def test_a_lesson_that_starts_from_held_parameters_takes_them_along(tmp_path):
    start = run_updates(Setup(lr=0.3), load_image("test-0"), 7).params
    setup = Setup(f=start.f, w=store_params(start), k=2)
    path = tmp_path / "lesson.py"
    path.write_text(numpy_script(setup, find_image("test-0").pixels), "utf-8")
    done = subprocess.run([sys.executable, "-I", path], capture_output=True, text=True, check=True, timeout=600)
    snapshot = run_updates(setup, load_image("test-0"), 2)
    assert repr(snapshot.trace.o.tolist()) in done.stdout
    assert repr(snapshot.gradients.df.tolist()) in done.stdout


SEVERAL = (
    Setup(net="conv2x3b-bn-relu-max2-drop50-dense2-softmax-ce", img="cat-0,dog-1,cat-5", k=3, lr=0.1),
    Setup(net="conv2x3-gn2-leaky20-avg2-dense4-ln-dense2-bn-sigmoid-mse", img="cat-0,dog-1", ch="rgb", opt="adam", k=2, seed=4),
    Setup(net="conv2x3s2-sigmoid-gap-sigmoid-bce", img="digit1-3,digit0-2,digit1-5,digit0-7", ch="gray", opt="momentum", scale="raw", k=2),
)
IN_EVAL_MODE = (
    Setup(net="conv2x3b-bn-relu-max2-drop50-dense2-softmax-ce", img="cat-0,dog-1,cat-5", k=3, lr=0.1, mode="eval"),
    Setup(net="bn-conv2x3b-tanh-avg4-dense4-drop20-bn-dense2-mse", img="cat-0,dog-1", opt="adam", k=2, set="w2:1,0:2~1", mode="eval"),
)


def test_after_training_that_started_with_running_numbers_they_go_on():
    start = {"n.running_mean": np.array([0.3]), "n.running_var": np.array([2.5])}
    params = Setup(net="bn-conv2x3-gap-mse").first_params()
    test_of_several_images_script_and_notebook_print_the_numbers_of_their_mean(
        Setup(net="bn-conv2x3-gap-mse", img="cat-0,dog-1", k=1, w=store_params({**params, **start}), mode="eval")
    )


@pytest.mark.parametrize("setup", [setup.with_one_image(0) for setup in IN_EVAL_MODE], ids=lambda setup: setup.net)
def test_in_eval_mode_the_script_prints_the_numbers_of_that_pass(setup, tmp_path):
    assert_same_numbers(run_script(setup, tmp_path), setup)


@pytest.mark.parametrize("setup", (*SEVERAL, *IN_EVAL_MODE), ids=lambda setup: f"{setup.net} {setup.mode}")
def test_of_several_images_script_and_notebook_print_the_numbers_of_their_mean(setup):
    pixels = np.stack([find_image(img).pixels for img in setup.images])
    snapshot = run_updates(setup, load_images(setup), setup.k)
    snapshot = snapshot if setup.mode == "train" else snapshot.in_eval_mode
    most = print_limit(snapshot.trace.o.shape[-1])
    expected = [describe(name, snapshot.losses[-1] if name == "L" else array, most) for name, array in (named_arrays(setup, snapshot) | {"L": snapshot.losses[-1]}).items()]
    expected += [describe(f"{name} next", array, most) for name, array in snapshot.after.items() if setup.mode == "train"]
    cells = [cell for cell in json.loads(jupyter_notebook(setup, pixels))["cells"] if cell["cell_type"] == "code"]
    for code in (numpy_script(setup, pixels), "\n".join("".join(cell["source"]) for cell in cells)):
        printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.splitlines()
        assert sorted(printed) == sorted(expected)


def test_one_images_pixels_are_not_those_of_several():
    with pytest.raises(Problem, match="Choose one image"):
        numpy_script(SEVERAL[0], find_image("cat-0").pixels)
