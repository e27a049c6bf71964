"""Every page answers for every network, in every form; so does everything that is taken home."""

from itertools import cycle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz import Setup
from cnnviz.core.network.optimizers import OPTIMIZERS
from tests.core.networks import cases
from tests.pages.everything import PAGES, all_taken_home, answered

ONE_OUTPUT = ["conv1x3-sigmoid-dense1-sigmoid-bce", "dense1-mse", "conv2x5b-relu-max2-dense1-sigmoid-ce", "conv1x7s8p6-gap-softmax-mse", "conv1x1-gap-tanh-mse"]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("net", ONE_OUTPUT)
def test_a_network_with_one_output_is_answered_on_every_page(net, page):
    for own in PAGES[page]:
        for setup in ({}, {"k": "2", "opt": "adam", "y": "0.5", "ch": "rgb", "img": "cat-17"}):
            answered(page, {"net": net, **setup, **own})


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("mode", ["train", "eval"])
def test_several_images_are_answered_on_every_page(mode, page):
    answered(page, {"net": "conv2x3-bn-relu-max2-drop50-dense2-softmax-ce", "img": "cat-0,dog-3", "k": "1", "mode": mode})


@pytest.mark.parametrize("page", PAGES)
@given(data=st.data())
@settings(max_examples=6, deadline=None)
def test_every_page_answers_for_every_network(page, data):
    net = data.draw(cases()).text
    last = data.draw(st.integers(1, 10))
    if "dense" in net and data.draw(st.booleans()):
        head, _, tail = net.rpartition("dense")
        net = f"{head}dense{last}{tail[1:]}"
    setup = {
        "net": net,
        "img": data.draw(st.sampled_from(["test-1", "cat-17", "digit7-h3", "pattern-dot"])),
        "ch": data.draw(st.sampled_from(["green", "gray", "rgb"])),
        "opt": data.draw(st.sampled_from([*OPTIMIZERS])),
        "k": str(data.draw(st.integers(0, 3))),
        "w": data.draw(st.sampled_from(["normal", "he", "zeros"])),
        "lr": data.draw(st.sampled_from(["0.1", "0", "1e9"])),
    }
    answered(page, {**setup, **data.draw(st.sampled_from(PAGES[page]))})


@pytest.mark.parametrize("net, opt", [*zip(ONE_OUTPUT, cycle(OPTIMIZERS), strict=False)])
def test_everything_that_is_taken_home_is_made_of_a_network_with_one_output(net, opt):
    all_taken_home(Setup(net=net, k=2, opt=opt))
