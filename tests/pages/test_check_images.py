"""Check of several images: all of them are judged, one is shown, and what only several images have can be switched on."""

import io

import numpy as np
import pytest

from cnnviz import Setup, run_updates
from cnnviz.core.mistakes import mistake_at
from cnnviz.data.images import load_images
from cnnviz.pages import answer
from cnnviz.pages.address import resolve
from cnnviz.pages.check.handler import uploaded_answer
from cnnviz.words import message
from tests.pages.running import decode

QUERY = {"net": "conv2x3-bn-relu-max2-drop50-dense2-softmax-ce", "img": "small3-0,small1-1,small5-2", "y": "1,0;0,1;1,0", "lr": "0.1", "image": "2"}
SETUP = Setup(**QUERY)
MOMENT = run_updates(SETUP, load_images(SETUP), 0)


def checked(**more: str):
    return decode(answer("check", QUERY | more))


def states(header) -> dict[str, str]:
    return {card["symbol"]: card["state"] for card in header["road"]["cards"]}


def test_every_number_of_all_images_is_judged_and_those_of_one_are_shown():
    header, arrays = checked()
    assert header["road"]["verdict"]["good"] and not header["wrong"] and header["lesson"]["img"] == QUERY["img"]
    assert "undecided" not in states(header).values() and states(header)["dx"] == "right"
    np.testing.assert_array_equal(arrays["ours.dz2"].reshape(-1), MOMENT.gradients["dz2"][2])
    np.testing.assert_array_equal(arrays["ours.dx"].reshape(8, 8), MOMENT.gradients["dx"][2, 0])
    assert arrays["central.dx"].shape == arrays["ours.dx"].shape


def test_step_says_that_each_image_pulls_at_a_parameter():
    header, _ = decode(answer("step", QUERY))
    assert {stage["symbol"] for stage in header["stages"] if stage["title"] == str(message("stage.pulled.title"))} == {"df", "dg", "dw"}
    symbols = [stage["symbol"] for stage in header["stages"]]
    divided = [stage["symbol"] for stage in header["stages"] if stage["sentence"].endswith(" Divided by 3: the loss is the mean over the images.")]
    assert divided == [symbols[symbols.index("L") + 1]]


def test_the_image_and_the_pass_are_chosen_and_a_pass_in_eval_mode_is_checked_as_one():
    header, arrays = checked(k="2", mode="eval")
    on = {group["name"]: [option["change"] for option in group["options"] if option["on"]] for group in header["road"]["views"]}
    assert on == {"image": [{"image": "2"}], "mode": [{"mode": "eval"}]}
    assert header["road"]["verdict"]["good"] and not header["wrong"] and header["lesson"]["mode"] == "eval"
    snapshot = run_updates(SETUP, load_images(SETUP), 2).in_eval_mode
    np.testing.assert_array_equal(arrays["ours.dz2"].reshape(-1), snapshot.gradients["dz2"][2])
    error = header["check"]["entry"]["rows"][1]["error"]
    assert error < 1e-6
    header, arrays = checked(k="2", mode="eval", check="break", mistake="images_summed")
    assert header["lesson"].get("mode", "train") == "train" and [group["name"] for group in header["road"]["views"]] == ["image"]
    assert "views" in header["road"] and not checked(net="conv1x3-relu-dense2-mse", img="small3-0", y="1,0", image="")[0]["road"]["views"]


@pytest.mark.parametrize("mistake, first", [("images_summed", "dz2"), ("images_divided_twice@df", "df"), ("mean_path_forgotten", "dz1")])
def test_what_is_made_on_the_way_back_shows_where_it_is_made(mistake, first):
    header, arrays = checked(check="break", mistake=mistake)
    assert [symbol for symbol, state in states(header).items() if state == "first"] == [first]
    assert header["check"]["code"]["wrong"] != header["check"]["code"]["right"]
    wrong = mistake_at(mistake, SETUP.network, images=3).gradients(MOMENT.params, MOMENT.trace, np.array(SETUP.y), SETUP.optimizer)
    np.testing.assert_array_equal(arrays["ours.dz2"].reshape(-1), wrong["dz2"][2])


