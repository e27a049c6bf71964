"""Setups of several images: their address, their updates, and what is as in eval mode."""

import json
from dataclasses import replace

import numpy as np
import pytest

from cnnviz.core.gradcheck import check_gradients
from cnnviz.core.network.network import Network
from cnnviz.core.network.optimizers import gd
from cnnviz.core.setup.setup import Setup
from cnnviz.core.setup.update_limits import step_work
from cnnviz.core.training.film import film
from cnnviz.core.training.snapshots import forget, run_updates, walk
from cnnviz.data.images import load_images
from cnnviz.pages import answer
from cnnviz.pages.encoding import decode

NET = "conv2x3-bn-relu-max2-drop50-dense2-softmax-ce"
FOUR = Setup(img="cat-0,cat-1,dog-0,dog-1", net=NET, classes="cat,dog", lr=0.1)


def test_an_address_names_several_images_and_comes_back():
    setup = Setup(img="cat-0,dog-3,cat-0", net=NET, image=2, mode="eval", stage="n1", classes=("cat", "dog"))
    query = setup.to_query()
    assert (query["img"], query["image"], query["mode"], query["y"]) == ("cat-0,dog-3,cat-0", "2", "eval", "1,0;0,1;1,0")
    assert Setup.from_query(query) == (setup, [])
    assert setup.batch_shape == (3, 1, 32, 32) and setup.x_shape == (32, 32)
    assert setup.start == Setup(img="cat-0,dog-3,cat-0", net=NET, stage="x", classes=("cat", "dog")).start


def test_an_address_of_one_image_is_as_it_was():
    assert not {"image", "mode"} & Setup().to_query().keys() and Setup().y == (1.0, 0.0)


@pytest.mark.parametrize("text, y", [
    ("dog", ((0, 1),) * 4), ("0.5,0.25", ((0.5, 0.25),) * 4), ("cat;dog;0,1;1,0", ((1, 0), (0, 1), (0, 1), (1, 0))),
])  # fmt: skip
def test_targets_are_one_for_all_or_each_images(text, y):
    assert Setup.from_query({**FOUR.to_query(), "y": text}) == (replace(FOUR, y=y), [])


@pytest.mark.parametrize("change, key", [
    ({"img": "cat-0,digit7-3"}, "img"), ({"img": ",".join(["cat-0"] * 9)}, "img"), ({"img": "cat-0,,dog-1"}, "img"), ({"image": "4"}, "image"),
    ({"mode": "test"}, "mode"), ({"y": "1,0;0,1"}, "y"), ({"y": "1;0;1;0"}, "y"), ({"set": "x:1,1:0.5"}, "set"),
    ({"mode": "eval", "stage": "update"}, "stage"), ({"rule": "procedural", "net": "conv1x3-sigmoid-dense2-sigmoid-mse"}, "rule"),
])  # fmt: skip
def test_what_cannot_be_is_said_and_replaced(change, key):
    _, wrong = Setup.parse_query({**FOUR.to_query(), **change})
    assert {key} <= set(wrong) <= {key, "y"} and str(wrong[key])  # one image has targets of its own


def test_updates_are_those_of_the_network_by_hand():
    x, k = load_images(FOUR), 3
    network, y = Network.parse(NET), np.array(FOUR.y)
    params, buffers, losses = network.init((32, 32), f=FOUR.first_params()["f"]), network.buffers(x.shape), []
    for update in range(k + 1):
        trace = network.forward(params, x, pass_inputs={**buffers, **network.masks(x.shape, FOUR.seed, update)})
        losses.append(network.loss(trace, y))
        if update < k:
            params, buffers = gd(FOUR.lr).step(params, network.backward(params, trace, y), None)[0], network.next_buffers(trace)
    snapshot = run_updates(FOUR, x, k)
    assert snapshot.losses.tolist() == losses
    assert all(np.array_equal(snapshot.params[name], array) for name, array in params.items())
    assert all(np.array_equal(snapshot.buffers[name], array) for name, array in buffers.items())
    assert set(snapshot.buffers_after) == set(buffers) and not np.array_equal(snapshot.buffers_after["n1.running_mean"], buffers["n1.running_mean"])


def test_any_way_leads_to_the_same_bits_and_the_mode_moves_no_update():
    x = load_images(FOUR)
    forget()
    direct = run_updates(FOUR, x, 130)
    forget()
    for k in (3, 60, 131, 130):
        again = run_updates(FOUR, x, k)
    *_, (params, trace, _) = walk(FOUR, x, 130)
    for other in (again.params, params):
        assert all(np.array_equal(direct.params[name], other[name]) for name in params)
    assert all(np.array_equal(direct.trace[name], trace[name]) for name in trace)
    after = run_updates(replace(FOUR, mode="eval", image=3), x, 130)
    assert np.array_equal(after.losses, direct.losses)


def test_evaluated_is_the_same_network_after_training():
    snapshot = run_updates(FOUR, load_images(FOUR), 20)
    trace, loss = snapshot.evaluated
    alone = FOUR.network.forward(snapshot.params, snapshot.trace.x[:1], False, snapshot.buffers)
    np.testing.assert_allclose(trace["o"][0], alone["o"][0], rtol=1e-12)
    assert loss == FOUR.network.loss(trace, np.array(FOUR.y)) and np.array_equal(trace["r1"], trace["p1"])


