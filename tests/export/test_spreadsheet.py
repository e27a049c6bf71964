"""The spreadsheet's formulas give the core's numbers, and go on giving them when a pixel or a weight is changed."""

import io
import re
import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings

from cnnviz.core.network.layers import LAYERS
from cnnviz.core.network.losses import LOSSES as CORE_LOSSES
from cnnviz.core.network.network import Network
from cnnviz.core.setup.presets import PRESETS
from cnnviz.core.setup.setup import Setup
from cnnviz.core.training.snapshots import run_updates
from cnnviz.data.images import find_image, load_image
from cnnviz.export.cell_formulas import ENDS, FIRST_COLUMN, FIRST_ROW, LOSSES, MAKERS, CellFormulas, column_letters
from cnnviz.export.spreadsheet import spreadsheet
from cnnviz.words import Problem
from tests.core.networks import OTHERS, Case, cases

NS = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


class Evaluated:
    """A few functions of a spreadsheet: cells by sheet, row and column, each a number or a formula."""

    REFERENCE = re.compile(r"('[^']+'|[a-zA-Z]\w*)!([A-Z]+)(\d+)(?::([A-Z]+)(\d+))?")

    def __init__(self, cells):
        self.cells, self.known = cells, {}
        self.functions = {
            "SUMPRODUCT": lambda *of: np.sum(np.multiply(*of) if len(of) == 2 else of[0]),
            "MMULT": lambda a, b: a @ b, "SUM": np.sum, "MAX": lambda *of: max(map(np.max, of)), "MIN": lambda *of: min(map(np.min, of)), "AVERAGE": np.mean,
            "EXP": np.exp, "LN": np.log, "TANH": np.tanh, "ABS": np.abs, "COUNT": np.size,
            "SUMXMY2": lambda a, b: np.sum((a - b) ** 2), "AND": lambda *of: all(of), "IF": lambda when, then, other: then if when else other,
        }  # fmt: skip

    def __call__(self, sheet, row, column):
        key = (sheet, row, column)
        if key not in self.known:
            cell = self.cells[key]
            self.known[key] = float(self.evaluate(cell)) if isinstance(cell, str) else cell
        return self.known[key]

    def evaluate(self, formula):
        text = self.REFERENCE.sub(lambda m: f"R({m[1].strip(chr(39))!r},{m[2]!r},{m[3]},{m[4]!r},{m[5]})", formula)
        text = re.sub(r"(?<![=!<>])=(?!=)", "==", text).replace("--(", "1.0*(")
        return eval(text, {"R": self.read, "learning_rate": 0.01, **self.functions})

    def read(self, sheet, left, top, right, bottom):
        number = lambda text: sum((ord(c) - 64) * 26**n for n, c in enumerate(reversed(text))) - 1  # noqa: E731
        if right is None:
            return self(sheet, top - 1, number(left))
        rows, columns = range(top - 1, bottom), range(number(left), number(right) + 1)
        return np.array([[self(sheet, row, column) for column in columns] for row in rows])


def evaluated(formulas, values):
    """Every array that the formulas make, from those that are given."""
    cells = {}
    for name, shape in formulas.layout.shapes.items():
        for at in np.ndindex(*shape):
            created = formulas.formula(name, at)
            cells[(name, *formulas.layout.place(name, at))] = float(values[name][at]) if created is None else created
    read = Evaluated(cells)
    places = {name: [formulas.layout.place(name, at) for at in np.ndindex(*shape)] for name, shape in formulas.layout.shapes.items()}
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(100_000)  # and back: other tests of this process rely on an end of nesting
    try:
        return {name: np.array([read(name, *at) for at in result]).reshape(formulas.layout.shapes[name]) for name, result in places.items()}
    finally:
        sys.setrecursionlimit(limit)


def compare(case, training=True):
    program = case.network.program(case.x_shape, training=training)
    trace = program.forward(case.params, case.x)
    gradients = program.backward(case.params, trace, case.y)
    exact = {**trace, **case.params, **gradients, "y": case.y, "L": np.array(case.network.loss(trace, case.y))}
    formulas = CellFormulas(program)
    if "do" not in gradients:
        del formulas.layout.shapes["do"]
    shapes = formulas.layout.shapes
    values = {name: np.asarray(array).reshape(shapes[name]) for name, array in exact.items() if name in shapes}
    given = {name: values[name] for name in ("x", "y", *program.parameters)}
    result = evaluated(formulas, given)
    for name, array in values.items():
        np.testing.assert_allclose(result[name], array, rtol=1e-9, atol=1e-12, err_msg=name)


