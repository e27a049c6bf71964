"""A setup as an exercise: a script with blanks for the backward pass, and a check that needs only NumPy."""

import json
import re
import textwrap
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import numpy as np

from cnnviz.core.network.program import Program
from cnnviz.core.network.program_line import Op, PassValues
from cnnviz.core.setup.image_ids import own_kind
from cnnviz.core.setup.setup import Setup
from cnnviz.core.training.snapshots import Snapshot
from cnnviz.export.animation import setup_picture
from cnnviz.export.code_lines import align, expression, variable, wrap
from cnnviz.export.code_network import Passes, Section, section
from cnnviz.export.code_sections import image_credits, network_input, settings_of, sizes_of, wrapped_chain
from cnnviz.export.code_set_values import assignment
from cnnviz.export.code_start import IMPORTS, image_section, start_section
from cnnviz.export.core_source import listing
from cnnviz.export.exercise_check import check_entries, round_off
from cnnviz.export.numpy_script import as_notebook, as_script
from cnnviz.words import Problem, current_language, has_message, message, say, text

VERDICTS = ("right", "wrong", "undecided", "not_finite", "kink", "some_undecided", "shape", "not_yet", "tried")
"""Message ids of the check's verdicts under `export.exercise.said`."""

FILE = "gradients.npz"
"""Output file of the exercise, for upload on the Check page."""
MOST_TRIED, LEAST_TRIED = 200, 10
"""Upper limit of checked entries of one array, and lower limit for large networks."""
WORK = 4_000_000_000
"""Upper limit of multiplications of one check, which takes some seconds."""


def exercise_script(setup: Setup, pixels: np.ndarray, snapshot: Snapshot) -> str:
    """Return the exercise as a script for the image `pixels`, as in `numpy_script`, at the snapshot's parameters.

    >>> from cnnviz.core.training.snapshots import run_updates
    >>> pixels = np.zeros((32, 32, 3), np.uint8)
    >>> "dz1 = None  # TODO" in exercise_script(Setup(), pixels, run_updates(Setup(), np.zeros((32, 32)), 0))
    True
    """
    return as_script(_introduction(setup, pixels), _sections(setup, pixels, snapshot))


def exercise_notebook(setup: Setup, pixels: np.ndarray, snapshot: Snapshot) -> str:
    """Return the exercise as a Jupyter notebook, nbformat 4.5 as JSON."""
    return as_notebook(_introduction(setup, pixels), _sections(setup, pixels, snapshot), setup_picture(setup, network_input(setup, pixels)))


def check_training_mode(setup: Setup) -> None:
    """Raise Problem if the setup is in eval mode, which makes no update.

    >>> check_training_mode(Setup())
    """
    if setup.mode == "eval":
        raise Problem("export.exercise.needs_training")


def _introduction(setup: Setup, pixels: np.ndarray) -> str:
    image = say("export.script.own_picture") if own_kind(setup.img) else setup.img
    program = setup.network.program(network_input(setup, pixels).shape)
    settings, _ = settings_of(setup)
    lines = [say("export.exercise.title", image=image, when=setup.snapshot_label), "", *wrapped_chain(program), ""]
    lines += textwrap.wrap(say("export.exercise.introduction"), 110)
    return "\n".join([*lines, say("export.script.lesson", settings=settings), *image_credits(setup)])


def _sections(setup: Setup, pixels: np.ndarray, snapshot: Snapshot) -> Iterable[Section]:
    check_training_mode(setup)
    x = snapshot.trace.x
    program = setup.network.program(x.shape)
    values = program.start(snapshot.params, x)
    pixels_set = [set_value for set_value in setup.without_sets_after(setup.k).set if set_value.symbol == "x"]
    passes = Passes(program, setup.optimizer, frozenset(), sizes_of(program, values, np.array(setup.y)))
    yield section("needs", [], IMPORTS)
    yield from passes.layer_sections(forward_only=True)
    yield passes.forward_section()
    image = image_section(setup, pixels, program, imports=False)
    yield replace(image, code="\n".join([image.code, *(assignment(set_value, program) for set_value in pixels_set)]))
    yield _start_section(setup, program, values)
    yield _section("forward", f"{passes.draws(setup.seed, str(setup.k))}{passes.forward_call}\nL = {passes.loss_call}\nprint('L', L)")
    yield _open_section(passes)
    yield _check_section(passes)
    command = f"python -m cnnviz check {FILE} '?{settings_of(setup)[0]}'"
    saved_text = say("export.exercise.said.wrote", file=FILE, command=command)
    yield _section("save", _SAVE.format(file=FILE, wrote=json.dumps(saved_text, ensure_ascii=False)))


def open_lines(program: Program) -> list[tuple[Op, tuple[str, ...]]]:
    """Return the lines to fill in, each with the arrays that it reads. The reshape to maps is part of the
    line that computes the map's gradient.

    >>> from cnnviz.core.network.network import DEFAULT, Network
    >>> [(line.target, sources) for line, sources in open_lines(Network.parse(DEFAULT).program((4, 4)))][4:6]
    [('da1', ('dz2', 'w')), ('dz1', ('da1', 'a1'))]
    """
    lines = {line.target: line for line in program.backward_lines}
    result = []
    for line in program.backward_lines:
        is_reshape = line.layer is None and line.sources == ("dv",)
        if line.target != "dv" or program.network.names[0].source == "v":
            sources = lines["dv"].sources if is_reshape else line.sources
            result.append((line, tuple(name for name in sources if not name.endswith(".bound"))))
    return result


