"""The exercise: with our own lines filled in all is right, and with a slip in one of them the check names its stage."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import numpy as np
import pytest

from cnnviz.__main__ import main
from cnnviz.core.lesson import Lesson
from cnnviz.core.trajectory import trajectory
from cnnviz.data.images import find_image, load_image
from cnnviz.export.exercise import asked_lines, exercise_notebook, exercise_script
from cnnviz.export.lines import expression
from cnnviz.export.source import listing

LESSONS = [
    Lesson(),
    Lesson(k=3, scale="raw", f="blur", w="zeros", pad="same", stride=2),
    Lesson(net="conv3x3b-relu-max2-conv2x3-tanh-dense3-softmax-ce", ch="rgb", k=2, opt="adam", y=(0.0, 1.0, 0.0)),
    Lesson(net="dense4-relu-dense2-sigmoid-bce", img="digit7-3"),
    Lesson(net="conv4x5s2-sigmoid-avg2-gap-mse", y=(0.1, 0.2, 0.3, 0.4)),
]
IDS = [f"{lesson.net} k={lesson.k}" for lesson in LESSONS]


def moment_of(lesson):
    pixels = find_image(lesson.img).pixels
    return pixels, trajectory(lesson, load_image(pixels, lesson.ch, lesson.scale), lesson.k)


def filled(text, program, spoil=("", "")):
    """The script with our own lines in place of the open ones; `spoil` is a gradient and what is written behind it."""
    functions = listing([line.function for line in program.backward_lines if line.function.__module__ != "numpy"], set())
    lines = {line.target: line for line in program.backward_lines}
    for line, _ in asked_lines(program):
        code = expression(line)
        if line.layer is None and "dv" in line.sources:
            code = code.replace("(dv", f"({expression(lines['dv'])}")
        if line.target == spoil[0]:
            code = f"({code}){spoil[1]}"
        text, count = re.subn(rf"^    {line.target} = None  # TODO .*$", lambda _, code=code, line=line: f"    {line.target} = {code}", text, flags=re.M)
        assert count == 1, line.target
    return text.replace("def backward(", f"{functions}\n\n\ndef backward(", 1)


def ran(text, folder):
    (folder / "exercise.py").write_text(text, "utf-8")
    done = subprocess.run([sys.executable, "-I", "exercise.py"], cwd=folder, capture_output=True, text=True, encoding="utf-8", timeout=60)
    assert done.returncode == 0, done.stderr
    return dict(line.split(maxsplit=1) for line in done.stdout.splitlines())


def checked(lesson, folder, capsys):
    query = "&".join(f"{key}={value}" for key, value in lesson.to_query().items())
    code = main(["check", str(folder / "gradients.npz"), f"?{query}"])
    return code, capsys.readouterr().out.splitlines()[-1]


@pytest.mark.parametrize("lesson", LESSONS, ids=IDS)
def test_our_own_lines_are_all_right_and_a_slip_is_named(lesson, tmp_path, capsys):
    pixels, moment = moment_of(lesson)
    program = lesson.network.program(moment.trace.x.shape)
    text = exercise_script(lesson, pixels, moment)
    assert "cnnviz" not in re.sub(r'"""|#.*|print\(.*', "", text.split('"""', 2)[2])  # it needs NumPy alone
    names = [line.target for line, _ in asked_lines(program)]
    said = ran(filled(text, program), tmp_path)
    assert [said[name] for name in names] == ["right"] * len(names)
    assert checked(lesson, tmp_path, capsys) == (0, "all right")
    # Saturated units pass nothing on that central differences could see.
    spoiled = next(name for name in reversed(names) if name != "dx" and np.abs(moment.gradients[name]).max() > 1e-4)
    said = ran(filled(text, program, (spoiled, " * 1.5")), tmp_path)
    assert said[spoiled].startswith("wrong: at ")
    assert all(said[name] == "right" for name in names[: names.index(spoiled)])
    stage = next(str(stage) for stage in lesson.network.stages if spoiled in stage.makes)
    assert checked(lesson, tmp_path, capsys) == (1, f"first wrong: {stage}")


def test_as_it_comes_nothing_is_filled_in_and_it_runs(tmp_path):
    pixels, moment = moment_of(LESSONS[0])
    said = ran(exercise_script(LESSONS[0], pixels, moment), tmp_path)
    assert said["dz1"] == "not yet" and float(said["L"]) == moment.losses[-1]


def test_the_notebook_has_the_same_code():
    lesson = LESSONS[2]
    pixels, moment = moment_of(lesson)
    cells = json.loads(exercise_notebook(lesson, pixels, moment))["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    script = exercise_script(lesson, pixels, moment)
    assert all(part in script for part in code) and any("dz1 = None" in part for part in code)
