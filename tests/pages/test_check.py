"""The Check page's chain says what the core says, of any network."""

import asyncio
import contextlib
import re
import threading
import time
from urllib.parse import parse_qsl

import numpy as np
import pytest

from cnnviz import Setup
from cnnviz.core.gradcheck import KINK, TOLERANCE, UNDECIDED, WRONG, check_gradients, recheck
from cnnviz.core.mistakes import MISTAKES, mistake_at, mistakes_for
from cnnviz.core.network.network import DEFAULT, Network
from cnnviz.core.runtime.work_cancellation import cancellable
from cnnviz.core.setup.setup import SETUP_KEYS
from cnnviz.pages.check import checking, user_gradients
from cnnviz.pages.check.checked_chain import chain, check_records, mask_undecided
from cnnviz.pages.check.examined_pass import ExaminedPass
from cnnviz.pages.gradient_chain import encode_chain, operations
from cnnviz.pages.map_settings import SCALES
from cnnviz.pages.resource import compute_resource, page_of
from cnnviz.server.admission import Admission
from cnnviz.server.compute_queue import ComputeQueue
from cnnviz.words import say
from tests.pages.networks import SETUPS
from tests.pages.running import decode, now
from tests.pictures import TINY_VGG

HERE = [place.mistake.name for place in mistakes_for(Network.parse(DEFAULT))]
CARDS = [one.makes for one in operations(Network.parse(DEFAULT).program((32, 32)))]


def chain_of(setup, snapshot, asked):
    return chain(ExaminedPass(setup, snapshot, asked))


def besides(setup, snapshot, asked):
    return check_records(ExaminedPass(setup, snapshot, asked))["check"]


@pytest.mark.parametrize("mistake", ["", *HERE])
def test_the_chain_says_what_the_core_says(mistake):
    here = now(Setup(k=2, stride=2, scale="unit"))
    shown = chain_of(here.setup, here.snapshot, {"mistake": mistake})
    ours = shown.arrays()
    check = check_gradients(here.snapshot.params, here.snapshot.trace.x, np.array(here.setup.y), 2, parameters=("f", "w", "b", "x"))
    if mistake:
        np.testing.assert_array_equal(ours["exact.df"], here.snapshot.gradients["df"])
    else:
        np.testing.assert_array_equal(ours["central.df"], check.numeric["f"])
        np.testing.assert_array_equal(ours["central.dx"], check.numeric["x"])
    unlike = {s for s in CARDS if not np.array_equal(ours[f"ours.{s}"], getattr(here.snapshot.gradients, s))}
    assert shown.good == (not unlike)
    assert bool(mistake) == bool(unlike) == bool(shown.first)
    assert unlike == {symbol for symbol, state in shown.states.items() if state in ("first", "inherits", "wrong")}
    counts = {"f": 9, "w": 450, "b": 2, "x": 1024}
    right = {"equal"} if mistake else {"follows"}
    for symbol, state in shown.states.items():
        assert symbol in unlike or {state} == ({"right"} if symbol[1:] in counts else right)
    if not mistake:
        assert "461 parameters and 1,024 pixels" in str(shown.verdict)
    elif "df" in unlike:
        assert "of 1,485 entries" in str(besides(here.setup, here.snapshot, {"mistake": mistake})["foot"][0])


