"""`python -m cnnviz model`: somebody's model in a terminal."""

import importlib
import json
import sys
import zipfile
from urllib.parse import parse_qsl

import numpy as np
import pytest

from cnnviz.__main__ import main
from cnnviz.core.setup.setup import Setup
from cnnviz.core.training.snapshots import run_updates
from cnnviz.data.images import find_image, load_image
from cnnviz.export.import_weights import read_start
from cnnviz.words import languages
from tests.models.models import PYTORCH_TUTORIAL


def model(capsys, *arguments):
    code = main(["model", *map(str, arguments)])
    out = capsys.readouterr()
    return code, out.out.splitlines(), out.err


def test_a_model_is_printed_layer_by_layer_with_its_network_at_the_end(tmp_path, capsys):
    text, net = PYTORCH_TUTORIAL
    (tmp_path / "net.py").write_text(text)
    code, lines, _ = model(capsys, tmp_path / "net.py")
    assert (code, lines[-1]) == (0, f"net={net}")
    assert lines[0] == "nn.Conv2d(3, 6, 5): conv6x5b" and "torch.flatten(x, 1): nothing needed" in lines


def test_what_cannot_be_taken_is_printed_with_what_would_do(tmp_path, capsys):
    (tmp_path / "net.py").write_text("nn.Sequential(nn.Conv2d(1, 500, 3), nn.LSTM(3, 3), nn.Flatten(), nn.Linear(5, 3))")
    code, lines, _ = model(capsys, tmp_path / "net.py")
    assert code == 1 and lines[-1].startswith("net=conv") and lines[-1].endswith("x3b-dense3-softmax-ce")
    assert "nn.LSTM(3, 3): left out" in lines and "# Line 1: cnnviz has no layer LSTM." in lines
    assert any(line.startswith("# ") and "instead of 500" in line for line in lines)


TOO_DEEP = "nn.Sequential(nn.Linear(1, 2)" + ", nn.Linear(2, 2)" * 9 + ")"


@pytest.mark.parametrize(
    "text, said", [("", "There is no text"), ("nn.Sequential(nn.ReLU(), nn.Flatten())", "needs a vector"), (TOO_DEEP, "at most 3 dense")]
)
def test_what_is_no_network_is_said(tmp_path, capsys, text, said):
    (tmp_path / "net.py").write_text(text)
    code, _, error = model(capsys, tmp_path / "net.py")
    assert code == 2 and said in error


def test_its_weights_are_fitted_to_the_images_that_it_was_trained_on(tmp_path, capsys):
    (tmp_path / "net.py").write_text("nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(676, 10))")
    shapes = {"0.weight": (4, 1, 3, 3), "0.bias": (4,), "4.weight": (10, 676), "4.bias": (10,)}
    np.savez(tmp_path / "mine.npz", **{name: np.ones(shape) for name, shape in shapes.items()})
    code, lines, _ = model(capsys, tmp_path / "net.py", "--weights", tmp_path / "mine.npz")
    assert code == 0 and f'4 arrays of {tmp_path}/mine.npz fit; open them with --params {tmp_path}/mine.npz "?net=' in lines[-2]
    query = lines[-2].partition('"')[2].rstrip('"')
    assert main([query, "--params", str(tmp_path / "mine.npz"), "--json", str(tmp_path / "out.json")]) == 0
    assert Setup(img="digit7-0").x_shape[-2:] == (28, 28) and "img=digit7-0" in query
    np.savez(tmp_path / "other.npz", a=np.ones((3, 3)), b=np.ones(3))
    code, _, error = model(capsys, tmp_path / "net.py", "--weights", tmp_path / "other.npz")
    assert code == 2 and "a (3, 3), b (3,)" in error


@pytest.mark.parametrize("lang", languages())
def test_its_help_is_said_in_each_language(lang, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["model", "--lang", lang, "--help"])
    assert ended.value.code == 0 and "net=…" in capsys.readouterr().out


def test_without_h5py_the_weights_of_a_keras_archive_are_said_to_need_it(tmp_path, capsys, monkeypatch):
    start = {"class_name": "InputLayer", "config": {"batch_shape": [None, 28, 28, 1]}}
    layers = [start, {"class_name": "Flatten", "config": {}}, {"class_name": "Dense", "config": {"units": 3}}]
    with zipfile.ZipFile(tmp_path / "mine.keras", "w") as archive:
        archive.writestr("config.json", json.dumps({"class_name": "Sequential", "config": {"layers": layers}}))
        archive.writestr("model.weights.h5", b"HDF")
    monkeypatch.setitem(sys.modules, "h5py", None)
    code, lines, _ = model(capsys, tmp_path / "mine.keras")
    assert code == 0 and "# The weights in a .keras file need h5py, which comes with TensorFlow. Run pip install h5py." in lines
    code, _, error = model(capsys, tmp_path / "mine.keras", "--npz", tmp_path / "out.npz")
    assert code == 2 and "need h5py" in error


def test_weights_of_a_keras_archive_are_written_for_a_lesson(tmp_path, capsys):
    keras = pytest.importorskip("keras")
    layers = importlib.import_module("keras.layers")
    pytest.importorskip("h5py")
    first = [keras.Input((28, 28, 1)), layers.Conv2D(4, 3), layers.ReLU(), layers.MaxPooling2D()]
    chain = [*first, layers.Conv2D(2, 3), layers.Flatten(), layers.Dense(3, activation="softmax")]
    keras.utils.set_random_seed(1)
    net = keras.Sequential(chain)
    net.compile(loss="categorical_crossentropy")
    net.save(tmp_path / "mine.keras")
    code, lines, _ = model(capsys, tmp_path / "mine.keras", "--npz", tmp_path / "mine.npz")
    assert code == 0 and lines[-1] == "net=conv4x3b-relu-max2-conv2x3b-dense3-softmax-ce"
    query = lines[-2].partition('"')[2].rstrip('"')
    setup = Setup.from_query(dict(parse_qsl(query.removeprefix("?"))))[0]
    start, _ = read_start((tmp_path / "mine.npz").read_bytes(), setup)
    x = load_image(find_image(start.img).pixels, start.ch, start.scale)
    ours = run_updates(start, x, 0).trace.o
    np.testing.assert_allclose(net(x[None, :, :, None]).numpy()[0], ours, rtol=1e-4)
