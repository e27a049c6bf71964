"""Every page answers for every network, in every form; so does everything that is taken home."""

from __future__ import annotations

import ast
import io
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz import Lesson, export
from cnnviz.core.optimizers import OPTIMIZERS
from cnnviz.export.own_example import as_file
from cnnviz.export.terminal import report
from cnnviz.hosts.file import lesson_html
from cnnviz.pages.answers import Unfinished
from cnnviz.pages.resource import FORMS, asked_of, made, page_of
from tests.core.networks import cases
from tests.pages.running import decode, now

PAGES = {
    "step": [{}, {"missions": "1", "case": "4"}],
    "train": [{}, {"vs": "lr=1"}, {"of": "many"}, {"instead": "k=3"}],
    "check": [{}, {"mistake": "sign_flipped"}, {"check": "break"}, {"check": "own"}],
    "notebook": [{}, {"part": "2"}, {"part": "experiment"}],
    "learn": [{}, {"lesson": "kernel", "step": "2"}],
}
"""Pages, and keys of their own that show something else."""
ONE_OUTPUT = ["conv1x3-sigmoid-dense1-sigmoid-bce", "dense1-mse", "conv2x5b-relu-max2-dense1-sigmoid-ce", "conv1x7s8p6-gap-softmax-mse", "conv1x1-gap-tanh-mse"]


def answered(page: str, query: dict[str, str]) -> None:
    """The page's numbers of this lesson, in every form."""
    asked = asked_of(page_of(page), query)
    for form in FORMS:
        try:
            body = made(page_of(page), asked, form).plain
        except Unfinished:  # a check of very many numbers goes on behind, and programs are told to come again
            assert form and page == "check"
            return
        if form == "":
            header, _ = decode(body)
            assert header["lesson"] and header["outputs"]
        elif form == "json":
            assert json.loads(body)["page"] == page
        else:
            with np.load(io.BytesIO(body), allow_pickle=False) as file:
                assert json.loads(str(file["header"]))["page"] == page


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("net", ONE_OUTPUT)
def test_a_network_with_one_output_is_answered_on_every_page(net, page):
    for own in PAGES[page]:
        for lesson in ({}, {"k": "2", "opt": "adam", "y": "0.5", "ch": "rgb", "img": "cat-17"}):
            answered(page, {"net": net, **lesson, **own})


@pytest.mark.parametrize("page", PAGES)
@given(data=st.data())
@settings(max_examples=6, deadline=None)
def test_every_page_answers_for_every_network(page, data):
    net = data.draw(cases()).text
    last = data.draw(st.integers(1, 10))
    if "dense" in net and data.draw(st.booleans()):
        head, _, tail = net.rpartition("dense")
        net = f"{head}dense{last}{tail[1:]}"
    lesson = {
        "net": net,
        "img": data.draw(st.sampled_from(["test-1", "cat-17", "digit7-h3", "pattern-dot"])),
        "ch": data.draw(st.sampled_from(["green", "gray", "rgb"])),
        "opt": data.draw(st.sampled_from([*OPTIMIZERS])),
        "k": str(data.draw(st.integers(0, 3))),
        "w": data.draw(st.sampled_from(["normal", "he", "zeros"])),
        "lr": data.draw(st.sampled_from(["0.1", "0", "1e9"])),
    }
    answered(page, {**lesson, **data.draw(st.sampled_from(PAGES[page]))})


@pytest.mark.parametrize("net", ONE_OUTPUT)
@pytest.mark.parametrize("opt", OPTIMIZERS)
def test_everything_that_is_taken_home_is_made_of_a_network_with_one_output(net, opt):
    lesson = Lesson(net=net, k=2, opt=opt)
    here = now(lesson)
    pixels, moment = here.image.pixels, here.moment
    for script in (export.numpy_script, export.keras_script, export.pytorch_script):
        ast.parse(script(lesson, pixels))
    ast.parse(export.exercise_script(lesson, pixels, moment))
    for notebook in (export.jupyter_notebook(lesson, pixels), export.exercise_notebook(lesson, pixels, moment)):
        assert json.loads(notebook)["cells"]
    again, said = export.read_lesson(export.parameters_json(lesson, moment.params))
    assert (again.net, said) == (lesson.net, [])
    assert np.load(io.BytesIO(export.arrays_npz(lesson, moment)), allow_pickle=False)["w" if "dense" in net else "f"].size
    assert np.load(io.BytesIO(as_file(moment.gradients)), allow_pickle=False).files
    assert export.hand_sheet(lesson, moment, here.image.words) and list(report(lesson, moment))
    assert export.spreadsheet(lesson, moment)[:2] == b"PK" and export.animation(lesson, moment.trace.x)
    assert lesson_html(lesson, here.image, 1).startswith("<!doctype html>")
