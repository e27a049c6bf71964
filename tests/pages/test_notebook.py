"""The Notebook page's chain finds where the rules part, and its story is true."""

import dataclasses

import numpy as np
import pytest

from cnnviz import Setup
from cnnviz.core.network.network import DEFAULT
from cnnviz.core.notebook.notebook import CAUSES, DEVIATIONS
from cnnviz.core.notebook.notebook_deviation_sets import index_of, minimal_sets, moving_sets
from cnnviz.core.notebook.notebook_network import backward, forward
from cnnviz.pages.map_records import array_of
from cnnviz.pages.notebook.architecture import architecture, arrays
from cnnviz.pages.notebook.choices import rows
from cnnviz.pages.notebook.experiment import DOTS, experiment
from cnnviz.pages.notebook.story import printed_numbers, story
from cnnviz.pages.notebook.tabs import place_of, tab_of
from cnnviz.pages.notebook.two_rules import _note, agreement, tab_records
from cnnviz.pages.notebook.two_rules import chain as chain_of
from cnnviz.words import format_value
from tests.pages.networks import SETUPS
from tests.pages.running import now


def test_the_notebooks_chain_finds_where_the_rules_part():
    exact = now(Setup(k=1))
    assert not chain_of(exact.setup, exact.snapshot).states
    start = now(Setup(rule="one_pixel"))
    result = chain_of(start.setup, start.snapshot)
    assert result.first == "df"
    assert result.inherits == {"f_next"}


def test_what_parts_both_rules_is_said_in_words():
    here = now(Setup(rule="procedural"))
    message = {symbol: str(words) for symbol, words in chain_of(here.setup, here.snapshot, {"part": "experiment"}).notes.items()}
    exact = now(Setup()).snapshot
    assert message["f"] == "same" and message["z1"] == f"{(here.snapshot.trace.z1 != exact.trace.z1).sum()} of 900 differ"
    ours, theirs = (snapshot.gradients.df.ravel() for snapshot in (exact, here.snapshot))
    assert ours @ theirs < -np.cos(np.pi / 4) * np.linalg.norm(ours) * np.linalg.norm(theirs)
    assert message["df"] == f"roughly opposite × {np.linalg.norm(theirs) / np.linalg.norm(ours):.3g}"


@pytest.mark.parametrize("size", [1e-170, 1e170])
def test_of_gradients_that_vanish_or_explode_the_direction_is_said_too(size):
    arrays = np.array([1.0, 2.0]) * size, np.array([-2.0, -4.0]) * size
    assert agreement(*arrays) == pytest.approx((-1, 2))
    assert str(_note("df", *arrays)) == "opposite × 2" and str(_note("df", arrays[0], np.array([np.nan, 1]))) == "2 of 2 differ"
    assert str(_note("do", size * np.array([0.0, 1]), size * np.array([-1.0, 1]))) == "similar direction × 1.41"  # 45°
    ahead = size * np.exp(1j * np.radians([0, 5.98, 174.02])).view(float).reshape(3, 2)
    assert [str(_note("df", ahead[0], other)) for other in ahead] == ["same", "same direction × 1", "opposite × 1"]  # within 6°
    here = now(Setup(rule="procedural", lr=30, k=2))
    assert "direction" in str(chain_of(here.setup, here.snapshot, {"part": "experiment"}).notes["dz2"])


def test_the_story_is_true():
    steps = [now(step.setup) for step in story()]
    saturated, zero, moves, border, pixel, alive = (here.snapshot for here in steps)
    assert (saturated.trace.a1 * (1 - saturated.trace.a1) < 0.01).all()
    assert not zero.gradients.df.any()
    assert (moves.after.f != moves.params.f).any()
    a1 = border.trace.a1
    assert (a1 * (1 - a1)).sum() == 14.75 == (a1 == 0.5).sum() / 4
    assert pixel.gradients.df.any()
    assert (alive.trace.a1 * (1 - alive.trace.a1) > 0.01).all() and alive.gradients.df.any()


