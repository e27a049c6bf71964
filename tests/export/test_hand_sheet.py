"""The sheet to be worked out by hand: a task for each stage, whose numbers come to its answer."""

import re
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from cnnviz.core.setup.setup import Setup
from cnnviz.core.training.snapshots import run_updates
from cnnviz.data.images import find_image, load_image
from cnnviz.export.hand_sheet import MOST_TERMS, PARTS, hand_sheet, tasks
from cnnviz.pages.map_records import program_of, records
from cnnviz.words import format_value, use_language

SETUPS = [
    Setup(),
    Setup(k=3, stride=2, pad="same", scale="raw", f="blur", cell="z1:0,0"),
    Setup(net="conv4x3b-relu-max2-conv4x3s2d2-tanh-avg2-dense5-sigmoid-dense3-softmax-ce", ch="rgb", k=2, opt="adam", y=(0.0, 1.0, 0.0)),
    Setup(net="conv3x3-relu-gap-mse", opt="momentum", k=1, y=(0.1, 0.2, 0.3)),
    Setup(net="dense4-tanh-dense2-sigmoid-bce", img="digit7-3"),
]


def snapshot_of(setup):
    return run_updates(setup, load_image(find_image(setup.img).pixels, setup.ch, setup.scale), setup.k)


@pytest.mark.parametrize("setup", SETUPS, ids=[setup.net for setup in SETUPS])
def test_there_is_a_task_for_each_stage_and_what_is_given_comes_to_the_answer(setup):
    snapshot = snapshot_of(setup)
    result = tasks(setup, snapshot)
    assert [task.title.id for task in result] == [stage.title.id for stage in setup.network.stages]
    for task in result:
        assert len(task.rows) <= MOST_TERMS and len(task.rows) == len(task.products)
        for row, product in zip(task.rows, task.products, strict=True):
            assert np.prod([value for *_, value in row]) == pytest.approx(product, abs=1e-300)
        if task.rows:
            assert sum(task.products) + sum(value for _, value in task.given_numbers) == pytest.approx(task.answer, rel=1e-9, abs=1e-12)
    assert result[-1].answer in snapshot.after[setup.network.parameters[0]]


@pytest.mark.parametrize(
    "net", ["conv4x3b-bn-leaky20-drop25-conv3x3-gn3-max6-gap-dense6-ln-drop50-dense10-softmax-ce", "conv2x3b-tanh-avg6-dense10-softmax-ce"]
)
def test_every_number_that_an_answer_is_made_of_stands_on_the_sheet(net):
    """Of a mean of hundreds, of a loss whose target comes last, and of what normalisation and dropout keep of the pass."""
    setup = Setup(net=net, ch="rgb", k=2, opt="momentum", y=(0.0,) * 9 + (1.0,))
    snapshot = snapshot_of(setup)
    result = {task.name.split("[")[0]: task for task in tasks(setup, snapshot)}
    sizes = {"p₁": 36, "p₂": 16} if "gap" in net else {"p₁": 36}
    for name, size in sizes.items():
        numbers = [value for _, value in result[name].given_numbers]
        created = max(numbers) if name == "p₁" and "max6" in net else sum(numbers) / size
        assert created == pytest.approx(result[name].answer, rel=1e-9)
    loss = dict(result["L"].given_numbers)
    assert -sum(loss[f"y[{n}]"] * np.log(loss[f"o[{n}]"]) for n in range(10)) == pytest.approx(snapshot.losses[-1])
    if "gap" not in net:
        return
    for name in ("n₁", "n₂", "n₃"):
        (_, z), (_, gamma), (_, beta), (_, mean), (_, spread) = result[name].given_numbers
        assert gamma * (z - mean) / spread + beta == pytest.approx(result[name].answer, rel=1e-9)
    for name in ("r₁", "∂a₁", "r₂", "∂n₃"):
        assert np.prod([value for _, value in result[name].given_numbers]) == pytest.approx(result[name].answer, rel=1e-9)
    assert {"a₁", "∂n₁"} <= set(result)  # of leaky ReLU


def test_of_momentum_the_sheet_gives_what_its_formulas_name_in_the_readers_language():
    setup = Setup(opt="momentum", k=2)
    snapshot = snapshot_of(setup)
    with use_language("fr"):
        given = dict(tasks(setup, snapshot)[-1].given_numbers)
        page = hand_sheet(setup, snapshot, "une image")
    assert [name.split("[")[0] for name in given] == ["η", "f", "∂f", "vitesse"]
    assert "<mn>0,9</mn>" in page


def test_a_long_formula_is_in_parts_between_which_a_line_may_end():
    setup = Setup(net="conv4x3bs2d2same-relu-dense2-sigmoid-mse", ch="rgb")
    page = hand_sheet(setup, snapshot_of(setup), "an image")
    result = re.search(r"z₁\[[^<]*</h2>.*?<br>(.*?)</p>", page)
    assert len(result[1].split("</math> <math>")) == 4  # z = x · f + b


def test_the_pinned_cell_is_the_one_that_is_asked_for():
    result = tasks(SETUPS[1], snapshot_of(SETUPS[1]))
    assert next(task.name for task in result if task.name.startswith("z₁")) == "z₁[0,0]"


