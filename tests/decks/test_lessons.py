"""The lessons that come along: every key by a second route, and every question on three other images."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cnnviz.core.mistakes import mistake_at
from cnnviz.core.notebook.notebook import OBJECT_ORIENTED, notebook_step
from cnnviz.core.setup.kernels import KERNELS
from cnnviz.core.setup.setup import Setup
from cnnviz.core.training.snapshots import Snapshot, run_updates, walk
from cnnviz.data.images import find_image, load_images
from cnnviz.decks import deck_fields, deck_file, library
from cnnviz.decks.deck_checker import check_file
from cnnviz.decks.library import bundled_lessons
from cnnviz.decks.question import ask, setup_at
from cnnviz.decks.scope import setup_of

FILES = sorted(Path(library.__file__).with_name("bundled").glob("*.toml"))
STEPS = [(deck.id, number) for deck in bundled_lessons() for number in range(1, len(deck.screens) + 1)]
IMAGES = ("test-3", "test-8", "train-0")


def slide(x: np.ndarray, f: np.ndarray) -> np.ndarray:
    """z1, sum by sum."""
    rows, columns = (n - 2 for n in x.shape)
    return np.array([[sum(x[i + u, j + v] * f[u, v] for u in range(3) for v in range(3)) for j in range(columns)] for i in range(rows)])


def later(m: Snapshot, setup: Setup, k: int) -> Snapshot:
    return run_updates(setup, m.trace.x, k)


def other(setup: Setup, **change: object) -> Snapshot:
    setup = setup.with_query({name: str(value) for name, value in change.items()})[0]
    return run_updates(setup, load_images(setup), setup.k)


def sigma(z: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-z))


def squares(m: Snapshot) -> list[float]:
    return [float((m.gradients[f"d{name}"] ** 2).sum()) for name in ("f", "w", "b")]


def best_nudge(m: Snapshot, y: np.ndarray) -> int:
    def loss(e: float) -> float:
        return float(((sigma(m.trace.v @ m.params.w + m.params.b + np.array([e, 0])) - y) ** 2).mean())

    return int(np.argmin([abs((loss(e) - loss(-e)) / (2 * e) - m.gradients.db[0]) for e in (1e-1, 1e-5, 1e-14)]))


def flipped_loss(m: Snapshot, setup: Setup) -> int:
    """Two hundred updates with df turned by 180°, by hand."""
    x, y, params = m.trace.x, np.array(setup.y), m.params
    for _ in range(200):
        trace = setup.network.forward(params, x)
        result = setup.network.backward(params, trace, y)
        params = type(params)(params.f - setup.lr * result.df[::-1, ::-1], params.w - setup.lr * result.dw, params.b - setup.lr * result.db)
    return 1 if setup.network.loss(setup.network.forward(params, x), y) < 0.1 * m.losses[-1] else -1


def early(m: Snapshot, setup: Setup) -> int:
    """da1 with the weights of after the update; dw is not touched."""
    after = m.params.w - setup.lr * m.gradients.dw
    da1 = (after @ m.gradients.dz2).reshape(m.trace.a1.shape)
    dz1 = da1 * m.trace.a1 * (1 - m.trace.a1)
    df = np.array([[(m.trace.x[u : u + 30, v : v + 30] * dz1).sum() for v in range(3)] for u in range(3)])
    return 1 * bool(np.abs(df - m.gradients.df).max() > 1e-9)


def moves(m: Snapshot, setup: Setup, *rule: str) -> bool:
    return bool((notebook_step(m.params, m.trace.x, np.array(setup.y), setup.lr, frozenset(rule))[2].f != setup.kernel).any())


def winners(m: Snapshot) -> np.ndarray:
    """Of each block of 2×2 of a1 the first of its largest cells."""
    a1 = m.trace.a1
    result = np.zeros(a1.shape, bool)
    for c, i, j in np.ndindex(a1.shape[0], a1.shape[1] // 2, a1.shape[2] // 2):
        block = a1[c, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
        at = int(block.argmax())
        result[c, 2 * i + at // 2, 2 * j + at % 2] = m.gradients.dp1[c, i, j] != 0
    return result


def middle_right(m: Snapshot, f: np.ndarray) -> float:
    """What the middle row's last place adds at the largest sum."""
    i, j = np.unravel_index(slide(m.trace.x, f).argmax(), (30, 30))
    return f[1, 2] * m.trace.x[i + 1, j + 2]


