"""Somebody's own gradients on the Check page: the chain says what the diagnosis says, of any network."""

import io

import numpy as np
import pytest

from cnnviz import Setup
from cnnviz.core.mistakes import mistake_at
from cnnviz.export.user_gradients_report import example_of, reference_of
from cnnviz.pages.check import user_gradients
from cnnviz.pages.gradient_chain import encode_chain
from cnnviz.words import say
from tests.pages.networks import SETUPS
from tests.pages.running import decode, now


def npz(arrays):
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def shown(here, data):
    """What the page sends for a file of this content."""
    file = ("mine.npz", data) if data is not None else None
    result = user_gradients.compare_file(here, file)
    return decode(encode_chain("check", here, user_gradients.chain(here, file, result), user_gradients.file_records(here, file, result)))


def gradients(here, address=""):
    snapshot, setup = here.snapshot, here.setup
    if not address:
        return dict(setup.network.backward(snapshot.params, snapshot.trace, np.array(setup.y)))
    return dict(mistake_at(address, setup.network).gradients(snapshot.params, snapshot.trace, np.array(setup.y), setup.optimizer))


@pytest.mark.parametrize("setup", SETUPS, ids=str)
def test_right_ones_are_right_in_any_network_and_shown_beside_ours(setup):
    here = now(setup)
    header, arrays = shown(here, npz(gradients(here)))
    assert header["road"]["verdict"]["good"] and header["road"]["title"] == "Your gradients are right"
    assert {column["state"] for column in header["road"]["cards"]} == {"right"} and header["check"]["own"]["stages"] == []
    for column in header["road"]["cards"]:
        np.testing.assert_array_equal(arrays[f"yours.{column['symbol']}"], arrays[f"ours.{column['symbol']}"])
        assert not arrays[f"error.{column['symbol']}"].any()


def test_right_ones_of_less_precision_have_the_error_that_they_have():
    here = now(Setup())
    right = gradients(here)
    header, arrays = shown(here, npz({name: array.astype(np.float32) for name, array in right.items()}))
    assert header["road"]["verdict"]["good"]
    apart = np.abs(right["df"].astype(np.float32) / right["df"] - 1)
    np.testing.assert_allclose(np.squeeze(arrays["error.df"]), apart, rtol=1e-5)


def test_one_number_agrees_in_the_singular():
    here = now(Setup(net="dense1-sigmoid-mse"))
    header, _ = shown(here, npz({"db": gradients(here)["db"]}))
    assert header["road"]["verdict"]["text"].endswith(": its number agrees with ours.")


def test_the_first_wrong_stage_what_inherits_and_what_is_missing_have_their_marks():
    here = now(Setup())
    theirs = gradients(here, "hidden_slope_forgotten@dz1")
    header, arrays = shown(here, npz({name: theirs[name] for name in ("dz2", "dw", "db", "dz1", "df")}))
    states = {column["symbol"]: column["state"] for column in header["road"]["cards"]}
    assert states == {"do": "missing", "dz2": "right", "dw": "right", "db": "right", "da1": "missing", "dz1": "first", "df": "inherits", "dx": "missing"}
    assert header["road"]["title"] == "Your gradient is wrong from ∂z₁ on" and header["road"]["verdict"]["good"] is False
    assert "909 of 2,713" in header["road"]["verdict"]["text"] and header["road"]["subject"] == "dz1"
    cells = {column["symbol"]: column["cell"] for column in header["road"]["cards"]}
    apart = np.abs(theirs["dz1"] - gradients(here)["dz1"])
    assert cells["dz1"] == cells["da1"] == list(np.unravel_index(apart.argmax(), apart.shape))
    (stage,) = header["check"]["own"]["stages"]
    assert stage["code"] == {"wrong": "dz1 = da1", "right": "dz1 = da1 * (a1 * (1 - a1))"}
    assert stage["matches"][0] == {"title": "σ′ forgotten in a hidden layer", "share": 1.0, "count": "900 of 900"}
    assert stage["how"].endswith("an exact match") and "yours.dx" not in arrays and "ours.dx" in arrays


def test_the_channel_of_the_worst_entry_shows():
    here = now(SETUPS[1])
    theirs = gradients(here)
    theirs["dz1"] = theirs["dz1"].copy()
    theirs["dz1"][1, 2, 3] += 1
    header, _ = shown(here, npz(theirs))
    column = next(column for column in header["road"]["cards"] if column["symbol"] == "dz1")
    assert column["label"] == "∂z₁[1]" and column["cell"] == [2, 3]


def test_two_mistakes_are_both_told_and_the_second_has_a_mark_of_its_own():
    here = now(Setup())
    theirs = gradients(here)
    header, _ = shown(here, npz({**theirs, "dw": theirs["dw"].T, "df": -theirs["df"]}))
    states = {column["symbol"]: column["state"] for column in header["road"]["cards"]}
    assert (states["dw"], states["db"], states["df"]) == ("first", "right", "wrong")
    assert [stage["title"] for stage in header["check"]["own"]["stages"]] == ["∂w with axes exchanged", "times −1"]