def test_a_wrong_slope_is_drawn_beside_the_right_one_at_a_unit_of_this_lesson():
    here = now(Setup())
    for mistake, slope in (("sigmoid_prime_of_z", lambda z: z * (1 - z)), ("hidden_slope_forgotten", lambda z: z**0)):
        chart = next(chart for chart in chain_of(here.setup, here.snapshot, {"mistake": mistake}).charts if chart["name"] == "slope")
        z, a = np.array(chart["x"]), 1 / (1 + np.exp(-np.array(chart["x"])))
        shown = np.array(chart["series"][0]["values"], dtype=float)  # NaN where it is too steep to be drawn
        np.testing.assert_array_equal(np.isnan(shown), np.abs(slope(z)) > 1.5)
        np.testing.assert_allclose(shown, np.where(np.isnan(shown), np.nan, slope(z)))
        np.testing.assert_allclose(chart["series"][1]["values"], a * (1 - a))
        assert chart["cursor"] in here.snapshot.trace.z1
        best = besides(here.setup, here.snapshot, {"mistake": mistake})["best"]
        sums = here.snapshot.trace.z1
        assert sum(best["units"]) == int(((np.abs(sums) <= 6) & (np.abs(slope(sums)) <= 1.5)).sum())
        below = [f"{(slope(sums) < 0).sum()} of 900 units have slopes below 0, which is impossible."] if mistake == "sigmoid_prime_of_z" else []
        assert [str(words) for words in best["words"][1:]] == below  # of all units, not of those that are drawn
    for mistake in ("sign_flipped", "kernel_gradient_flipped"):
        shown = chain_of(here.setup, here.snapshot, {"mistake": mistake})
        assert [chart["name"] for chart in shown.charts] == ["falls", "sweep"]
        ours, exact = (shown.arrays()[f"{row}.{shown.first}"] for row in ("ours", "exact"))
        place = np.unravel_index(np.abs(ours - exact).argmax(), ours.shape)
        (message,) = besides(here.setup, here.snapshot, {"mistake": mistake})["best"]["words"]
        assert (message.values["wrong"], message.values["right"]) == pytest.approx((ours[place], exact[place]), rel=1e-3)


@pytest.mark.parametrize("setup", SETUPS, ids=str)
def test_right_gradients_of_any_network_are_called_right_and_every_card_has_its_source(setup):
    here = now(setup)
    result = chain_of(setup, here.snapshot, {})
    assert result.good and not result.first and not result.inherits
    program = setup.network.program(here.snapshot.trace.x.shape)
    header, arrays = decode(encode_chain("check", here, result))
    assert {f"central.d{name}" for name in (*program.parameters, "x")} <= arrays.keys()
    cards = header["road"]["cards"]
    backward = [name for stage in setup.network.stages if stage.phase == "backward" for name in stage.makes]
    assert sorted(card["symbol"] for card in cards) == sorted([*backward, "dx"])
    for n, card in enumerate(cards):
        assert card["source"] in ("L", *(before["symbol"] for before in cards[:n])) and card["operation"]
        sizes = (card["rows"], card["columns"], card["layers"])
        for row in ("ours", "central", "error"):
            if (name := f"{row}.{card['symbol']}") in arrays:
                assert arrays[name].size == np.prod(sizes), name
        assert all(at < size for at, size in zip(card["cell"], sizes, strict=False))


@pytest.mark.parametrize("setup", SETUPS, ids=str)
def test_an_arrow_leads_from_what_the_core_makes_a_gradient_from(setup):
    program = setup.network.program(now(setup).snapshot.trace.x.shape)
    lines = {line.target: line.sources for line in program.backward_lines}
    for one in operations(program):
        target = "dv" if "dv" in lines.get(one.makes, ()) else one.makes  # only laid out as a map again
        assert (one.source == "L" and not any(source.startswith("d") for source in lines[target])) or one.source in lines[target]


@pytest.mark.parametrize("setup", SETUPS, ids=str)
def test_every_mistake_in_each_of_its_places_shows_where_the_core_has_it(setup):
    here = now(setup)
    y = np.array(setup.y)
    for one in mistakes_for(setup.network, setup.opt):
        board = chain_of(setup, here.snapshot, {"mistake": one.address})
        hits = one.affected_stages(here.snapshot.params, here.snapshot.trace, y, setup.optimizer, here.snapshot.state)
        makes = next((stage.makes for stage in setup.network.stages if stage == hits[0]), hits) if hits and hits[0] != "update" else ("",)
        assert (one.is_forward or board.first in makes) and bool(board.first) == bool(makes[0] and not one.is_forward), one.address
        assert [switch["on"] for switch in board.groups[0]["options"]].count(True) == 1
        if not one.is_forward:
            assert board.good == (not board.first), one.address