def loudest(m: Snapshot) -> np.ndarray:
    """The cells of the channel that adds most to z2[0, 5, 6]."""
    p1, f2 = m.trace.p1, m.params.f2
    sums = [abs(sum(p1[c, 5 + u, 6 + v] * f2[0, c, u, v] for u in range(3) for v in range(3))) for c in range(4)]
    result = np.zeros(p1.shape, bool)
    result[int(np.argmax(sums))] = True
    return result


def nudged(m: Snapshot, setup: Setup, name: str, at: tuple[int, ...], eps: float = 1e-6) -> float:
    """The slope of the loss along one parameter, measured."""
    losses = []
    for change in (eps, -eps):
        params = {symbol: np.array(m.params[symbol]) for symbol in m.params}
        params[name][at] += change
        losses.append(setup.network.loss(setup.network.forward(type(m.params).of(params), m.trace.x), np.array(setup.y)))
    slope = (losses[0] - losses[1]) / (2 * eps)
    return slope if abs(slope) > 1e-9 else 0.0


def along_filter(m: Snapshot, setup: Setup) -> float:
    """The slope of the loss along the first filter, measured weight by weight, beside what it would be if none took from another."""
    f = m.params.f[0]
    slopes = np.array([f[at] * nudged(m, setup, "f", (0, *at)) for at in np.ndindex(f.shape)])
    return float(abs(slopes.sum()) / abs(slopes).sum())


def changed_channels(m: Snapshot, setup: Setup) -> int:
    """Ten times the first channel of z2 that another f2[2,0,1,1] changes, plus the number of such channels."""
    params = {symbol: np.array(m.params[symbol]) for symbol in m.params}
    params["f2"][2, 0, 1, 1] = 1
    changed = (setup.network.forward(type(m.params).of(params), m.trace.x).z2 != m.trace.z2).any(axis=(1, 2))
    return int(10 * changed.argmax() + changed.sum())


def shared(m: Snapshot) -> float:
    """What a unit gets from the windows of 3×3, two apart, in which it is the largest."""
    a1, dp1 = m.trace.a1[0], m.gradients.dp1[0]
    windows = [(i, j) for i in range(dp1.shape[0]) for j in range(dp1.shape[1]) if 0 <= 28 - 2 * i < 3 and 0 <= 10 - 2 * j < 3]
    return sum(dp1[i, j] for i, j in windows if a1[2 * i : 2 * i + 3, 2 * j : 2 * j + 3].max() == a1[28, 10])


def velocity(m: Snapshot, setup: Setup) -> np.ndarray:
    """What momentum has made of the gradients of b so far, and of the next one."""
    result = np.zeros(2)
    for _, _, gradients in walk(setup, m.trace.x, setup.k):
        result = 0.9 * result + gradients.db
    return result


def adam(m: Snapshot, setup: Setup, name: str, n: int) -> list[np.ndarray]:
    """The first n steps, from the paper's lines."""
    steps, first, second = [], 0.0, 0.0
    for t, (_, _, gradients) in zip(range(1, n + 1), walk(setup, m.trace.x, n), strict=False):
        first, second = 0.9 * first + 0.1 * gradients[name], 0.999 * second + 0.001 * gradients[name] ** 2
        steps.append(setup.lr * (first / (1 - 0.9**t)) / (np.sqrt(second / (1 - 0.999**t)) + 1e-8))
    return steps