def test_a_bias_that_alone_is_wrong_is_named_and_one_ratio_is_no_range():
    here = now(SETUPS[1])
    theirs = gradients(here)
    header, _ = shown(here, npz({**theirs, "db1": theirs["db1"] / 9}))
    (stage,) = header["check"]["own"]["stages"]
    assert header["road"]["title"] == "Your gradient is wrong from ∂b₁ on"
    assert header["road"]["verdict"]["text"].endswith("none before ∂b₁.") and "∂b₁" in stage["how"]
    assert "Yours ÷ ours is 0.111." in header["road"]["sentences"]


@pytest.mark.parametrize("data, sentence", [(b"nonsense", "neither .npz"), (npz({"dw": np.zeros((3, 4))}), "expected 1,800 numbers")])
def test_a_file_that_cannot_be_compared_gets_its_sentence_and_ours_stay(data, sentence):
    header, arrays = shown(now(Setup()), data)
    assert sentence in header["road"]["verdict"]["text"] and header["road"]["verdict"]["good"] is False
    assert "ours.df" in arrays and "yours.df" not in arrays


def test_without_a_file_it_says_how_to_save_one():
    header, _ = shown(now(Setup()), None)
    assert header["road"]["verdict"]["good"] is None and header["check"]["own"]["file"] == ""
    assert 'np.savez("mine.npz", do=do, dz2=dz2, ' in header["road"]["sentences"][0]


@pytest.mark.parametrize("setup", SETUPS, ids=str)
def test_before_a_file_is_chosen_an_example_is_judged_as_its_file_would_be(setup):
    here = now(setup)
    header, _ = shown(here, None)
    user_gradients_of = header["check"]["own"]
    result = example_of(reference_of(setup, here.snapshot))
    assert bool(user_gradients_of["example"]) == bool(user_gradients_of["stages"])
    if not result:
        assert not user_gradients_of["example"]
        return
    judged, _ = shown(here, npz(result[1]))
    without = [{**stage, "code": {"wrong": "", "right": ""}} for stage in judged["check"]["own"]["stages"]]
    assert user_gradients_of["stages"] == without and not judged["check"]["own"]["example"]
    assert not user_gradients_of["example"] or f"{sum(array.size for array in result[1].values()):,} numbers differ, first at" in user_gradients_of["example"]


@pytest.mark.parametrize("setup", SETUPS, ids=str)
def test_no_line_of_the_solution_is_shown_before_gradients_are_handed_in(setup):
    here = now(setup)
    example = example_of(reference_of(setup, here.snapshot))
    for file in (None, *([(say("ui.check.own.example_file"), npz(example[1]))] if example else [])):
        header = user_gradients.file_records(here, file, user_gradients.compare_file(here, file))
        assert all(stage["code"] == {"wrong": "", "right": ""} for stage in header["check"]["own"]["stages"])


def test_in_french_the_example_is_named_within_a_sentence_as_a_file_is():
    example = say("ui.check.own.example_file", "fr")
    for n in (1, 2):
        assert f" dans {example} diff" in say("ui.check.own.differ", "fr", n=n, count=3, stage="∂f", file=example)  # "de un" stood there


def test_where_no_known_mistake_comes_near_our_line_is_shown():
    here = now(Setup())
    theirs = gradients(here)
    theirs["dz1"] = np.sin(50 * np.arange(900.0)).reshape(30, 30)
    header, _ = shown(here, npz({"dz1": theirs["dz1"]}))
    (stage,) = header["check"]["own"]["stages"]
    assert stage["title"] == "No known mistake explains it." and stage["code"] == {"wrong": "", "right": "dz1 = da1 * (a1 * (1 - a1))"}


def test_a_slope_without_its_first_factor_is_known():
    here = now(Setup())
    header, _ = shown(here, npz({"dz1": here.snapshot.gradients["da1"] * (1 - here.snapshot.trace["a1"])}))
    assert header["check"]["own"]["stages"][0]["title"] == "1 − σ instead of σ (1 − σ)"
    assert header["road"]["verdict"]["text"] == "900 of 900 numbers in mine.npz differ, none before ∂z₁."


def test_ratios_of_both_signs_are_not_told():
    here = now(Setup())
    exact = gradients(here)
    turned, _ = shown(here, npz({**exact, "dx": exact["dx"][::-1]}))
    scaled, _ = shown(here, npz({**exact, "dx": exact["dx"] * (1 + exact["dx"] / 2 / np.abs(exact["dx"]).max())}))
    assert [any("÷" in sentence for sentence in header["road"]["sentences"]) for header in (turned, scaled)] == [False, True]