@pytest.mark.parametrize("setup", SETUPS, ids=[setup.net for setup in SETUPS])
def test_each_cell_is_computed_from_the_one_before_and_comes_again_on_the_way_back(setup):
    result = tasks(setup, snapshot_of(setup))
    forward, back = ([task for task in result if task.is_back == is_back] for is_back in (False, True))
    for before, task in pairwise(forward):
        if "=" in before.name:  # a place in v, whose number is that of the map
            before = forward[forward.index(before) - 1]
        read = {task.name.partition(" = ")[2]} | {name for row in task.rows for _, name, _ in row} | {name for name, _ in task.given_numbers}
        assert {before.name, f"v{before.name[before.name.find('[') :]}"} & read, task.name
    places = {task.name.partition(" = ")[0].partition("[")[0]: task.name.partition("[")[2] for task in forward if "=" not in task.name}
    again = [task.name for task in back if task.name[1:].partition("[")[0] in places and task.name[0] == "∂"]
    assert again and all(name.partition("[")[2] == places[name[1:].partition("[")[0]] for name in again)
    assert back[-1].name.startswith(("f′", "f₁′", "w′", "w₁′"))


@pytest.mark.parametrize("setup", [SETUPS[0], SETUPS[2]], ids=str)
def test_the_place_in_the_list_can_be_counted_from_the_size_that_is_named(setup):
    task = next(task for task in tasks(setup, snapshot_of(setup)) if task.name.startswith("v[?]"))
    shape = [int(n) for n in re.search(r"\d+(×\d+)+", str(task.note))[0].split("×")]
    cell = [int(n) for n in task.name.rpartition("[")[2].rstrip("]").split(",")]
    assert np.ravel_multi_index(cell, shape) == task.answer
    assert str(task.note) in hand_sheet(setup, snapshot_of(setup), "an image")


@pytest.mark.parametrize("setup", SETUPS, ids=[setup.net for setup in SETUPS])
def test_pictures_are_the_maps_with_the_cells_that_are_read(setup):
    for task in tasks(setup, snapshot_of(setup)):
        assert task.pictures or task.name == "L"
        for picture in task.pictures:
            assert picture.values.ndim == 2 and picture.framed
            assert all(0 <= i < picture.values.shape[0] and 0 <= j < picture.values.shape[1] for i, j in picture.framed)
    z1 = next(task for task in tasks(Setup(), snapshot_of(Setup())) if task.name.startswith("z₁"))
    assert [(picture.symbol, len(picture.framed)) for picture in z1.pictures] == [("x", 9), ("z1", 1)]
    assert z1.pictures[1].values[z1.pictures[1].framed[0]] == z1.answer


@pytest.mark.parametrize("setup", SETUPS, ids=[setup.net for setup in SETUPS])
def test_pictures_have_the_colours_of_the_page(setup):
    snapshot = snapshot_of(setup)
    of_page = records(setup, program_of(setup, snapshot), snapshot)
    for picture in (picture for task in tasks(setup, snapshot) for picture in task.pictures):
        record = of_page[picture.symbol]
        assert picture.scale == {"answer": "activation"}.get(record["scale"], record["scale"])
        assert picture.limits == pytest.approx(record["limits"])


@pytest.mark.parametrize("setup", SETUPS, ids=[setup.net for setup in SETUPS])
def test_the_pupils_two_pages_hold_no_answer_and_the_teachers_version_has_all(setup):
    snapshot = snapshot_of(setup)
    questions, answers, teacher = (hand_sheet(setup, snapshot, "<an image>", part) for part in PARTS)
    assert [page.count("<section") for page in (questions, answers, teacher)] == [2, 1, 3]
    assert "&lt;an image&gt;" in questions and "blank" not in answers.partition("</style>")[2] and '"blank"' not in teacher
    results = [f"= <b>{format_value(task.answer, '6')}</b>" for task in tasks(setup, snapshot) if np.isfinite(task.answer)]
    assert not [result for result in results if result in questions]
    assert all(result in page for result in results for page in (answers, teacher))


def test_what_an_earlier_task_asks_for_is_a_blank_that_names_it():
    page = hand_sheet(Setup(), snapshot_of(Setup()), "an image")
    a1 = page.partition("<b>3</b> a₁[")[2].partition("</article>")[0]
    assert re.search(r'z₁\[[^<]*= <span class="blank">from 2</span>', a1)
    z2 = page.partition("<b>5</b> z₂[")[2].partition("</article>")[0]
    assert '<span class="blank">from 3</span>' in z2  # the unit, by its name in v
    assert "section + section { break-before: page }" in page


@pytest.mark.parametrize("img", ["pattern-edges", "pattern-gradient", "test-3"])
def test_a_cell_that_wins_its_window_by_a_tie_is_given_what_it_gets(img):
    setup = Setup(net="conv4x3-max2-dense3-softmax-ce", img=img, ch="rgb", y=(0.0, 1.0, 0.0))
    snapshot = snapshot_of(setup)
    largest = snapshot.trace.p1.repeat(2, axis=1).repeat(2, axis=2)
    by_ties = np.argwhere((snapshot.gradients.dz1 != 0) & (snapshot.trace.z1 < largest))
    if not len(by_ties):
        pytest.skip("this processor adds equal pixels up to equal sums")
    for at in by_ties[:: len(by_ties) // 5 + 1]:
        task = next(task for task in tasks(replace(setup, cell=f"dz1:{','.join(map(str, at))}"), snapshot) if task.name.startswith("∂z₁"))
        assert sum(value for _, value in task.given_numbers) == task.answer != 0