def choice_lines(program: Program) -> list[Op]:
    """Return the operations that record the choices of layers with kinks: active units and winners.

    >>> from cnnviz.core.network.network import Network
    >>> [expression(line) for line in choice_lines(Network.parse("conv1x3-relu-max2-dense2-mse").program((8, 8)))]
    ['is_active(z1)', 'winners(a1, k=2, stride=2, shape=(3, 3))']
    """
    layers = zip(program.network.layers, program.network.names, program.inputs, strict=True)
    choices = [(layer.decisions(shape), names) for layer, names, shape in layers]
    return [Op("", choice.function, tuple(map(names.of, choice.roles)), choice.settings) for choice, names in choices if choice]


def _section(name: str, code: str, **values: object) -> Section:
    words = f"export.exercise.{name}.words"
    return Section(say(f"export.exercise.{name}.title"), str(message(words, **values)) if has_message(words) else "", (), code)


def _start_section(setup: Setup, program: Program, values: PassValues) -> Section:
    """Return the start section with the snapshot's parameters, without settings for training."""
    start = start_section(setup, program, values)
    lines = [line for line in start.code.splitlines() if not re.match("learning_rate = |updates = ", line)]
    return replace(start, code="\n".join(lines))


def _open_section(passes: Passes) -> Section:
    program = passes.program
    lines = open_lines(program)
    names = (*program.parameters, "x", *map(variable, program.draws), *passes.forward_outputs, "y")
    arguments = [name for name in names if any(name in map(variable, reads) for _, reads in lines)]
    titles = {name: stage.title for stage in program.network.stages for name in stage.makes[:1]}
    body: list[str] = []
    for line, sources in lines:
        title = titles.get(line.target) or (say(f"{program.network.layers[0].words('dx')}.title") if line.target == "dx" else "")
        body += [f"# {title}"] if title else []
        size = "×".join(map(str, passes.sizes[line.target[1:]]))
        body.append(f"{line.target} = None  # {say('export.exercise.todo', size=size, sources=[variable(name) for name in sources])}")
    signature_lines = wrap("def backward(", arguments, "):")
    rows = wrap("return dict(", [f"{line.target}={line.target}" for line, _ in lines], ")")
    call = wrap("gradients = backward(", arguments, ")")
    code = f"{signature_lines}\n{textwrap.indent(chr(10).join(body), '    ')}\n{textwrap.indent(rows, '    ')}\n\n\n{call}"
    return _section("backward", code)


def _check_section(passes: Passes) -> Section:
    """Return the section with the loss as a function of each array, and the check that uses it."""
    program, choices = passes.program, choice_lines(passes.program)
    starts = ["x", *program.parameters]
    rows = []
    for line in program.forward_lines:
        name, code_line = variable(line.target), expression(line)
        rows.append((f'{name} = given.get("{name}", {code_line})' if line.target in program.shapes else f"{name} = {code_line}", ""))
    signature_lines = wrap("def loss_with(", [*(f"{name}={name}" for name in starts), "**given"], "):")
    words = f'"""{say("export.exercise.loss_with")}"""'
    body = textwrap.indent(f"{words}\n{align(rows)}\nreturn {passes.loss_call}, [{', '.join(map(expression, choices))}]", "    ")
    included: set[Callable[..., Any] | str] = set()
    # adds functions to `known` that are defined above
    listing([line.function for line in (*program.forward_lines, program.loss_line)], included)
    code = f"{signature_lines}\n{body}\n\n\n{listing([*(line.function for line in choices), round_off, check_entries], included)}\n\n\n"
    arrays = len(open_lines(program))
    entry_limit = max(LEAST_TRIED, min(MOST_TRIED, WORK // max(1, 4 * arrays * program.multiplications)))
    start = wrap("start = dict(", [f"{name}={name}" for name in starts], ")")
    arrays_line = wrap("arrays = dict(", [f"{name}={name}" for line, _ in open_lines(program) for name in [variable(line.target[1:])]], ")")
    sentences = {name: json.dumps(text(f"export.exercise.said.{name}", current_language()), ensure_ascii=False) for name in VERDICTS}
    texts = "\n".join(["said = dict(", *(f"    {name}={words}," for name, words in sentences.items()), ")"])
    return _section("check", f"{code}{texts}\n{start}\n{arrays_line}\n{_LOOP.format(most=entry_limit)}", most=entry_limit)


_LOOP = '''finite = np.isfinite(L) and all(np.isfinite(array).all() for array in arrays.values())
noise = round_off(loss_with, start)
undecided = tried = 0
for name, gradient in gradients.items():
    array = arrays[name[1:]]
    if gradient is None:
        print(f"{{name:<5}} {{said['not_yet']}}")
        continue
    gradient = np.asarray(gradient, dtype=float)
    if gradient.size != array.size:
        print(f"{{name:<5}} {{said['shape'].format(shape=gradient.shape, wanted=array.shape)}}")
        continue
    if not finite:
        print(f"{{name:<5}} {{said['not_finite']}}")
        continue
    found, worst = check_entries(gradient.reshape(array.shape), array, lambda nudged: loss_with(**{{name[1:]: nudged}}), noise, {most})
    marked = list(found.values())
    undecided, tried = undecided + marked.count(UNDECIDED), tried + len(marked)
    if worst:
        place, yours, central = worst
        words = said["wrong"].format(place=place, yours=f"{{yours:.6g}}", central=f"{{central:.6g}}")
    else:
        words = said["right" if RIGHT in marked else "undecided" if UNDECIDED in marked else "kink"]
    if len(marked) < array.size or not (worst or RIGHT in marked):
        words += " " + said["tried"].format(n=len(marked), count=array.size)
    print(f"{{name:<5}} {{words}}")
if undecided:
    print("#", said["some_undecided"].format(n=undecided, count=tried))'''

_SAVE = '''done = {{name: gradient for name, gradient in gradients.items() if gradient is not None}}
np.savez("{file}", **done)
print({wrote})'''