def test_the_pinned_cells_channel_shows():
    setup = SETUPS[1]
    parts = {part.symbol: part.label for part in chain_of(setup, now(setup).snapshot, {}).parts}
    assert (parts["da1"], parts["dz1"]) == ("∂a₁[2]", "∂z₁[2]")


@pytest.mark.parametrize("asked", [{}, {"check": "own"}], ids=str)
def test_no_card_shows_an_empty_channel_where_another_has_numbers(asked):
    setup, _ = Setup.from_query(dict(parse_qsl(TINY_VGG)))
    seen = user_gradients.chain(now(setup), None, None) if asked else chain_of(setup, now(setup).snapshot, asked)
    shown, whole = seen.arrays(), seen.rows[0].arrays
    dead = [name for name, array in whole.items() if not array.reshape(len(array), -1).any(axis=1).all()]
    assert dead and all(shown[f"ours.{name}"].any() for name, array in whole.items() if array.any())


def test_a_mistake_is_spoken_of_in_one_entry_while_the_check_goes_on_and_after(monkeypatch):
    setup, _ = Setup.from_query({"net": "conv2x3-relu-conv3x3-relu-dense2-softmax-ce", "img": "test-0"})
    asked = {"mistake": "kernel_gradient_flipped@df2"}
    (message,) = besides(setup, now(setup).snapshot, asked)["best"]["words"]
    board = chain_of(setup, now(setup).snapshot, asked)
    part = next(part for part in board.parts if part.symbol == "df2")
    entry = besides(setup, now(setup).snapshot, asked)["entry"]
    assert board.subject == "df2" and entry["name"] == message.values["entry"]
    assert message.values["entry"].startswith(part.label.rstrip("]"))
    monkeypatch.setattr(ExaminedPass, "checking", checking.Checking())
    assert chain_of(setup, now(setup).snapshot, asked).subject == "df2"


def test_before_the_check_is_done_the_marked_entry_is_the_one_that_the_words_say_is_spoiled(monkeypatch):
    monkeypatch.setattr(ExaminedPass, "checking", checking.Checking())
    here, asked = now(Setup.from_query({"net": "conv2x3-relu-max2-dense2-softmax-ce", "img": "test-3"})[0]), {"mistake": "max_gradient_to_all"}
    board = chain_of(here.setup, here.snapshot, asked)
    ours, right = (board.arrays()[f"{row}.{board.first}"] for row in ("ours", "exact"))
    (message,) = besides(here.setup, here.snapshot, asked)["best"]["words"]
    place = tuple(board.cells[board.first])
    assert (ours[place], right[place]) == pytest.approx((message.values["wrong"], message.values["right"]), rel=1e-3)
    assert ours[place] != right[place]


@pytest.mark.parametrize("setup", SETUPS, ids=str)
def test_mistakes_are_judged_by_the_differences_that_the_right_gradients_were(setup):
    here = now(setup)
    params, x, y, names = here.snapshot.params, here.snapshot.trace.x, np.array(setup.y), (*setup.network.parameters, "x")
    right = check_gradients(params, x, y, network=setup.network, parameters=names)
    for one in mistakes_for(setup.network, setup.opt)[SETUPS.index(setup) :: len(SETUPS)]:
        theirs = one.gradients(params, here.snapshot.trace, y, setup.optimizer, here.snapshot.state)
        anew, again = check_gradients(params, x, y, gradients=theirs, network=setup.network, parameters=names), recheck(right, theirs)
        for name in names:
            np.testing.assert_array_equal(again.marks[name] == WRONG, anew.marks[name] == WRONG, one.address)


def test_the_pinned_entry_is_the_one_that_is_nudged():
    for cell, name, value in (("dw:10,4,1", "∂w[10,4,1]", lambda g: g.dw[304, 1]), ("df:0,2", "∂f[0,2]", lambda g: g.df[0, 2]), ("dx:3,4", "∂x[3,4]", lambda g: g.dx[3, 4])):
        here = now(Setup(k=1, cell=cell))
        entry = besides(here.setup, here.snapshot, {})["entry"]
        assert (entry["name"], entry["backward"]) == (name, value(here.snapshot.gradients))
        shown = chain_of(here.setup, here.snapshot, {})
        assert shown.subject == entry["symbol"] and np.isclose(entry["central"], entry["backward"], rtol=1e-6)


