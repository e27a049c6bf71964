"""Checkpoints of one network from several files are a film; another network's, other shapes or one file alone get a sentence."""

import dataclasses
import io
import json
import zipfile

import numpy as np
import pytest

from cnnviz import Setup, load_image, run_updates
from cnnviz.core.network.stored_params import is_stored_name, stored_params
from cnnviz.core.training.checkpoints import MOST, checkpoints
from cnnviz.export.arrays import arrays_npz
from cnnviz.export.checkpoints import files_in, read_checkpoints
from cnnviz.pages.train import film
from cnnviz.words import Problem
from tests.export.test_import_weights import of_keras, of_pytorch
from tests.pages.running import decode, now

NET = "conv4x3b-relu-max2-dense5-softmax-ce"
SETUP = Setup(net=NET, ch="rgb", lr=0.1)
NORMALISED = Setup(net="conv2x3-bn-relu-max2-drop50-dense2-softmax-ce", lr=0.1)


def npz(*arrays: np.ndarray, **named: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.savez(file, *arrays, **named)
    return file.getvalue()


def saved(setup: Setup, updates: tuple[int, ...]) -> dict[str, bytes]:
    """All arrays after these updates, as a visitor saves them."""
    x = load_image(setup.img, setup.ch)
    return {f"epoch-{k}.npz": arrays_npz(at, run_updates(at, x, k)) for k in updates for at in [dataclasses.replace(setup, k=k)]}


def foreign(layout: str, count: int = 3) -> list[dict]:
    """Parameters of a training elsewhere, and each as arrays of that library."""
    rng = np.random.default_rng(3)
    drawn = [{name: rng.normal(size=array.shape) for name, array in SETUP.first_params().items()} for _ in range(count)]
    return [(params, npz(**of_pytorch(params)) if layout == "pytorch" else npz(*of_keras(params))) for params in drawn]


@pytest.mark.parametrize("setup", [Setup(img="test-3", lr=0.3), SETUP, NORMALISED], ids=lambda setup: setup.net)
def test_the_films_updates_are_the_checkpoints_each_with_its_own_loss_and_pictures(setup):
    files = saved(setup, (0, 9, 2, 30))  # by number, not letter by letter
    start, name, message = read_checkpoints(files, Setup(img="test-5"))
    assert str(message).startswith("4 checkpoints, epoch-0.npz to epoch-30.npz") and (start.net, start.img) == (setup.net, setup.img)
    here = now(start)
    page = film.film_page(start, here.snapshot.image, {"checkpoints": name})
    header, arrays = decode(film.encode_film(here, page))
    assert header["film"]["files"] == ["epoch-0", "epoch-2", "epoch-9", "epoch-30"]
    for place, k in enumerate((0, 2, 9, 30)):
        there = run_updates(setup, here.snapshot.image, k)
        after = there.in_eval_mode if "bn" in setup.net else there
        assert arrays["0.losses"][place] == after.losses[-1]
        np.testing.assert_allclose(arrays["0.o"][place], after.trace.o, rtol=1e-6)
        np.testing.assert_allclose(film_of(page).kernel[place], there.params[next(iter(there.params))].reshape(-1)[: film_of(page).kernel.shape[1]])
        opened = run_updates(start.with_query(header["film"]["checkpoints"][place])[0], here.snapshot.image, 0)
        assert all(np.array_equal(opened.params[symbol], there.params[symbol]) for symbol in there.params)
        assert (opened.in_eval_mode if "bn" in setup.net else opened).losses[-1] == arrays["0.losses"][place]
    (run,) = header["film"]["runs"]
    assert header["film"]["n"] == 3 and run["unshared"] and not run["share"] and not run["marks"]
    chosen = header["film"]["switches"][0]["options"]
    assert [one["key"] for one in chosen if one["on"]] == ["checkpoints"]
    assert all(one["change"].get("checkpoints") == "" for one in chosen[1:])


def film_of(page):
    return page.runs[0].film


@pytest.mark.parametrize("layout", ["pytorch", "keras"])
def test_another_librarys_checkpoints_are_taken_into_the_lesson_in_the_order_of_their_names(layout):
    result = foreign(layout, 11)
    files = {f"weights{n}.npz": content for n, (_, content) in enumerate(result)}
    start, name, _ = read_checkpoints(dict(reversed(files.items())), SETUP)
    assert start.net == NET and start.img == SETUP.img
    for one, (params, _) in zip(checkpoints(start, name), result, strict=True):
        assert all(np.array_equal(array, params[symbol]) for symbol, array in one.first_params().items())


def test_several_files_come_behind_a_line_of_their_names_or_in_an_archive():
    files = {"b.npz": npz(a=np.zeros(2)), "a.npz": b"PK"}
    listed = json.dumps([[name, len(content)] for name, content in files.items()]).encode() + b"\n" + b"".join(files.values())
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    assert files_in(listed) == files_in(packed.getvalue()) == files
    locked, damaged = packed.getvalue().replace(b"PK\1\2\24\3\24\0\0", b"PK\1\2\24\3\24\0\1"), packed.getvalue().replace(b"NUMPY", b"NOMPY")
    sizes = [b"[1]", b'["a", "b"]', b'["a", Infinity]', b'["a", 1e99]']
    for none in (files["b.npz"], b"", b"PK", b"[[", b"[" * 999, b'{"f": 1}', b"\x93NUMPY", locked, damaged, *(b"[" + one + b"]\n" for one in sizes)):
        assert none != packed.getvalue() and not files_in(none)
    assert files_in(b'[["a", -5], ["b", 99]]\nxyz') == {"a": b"", "b": b"xyz"}


def refused(files: dict[str, bytes], setup: Setup = SETUP) -> str:
    with pytest.raises(Problem) as problem:
        read_checkpoints(files, setup)
    return str(problem.value)


def test_what_is_no_film_of_one_network_is_refused_in_one_sentence(monkeypatch):
    (_, first), (_, second), _ = foreign("pytorch")
    other = next(iter(saved(Setup(net="dense3-mse"), (1,)).values()))
    own = next(iter(saved(SETUP, (1,)).values()))
    assert refused({"a.npz": first}) == "A film needs at least two checkpoints."
    assert refused({"a.npz": own, "b.npz": other}) == f"b.npz is for dense3-mse, a.npz for {NET}."
    assert refused({"a.npz": first, "b.npz": npz(a=np.zeros((3, 3)))}) == f"b.npz does not have the parameters of {NET}."
    assert refused({"a.npz": first, "b.npz": b"\x80\x04K\x01."}).startswith("b.npz: The file is damaged or pickled")
    assert refused({"a.npz": first, "b.npz": second}, Setup()) == "a.npz does not have the parameters of conv1x3-sigmoid-dense2-sigmoid-mse."
    assert refused({f"{n}.npz": first for n in range(MOST + 1)}) == "101 checkpoints; a film can have 100."
    half = next(iter(saved(NORMALISED, (1,)).values()))
    without = {name: array for name, array in np.load(io.BytesIO(half)).items() if "running" not in name}
    assert refused({"a.npz": half, "b.npz": npz(**without)}) == "b.npz and a.npz have different arrays."
    monkeypatch.setattr("cnnviz.export.checkpoints.MOST_BYTES", 50_000)
    assert refused({"a.npz": first, "b.npz": second}) == "The checkpoints take more than 0.05 MB."
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.npz", bytes(50_001))
    with pytest.raises(Problem, match="The checkpoints take more than 0.05 MB."):
        files_in(packed.getvalue())


def test_a_film_of_what_is_gone_or_of_another_network_says_so_and_is_one_of_updates():
    start, name, _ = read_checkpoints(saved(Setup(), (0, 5)), Setup())
    x = now(start).snapshot.image
    for setup, asked in ((start, "held-" + 16 * "0"), (SETUP, name)):
        page = film.film_page(setup, now(setup).snapshot.image, {"checkpoints": asked, "n": "3"})
        assert page.n == 3 and not page.checkpoints and page.wrong
    for beside in ({"vs": "lr=1"}, {"hold": "w"}, {"checkpoints": "none"}, {"checkpoints": f"{name}.1"}):
        page = film.film_page(start, x, {"checkpoints": name, "n": "3"} | beside)
        assert page.n == 3 and not page.checkpoints and not page.wrong
    assert is_stored_name(f"{name}.1") and stored_params(f"{name}.1").b.shape == (2,)
    with pytest.raises(Problem):
        stored_params(f"{name}.2")
