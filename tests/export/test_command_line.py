"""`python -m cnnviz`, as somebody at a terminal meets it."""

import contextlib
import dataclasses
import io
import json
import os
import pty
import re
import shlex
import signal
import subprocess
import sys
import urllib.parse
import warnings
from pathlib import Path

import numpy as np
import pytest

from cnnviz import Setup, load_image, run_updates
from cnnviz.__main__ import main
from cnnviz.data.images import find_image
from cnnviz.export.arrays import arrays_npz
from cnnviz.export.numpy_script import jupyter_notebook, numpy_script
from cnnviz.export.parameters import parameters_json, read_parameters

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "cnnviz"]
ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error", "PYTHONIOENCODING": "utf-8"}
ENVIRONMENT.pop("PYTHONUNBUFFERED", None)  # which would hide what happens to the output as Python ends


def cnnviz(*arguments: str, folder=ROOT, **environment: str) -> subprocess.CompletedProcess:
    """What a process of its own prints and says."""
    command = [*COMMAND, *arguments]
    done = subprocess.run(command, cwd=folder, env=ENVIRONMENT | environment, capture_output=True, text=True, encoding="utf-8", timeout=600)
    assert "Traceback" not in done.stderr and "Warning" not in done.stderr
    return done


def here(*arguments: str, folder: Path = ROOT) -> subprocess.CompletedProcess:
    """The same in this process, which need not start for it: where it matters what is printed, and not how."""
    printed, message = (io.TextIOWrapper(io.BytesIO(), "utf-8", newline="") for _ in range(2))
    with contextlib.chdir(folder), contextlib.redirect_stdout(printed), contextlib.redirect_stderr(message), warnings.catch_warnings():
        warnings.simplefilter("error")
        code = main([*arguments])
    return subprocess.CompletedProcess(arguments, code, *(stream.buffer.getvalue().decode() for stream in (printed, message)))


def numbers(output: str) -> list[str]:
    """The lines that hold numbers, without words and whole maps."""
    return [line for line in output.splitlines() if line[:1] not in ("#", " ")]


def test_it_prints_what_the_exported_script_prints(tmp_path):
    setup = Setup(img="test-3", ch="gray", f="blur", stride=2, pad="same", k=12, lr=0.5)
    query = "&".join(f"{key}={value}" for key, value in setup.to_query().items())
    done = here(f"http://localhost:8501/?{query}#top", "--script", "lesson.py", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "lesson.py").read_text("utf-8") == numpy_script(setup, find_image("test-3").pixels)
    alone = subprocess.run([sys.executable, "-I", tmp_path / "lesson.py"], capture_output=True, text=True, timeout=600)
    assert numbers(done.stdout) == alone.stdout.splitlines()
    assert done.stdout.startswith("# test-3, airplane, after 12 updates\n# ?img=test-3&ch=gray&")


def test_after_training_it_prints_that_pass_and_makes_no_exercise_of_it(tmp_path):
    link = "?img=cat-0&net=conv2x3-bn-tanh-gap-drop50-dense2-mse&k=3&mode=eval"
    done = here(link, "--script", "lesson.py", "--sheet", "own.html", folder=tmp_path)
    assert done.returncode == 1 and "not mode=eval" in done.stderr and not (tmp_path / "own.html").exists()
    alone = subprocess.run([sys.executable, "-I", tmp_path / "lesson.py"], capture_output=True, text=True, timeout=600)
    assert numbers(here(link).stdout) == alone.stdout.splitlines()


def test_options_win_over_the_link_and_say_the_same_as_a_query():
    one = here("?img=test-3&k=5", "--k", "2", "--f", "-1,0,1,-2,0,2,-1,0,1.5", "--y=-1,.5", "--stage", "o").stdout
    other = here("img=test-3&k=2&f=-1,0,1,-2,0,2,-1,0,1.5&y=-1,0.5&stage=o").stdout
    assert one == other
    assert "f       (3, 3)" in one and "losses  (3,)" in one


