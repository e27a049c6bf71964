"""The Notebook page's chain finds where the rules part, and its story is true."""

import dataclasses

import numpy as np
import pytest

from cnnviz import Setup
from cnnviz.core.network.network import DEFAULT
from cnnviz.core.notebook.notebook import DEVIATIONS
from cnnviz.core.notebook.notebook_deviation_sets import minimal_sets, moving_sets
from cnnviz.pages.map_records import array_of
from cnnviz.pages.notebook.architecture import architecture, arrays
from cnnviz.pages.notebook.choices import rows
from cnnviz.pages.notebook.experiment import DOTS, _sets
from cnnviz.pages.notebook.story import printed_numbers, story
from cnnviz.pages.notebook.two_rules import _note, agreement, tab_records
from cnnviz.pages.notebook.two_rules import chain as chain_of
from tests.pages.networks import SETUPS
from tests.pages.running import now


def test_the_notebooks_chain_finds_where_the_rules_part():
    exact = now(Setup(k=1))
    assert chain_of(exact.setup, exact.snapshot).good
    start = now(Setup(rule="one_pixel"))
    found = chain_of(start.setup, start.snapshot)
    assert found.first == "df"
    assert found.inherits == {"f_next"}


def test_what_parts_both_rules_is_said_in_words():
    here = now(Setup(rule="procedural"))
    said = {symbol: str(words) for symbol, words in chain_of(here.setup, here.snapshot, {"part": "experiment"}).notes.items()}
    exact = now(Setup()).snapshot
    assert said["f"] == "same" and said["z1"] == f"{(here.snapshot.trace.z1 != exact.trace.z1).sum()} of 900 differ"
    ours, theirs = (snapshot.gradients.df.ravel() for snapshot in (exact, here.snapshot))
    assert ours @ theirs < -np.cos(np.pi / 4) * np.linalg.norm(ours) * np.linalg.norm(theirs)
    assert said["df"] == f"roughly opposite × {np.linalg.norm(theirs) / np.linalg.norm(ours):.3g}"


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
    assert again["agrees"] and "133 of 133" in str(again["sums"])


def test_only_both_mistakes_together_move_the_kernel_on_the_first_call_and_the_short_loop_alone_on_the_second():
    first = story()[2].setup
    for k, sets in ((0, [("short_loop", "update_first")]), (1, [("short_loop",)])):
        here = now(dataclasses.replace(first, k=k)).snapshot
        moves = moving_sets(here.params, here.trace.x, np.array(first.y), first.lr)
        assert minimal_sets(moves) == sets and moves.sum() == (40 if k == 0 else moves.sum())
    assert "short loop, update first" in " ".join(map(str, story()[2].paragraphs()))


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
    for name, row in zip(DEVIATIONS, rows(setup, exact, here, DOTS), strict=True):
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
    found = chain_of(here.setup, here.snapshot)
    assert found.good is None and DEFAULT in str(found.verdict)
    assert tab_records(here.setup, here.snapshot, {})[0]["notebook"]["theory"]  # which holds of every network
    for switch in (switch for group in found.groups for switch in group["options"]):
        query = {key: text for key, text in (setup.to_query() | switch["change"]).items() if text}
        there, wrong = Setup.parse_query(query)
        assert not wrong and (there.net, there.opt) == (DEFAULT, "gd") and there.ch != "rgb"
        if switch["key"] == "notebook_network":
            assert there.img == setup.img


def test_where_the_exact_rule_moves_the_kernel_no_set_is_named():
    setup = Setup(img="test-3", k=3)
    said = " ".join(map(str, _sets(setup, now(setup).snapshot)["words"]))
    assert said.endswith("The exact rule already moves f.") and ": ." not in said


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
    assert [tag["symbol"] for tag in told["tags"]] == ["z1", "da1"] and len(told["calls"]) == 2
    assert ("short loop alone" in str(told["paragraphs"][-1])) == (call == 2)