KEYS = {
    ("kernel", 1): lambda m, a: m.trace.x[10:13, 10:13],
    ("kernel", 2): lambda m, a: np.ptp(slide(m.trace.x, a.kernel)) < np.ptp(m.trace.x) / 2,
    ("kernel", 3): lambda m, a: a.kernel[::-1, ::-1],
    ("kernel", 4): lambda m, a: (m.trace.x[:30, :30] != 0).sum(),
    ("kernel", 5): lambda m, a: len(range(0, 32 - 3 + 1, 2)),
    ("kernel", 6): lambda m, a: np.isclose(slide(m.trace.x, a.kernel), slide(m.trace.x, a.kernel).max()),
    ("kernel", 7): lambda m, a: middle_right(m, a.kernel),
    ("blame", 1): lambda m, a: -1 if m.trace.o[0] < a.y[0] else 1,
    ("blame", 2): lambda m, a: (m.trace.o[0] - a.y[0]) * m.trace.o[0] * (1 - m.trace.o[0]),
    ("blame", 3): lambda m, a: m.trace.v.argmax(),
    ("blame", 4): lambda m, a: ("do", "dz2", "da1", "dz1", "df"),
    ("blame", 5): lambda m, a: 30 * 30,
    ("blame", 6): lambda m, a: squares(m)[1],
    ("blame", 7): lambda m, a: np.sign(m.losses[0] - later(m, a, 1).losses[1] - a.lr * sum(squares(m))),
    ("saturated", 1): lambda m, a: 10 ** round(np.log10(slide(m.trace.x, a.kernel).max() / 2)) * 2,
    ("saturated", 2): lambda m, a: False,
    ("saturated", 3): lambda m, a: 2 * (later(m, a, 200).losses[200] < m.losses[0] / 2) + (later(m, a, 200).params.f != a.kernel).any(),
    ("saturated", 4): lambda m, a: (sigma(slide(m.trace.x / 255, a.kernel)) > 0.99).mean() > 0.5,
    ("saturated", 5): lambda m, a: False,
    ("saturated", 6): lambda m, a: 1 if not m.params.w.any() else 0,
    ("saturated", 7): lambda m, a: later(m, a, 1).gradients.df.any(),
    ("saturated", 8): lambda m, a: np.sign(later(m, replace(a, lr=10 * a.lr), 20).losses[20] - later(m, a, 20).losses[20]),
    ("check", 1): flipped_loss,
    ("check", 2): lambda m, a: 2 * (9 + 900 * 2 + 2),
    ("check", 3): lambda m, a: best_nudge(m, np.array(a.y)),
    ("check", 4): early,
    ("check", 5): lambda m, a: not mistake_at("stride_forgotten", other(a, stride=2).network).affected_stages(
        other(a, stride=2).params, other(a, stride=2).trace, np.array(a.y), a.lr),
    ("check", 6): lambda m, a: ("da1", "dz1", "df"),
    ("check", 7): lambda m, a: m.gradients.df[::-1, ::-1],
    ("notebook", 1): lambda m, a: moves(m, a, *OBJECT_ORIENTED),
    ("notebook", 2): lambda m, a: moves(m, a, "short_loop") + 2 * moves(m, a, "update_first") + 4 * moves(m, a, "short_loop", "update_first"),
    ("notebook", 3): lambda m, a: 30 + 30 - 1,
    ("notebook", 4): lambda m, a: [int(9.99), int(10.01)],
    ("notebook", 5): lambda m, a: True,
    ("notebook", 6): lambda m, a: (not moves(m, a, *(OBJECT_ORIENTED - {"short_loop"}))) + 2 * (not moves(m, a, *(OBJECT_ORIENTED - {"update_first"}))),
    ("channels", 1): lambda m, a: 4 * 3 * 3,
    ("channels", 2): lambda m, a: winners(m),
    ("channels", 3): lambda m, a: 1 / 4,
    ("channels", 4): lambda m, a: m.trace.z1 <= 0,
    ("channels", 5): lambda m, a: m.trace.o[0] - a.y[0],
    ("channels", 6): lambda m, a: changed_channels(m, a),
    ("channels", 7): lambda m, a: loudest(m),
    ("sums", 1): lambda m, a: np.arange(9).reshape(3, 3) == 8,
    ("sums", 2): lambda m, a: m.gradients.dz2[14, 8] * np.reshape(KERNELS["emboss"], (3, 3)),
    ("sums", 3): lambda m, a: shared(m),
    ("sums", 4): lambda m, a: sum(m.gradients.dz2[n, 5 - u, 11 - v] * m.params.f2[n, 0, u, v] for n in range(3) for u in range(3) for v in range(3)),
    ("sums", 5): lambda m, a: ((m.params.w[:900] @ m.gradients.dz2) * (m.trace.a1[0].ravel() > 1e-12)).sum(),
    ("sums", 6): lambda m, a: 4 * 15 * 15,
    ("sums", 7): lambda m, a: 0,
    ("zero", 1): lambda m, a: 2 * bool(m.trace.v.any()) + bool((m.trace.o != a.y).any()),
    ("zero", 2): lambda m, a: all((params.f[0] == params.f[1]).all() for params, _, _ in walk(a, m.trace.x, 50)),
    ("zero", 3): lambda m, a: not any((params.f[0] != params.f[1]).any() for params, _, _ in [*walk(a, m.trace.x, 50)][1:]),
    ("zero", 4): lambda m, a: any(params.f.any() for params, _, _ in walk(a, m.trace.x, 50)),
    ("zero", 5): lambda m, a: 2 * (nudged(m, a, "f2", (0, 0, 1, 1)) != 0) + all(nudged(m, a, "f1", (c, 0, 1, 1)) != 0 for c in range(4)),
    ("zero", 6): lambda m, a: (abs(m.trace.o - np.eye(10)[0]) > 0).sum(),
    ("dead", 1): lambda m, a: np.sign(m.params.w[10 * 30 + 18] @ m.gradients.dz2),
    ("dead", 2): lambda m, a: (slide(m.trace.x, later(m, a, 1).params.f) > 0).sum(),
    ("dead", 3): lambda m, a: (later(m, a, 200).params.f != m.params.f).any(),
    ("dead", 4): lambda m, a: m.params.f.max() > 0,
    ("dead", 5): lambda m, a: (slide(m.trace.x, later(m, a, 100).params.f) > 0).any(),
    ("rate", 1): lambda m, a: np.sign((1 - 2 * a.lr * ((m.trace.x**2).sum() + 1)) ** 2 - 1),
    ("rate", 2): lambda m, a: 1 / ((m.trace.x**2).sum() + 1),
    ("rate", 3): lambda m, a: 10 * round(np.linalg.norm(velocity(m, a)) / np.linalg.norm(m.gradients.db) / 10),
    ("rate", 4): lambda m, a: np.sign(later(m, a, 20).losses[20] - later(m, replace(a, opt="gd"), 20).losses[20]),
    ("rate", 5): lambda m, a: 1,
    ("rate", 6): lambda m, a: round(abs(sum(adam(m, a, "db", 10))).max() / a.lr),
    ("mean", 1): lambda m, a: -np.log((m.trace.o * a.y).sum(axis=-1)).sum() / 4,
    ("mean", 2): lambda m, a: (m.trace.o[0, 0] - 1) / 4,
    ("mean", 3): lambda m, a: 4 * (1 / 4),
    ("mean", 4): lambda m, a: abs((m.trace.o - a.y)[:, 0].mean()) < abs((m.trace.o - a.y)[:, 0]).min() / 10,
    ("mean", 5): lambda m, a: a.lr / 4,
    ("norm", 1): lambda m, a: 1,
    ("norm", 2): lambda m, a: abs(nudged(m, a, "b1", (0,))) > 1e-6,
    ("norm", 3): lambda m, a: nudged(m, a, "g", (0,)) != 0,
    ("norm", 4): lambda m, a: along_filter(m, a) > 1e-3,
    ("norm", 5): lambda m, a: 1 if np.isclose(nudged(m, a, "g", (0,)), (m.gradients.dn1[:, 0] * m.trace.n1[:, 0]).sum()) else 2,
    ("norm", 6): lambda m, a: m.trace.r1 == 0,
    ("norm", 7): lambda m, a: 1 / (1 - 0.5),
    ("norm", 8): lambda m, a: 1 - 0.9,
    ("norm", 9): lambda m, a: np.allclose(a.network.forward(m.params, m.trace.x[:1], training=False).o[0], m.evaluated.trace.o[0], rtol=1e-12),
}  # fmt: skip
"""What each step's key is, worked out from the snapshot and its lesson without the lesson's expressions."""