def test_a_long_check_goes_on_beside_the_page_and_is_given_up_when_nobody_looks(monkeypatch):
    monkeypatch.setattr(checking, "AT_ONCE", 1)
    monkeypatch.setattr(checking, "GRACE", 0.0)
    gate, real = threading.Event(), checking.check_gradients

    def held(*args, progress, **settings):
        progress(0.25)
        gate.wait(60)
        progress(0.5)
        return real(*args, progress=progress, **settings)

    monkeypatch.setattr(checking, "check_gradients", held)
    here = now(Setup(k=3, seed=7))
    board = chain_of(here.setup, here.snapshot, {})
    assert board.good is None and not board.charts and "error.df" not in board.arrays()
    decode(encode_chain("check", here, board))
    gate.set()
    end = time.monotonic() + 60
    while board.good is None and time.monotonic() < end:
        board = chain_of(here.setup, here.snapshot, {})
    assert board.good and board.charts
    monkeypatch.setattr(checking, "PATIENCE", -1.0)
    left = checking.check_of(Setup(seed=8), now(Setup(seed=8)).snapshot)
    while checking._turns.under_way and time.monotonic() < end:
        time.sleep(0.01)
    assert left.given_up and left.check is None


def test_a_check_that_is_made_while_the_page_waits_is_not_given_up_on_a_busy_machine(monkeypatch):
    monkeypatch.setattr(checking, "PATIENCE", -1.0)
    setup = Setup(seed=1_234, net="dense2-mse")
    assert checking.check_of(setup, now(setup).snapshot).check.passed


def test_who_waits_for_a_check_that_goes_on_beside_the_page_lets_other_work_go_on():
    aside, go, turns = [], threading.Event(), checking.CheckQueue()

    @contextlib.contextmanager
    def step_aside():
        aside.append(True)
        go.set()
        yield

    with cancellable(lambda: None, step_aside):
        turns.poll(("beside",), lambda _: go.wait(60))
    assert aside and go.is_set()
    while turns.under_way:
        time.sleep(0.001)


def test_checks_that_go_on_beside_their_pages_do_not_hold_up_each_other(monkeypatch):
    monkeypatch.setattr(checking, "AT_ONCE", 1)
    monkeypatch.setattr(checking, "_turns", checking.CheckQueue())
    page, nets = page_of("check"), ("dense2-mse", "dense3-mse")  # two, one at a time, are enough to hold up each other, and are soon done

    async def tried() -> list:
        gate: ComputeQueue = ComputeQueue(1, Admission(100, 100))
        async with asyncio.timeout(60):
            return await asyncio.gather(*(gate.get(net, net, lambda net=net: compute_resource(page, {"net": net, "seed": "4711"}), net) for net in nets))

    assert len(asyncio.run(tried())) == len(nets)


def test_long_checks_wait_in_order_without_holding_anything_and_are_forgotten_when_nobody_looks(monkeypatch):
    monkeypatch.setattr(checking, "GRACE", 0.0)
    turns, go = checking.CheckQueue(), threading.Event()
    began: list[str] = []

    def look(name: str) -> checking.Checking:
        return turns.poll((name,), lambda _: (began.append(name), go.wait(60)))

    threads = threading.active_count()
    for name in "abcbcd":
        look(name)
    assert threading.active_count() == threads + 1 and began == ["a"] and [name for (name,) in turns.waiting] == ["b", "c", "d"]
    go.set()
    while turns.under_way:
        time.sleep(0.001)
    look("c")
    assert began == ["a"]  # b is first
    monkeypatch.setattr(checking, "PATIENCE", -1.0)
    look("d")
    while turns.under_way:
        time.sleep(0.001)
    assert began == ["a", "d"]  # nobody asked for the others meanwhile


