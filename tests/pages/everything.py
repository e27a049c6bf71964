"""A setup on every page, in every form, and all that is taken home of it."""

import ast
import io
import json

import numpy as np
from PIL import Image

from cnnviz import Setup
from cnnviz.export.animation import animation
from cnnviz.export.arrays import arrays_npz, npz
from cnnviz.export.exercise import exercise_notebook, exercise_script
from cnnviz.export.frameworks import keras_script, pytorch_script
from cnnviz.export.hand_sheet import hand_sheet
from cnnviz.export.numpy_script import jupyter_notebook, numpy_script
from cnnviz.export.parameters import parameters_json, read_setup
from cnnviz.export.share_card import SIZE
from cnnviz.export.spreadsheet import spreadsheet
from cnnviz.export.terminal import report
from cnnviz.hosts.file import setup_html
from cnnviz.pages.handlers import Unfinished
from cnnviz.pages.registry import pages
from cnnviz.pages.resource import FORMS, PICTURE, canonical_query, compute_resource, page_of
from tests.pages.running import decode, now

KEYS = {
    "step": [{"mission": "blind", "case": "4"}],
    "train": [{"vs": "lr=1"}, {"of": "many"}, {"instead": "k=3"}],
    "check": [{"mistake": "sign_flipped"}, {"check": "break"}, {"check": "own"}],
    "notebook": [{"part": "2"}, {"part": "experiment"}],
    "learn": [{"lesson": "kernel", "step": "2"}],
}
"""Keys of pages that show something else."""
PAGES = {page.id: [{}, *KEYS.get(page.id, [])] for page in pages()}
"""Every page, as it opens and with such keys."""


def answered(page: str, query: dict[str, str]) -> None:
    """The page's numbers of this setup, in every form."""
    asked = canonical_query(page_of(page), query)
    for form in FORMS:
        try:
            body = compute_resource(page_of(page), asked, form).plain
        except Unfinished:  # a check of very many numbers goes on behind, and programs are told to come again
            assert form and page == "check"
            return
        if form == "":
            header, _ = decode(body)
            assert header["lesson"] and header["outputs"]
        elif form == "json":
            assert json.loads(body)["page"] == page
        elif form == PICTURE:
            assert Image.open(io.BytesIO(body)).size == SIZE
        else:
            with np.load(io.BytesIO(body), allow_pickle=False) as file:
                assert json.loads(str(file["header"]))["page"] == page


def all_taken_home(setup: Setup) -> None:
    """Every file of this setup can be made and read."""
    here = now(setup)
    pixels, snapshot = here.image.pixels, here.snapshot
    for script in (numpy_script, keras_script, pytorch_script):
        ast.parse(script(setup, pixels))
    ast.parse(exercise_script(setup, pixels, snapshot))
    for notebook in (jupyter_notebook(setup, pixels), exercise_notebook(setup, pixels, snapshot)):
        assert json.loads(notebook)["cells"]
    again, message = read_setup(parameters_json(setup, snapshot.params))
    assert (again.net, message) == (setup.net, [])
    assert np.load(io.BytesIO(arrays_npz(setup, snapshot)), allow_pickle=False)["w" if "dense" in setup.net else "f"].size
    assert np.load(io.BytesIO(npz(snapshot.gradients)), allow_pickle=False).files
    assert hand_sheet(setup, snapshot, here.image.words) and list(report(setup, snapshot))
    assert spreadsheet(setup, snapshot)[:2] == b"PK" and animation(setup, snapshot.trace.x)
    assert setup_html(setup, here.image, 1).startswith("<!doctype html>")