def step_of(id: str, number: int):
    return next(deck for deck in bundled_lessons() if deck.id == id).screens[number - 1]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_lesson_that_comes_along_has_no_fault(file):
    assert check_file(file)[1] == []


def test_all_keys_of_the_lessons_that_come_along_are_known_here():
    assert len(bundled_lessons()) == len(FILES)
    assert list(KEYS) == STEPS


@pytest.mark.parametrize(("id", "number"), STEPS)
def test_every_key_by_a_second_route(id, number):
    screen = step_of(id, number)
    setup = setup_at(screen, {})
    question = ask(screen, setup)
    snapshot = run_updates(setup, load_images(setup), setup.k)
    with np.errstate(over="ignore"):
        wanted = KEYS[id, number](snapshot, setup)
    if screen.kind == "order":
        assert question.order == wanted
    else:
        np.testing.assert_allclose(question.key.astype(float).ravel(), np.asarray(wanted, float).ravel(), rtol=1e-9, atol=1e-12)


def others(setup: Setup, img: str) -> str:
    """As many other cats and dogs, of which those are the same that were."""
    by = 1 + IMAGES.index(img)
    return ",".join(f"{kind}-{int(number) + by}" for kind, number in (one.split("-") for one in setup.images))


@pytest.mark.parametrize("img", IMAGES)
@pytest.mark.parametrize(("id", "number"), STEPS)
def test_every_question_on_other_images(id, number, img):
    """Also where a learner cannot change it: the key follows, one answer is right, and every sentence can be said."""
    screen = step_of(id, number)
    own = setup_of(screen.at)
    setup, _ = own.with_query(*({"img": img}, find_image(img).label) if len(own.images) == 1 else ({"img": others(own, img)}, None))
    question = ask(screen, setup)
    assert question.text and question.ask and question.right
    assert not re.search(r"\d(?:[,.\u202f]?\d){8}", f"{question.text.say('en')} {question.right.say('en')}"), "a number as people write it"
    if screen.kind == "choose":
        assert [option.right for option in question.options].count(True) == 1
        assert all(option.say for option in question.options)
    if screen.kind == "click" and not own.set:
        assert question.key.any() and not question.key.all()
        assert not any((option.value & question.key).any() for option in question.options)


