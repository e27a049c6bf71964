"""The lessons that come along: every key by a second route, and every question on three other images."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cnnviz.core.lesson import Lesson
from cnnviz.core.mistakes import placed
from cnnviz.core.notebook import OBJECT_ORIENTED, notebook_step
from cnnviz.core.trajectory import Moment, trajectory, walk
from cnnviz.data.images import find_image, load_image
from cnnviz.scripts import library
from cnnviz.scripts.library import bundled
from cnnviz.scripts.question import ask, lesson_at
from cnnviz.scripts.scene import lesson_of
from cnnviz.scripts.script_checker import check_file

FILES = sorted(Path(library.__file__).with_name("bundled").glob("*.toml"))
STEPS = [(script.id, number) for script in bundled() for number in range(1, len(script.screens) + 1)]
IMAGES = ("test-3", "test-8", "train-0")


def slide(x: np.ndarray, f: np.ndarray) -> np.ndarray:
    """z1, sum by sum."""
    rows, columns = (n - 2 for n in x.shape)
    return np.array([[sum(x[i + u, j + v] * f[u, v] for u in range(3) for v in range(3)) for j in range(columns)] for i in range(rows)])


def later(m: Moment, lesson: Lesson, k: int) -> Moment:
    return trajectory(lesson, m.trace.x, k)


def other(lesson: Lesson, **change: object) -> Moment:
    lesson = lesson.changed({name: str(value) for name, value in change.items()})[0]
    return trajectory(lesson, load_image(lesson.img, lesson.ch, lesson.scale), lesson.k)


def sigma(z: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-z))


def squares(m: Moment) -> list[float]:
    return [float((m.gradients[f"d{name}"] ** 2).sum()) for name in ("f", "w", "b")]


def best_nudge(m: Moment, y: np.ndarray) -> int:
    def loss(e: float) -> float:
        return float(((sigma(m.trace.v @ m.params.w + m.params.b + np.array([e, 0])) - y) ** 2).mean())

    return int(np.argmin([abs((loss(e) - loss(-e)) / (2 * e) - m.gradients.db[0]) for e in (1e-1, 1e-5, 1e-14)]))


def flipped_loss(m: Moment, lesson: Lesson) -> int:
    """Two hundred updates with df turned by 180°, by hand."""
    x, y, params = m.trace.x, np.array(lesson.y), m.params
    for _ in range(200):
        trace = lesson.network.forward(params, x)
        found = lesson.network.backward(params, trace, y)
        params = type(params)(params.f - lesson.lr * found.df[::-1, ::-1], params.w - lesson.lr * found.dw, params.b - lesson.lr * found.db)
    return 1 if lesson.network.loss(lesson.network.forward(params, x), y) < 0.1 * m.losses[-1] else -1


def early(m: Moment, lesson: Lesson) -> int:
    """da1 with the weights of after the update; dw is not touched."""
    after = m.params.w - lesson.lr * m.gradients.dw
    da1 = (after @ m.gradients.dz2).reshape(m.trace.a1.shape)
    dz1 = da1 * m.trace.a1 * (1 - m.trace.a1)
    df = np.array([[(m.trace.x[u : u + 30, v : v + 30] * dz1).sum() for v in range(3)] for u in range(3)])
    return 1 * bool(np.abs(df - m.gradients.df).max() > 1e-9)


def moves(m: Moment, lesson: Lesson, *rule: str) -> bool:
    return bool((notebook_step(m.params, m.trace.x, np.array(lesson.y), lesson.lr, frozenset(rule))[2].f != lesson.kernel).any())


def winners(m: Moment) -> np.ndarray:
    """Of each block of 2×2 of a1 the first of its largest cells."""
    a1 = m.trace.a1
    found = np.zeros(a1.shape, bool)
    for c, i, j in np.ndindex(a1.shape[0], a1.shape[1] // 2, a1.shape[2] // 2):
        block = a1[c, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
        at = int(block.argmax())
        found[c, 2 * i + at // 2, 2 * j + at % 2] = m.gradients.dp1[c, i, j] != 0
    return found


def middle_right(m: Moment, f: np.ndarray) -> float:
    """What the middle row's last place adds at the largest sum."""
    i, j = np.unravel_index(slide(m.trace.x, f).argmax(), (30, 30))
    return f[1, 2] * m.trace.x[i + 1, j + 2]