def test_the_check_board_says_whose_gradients_are_wrong_under_the_notebooks_rule():
    here = now(Setup(k=1, rule="one_pixel"))
    board = chain_of(here.setup, here.snapshot, {})
    assert not board.good and board.first == "df"
    assert str(board.title) == "Is the notebook's gradient right?" and str(board.rows[0].label) == "the notebook's backward pass"
    assert any("one pixel" in str(sentence) for sentence in board.sentences)
    broken = chain_of(here.setup, here.snapshot, {"mistake": "mean_forgotten"})
    assert broken.first == "do"  # in the exact pass


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_that_cannot_be_made_here_is_not_offered_and_not_made(mistake):
    here = now(Setup(stride=3))
    board = chain_of(here.setup, here.snapshot, {"mistake": mistake})
    switches = board.groups[0]["options"]
    offered = {switch["key"].partition("@")[0]: any(one["on"] for one in switches if one["key"].partition("@")[0] == switch["key"].partition("@")[0]) for switch in switches}
    assert offered.get(f"mistake_{mistake}", False) != offered["mistake_none"]
    assert ("mistake_overlap_assigned" in offered, "mistake_flip_forgotten" in offered) == (False, True)


@pytest.mark.parametrize("setup", SETUPS, ids=str)
def test_the_digits_that_cancel_are_those_of_the_losses(setup):
    here = now(setup)
    entry = besides(setup, here.snapshot, {})["entry"]
    (sweep,) = chain_of(setup, here.snapshot, {}).charts
    loss = setup.network.loss(here.snapshot.trace, np.array(setup.y))
    for row in entry["rows"]:
        up, down, central = (row[name][0] + row[name][1] for name in ("up", "down", "central"))
        assert up[: len(row["up"][0])] == down[: len(row["down"][0])]  # what is grey is shared
        assert row["up"][1][:1] != row["down"][1][:1] or not row["up"][1]
        step = 10 ** row["exponent"]
        assert read(up) == pytest.approx(loss, abs=10 * step)
        assert read(central) == pytest.approx((read(up) - read(down)) / (2 * step), rel=1e-8, abs=1e-12)
        drawn = dict(zip(sweep["x"], sweep["series"][1]["values"], strict=True))
        assert row["error"] == drawn[min(drawn, key=lambda at: abs(at - step))]
    assert [row["exponent"] for row in entry["rows"]] == sorted((row["exponent"] for row in entry["rows"]), reverse=True)


def test_what_nudging_cannot_tell_is_not_called_right_where_a_mistake_has_spoiled_it():
    here = now(Setup(net="conv1x3-relu-dense2-mse", lr=90.0, k=30))  # it has run away: all its units are shut
    for mistake in ("mean_forgotten", "relu_gate_of_gradient"):
        board = chain_of(here.setup, here.snapshot, {"mistake": mistake})
        wrong = {board.first, *board.inherits}
        assert board.good is False and board.first
        assert not {str(board.notes[name]) for name in wrong} & {"exact", "undecided"}
        assert [chart["name"] for chart in board.charts] == ["falls"], "every entry that can be told is right: no ε fails there"


@pytest.mark.parametrize("query, mistake, also, said", [
    ({"stride": 2}, "stride_forgotten", {"dx"}, "The mistake also affects ∂x."),
    ({"net": "conv2x3-tanh-conv2x3b-relu-dense2-mse"}, "loop_stops_early@df2", {"db2", "da1"}, "The mistake also affects ∂b₂, ∂a₁; the rest inherits the error."),
])  # fmt: skip
def test_what_a_mistake_spoils_beside_the_first_wrong_array_is_not_said_to_come_from_it(query, mistake, also, said):
    here = now(Setup(**query))
    shown = chain_of(here.setup, here.snapshot, {"mistake": mistake})
    assert {symbol for symbol, state in shown.states.items() if state == "wrong"} == also
    assert str(shown.verdict) == said
    sources = {one.makes: one.source for one in shown.operations}
    assert all(shown.states[sources[symbol]] in ("first", "inherits", "wrong") for symbol in shown.inherits)
    assert {sources[symbol] for symbol in also} == {sources[shown.first]}