def test_the_story_says_what_comes_out():
    told = {step.name: " ".join(map(str, step.paragraphs())) for step in story()}
    assert "3,116 to 22,731" in told["saturated"] and "in 900 of 900 units" in told["saturated"]
    assert "from 11 to 13" in told["moves"] and "59 × ¼ = 14.75" in told["border"]
    assert "11 − 0.01 · (−236) = 13.36, kept as the integer 13" in told["one_pixel"]
    again = printed_numbers()
    assert again["agrees"] and "9 of the 9" in str(again["words"]) and "133 of 133" in str(again["words"])


def test_only_both_mistakes_together_move_the_kernel_on_the_first_call_and_the_short_loop_alone_on_the_second():
    first = story()[2].setup
    for k, sets in ((0, [("short_loop", "update_first")]), (1, [("short_loop",)])):
        here = now(dataclasses.replace(first, k=k)).snapshot
        moves = moving_sets(here.params, here.trace.x, np.array(first.y), first.lr)
        assert minimal_sets(moves) == sets and moves.sum() == (40 if k == 0 else moves.sum())
    assert "loops stop early, w moves too soon" in " ".join(map(str, story()[2].paragraphs()))
    record = tab_records(now(Setup()).setup, now(Setup()).snapshot, {})[0]["notebook"]
    assert "w moves too soon. On the first call, the kernel moves only with both" in " ".join(map(str, record["story"]["paragraphs"])), "said before the story, too"


def test_pixels_from_0_to_1_alone_do_not_wake_the_notebooks_kernel():
    *_, alive = story()
    only_pixels = now(dataclasses.replace(alive.setup, f=(11, 7, 14, 13, 8, 9, 8, 7, 16))).snapshot
    assert (only_pixels.trace.a1 * (1 - only_pixels.trace.a1) < 0.01).mean() > 0.9
    before = now(dataclasses.replace(alive.setup, k=0)).snapshot
    assert not before.gradients.df.any() and now(alive.setup).snapshot.gradients.df.any()


@pytest.mark.parametrize("setup", [Setup(), story()[2].setup, Setup(rule="procedural", scale="raw", f="notebook", w="zeros")], ids=str)
def test_a_switch_says_where_flipping_it_shows(setup):
    here = now(setup).snapshot
    exact = now(dataclasses.replace(setup, rule="exact")).snapshot
    for number, (name, row) in enumerate(zip(CAUSES, rows(setup, exact, here, DOTS), strict=True), 1):
        assert row["name"] == name and row["cause"]["number"] == number
        there = now(setup.with_query({"rule": row["change"]["rule"]})[0])
        differing = [symbol for symbol in DOTS if not np.array_equal(array_of(symbol, setup, here), array_of(symbol, there.setup, there.snapshot))]
        assert row["flipped"] == differing and row["on"] == (name in setup.deviations)
        moved = (there.snapshot.after.f != here.after.f).any()
        assert row["yes"] == moved == str(row["matters"]).startswith("Yes")


@pytest.mark.parametrize("setup", [Setup(k=3), Setup(img="pattern-edges", stride=2, pad="same", y=(0.5, 1), lr=50), story()[0].setup], ids=str)
def test_the_architecture_is_the_lessons(setup):
    here = now(setup).snapshot
    drawn, maps = architecture(setup, here), arrays(setup, here)
    path = np.array(drawn["landscape"]["path"])
    for k in (0, len(path) - 1):
        there = now(dataclasses.replace(setup, k=k)).snapshot
        np.testing.assert_array_equal(path[k], [*there.trace.z2, there.losses[-1]])
    np.testing.assert_allclose(np.add(drawn["products"], drawn["b"]), drawn["sums"], rtol=1e-12)
    assert f"Why {here.trace.z1.shape[0]}?" in str(drawn["why"]) and maps["arch.landscape"].min() >= -1
    assert all(here.trace.v[node["at"]] == node["v"] for node in drawn["nodes"])