def loudest(m: Moment) -> np.ndarray:
    """The cells of the channel that adds most to z2[0, 5, 6]."""
    p1, f2 = m.trace.p1, m.params.f2
    sums = [abs(sum(p1[c, 5 + u, 6 + v] * f2[0, c, u, v] for u in range(3) for v in range(3))) for c in range(4)]
    found = np.zeros(p1.shape, bool)
    found[int(np.argmax(sums))] = True
    return found


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
    ("check", 5): lambda m, a: not placed("stride_forgotten", other(a, stride=2).network).hits(
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
    ("channels", 6): lambda m, a: all((params.f[0] == params.f[1]).all() for params, _, _ in walk(a, m.trace.x, 50)),
    ("channels", 7): lambda m, a: loudest(m),
}  # fmt: skip
"""What each step's key is, worked out from the moment and its lesson without the lesson's expressions."""


def step_of(id: str, number: int):
    return next(script for script in bundled() if script.id == id).screens[number - 1]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_lesson_that_comes_along_has_no_fault(file):
    assert check_file(file)[1] == []


def test_there_are_six_lessons_and_all_their_keys_are_known_here():
    assert len(bundled()) == len(FILES) >= 6
    assert list(KEYS) == STEPS


@pytest.mark.parametrize(("id", "number"), STEPS)
def test_every_key_by_a_second_route(id, number):
    screen = step_of(id, number)
    lesson = lesson_at(screen, {})
    question = ask(screen, lesson)
    moment = trajectory(lesson, load_image(lesson.img, lesson.ch, lesson.scale), lesson.k)
    with np.errstate(over="ignore"):
        wanted = KEYS[id, number](moment, lesson)
    if screen.kind == "order":
        assert question.order == wanted
    else:
        np.testing.assert_allclose(question.key.astype(float).ravel(), np.asarray(wanted, float).ravel(), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("img", IMAGES)
@pytest.mark.parametrize(("id", "number"), STEPS)
def test_every_question_on_other_images(id, number, img):
    """Also where a learner cannot change it: the key follows, one answer is right, and every sentence can be said."""
    screen = step_of(id, number)
    lesson, _ = lesson_of(screen.at).changed({"img": img}, find_image(img).label)
    question = ask(screen, lesson)
    assert question.text and question.ask and question.right
    if screen.kind == "choose":
        assert [option.right for option in question.options].count(True) == 1
        assert all(option.say for option in question.options)
    if screen.kind == "click":
        assert question.key.any() and not question.key.all()
        assert not any((option.value & question.key).any() for option in question.options)


def test_what_a_learner_may_not_change_stays_as_the_step_has_it():
    asked = {"img": "test-7", "k": "9", "f": "blur", "net": "dense2-mse", "stage": "df"}
    for script in bundled():
        for screen in script.screens:
            own, here = lesson_of(screen.at), lesson_at(screen, asked)
            assert (here.k, here.net, here.stage) == (own.k, own.net, own.stage)
            assert here.img == ("test-7" if screen.change == "image" else own.img)
            assert (here.f == own.f) is (screen.change != "kernel")
            assert lesson_at(screen, {"img": "test-99", "f": "none"}).img == own.img


def test_a_folder_of_one_s_own_is_read_and_its_faults_are_told(tmp_path, monkeypatch):
    fine = FILES[0].read_text("utf-8").replace('id = "kernel"', 'id = "mine"')
    (tmp_path / "fine.toml").write_text(fine, "utf-8")
    (tmp_path / "taken.toml").write_text(FILES[0].read_text("utf-8"), "utf-8")
    (tmp_path / "broken.toml").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "notes.txt").write_text("not a lesson", "utf-8")
    monkeypatch.setenv(library.SETTING, str(tmp_path))
    found = library.library()
    assert [lesson.id for lesson in found.lessons] == [*[lesson.id for lesson in bundled()], "mine"]
    assert [name for name, _ in found.faults] == ["broken.toml", "taken.toml"]
    monkeypatch.setenv(library.SETTING, str(tmp_path / "absent"))
    found = library.library()
    assert found.lessons == bundled() and "cannot be read" in str(found.faults[0][1].what)