def test_a_film_has_every_images_outputs_and_the_frames_of_one():
    x = load_images(FOUR)
    run = film(FOUR, x, 6, 3, maps=("z1", "df"), image=2)
    snapshot = run_updates(FOUR, x, 6)
    assert run.o.shape == (7, 4, 2) and np.array_equal(run.o[-1], snapshot.trace["o"]) and np.array_equal(run.losses, snapshot.losses)
    np.testing.assert_allclose(run.z1[-1], snapshot.trace["z1"][2, 0], rtol=1e-6)


def test_the_limits_of_several_images_are_said():
    wide = "conv64x5p2-relu-max2-dense10-softmax-ce"
    _, wrong = Setup.parse_query({"img": ",".join(["cat-0"] * 8), "net": wide, "ch": "rgb"})
    assert wrong["net"].id == "lesson.instead" and "limit is 1,000,000" in str(wrong["net"])
    assert step_work(Network.parse(NET), (4, 1, 32, 32)) == 4 * step_work(Network.parse(NET), (32, 32))


def test_images_of_another_number_are_refused():
    with pytest.raises(ValueError, match="4 images"):
        run_updates(FOUR, np.zeros((3, 1, 32, 32)), 0)


# --- the page -------------------------------------------------------------------------------------


def test_step_shows_one_image_of_the_pass_of_all():
    setup = replace(FOUR, k=2, image=3)
    header, arrays = decode(answer("step", setup.to_query()))
    snapshot = run_updates(setup, load_images(setup), 2)
    assert header["lesson"]["img"] == FOUR.img and header["lesson"]["image"] == "3"
    assert np.array_equal(arrays["n1"].ravel(), snapshot.trace["n1"][3].ravel()) and np.array_equal(arrays["df"].ravel(), snapshot.gradients.df.ravel())
    per_image_gradients = setup.network.per_image_gradients(snapshot.params, snapshot.trace, np.array(setup.y))
    assert np.array_equal(arrays["pulls.df"].ravel(), per_image_gradients["df"].ravel())
    assert arrays["L"] == setup.network.losses(snapshot.trace, np.array(setup.y))[3]
    assert "df" not in header["network"]["arithmetic"] and header["network"]["arithmetic"]["dz2"].endswith("/4")


def test_what_all_images_share_is_the_same_in_each():
    result = [decode(answer("step", replace(FOUR, image=image).to_query()))[1] for image in (0, 3)]
    strip = [name for name in result[0] if name.startswith("strip.")]
    for name in ("f", "w", "b", "g", "s", "df", "dw", "db", "dg", "ds", "n1.mean", "n1.var", "pulls.df", *strip):
        assert np.array_equal(result[0][name], result[1][name]), name


def test_the_strip_has_of_each_block_of_every_image_the_entry_of_largest_size():
    header, arrays = decode(answer("step", FOUR.to_query()))
    snapshot = run_updates(FOUR, load_images(FOUR), 0)
    for name, whole in {"z1": snapshot.trace["z1"], "dz1": snapshot.gradients["dz1"], "x": snapshot.trace.x}.items():
        small, (rows, columns) = arrays[f"strip.{name}"], whole.shape[2:]
        assert small.dtype == np.int8 and small.shape == (*whole.shape[:2], -(-rows // 2), -(-columns // 2))
        for place in np.ndindex(small.shape):
            block = whole[place[0], place[1], 2 * place[2] : 2 * place[2] + 2, 2 * place[3] : 2 * place[3] + 2].ravel()
            largest = block[np.abs(block).argmax()]
            assert small[place] == np.rint(127 * largest / max(np.abs(whole).max(), *header["network"]["maps"][name]["limits"]))
    assert all(arrays[f"strip.{name}"].shape == (4, 1, 2, 1) for name in ("z2", "o", "y", "dz2"))
    assert not any(name.startswith("strip.") for name in decode(answer("step", {}))[1])


@pytest.mark.parametrize("image", range(4))
def test_an_images_gradients_have_the_shapes_of_its_numbers(image):
    snapshot = run_updates(FOUR, load_images(FOUR), 1)
    trace, gradients = snapshot.trace.image(image), snapshot.gradients.image(image)
    for name, gradient in gradients.items():
        array = snapshot.params[name[1:]] if name[1:] in snapshot.params else trace[name[1:]]
        assert gradient.shape == array.shape, name


def test_after_training_no_update_is_shown_and_no_other_image_counts():
    query = replace(FOUR, k=4, mode="eval").to_query()
    header, arrays = decode(answer("step", query))
    assert "update" not in [stage["symbol"] for stage in header["stages"]]
    assert np.array_equal(arrays["r1"], arrays["p1"])
    assert {link["pattern"] for link in header["network"]["links"]["n1"]} == {"same", "channel"}


def test_check_shows_one_of_all_images_in_training_and_after_it():
    header, _ = decode(answer("check", replace(FOUR, image=2, mode="eval").to_query()))
    assert header["lesson"]["img"] == FOUR.img and header["lesson"]["mode"] == "eval" and not header["wrong"]


@pytest.mark.parametrize("name", ["train", "notebook", "learn"])
def test_other_pages_show_one_image_and_say_so(name):
    header, _ = decode(answer(name, replace(FOUR, image=2, mode="eval").to_query()))
    assert header["lesson"]["img"] == "dog-0" and {"img", "mode"} <= set(header["wrong"])
    assert json.dumps(header["wrong"])


def test_the_gradient_check_takes_a_lessons_images():
    snapshot = run_updates(FOUR, load_images(FOUR), 1)
    result = check_gradients(snapshot.params, snapshot.trace.x, np.array(FOUR.y), network=FOUR.network, pass_inputs=snapshot.trace.kept, parameters=("f", "g", "s", "b"))
    assert result.verdict == "right"