def test_what_a_learner_may_not_change_stays_as_the_step_has_it():
    asked = {"img": "test-7", "k": "9", "f": "blur", "net": "dense2-mse", "stage": "df"}
    for deck in bundled_lessons():
        for screen in deck.screens:
            own, here = setup_of(screen.at), setup_at(screen, asked)
            assert (here.k, here.net, here.stage) == (own.k, own.net, own.stage)
            assert here.img == ("test-7" if screen.change == "image" else own.img)
            assert (here.f == own.f) is (screen.change != "kernel")
            assert setup_at(screen, {"img": "test-99", "f": "none"}).img == own.img


def test_lines_are_looked_for_where_a_fault_is_told_and_nowhere_else(monkeypatch):
    monkeypatch.setattr(deck_fields, "lines_of", None)
    assert all(deck_file.read(file.read_bytes())[0] for file in FILES)
    with pytest.raises(TypeError):
        deck_file.read(b"id = 3")


def test_a_folder_of_one_s_own_is_read_and_its_faults_are_told(tmp_path, monkeypatch):
    fine = FILES[0].read_text("utf-8").replace('id = "kernel"', 'id = "mine"')
    (tmp_path / "fine.toml").write_text(fine, "utf-8")
    (tmp_path / "taken.toml").write_text(FILES[0].read_text("utf-8"), "utf-8")
    (tmp_path / "broken.toml").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "notes.txt").write_text("not a lesson", "utf-8")
    monkeypatch.setenv(library.SETTING, str(tmp_path))
    result = library.library()
    assert [lesson.id for lesson in result.lessons] == [*[lesson.id for lesson in bundled_lessons()], "mine"]
    assert [name for name, _ in result.diagnostics] == ["broken.toml", "taken.toml"]
    monkeypatch.setenv(library.SETTING, str(tmp_path / "absent"))
    result = library.library()
    assert result.lessons == bundled_lessons() and "cannot be read" in str(result.diagnostics[0][1].what)