@pytest.mark.parametrize("case", [case for case in OTHERS if np.prod(case.x_shape) <= 200], ids=str)
def test_from_image_targets_and_parameters_alone_the_formulas_make_every_number(case):
    compare(case)


def test_after_training_nothing_is_dropped_and_there_is_no_step():
    compare(Case("conv2x3-tanh-drop50-dense2-drop20-mse", (1, 6, 6), 3), training=False)
    setup = Setup(net="conv2x3-bn-drop50-dense2-mse", k=2, mode="eval")
    snapshot = snapshot_of(setup).in_eval_mode
    cells = cells_of(spreadsheet(setup, snapshot))
    shown = [cells["L!B5"][0], cells["n1!B5"][0]]
    np.testing.assert_allclose(shown, [snapshot.losses[-1], snapshot.trace.n1[0, 0, 0]], rtol=1e-12)  # some processors round a pass of one image otherwise
    assert "f next!B5" not in cells and "f next!B5" in cells_of(spreadsheet(replace(setup, mode="train"), snapshot_of(setup)))


@settings(deadline=None, max_examples=30)
@given(cases())
def test_and_so_in_any_network(case):
    compare(Case(case.text, case.x_shape, case.seed))


def cells_of(data):
    """Each sheet's cells from the file: their formulas and their values."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
        result = {}
        for number, sheet in enumerate(book.iterfind(".//m:sheet", NS), start=1):
            tree = ElementTree.fromstring(archive.read(f"xl/worksheets/sheet{number}.xml"))
            for cell in tree.iterfind(".//m:c", NS):
                value, formula = cell.find("m:v", NS), cell.find("m:f", NS)
                if cell.get("t") not in ("s", "str") and value is not None:
                    result[f"{sheet.get('name')}!{cell.get('r')}"] = (float(value.text), None if formula is None else formula.text)
        return result


RECOMPUTE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>"""
"""LibreOffice's setting that a file's numbers are worked out anew when it is opened."""


def snapshot_of(setup):
    pixels = find_image(setup.img).pixels
    return run_updates(setup, load_image(pixels, setup.ch, setup.scale), setup.k)


def test_the_file_holds_the_lessons_numbers_and_equal_lessons_give_equal_files():
    setup = Setup(k=2, stride=2)
    snapshot = snapshot_of(setup)
    data = spreadsheet(setup, snapshot)
    cells = cells_of(data)
    assert data == spreadsheet(setup, snapshot)
    assert cells[f"z1!{column_letters(FIRST_COLUMN + 3)}{FIRST_ROW + 3}"][0] == snapshot.trace.z1[2, 3]
    assert cells[f"df!{column_letters(FIRST_COLUMN)}{FIRST_ROW + 1}"] == (snapshot.gradients.df[0, 0], "SUMPRODUCT(x!B5:AD33,'dz1 spread'!B5:AD33)")
    assert cells["L!B5"][0] == snapshot.losses[-1]
    assert cells["f next!B5"][0] == snapshot.after.f[0, 0]
    with pytest.raises(Problem, match="more than .* numbers"):
        big = Setup(net="conv32x7b-relu-dense10-softmax-ce", ch="rgb")
        spreadsheet(big, snapshot_of(big))


SHEETS = {
    "mixed": Setup(net="conv3x3bs2same-relu-max3s2-conv4x3p1-tanh-avg2-dense5-softmax-dense3-sigmoid-bce", k=1, scale="raw", y=(0.0, 1.0, 0.0)),
    "averages": Setup(net="conv2x3bs2full-identity-leaky20-conv3x4s3-gap-sigmoid-ce", scale="raw", img="digit7-3", y=(1.0, 0.0, 1.0)),
    "stripes": Setup(net="conv2x3-relu-max2-dense2-softmax-ce", img="pattern-gradient", f="sobel-y;sobel-x"),
} | {
    preset.name: Setup.from_query({**preset.query, "scale": "raw", "img": "digit7-3", "seed": "1"})[0]
    for preset in PRESETS
    if preset.name in ("seed", "deeplearning_ai")  # the larger ones have the same formulas
}  # fmt: skip
"""Setups to be recomputed. Those on raw pixels saturate: their sums go to a thousand and more."""