@pytest.mark.parametrize("setup", SETUPS[1:], ids=lambda setup: setup.net)
def test_elsewhere_it_says_so_and_leads_back(setup):
    here = now(setup)
    result = chain_of(here.setup, here.snapshot)
    assert result.good is None and DEFAULT in str(result.verdict)
    opening = tab_records(here.setup, here.snapshot, {})[0]["notebook"]
    assert opening["tab"] == "story" and opening["story"]["place"] == 0 and not opening["switches"]
    assert tab_records(here.setup, here.snapshot, {"part": "experiment"})[0]["notebook"]["story"] is None
    for switch in (switch for group in result.groups for switch in group["options"]):
        query = {key: text for key, text in (setup.to_query() | switch["change"]).items() if text}
        there, wrong = Setup.parse_query(query)
        assert not wrong and (there.net, there.opt) == (DEFAULT, "gd") and there.ch != "rgb"
        if switch["key"] == "notebook_network":
            assert there.img == setup.img


def test_where_the_exact_rule_moves_the_kernel_no_set_is_named():
    setup = Setup(img="test-3", k=3)
    here = now(setup).snapshot
    moves = moving_sets(here.params, here.trace.x, np.array(setup.y), setup.lr)
    assert str(experiment(setup, here)["headline"]) == f"The exact rule moves this kernel, too. Sets of mistakes that stop it: {256 - moves.sum()} of 256."


@pytest.mark.parametrize("call, both, first, second", [(1, True, False, False), (2, True, False, False)])
def test_the_four_repairs_are_steps_of_the_core_and_say_which_mistake_is_enough(call, both, first, second):
    step = story()[2]
    here = now(step.at_call(call))
    told = tab_records(here.setup, here.snapshot, {"part": "3", "call": str(call)})[0]["notebook"]["story"]
    repairs, at = told["repairs"], tuple(int(n) for n in told["repairs"]["entry"][2:-1].split(","))
    kept = [here.setup.deviations - set(gone) for gone in ((), step.about[:1], step.about[1:], step.about)]
    after = [now(dataclasses.replace(here.setup, rule=",".join(name for name in DEVIATIONS if name in one))).snapshot for one in kept]
    assert repairs["before"] == here.snapshot.params.f[at] and [value != repairs["before"] for value in repairs["after"]] == [both, first, second, False]
    np.testing.assert_array_equal(repairs["after"][0], after[0].after.f[at])
    assert [(tag["symbol"], tag["causes"]) for tag in told["tags"]] == [("z1", [1]), ("da1", [2]), ("dz1", [1, 2])] and len(told["calls"]) == 2
    assert ("one mistake is enough: loops stop early." in str(told["paragraphs"][-1])) == (call == 2)


def test_before_its_first_step_the_story_shows_the_kernel_that_moved_and_its_exact_gradients_which_are_zero():
    """Of any setup and network, and by the old address of the theory."""
    for setup, query in ((Setup(), {}), (Setup(img="test-4", k=3), {"part": "theory"}), (Setup(seed=1), {"part": "story"}), (Setup(net="dense2-sigmoid-mse"), {})):
        here = now(setup)
        record = tab_records(here.setup, here.snapshot, query)[0]["notebook"]
        assert record["tab"] == "story" and record["story"]["place"] == 0
    first, *_, last = (np.array(kernel["values"]) for kernel in record["story"]["printed"]["kernels"])
    assert (last - first).tolist() == [3, 1, 3, 0, 0, 0, 1, 0, 2]
    step = story()[2]
    for call, shown in enumerate(record["story"]["printed"]["gradients"], 1):
        there = now(step.at_call(call)).snapshot
        exact = backward(there.params, forward(there.params, there.trace.x), np.array(step.setup.y)).df
        assert shown == exact.ravel().tolist() == [0.0] * 9


def test_a_step_whose_setup_was_changed_does_not_tell_the_steps_numbers():
    step = story()[2]
    for setup in (Setup(), dataclasses.replace(step.setup, rule="exact"), dataclasses.replace(step.setup, lr=0.5), dataclasses.replace(step.setup, k=2)):
        here = now(setup)
        told = tab_records(here.setup, here.snapshot, {"part": "3"})[0]["notebook"]["story"]
        assert told["is_changed"] and "as printed" not in " ".join(map(str, told["paragraphs"]))
        assert ("moves" in str(told["paragraphs"][-1])) == bool((here.snapshot.after.f != here.snapshot.params.f).any())
    assert place_of(dataclasses.replace(step.setup, stage="z1", cell="z1:3,3"), {"part": "3"}) == (3, 1)  # other parts of one setup