@pytest.mark.parametrize("net", ["conv4x3b-relu-max2-dense10-softmax-ce", "conv2x3s2-tanh-dense4-sigmoid-bce", "avg2-dense3-mse"])
def test_any_network_prints_what_its_script_prints_and_goes_on_from_its_file(net, tmp_path):
    asked = ["--net", net, "--ch", "rgb", "--img", "test-3"]
    done = here(*asked, "--opt", "adam", "--k", "3", "--script", "lesson.py", "--json", "p.json", "--film", "f.gif", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    alone = subprocess.run([sys.executable, "-I", tmp_path / "lesson.py"], capture_output=True, text=True, timeout=600)
    assert numbers(done.stdout) == alone.stdout.splitlines()
    on = here("--params", "p.json", folder=tmp_path)
    before = [line for line in numbers(done.stdout) if not re.match(r"losses|.* next", line)]
    assert before == [line for line in numbers(on.stdout) if not re.match(r"losses|.* next", line)]
    assert f"&net={net}&" in on.stdout.splitlines()[1]


def test_a_heading_for_every_stage_and_the_pinned_channel_alone():
    done = here("--net", "conv4x3b-relu-max2-dense10-softmax-ce", "--stage", "p1", "--cell", "p1:2,0,0", "--classes", "cat,dog")
    setup = Setup(net="conv4x3b-relu-max2-dense10-softmax-ce")
    snapshot = run_updates(setup, load_image("test-0"), 0)
    rows = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("        ")]
    assert np.array_equal(rows, snapshot.trace["p1"][2]) and "# p₁[2]\n" in done.stdout
    titles = [line for line in done.stdout.splitlines()[3:] if line.startswith("# ") and line != "# p₁[2]"]
    assert len(titles) == len(setup.network.stages) + 1, "and one for ∂x"
    assert "# the outputs are cat, dog, output 2" in done.stdout
    assert "# Back through the gate: ∂z₁ = ∂a₁ ⊙ [z₁ > 0]\n" in done.stdout


@pytest.mark.parametrize(("rule", "title"), [("gd", "One small step against the gradient"), ("momentum", "One step with momentum"), ("adam", "One step, scaled")])
def test_the_step_is_called_by_its_rule(rule, title):
    assert f"# {title}" in here(f"?opt={rule}").stdout


def test_nothing_said_is_the_lesson_that_the_page_opens_with():
    done = cnnviz()
    assert done.returncode == 0 and done.stderr == ""
    snapshot = run_updates(Setup(), load_image("test-0"), 0)
    assert f"\nL       ()        {snapshot.losses[0]!s}\n" in done.stdout
    assert f"\ndf      (3, 3)    {snapshot.gradients.df.tolist()}\n" in done.stdout


def test_the_stage_that_is_asked_for_is_printed_whole():
    lines = here("--stage", "dz1", "--stride", "8").stdout.splitlines()
    rows = [json.loads(line) for line in lines if line.startswith("        ")]
    assert np.array_equal(rows, run_updates(Setup(stride=8), load_image("test-0"), 0).gradients.dz1)