def test_of_a_wrong_entry_no_nudge_is_called_a_good_one():
    here = now(Setup(rule="object-oriented", k=1))
    entry = besides(here.setup, here.snapshot, {})["entry"]
    (sweep,) = chain_of(here.setup, here.snapshot, {}).charts
    assert entry["error"] > TOLERANCE and entry["rows"] == []
    assert str(sweep["title"]) == f"No ε repairs {entry['name']}"
    broken, right = ([value for value in line["values"] if value is not None] for line in sweep["series"])
    assert min(broken) > TOLERANCE > min(right)


def test_a_wrong_number_is_printed_apart_from_the_right_one_and_infinite_where_it_is():
    almost = now(Setup(w="normal", k=4, seed=3, lr=0.5))
    (message,) = besides(almost.setup, almost.snapshot, {"mistake": "weights_updated_first"})["best"]["words"]
    wrong, right = re.search("becomes (.*) instead of (.*)[.]", str(message)).groups()
    assert wrong != right and wrong[:5] == right[:5]
    raw = now(Setup(scale="raw", k=1))
    (message,) = besides(raw.setup, raw.snapshot, {"mistake": "product_divided@dz1"})["best"]["words"]
    assert str(message) == "∂z₁[0,1] becomes −∞ instead of 0."


def test_digits_of_a_power_of_ten_are_none_that_cancel():
    here = now(Setup(w="normal", k=4, seed=3, lr=0.5))
    short = besides(here.setup, here.snapshot, {})["entry"]["rows"][-1]
    assert short["up"][0].endswith("e−09") and str(short["words"]) == "17 digits cancel, 0 remain"


def test_a_mistake_that_hides_leads_to_a_lesson_where_it_shows():
    here = now(Setup(k=1))
    board = chain_of(here.setup, here.snapshot, {"mistake": "stride_forgotten"})
    change = board.groups[-1]["options"][0]["change"]
    there = now(here.setup.with_query({key: text for key, text in change.items() if key in SETUP_KEYS})[0])
    assert chain_of(there.setup, there.snapshot, change).first == "df" and not board.first
    here = now(Setup.from_query({"net": "conv2x3-bn-relu-dense2-softmax-ce"})[0])
    message = chain_of(here.setup, here.snapshot, {"mistake": "gain_forgotten"}).sentences
    assert [str(one) for one in message] == ["The mistake has no effect here.", str(mistake_at("gain_forgotten", here.setup.network).sentence)]


@pytest.mark.parametrize("mistake, how", [("sign_flipped", "does not fall"), ("sigmoid_prime_of_z", "falls"), ("stride_forgotten", "is the same")])
def test_what_a_mistake_does_to_the_loss_is_computed(mistake, how):
    here = now(Setup())
    result = besides(here.setup, here.snapshot, {"mistake": mistake})
    up, count = re.search(r"Only (\d+) of (\d+) mistakes keep the loss up", str(result["falls"])).groups()
    assert how in str(result["falls"]) and 4 <= int(up) < int(count) / 2 and int(count) == len(mistakes_for(here.setup.network))
    assert (result["code"] is None) == (mistake == "stride_forgotten") and result["tab"] == "break"


def test_what_a_mistake_far_from_the_kernel_spoils_is_said_in_short_and_shown_near_it():
    net = "conv2x3b-sigmoid-avg2-conv2x3b-sigmoid-dense4-sigmoid-dense3-softmax-ce"
    here = now(Setup(net=net, y=(1, 0, 0)))
    shown = chain_of(here.setup, here.snapshot, {"mistake": "sigmoid_prime_of_z@dz3"})
    later = [symbol for symbol, state in shown.states.items() if state == "inherits"]
    assert str(shown.verdict) == f"{len(later)} more are wrong only because of ∂z₃."
    assert shown.subject == "dw3" and len(later) > 6
    (foot,) = map(str, besides(here.setup, here.snapshot, {"mistake": "sigmoid_prime_of_z@dz3"})["foot"])
    assert foot.endswith(" entries disagree with central differences.")