@pytest.mark.parametrize("call", [1, 2])
@pytest.mark.parametrize("n", range(1, 7))
def test_captions_say_what_the_maps_hold(n, call):
    step = story()[n - 1]
    if call not in step.calls:
        return
    here = now(step.at_call(call))
    exact = now(dataclasses.replace(here.setup, rule="exact")).snapshot
    told = tab_records(here.setup, here.snapshot, {"part": str(n)})[0]["notebook"]["story"]["captions"]
    for name, caption in told.items():
        row, symbol = name.split(".")
        shown = exact if row == "exact" else here.snapshot
        array, ours = array_of(symbol, here.setup, shown), array_of(symbol, here.setup, exact)
        match str(caption).split():
            case ["stays" | "moved" as word]:
                assert (word == "moved") == (shown.after.f != shown.params.f).any()
            case [value, "everywhere"]:
                assert (array == array.flat[0]).all() and format_value(array.flat[0], "3") == value
            case [value, "in", count, "cells"]:
                assert (array != ours).sum() == int(count) and (array[array != ours] == float(value)).all()
            case ["down", "to", value]:
                assert array.max() <= 0 and format_value(array.min(), "3") == value
            case ["up", "to", value]:
                assert array.min() >= 0 and format_value(array.max(), "5") == value
            case [low, "…", high]:
                assert [format_value(end, "2") for end in (array.min(), array.max())] == [low, high]


def test_a_causes_number_is_the_same_on_every_step():
    numbers = {}
    for step in story():
        here = now(step.setup)
        record = tab_records(here.setup, here.snapshot, {})[0]["notebook"]
        for row in record["switches"]:
            assert numbers.setdefault(row["name"], row["cause"]["number"]) == row["cause"]["number"]
        for tag in record["story"]["tags"]:
            if len(tag["causes"]) == 1:
                assert numbers[next(row["name"] for row in record["switches"] if row["cause"]["title"] == tag["words"])] == tag["causes"][0]
    assert sorted(numbers.values()) == list(range(1, 9))


@pytest.mark.parametrize("setup", [story()[2].setup, story()[2].at_call(2), Setup(rule="procedural"), Setup(scale="raw", w="zeros", f=(0,) * 9, y=(0.5, 0.5))], ids=str)
def test_the_picture_of_all_sets_and_its_headline_are_the_cores(setup):
    here = now(setup)
    moves = moving_sets(here.snapshot.params, here.snapshot.trace.x, np.array(setup.y), setup.lr)
    shown = experiment(here.setup, here.snapshot)
    picture = np.array(shown["sets"]["moves"]).reshape(16, 16)
    for row, column in np.ndindex(16, 16):
        on = frozenset(name for n, name in enumerate(CAUSES) if (row if n > 3 else column) & 8 >> n % 4)
        assert picture[row, column] == moves[index_of(on)]
        assert (on == setup.deviations) == (16 * row + column == shown["sets"]["now"])
    message, smallest = str(shown["headline"]), minimal_sets(moves)
    assert str(int(256 - moves.sum() if smallest == [()] else moves.sum())) in message or not moves.any()
    assert message.startswith("The exact rule moves" if smallest == [()] else "The kernel moves" if smallest else "No mistake moves")
    assert ("only with" in message) == (len(smallest) == 1 and smallest != [()])


def test_only_the_experiment_tries_all_sets(monkeypatch):
    monkeypatch.setattr("cnnviz.pages.notebook.experiment.moving_sets", lambda *_: pytest.fail("tries all sets"))
    here = now(Setup(img="test-4", k=3))
    result = chain_of(here.setup, here.snapshot, {"part": "architecture"})
    assert str(result.verdict) == str(architecture(here.setup, here.snapshot)["here"])


def test_old_addresses_open():
    assert tab_of(Setup(seed=1), {"part": "theory"}) == tab_of(Setup(seed=1), {"part": "4"}) == "story"
    assert tab_of(Setup(), {"part": "experiment"}) == "experiment" and tab_of(Setup(seed=1), {}) == "experiment"