def test_it_writes_the_same_files_as_the_page(tmp_path):
    done = here(
        *(
            "--k",
            "3",
            "--npz",
            "a.npz",
            "--json",
            "p.json",
            "--notebook",
            "n.ipynb",
            "--film",
            "f.webp",
            "--frames",
            "3",
        ),
        folder=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    setup, pixels = Setup(k=3), find_image("test-0").pixels
    snapshot = run_updates(setup, load_image("test-0"), 3)
    assert (tmp_path / "a.npz").read_bytes() == arrays_npz(setup, snapshot)
    assert (tmp_path / "n.ipynb").read_text("utf-8") == jupyter_notebook(setup, pixels)
    assert (read_parameters((tmp_path / "p.json").read_bytes()).w == snapshot.params.w).all()
    assert (tmp_path / "f.webp").read_bytes()[8:12] == b"WEBP"
    assert re.findall(r"wrote (\S+) ", done.stderr) == ["a.npz", "p.json", "n.ipynb", "f.webp"]


def test_a_heading_says_how_its_number_came_about_in_this_lesson():
    padded = here("--stride", "2", "--pad", "1", "--scale", "raw").stdout
    for words in ("x = pixel, as stored", "x[2i+u−1, 2j+v−1] · ∂z₁[i,j]", "f[r+1−2i, c+1−2j]"):
        assert words in padded
    deviating = here("--rule", "one_pixel").stdout.splitlines()
    hint = next(i for i, line in enumerate(deviating) if "uses one pixel, x[u, v]" in line)
    assert deviating[hint].startswith("# The number that the notebook computes.") and deviating[hint + 1].startswith("df ")


@pytest.mark.parametrize("rule", ["exact", "procedural"])
def test_a_run_goes_on_from_saved_parameters(rule, tmp_path):
    setup = ["--lr", "0.5", "--rule", rule, "--ch", "green"]
    here(*setup, "--k", "4", "--json", "half.json", folder=tmp_path)
    files = ["--script", "lesson.py", "--film", "lesson.gif"]
    done = here("--params", "half.json", "--k", "3", *files, folder=tmp_path)
    straight = here(*setup, "--k", "7", folder=tmp_path)
    assert "after 3 updates" in done.stdout and "from the parameters in half.json" in done.stdout
    without = [line for line in numbers(done.stdout) if not line.startswith("losses")]
    assert without == [line for line in numbers(straight.stdout) if not line.startswith("losses")]
    script = subprocess.run([sys.executable, "-I", "lesson.py"], cwd=tmp_path, capture_output=True, text=True, timeout=600)
    assert script.stdout.splitlines() == numbers(done.stdout)
    assert (tmp_path / "lesson.gif").stat().st_size > 1000
    unmoved = here("--params", "half.json", "--lr", "9", folder=tmp_path)
    assert "before the first update" in unmoved.stdout and "&w=held-" in unmoved.stdout
    query = urllib.parse.parse_qs(unmoved.stdout.splitlines()[1].removeprefix("# ?"))
    assert Setup(f=query["f"][0]).kernel.tolist() == read_parameters((tmp_path / "half.json").read_bytes()).f.tolist()


def test_what_the_file_says_of_its_lesson_in_vain_is_told(tmp_path):
    data = json.loads(parameters_json(Setup(), run_updates(Setup(), load_image("test-0"), 0).params))
    for message, words in (({"img": 5, "k": 2}, "Image: '5' is not an image"), ([], "names no setup")):
        (tmp_path / "p.json").write_text(json.dumps(data | {"lesson": message}))
        done = here("--params", "p.json", folder=tmp_path)
        assert done.returncode == 0 and words in done.stderr


@pytest.mark.parametrize("closed", ["2>&-", "2>/dev/full"])
def test_nobody_to_tell_is_no_failure(closed, tmp_path):
    command = f"{shlex.join(COMMAND)} --npz a.npz {closed} >out"
    assert subprocess.run(command, shell=True, cwd=tmp_path, env=ENVIRONMENT, timeout=600).returncode == 0
    assert (tmp_path / "a.npz").exists() and "df" in (tmp_path / "out").read_text()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--img", "cat.png"], "Image 'cat.png' is not an image"),
        (["--net", "conv3x3"], "Network 'conv3x3': A network ends with its loss"),
        (["--img", "train-5"], "train-5 needs the full CIFAR-10."),
        (["--img", "upload-abc"], "The picture in this address is damaged"),
        (["?k=many"], "Update 'many' is not an integer from 0 to 10000"),
        (["?lr=nan"], "Learning rate 'nan' is not a finite number"),
        (["--f", "-1,0,1"], "is not 9 numbers"),
        (["--rule", "procedural", "--stride", "2"], "need stride 1 and padding valid"),
        (["lesson"], "'lesson' is not a link or a query"),
        (["--params", "missing.json"], "missing.json cannot be read: No such file"),
        (["--params", __file__], "The file is not JSON"),
        (["--film", "film.avi"], "must end in .gif or .webp"),
        (["--film", "film.gif", "--frames", "1"], "not an integer from 2 to 120"),
        (["--f", "sobel"], "'sobel' is not one of sobel-x, "),
        (["--params", "p.json", "--f", "blur"], "omit --f, --w and --seed"),
        (["--params", ""], "cannot be read"),
        (["--film", ""], "must end in .gif or .webp"),
        (["--json", "a", "--npz", "./a"], "two outputs have the same name"),
        (["?w=held-0123456789abcdef"], "and use --params"),
        (["--colour", "red"], "unrecognized arguments: --colour"),
        (["--k"], "expected one argument"),
        (("--html", "a.html", "--around", "51"), "'51' is not an integer up to 50"),
        (("--html", "a.html", "--server", "cnnviz.example.edu"), "is not the address of a page"),
    ],
)
def test_what_cannot_be_used_gets_a_sentence_and_exit_code_2(arguments, sentence, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    try:
        code = main(list(arguments))
    except SystemExit as left:  # what argparse refuses by itself
        code = left.code
    printed, message = capsys.readouterr()
    assert (code, printed) == (2, "")
    assert sentence in message.splitlines()[-1]


def test_parameters_of_another_layout_are_refused(tmp_path):
    here("--json", "p.json", folder=tmp_path)
    done = here("--params", "p.json", "--stride", "2", folder=tmp_path)
    assert done.returncode == 2 and "are for 900 units, not 225" in done.stderr


def test_a_file_that_cannot_be_written_is_exit_code_1_and_the_others_are_written(tmp_path):
    done = here("--npz", "no/such/a.npz", "--json", ".", "--script", "s.py", folder=tmp_path)
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "cnnviz: 'no/such/a.npz' cannot be written: No such file or directory",
        "cnnviz: '.' cannot be written: Is a directory",
        f"cnnviz: wrote s.py ({(tmp_path / 's.py').stat().st_size:,} bytes)",
    ]
    assert numbers(done.stdout), "the numbers are printed all the same"