def test_an_entry_that_a_mistake_was_tried_on_has_its_curves_in_both_precisions_after_it():
    here = now(Setup(seed=77))
    broken = chain_of(here.setup, here.snapshot, {"mistake": "kernel_gradient_flipped"})
    cell = next(chart for chart in broken.charts if chart["name"] == "sweep")["title"].values["entry"]  # "∂f[2,2]"
    asked = now(Setup(seed=77, cell=f"df:{cell[3:-1]}"))
    (sweep,) = chain_of(asked.setup, asked.snapshot, {}).charts
    assert [str(line["label"]) for line in sweep["series"]] == ["float32", "float64"]
    assert all(len(line["values"]) == len(sweep["x"]) for line in sweep["series"])


def test_errors_are_grey_up_to_the_tolerance_and_red_above():
    def colour(error: float) -> list[int]:
        share = 1 - np.log10(error) / np.log10(1e-16)
        return [*bytes.fromhex(SCALES["error"][round(share * (len(SCALES["error"]) - 1))][1:])]

    for right in (1e-16, 1e-9, TOLERANCE):
        assert np.ptp(colour(right)) < 12
    for wrong in (2 * TOLERANCE, 1e-3, 1.0):
        assert colour(wrong)[0] - colour(wrong)[2] > 60


def test_entries_that_cannot_be_told_are_counted_and_drawn_as_such():
    setup = Setup(scale="raw")
    here = now(setup)
    board = chain_of(setup, here.snapshot, {})
    check = check_gradients(here.snapshot.params, here.snapshot.trace.x, np.array(setup.y), parameters=("f", "w", "b", "x"))
    assert board.good and f"{check.right:,} of 2,835" in str(board.verdict)
    (sentence,) = map(str, besides(setup, here.snapshot, {})["foot"])
    assert "Too small compared with round-off" in sentence and f": {check.undecided:,} of 2,835." in sentence and f"{check.floor:.1e}".replace("-", "−") in sentence
    drawn = board.arrays()
    np.testing.assert_array_equal(np.isnan(drawn["error.dw"]), check.marks["w"] == UNDECIDED)
    assert str(board.notes["dw"]).startswith("≤")
    decode(encode_chain("check", here, board))


def test_entries_at_a_kink_are_drawn_as_such_and_a_given_nan_as_wrong():
    setup = Setup.from_query({"net": "conv1x3b-relu-dense2-mse", "img": "pattern-edges"})[0]
    here = now(setup)
    check = check_gradients(here.snapshot.params, here.snapshot.trace.x, np.array(setup.y), network=setup.network)
    drawn = chain_of(setup, here.snapshot, {}).arrays()
    assert check.at_kinks and np.isnan(drawn["error.df"]).sum() == (check.marks["f"] >= KINK).sum() > 0
    assert mask_undecided(np.array([np.nan, 0.1]), np.array([True, False])).tolist()[0] == np.inf


def test_a_run_that_is_not_finite_gets_the_sentence_that_says_so():
    setup = Setup.from_query({"net": "dense3-dense2-mse", "lr": "10", "k": "300", "img": "digit7-3"})[0]
    with np.errstate(all="ignore"):
        here = now(setup)
        board = chain_of(setup, here.snapshot, {})
        result = besides(setup, here.snapshot, {})
    assert board.good is None and str(board.verdict) == say("own.not_finite")
    assert not result["foot"] and result["entry"] is None


def read(text: str) -> float:
    return float(text.replace("−", "-"))


def test_the_name_alone_is_the_last_place():
    setup = SETUPS[2]
    board = chain_of(setup, now(setup).snapshot, {"mistake": "hidden_slope_forgotten"})
    on = next(switch["key"] for switch in board.groups[0]["options"] if switch["on"])
    assert on == f"mistake_{mistake_at('hidden_slope_forgotten', setup.network, setup.opt).address}"
