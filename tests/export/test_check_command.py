"""`python -m cnnviz check`: somebody's gradients in a terminal."""

import json

import numpy as np
import pytest

from cnnviz.__main__ import main
from cnnviz.core.mistakes import mistake_at
from cnnviz.core.setup.setup import Setup
from cnnviz.core.training.snapshots import run_updates
from cnnviz.data.images import find_image, load_image
from cnnviz.export.arrays import arrays_npz

SEED = Setup()
OTHER = Setup(net="conv4x3b-relu-max2-dense3-softmax-ce", img="test-3", ch="rgb", opt="adam", k=3, y=(0.0, 1.0, 0.0))


def snapshot_of(setup):
    return run_updates(setup, load_image(find_image(setup.img).pixels, setup.ch, setup.scale), setup.k)


def mistaken(setup, address):
    snapshot = snapshot_of(setup)
    return mistake_at(address, setup.network).gradients(snapshot.params, snapshot.trace, np.array(setup.y), setup.optimizer, snapshot.state)


def link(setup):
    return "?" + "&".join(f"{key}={value}" for key, value in setup.to_query().items())


def check(capsys, *arguments):
    code = main(["check", *map(str, arguments)])
    out = capsys.readouterr()
    return code, out.out.splitlines(), out.err


@pytest.mark.parametrize("setup", [SEED, OTHER])
def test_our_own_are_all_right(setup, tmp_path, capsys):
    (tmp_path / "own.npz").write_bytes(arrays_npz(setup, snapshot_of(setup)))
    code, lines, _ = check(capsys, tmp_path / "own.npz", link(setup))
    assert (code, lines[-1]) == (0, "all right") and not any("WRONG" in line for line in lines)


@pytest.mark.parametrize(
    "setup, address",
    [(SEED, "hidden_slope_forgotten@dz1"), (SEED, "sign_flipped@do"), (OTHER, "weights_updated_first@dp1"), (OTHER, "max_gradient_to_all@da1")],
)
def test_a_mistake_is_named_with_its_line(setup, address, tmp_path, capsys):
    stage = address.split("@")[1]
    wrong = mistaken(setup, address)
    (tmp_path / "own.json").write_text(json.dumps({name: array.tolist() for name, array in wrong.items()}))
    code, lines, _ = check(capsys, tmp_path / "own.json", link(setup))
    assert (code, lines[-1]) == (1, f"first wrong: {stage}")
    title = str(mistake_at(address, setup.network).title)
    assert any(line.startswith(f"# {title}: explains all ") for line in lines)
    wrong_line, right_line = mistake_at(address, setup.network).code(setup.network.program(setup.x_shape))
    assert f"- {wrong_line}" in lines and f"+ {right_line}" in lines


def test_options_and_single_precision(tmp_path, capsys):
    setup = Setup(img="test-5", k=2)
    np.savez(tmp_path / "own.npz", **{name: array.astype(np.float32) for name, array in snapshot_of(setup).gradients.items()})
    code, lines, _ = check(capsys, tmp_path / "own.npz", "--img", "test-5", "--k", "2")
    assert code == 0 and "# Yours are float32: a relative error up to 0.001 counts as round-off." in lines
    assert check(capsys, tmp_path / "own.npz")[1][-1] == "first wrong: do"  # of another image


def test_a_file_or_a_lesson_that_cannot_be_used_is_a_sentence(tmp_path, capsys):
    (tmp_path / "own.npz").write_bytes(b"PK\x03\x04")
    assert check(capsys, tmp_path / "own.npz")[::2] == (2, "cnnviz: The file is damaged. Save it again.\n")
    assert check(capsys, tmp_path / "none.npz")[0] == 2
    assert check(capsys, tmp_path / "own.npz", "--img", "nothing")[0] == 2
    np.savez(tmp_path / "own.npz", dw=np.zeros((30, 60)))
    assert check(capsys, tmp_path / "own.npz")[2] == "cnnviz: ∂w has shape (30, 60); expected (900, 2).\n"


def test_names_of_a_notebook_are_known_and_others_are_counted(tmp_path, capsys):
    right = snapshot_of(SEED).gradients
    np.savez(tmp_path / "own.npz", dW2=right["dw"], DB=right["db"], grad_kernel=right["df"], delta1=right["dz1"], dQ=np.zeros(3))
    code, lines, notes = check(capsys, tmp_path / "own.npz")
    assert (code, lines[-1]) == (0, "all right") and "# 4 of 5 arrays checked" in lines and "dQ" in notes
    np.savez(tmp_path / "own.npz", dW2=right["dw"], dw=right["dw"], df=right["df"])
    assert "# 2 of 3 arrays checked" in check(capsys, tmp_path / "own.npz")[1]
    np.savez(tmp_path / "own.npz", dw=right["dw"], df=right["df"])
    assert not any("arrays checked" in line for line in check(capsys, tmp_path / "own.npz")[1])


def test_what_cannot_be_told_is_counted_and_where_nothing_can_be_told_the_exit_is_2(tmp_path, capsys):
    setup = Setup(scale="raw", img="digit7-3")
    right = snapshot_of(setup).gradients
    np.savez(tmp_path / "own.npz", **{name: right[name].astype(np.float16) for name in right})
    code, lines, _ = check(capsys, tmp_path / "own.npz", link(setup))
    (line,) = (line for line in lines if "too small" in line)
    n, count = (int(number.replace(",", "")) for number in line.split() if number.replace(",", "").isdigit())
    assert (code, lines[-1]) == (0, "all right") and 0 < n < count == sum(array.size for array in right.values())
    tiny = Setup(net="conv1x3-sigmoid-dense2-softmax-ce", k=400, lr=1.0, y=(1.0, 0.0), scale="raw")
    np.savez(tmp_path / "own.npz", dz2=(snapshot_of(tiny).gradients["dz2"] * 1e-9).astype(np.float16))
    code, lines, _ = check(capsys, tmp_path / "own.npz", link(tiny))
    assert (code, lines[-1]) in ((2, "nothing told"), (1, "first wrong: dz2"))


def test_biases_that_were_not_summed_or_summed_too_far_are_named(tmp_path, capsys):
    right = snapshot_of(OTHER).gradients
    for name, array, title in (("db1", right["dz1"], "not summed"), ("db2", right["db2"].sum(), "wrong axis")):
        np.savez(tmp_path / "own.npz", **{**right, name: array})
        code, lines, _ = check(capsys, tmp_path / "own.npz", link(OTHER))
        assert code == 1 and any(title in line and "exactly" in line for line in lines)


def test_names_in_a_file_cannot_command_the_terminal(tmp_path, capsys):
    file = tmp_path / "mine\x1b[1m.json"
    for content in ({"q\x1b[2J\u202e": 1.0, "r\x9b31m": [2.0]}, {"df": [[0.0] * 3] * 3}):
        file.write_text(json.dumps(content))
        main(["check", str(file)])
        message = "".join(capsys.readouterr())
        assert ("\\x1b[2J" if "df" not in content else "\\x1b[1m") in message and not {"\x1b", "\x9b", "\u202e"} & {*message}
