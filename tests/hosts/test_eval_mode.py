"""`mode=eval`: every form of the numbers holds the pass with the running statistics, and no mask."""

import io
import json
from urllib.parse import urlencode

import numpy as np
import pytest

from cnnviz.__main__ import main
from cnnviz.core.setup.setup import Setup
from cnnviz.core.training.snapshots import run_updates
from cnnviz.data.images import load_images
from cnnviz.decks.scope import scope_of
from cnnviz.export import animation as animations
from cnnviz.export.arrays import backward_names
from cnnviz.export.terminal import report
from cnnviz.hosts.dialogs import answers
from cnnviz.hosts.jupyter import SetupView
from cnnviz.pages.registry import page_at
from cnnviz.pages.resource import canonical_query, compute_resource
from tests.pages.running import decode

SETUPS = [
    Setup(net="conv2x3-bn-relu-max2-drop50-dense2-softmax-ce", img="cat-3", k=3, lr=0.1, mode="eval"),
    Setup(net="conv3x3b-bn-tanh-avg2-drop20-dense2-sigmoid-mse", f="random-2", k=2, opt="adam", mode="eval", set="w:3,1:1~2"),
    Setup(net="bn-dense4-drop30-relu-dense2-mse", img="dog-1", ch="rgb", k=1, mode="eval"),
]


def wanted(setup):
    """All arrays of the eval pass and its loss, from the network alone."""
    snapshot, network = run_updates(setup, load_images(setup), setup.k), setup.network
    trace = network.forward(snapshot.params, snapshot.trace.x, training=False, pass_inputs=snapshot.buffers)
    y = np.array(setup.y)
    gradients = network.backward(snapshot.params, trace, y)
    return {**trace, **{name: gradients[name] for name in backward_names(network)}, "L": network.loss(trace, y)}


def resource(form, page=""):
    def read(setup, folder):
        result = page_at(page)
        data = compute_resource(result, canonical_query(result, setup.to_query()), form).plain
        if form == "npz":
            arrays = dict(np.load(io.BytesIO(data)))
            return arrays | {"L": json.loads(str(arrays["header"]))["loss"]}
        if form == "json":
            text = json.loads(data)
            return {name: np.array(array) for name, array in text["arrays"].items()} | {"L": text["loss"]}
        return sent(data)

    return read


def sent(data):
    """The exact arrays of an answer for the view, and its loss."""
    header, arrays = decode(data)
    return {name: array for name, array in arrays.items() if array.dtype == np.float64} | {"L": header["loss"]}


def command(kind):
    def read(setup, folder):
        file = folder / f"file.{kind}"
        assert main([f"?{urlencode({**setup.to_query(), 'stage': 'o'})}", f"--{kind}", str(file)]) == 0
        if kind == "npz":
            return dict(np.load(file))
        rows = [line.split(",")[1:] for line in file.read_text().splitlines()[1:]]
        return {"o": np.array(rows, dtype=float)}

    return read


def printed(setup, *_):
    snapshot = run_updates(setup, load_images(setup), setup.k).in_mode(setup.mode)
    lines = dict(line.split(maxsplit=1) for line in report(setup, snapshot) if line[0] not in "# ")
    return {name: np.array(json.loads(lines[name].partition(")")[2])) for name in ("o", "L")}


FORMS = {
    "view": resource(""),
    "json": resource("json"),
    "npz": resource("npz"),
    "check": resource("npz", "check"),
    "file": lambda setup, *_: dict(np.load(io.BytesIO(answers.answer("file", setup.to_query() | {"what": "arrays"}).body))),
    "command": command("npz"),
    "csv": command("csv"),
    "terminal": printed,
    "notebook": lambda setup, *_: {**(snapshot := SetupView(setup).snapshot).trace, **snapshot.gradients, "L": snapshot.losses[-1]},
    "notebook's view": lambda setup, *_: sent(SetupView.answer(setup.to_query())),
    "script": lambda setup, *_: scope_of(setup).arrays,
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("setup", SETUPS, ids=lambda setup: setup.net)
def test_every_form_has_the_eval_pass_and_its_loss(setup, form, tmp_path):
    right = wanted(setup)
    training = run_updates(setup, load_images(setup), setup.k)
    result = FORMS[form](setup, tmp_path)
    common = {name for name in result if name in right and np.size(result[name]) == np.size(right[name])}
    assert len(common) > 0 and ("L" in common or form == "csv")
    for name in common:
        np.testing.assert_allclose(np.ravel(result[name]), np.ravel(right[name]), rtol=1e-12, atol=1e-14, err_msg=name)
    assert float(training.losses[-1]) != float(right["L"])


@pytest.mark.parametrize("setup", SETUPS, ids=lambda setup: setup.net)
def test_a_film_shows_the_eval_pass(setup, monkeypatch):
    frames = []
    monkeypatch.setattr(animations, "draw", lambda _, panels: frames.append(panels))
    monkeypatch.setattr(animations, "encode", lambda *_: b"GIF89a")
    animations.animation(setup, load_images(setup))
    *panels, curve = frames[-1]
    named, right = {panel.name: panel.array.ravel() for panel in panels}, wanted(setup)
    shown = [one for one in animations.selected_maps(setup, setup.x_shape) if one.symbol in right]
    assert len(shown) > 1 and curve.values[-1] == right["L"]
    for one in shown:
        array = np.ravel(right[one.symbol][one.at])
        np.testing.assert_allclose(named[one.name][: array.size], array, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("setup", SETUPS, ids=lambda setup: setup.net)
def test_own_gradients_are_compared_in_the_mode_of_the_link(setup, tmp_path, capsys):
    link = f"?{urlencode(setup.to_query())}"
    assert main([link, "--npz", str(tmp_path / "own.npz")]) == 0
    assert main(["check", str(tmp_path / "own.npz"), link]) == 0
    assert main(["check", str(tmp_path / "own.npz"), link.replace("mode=eval", "mode=train")]) == 1
    header, _ = decode(answers.answer("gradients", setup.to_query() | {"check": "own"}, (tmp_path / "own.npz").read_bytes()).body)
    assert header["road"]["verdict"]["good"] and header["lesson"]["mode"] == "eval"
