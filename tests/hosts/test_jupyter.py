"""A setup in a notebook's cell, where a kernel runs it."""

import subprocess
import sys

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

from cnnviz import Setup, load_image, run_updates, show
from cnnviz.data.images import find_image
from cnnviz.hosts.file import _answer
from cnnviz.pages.encoding import decode
from tests.conftest import ROOT

CELLS = (
    'import cnnviz\nview = cnnviz.show(cnnviz.Setup(img="test-3", k=2, stage="df"))\nview',
    'from cnnviz import *\nassert view.snapshot.gradients.df.shape == (3, 3)\nview.setup = Setup(net="dense2-mse", k=1)\nview.query["net"], view.setup.k',
    'sent = []\nview.send = lambda content, buffers: sent.append(buffers)\nview._on_message(view, {"k": "4"}, [])\nlen(sent[0][0])',
)


def test_a_notebook_that_shows_a_lesson_runs():
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in CELLS])
    NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(ROOT)}}).execute()
    shown, moved, answered = (cell.outputs[-1].data for cell in notebook.cells)
    state = notebook.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"]
    widget = state[shown["application/vnd.jupyter.widget-view+json"]["model_id"]]["state"]
    assert widget["_esm"].rstrip().endswith("export default $hosts_jupyter_jupyter.widget")
    assert widget["query"]["net"] == "dense2-mse" and "program" in widget["document"]
    assert moved["text/plain"] == "('dense2-mse', 1)"
    assert int(answered["text/plain"]) > 50_000


def test_a_cell_and_a_file_hold_numbers_and_no_colours_since_they_cannot_ask_for_them():
    setup = Setup(net="conv32x3-relu-max4-conv64x3-relu-gap-dense10-softmax-ce", k=1)  # with 18,432 filter weights
    gradients = run_updates(setup, load_image(setup.img), setup.k).gradients
    for given in (show(setup=setup).answer(setup.to_query()), _answer(setup, find_image(setup.img))):
        assert np.array_equal(decode(given)[1]["df2"], gradients["df2"])


def test_where_anywidget_is_missing_a_sentence_says_what_to_install():
    code = "import sys; sys.modules['anywidget'] = None; import cnnviz; cnnviz.show()"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=600)
    assert "pip install 'cnnviz[jupyter]'" in done.stderr.splitlines()[-1]


def test_importing_cnnviz_loads_neither_streamlit_nor_anywidget():
    code = "import sys, cnnviz; print({'streamlit', 'anywidget', 'PIL.Image'} & sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=600)
    assert "streamlit" not in done.stdout and "anywidget" not in done.stdout, done.stderr


def test_an_address_that_cannot_be_used_is_answered_all_the_same():
    from cnnviz.hosts.jupyter import SetupView
    from cnnviz.pages.encoding import decode

    head, arrays = decode(SetupView.answer({"k": "1", "lr": "fast"}))
    assert head["lesson"]["lr"] == str(Setup().lr) and "fast" in str(head["wrong"]["lr"])
    assert arrays["z1"].shape == (1, 30, 30) or arrays["z1"].size == pytest.approx(900)