@pytest.mark.parametrize("mistake, stage", [("places_forgotten", "n₁"), ("mask_not_scaled", "r₁"), ("batch_statistics", "n₁")])
def test_of_another_forward_pass_it_says_that_its_own_check_passes(mistake, stage):
    header, _ = checked(check="break", mistake=mistake)
    assert f"From {stage} on" in header["road"]["title"] and "whose gradients are right" in header["road"]["verdict"]["text"]
    foot = header["check"]["foot"]
    assert len(foot) == 1 and "belong to another forward pass" in foot[0] and "nudging" not in foot[0]
    assert header["road"]["verdict"]["good"] is None and not {"first", "inherits", "wrong"} & {*states(header).values()}
    assert not [card for card in header["road"]["cards"] if card["slip"]] and "sweep" not in {chart["name"] for chart in header["road"]["charts"]}


@pytest.mark.parametrize("mistake, stage", [("places_forgotten", "n₁"), ("mask_not_scaled", "r₁")])
def test_gradients_that_are_right_for_another_forward_pass_are_not_called_wrong(mistake, stage):
    theirs = mistake_at(mistake, SETUP.network, images=3).gradients(MOMENT.params, MOMENT.trace, np.array(SETUP.y), SETUP.optimizer)
    header, _ = owned({name: theirs[name] for name in NAMES})
    chain = header["road"]
    assert "another forward pass" in chain["title"] and stage in chain["verdict"]["text"] and chain["verdict"]["good"] is None
    assert {*states(header).values()} == {"another", "missing"} and len(header["check"]["own"]["stages"]) == 1
    header, _ = owned({name: theirs[name] for name in NAMES} | {"df": -theirs["df"]})
    assert states(header)["df"] == "wrong" and "another forward pass" not in header["road"]["title"]
    assert [symbol for symbol, state in states(header).items() if state == "wrong"] == ["df"]


NAMES = ("dz2", "dw", "db", "dn1", "dg", "ds", "dz1", "df")


def owned(theirs, **more):
    """The answer to a file of one's own gradients."""
    content = io.BytesIO()
    np.savez(content, **theirs)
    return decode(uploaded_answer(resolve(QUERY | more, several_images=True), ("mine.npz", content.getvalue())))


def test_where_only_what_is_kept_is_wrong_every_gradient_is_right():
    header, _ = checked(check="break", mistake="running_reversed")
    assert {*states(header).values()} == {"equal", "right"} and header["road"]["verdict"]["good"]
    assert "The gradients are right" in str(header["road"]["sentences"][0])


def test_those_of_several_images_are_not_offered_with_one():
    header, _ = decode(answer("check", QUERY | {"img": "small3-0", "y": "1,0", "image": "0", "check": "break", "mistake": "images_summed"}))
    assert "has no effect with one image" in header["wrong"]["mistake"] and "first" not in states(header).values()


def test_ones_own_gradients_of_all_images_are_judged_and_one_is_shown():
    theirs = mistake_at("images_summed", SETUP.network, images=3).gradients(MOMENT.params, MOMENT.trace, np.array(SETUP.y), SETUP.optimizer)
    header, arrays = owned({name: theirs[name] for name in ("dz2", "dw", "db", "dz1", "df")})
    assert states(header)["dz2"] == "first" and states(header)["df"] == "inherits"
    assert header["check"]["own"]["stages"][0]["title"] == "mean over images forgotten"
    np.testing.assert_array_equal(arrays["yours.dz2"].reshape(-1), theirs["dz2"][2])


def test_a_mistake_of_a_pass_in_eval_mode_is_made_in_such_a_pass():
    header, arrays = checked(k="2", check="break", mistake="batch_statistics@n1")
    after = run_updates(SETUP, load_images(SETUP), 2).in_eval_mode
    np.testing.assert_array_equal(arrays["exact.dz2"].reshape(-1), after.gradients["dz2"][2])
    assert header["check"]["code"]["right"].startswith("n1.mean = n1.running_mean") and "is the same" in header["check"]["falls"]
    assert [change for change, on in offered(header) if on] == [{"mistake": "batch_statistics"}] and header["lesson"]["mode"] == "eval"
    alone = checked(img="small3-0", y="1,0", image="", check="break")[0]  # one image has no statistics of a batch
    assert {"mistake": "batch_statistics"} not in [change for change, _ in offered(alone)]


def offered(header):
    return [(option["change"], option["on"]) for group in header["road"]["switches"] for option in group["options"]]