@pytest.mark.parametrize("name", ["own.py", "own.ipynb"])
def test_the_exercise_is_a_notebook_where_the_name_says_so(name, tmp_path):
    assert here("--exercise", name, folder=tmp_path).returncode == 0
    text = (tmp_path / name).read_text("utf-8")
    assert "dz1 = None  # TODO" in text and text.startswith("{") == (name == "own.ipynb")


def test_keys_that_are_no_part_of_a_lesson_are_named():
    done = here("?picture=test-3")
    assert done.returncode == 0 and "picture: not part of a setup" in done.stderr


def test_help_names_every_field_of_a_lesson_and_its_examples_run(tmp_path):
    text = cnnviz("--help").stdout
    assert all(f"--{field.name} " in text for field in dataclasses.fields(Setup))
    lines = re.findall(r"^  --\w+ [A-Z:]+\s+(\w+)", text, re.M)
    assert [word for word in lines if word[0].isupper()] == ["Jupyter", "Keras", "PyTorch"]
    examples = re.findall(r"^  python -m cnnviz *(.*?)(?: {3,}.*| +and then.*)?$", text, re.M)
    assert len(examples) == 6
    for example in examples[1:]:
        words = [word.strip('"') for word in re.findall(r'"[^"]*"|\S+', example)]
        assert cnnviz(*words, folder=tmp_path).returncode == 0, example
    assert {path.name for path in tmp_path.iterdir()} == {"half.json"}


def test_who_asks_for_a_page_alone_is_not_told_the_numbers_too(tmp_path):
    done = cnnviz("--html", "lesson.html", "--around", "0", folder=tmp_path)
    assert done.returncode == 0 and done.stdout == "" and "lesson.html" in done.stderr


def test_a_terminal_that_knows_only_ascii_gets_the_numbers():
    done = cnnviz(PYTHONIOENCODING="ascii")
    assert done.returncode == 0 and numbers(done.stdout) == numbers(cnnviz().stdout)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no /dev/full to stand for a full disk")
def test_a_full_disk_behind_the_output_is_exit_code_1():
    with open("/dev/full", "w") as full:
        done = subprocess.run(COMMAND, cwd=ROOT, env=ENVIRONMENT, stdout=full, stderr=subprocess.PIPE, text=True)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "the output cannot be written" in done.stderr


def test_a_reader_that_stops_reading_is_no_failure(tmp_path):
    read, write = os.pipe()
    os.close(read)
    arguments = [*COMMAND, "--npz", "a.npz"]
    done = subprocess.run(arguments, cwd=tmp_path, env=ENVIRONMENT, stdout=write, stderr=subprocess.PIPE, text=True)
    os.close(write)
    assert done.returncode == 0 and done.stderr.count("\n") == 1 and (tmp_path / "a.npz").exists()


def on_a_terminal(*arguments: str, interrupt: bool = False) -> tuple[int, str]:
    """The exit code and what stderr showed, with a terminal there; interrupted, if so asked, once it moves."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, *arguments],
        cwd=ROOT,
        env=ENVIRONMENT,
        stdout=subprocess.DEVNULL,
        stderr=theirs,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a test run in the background ignores it
    )
    os.close(theirs)
    shown = b""
    try:
        while chunk := os.read(ours, 1000):
            shown += chunk
            if interrupt and b" of " in shown:
                process.send_signal(signal.SIGINT)
                interrupt = False
    except OSError:  # the other end is closed
        pass
    os.close(ours)
    return process.wait(60), shown.decode()


def test_a_long_run_says_on_a_terminal_how_far_it_is_and_elsewhere_nothing():
    code, shown = on_a_terminal("--k", "10000", "--lr", "0.5", "--pad", "4")
    assert code == 0
    steps = [int(step) for step in re.findall(r"\rcomputing: update (\d+) of 10000", shown)]
    assert steps and steps == sorted(set(steps))
    assert shown.endswith("\r") and shown.split("\r")[-2].strip() == "", "the line is taken away"
    assert cnnviz("--k", "3000").stderr == ""


def test_ctrl_c_stops_a_long_run_with_a_word():
    code, shown = on_a_terminal("--k", "10000", "--lr", "0.3", "--pad", "4", interrupt=True)
    assert code == 130 and "cnnviz: stopped" in shown and "Traceback" not in shown