WITHOUT_FORMULAS = {"bn", "drop", "gn", "ln"}
"""Kinds of layers whose cells hold values alone."""


def test_every_kind_of_layer_and_every_loss_has_its_formulas():
    assert {kind for kind, _ in MAKERS} == LAYERS.keys() - WITHOUT_FORMULAS
    assert {(kind, role) for kind in LAYERS.keys() - WITHOUT_FORMULAS for role in ("y", "dx")} <= MAKERS.keys()
    losses = {f"{last} {loss}" if last in of.merged else loss for loss, of in CORE_LOSSES.items() for last in of.after or ("",)}
    assert set(LOSSES) == set(ENDS) == losses


def test_what_is_recomputed_has_each_kind_of_formula():
    networks = [setup.network for setup in SHEETS.values()]
    assert {layer.kind for network in networks for layer in network.layers} == {kind for kind, _ in MAKERS}
    assert {CellFormulas(network.program((1, 32, 32))).ending for network in networks} == set(LOSSES)
    assert any("spread" in helper for network in networks for helper in CellFormulas(network.program((1, 32, 32))).helpers)


@pytest.fixture(scope="module")
def recomputed(tmp_path_factory):
    """Each setup's cells as they are here and as LibreOffice works them out, all in one run."""
    if not shutil.which("soffice"):
        pytest.skip("LibreOffice is not there to recompute it")
    folder = tmp_path_factory.mktemp("sheets")
    snapshots = {name: snapshot_of(setup) for name, setup in SHEETS.items()}
    for name, snapshot in snapshots.items():
        (folder / f"{name}.xlsx").write_bytes(spreadsheet(SHEETS[name], snapshot, known=False))
    (folder / "profile" / "user").mkdir(parents=True)
    (folder / "profile" / "user" / "registrymodifications.xcu").write_text(RECOMPUTE)
    command = ["soffice", "--headless", f"-env:UserInstallation=file://{folder}/profile", "--convert-to", "xlsx", "--outdir", folder / "out"]
    subprocess.run([*command, *folder.glob("*.xlsx")], check=True, capture_output=True, timeout=600)
    return {
        name: (cells_of(spreadsheet(SHEETS[name], snapshot)), cells_of((folder / "out" / f"{name}.xlsx").read_bytes()))
        for name, snapshot in snapshots.items()
    }


@pytest.mark.parametrize("name", SHEETS)
def test_libreoffice_recomputes_the_same_numbers_on_raw_pixels_too(name, recomputed):
    ours, theirs = recomputed[name]
    live = [place for place, (_, formula) in ours.items() if formula]
    largest = {}  # of each sheet: round-off in a sum goes by it
    for place in live:
        sheet = place.partition("!")[0]
        largest[sheet] = max(largest.get(sheet, 0.0), abs(ours[place][0]))
    assert len(live) > 2_000 and "L!B5" in live
    for place in live:
        scale = largest[place.partition("!")[0]]
        assert theirs[place][0] == pytest.approx(ours[place][0], rel=1e-6, abs=1e-9 * scale), place


def test_a_network_says_so_in_its_formulas():
    formulas = CellFormulas(Network.parse("conv1x3-relu-max2-dense2-softmax-ce").program((8, 8)))
    assert formulas.formula("a1", (0, 1, 2)) == "MAX(0,z1!D6)"
    assert formulas.formula("p1", (0, 0, 1)) == "MAX(a1!D5:E6)"
    assert formulas.formula("L", ()).startswith("SUM(y!B5:B6)*(MAX(z2!B5:B6)+LN(")


def test_the_gradient_of_a_bias_is_not_called_that_of_a_weight():
    setup = Setup(net="conv2x3b-relu-dense2-softmax-ce")
    data = spreadsheet(setup, run_updates(setup, load_image("test-0"), 0))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        texts = [text.text or "" for text in ElementTree.fromstring(archive.read("xl/sharedStrings.xml")).iterfind(".//m:t", NS)]
    for of, formula in (("weight", "∂w = "), ("kernel weight", "∂f[")):
        assert [formula in text for text in texts if f"What one {of} does to the loss" in text] == [True], of
