"""Code of a setup, section by section, as used in the script and the notebook."""

import textwrap
from collections.abc import Iterable
from urllib.parse import urlencode

import numpy as np

from cnnviz.core.explain.latex_to_text import latex_to_unicode
from cnnviz.core.network.layers.conv import Conv
from cnnviz.core.network.program import Program
from cnnviz.core.network.program_line import PassValues
from cnnviz.core.network.sliding import pad_widths
from cnnviz.core.notebook.notebook_deviations import DEVIATION_TABLE
from cnnviz.core.setup.first_params import first_buffers
from cnnviz.core.setup.image_ids import own_kind, parse_image_id
from cnnviz.core.setup.setup import Setup
from cnnviz.data.images import load_image
from cnnviz.export.arrays import backward_names, describe, forward_names, print_limit, squeeze_channels
from cnnviz.export.code_lines import expression, variable
from cnnviz.export.code_network import Passes, Section, chain, section
from cnnviz.export.code_set_values import by_hand_call, by_hand_section
from cnnviz.export.code_start import IMPORTS, image_section, start_section
from cnnviz.export.core_source import listing
from cnnviz.words import Problem, say


def sections(setup: Setup, pixels: np.ndarray) -> tuple[Section, ...]:
    """Return the setup's code for an image, in execution order.

    `pixels` is (H,W,3) or one channel (H,W), uint8; for several images (m,H,W,3). Raise ValueError for other arrays, or if
    the network does not fit.
    """
    x = network_input(setup, pixels)
    program = setup.network.program(x.shape)
    values = program.start(setup.without_sets.first_params(setup.x_shape), x)
    passes = Passes(program, setup.optimizer, setup.deviations, sizes_of(program, values, np.array(setup.y)), len(setup.images))
    after = _in_eval_mode(setup, x, values) if setup.mode == "eval" else None
    loops = None if program.run.images else loops_section(program)
    return (
        section("needs", [], IMPORTS),
        *passes.layer_sections(more=[*program.buffer_lines, *after.program.forward_lines, *after.program.backward_lines] if after else ()),
        passes.forward_section(),
        passes.backward_section(),
        passes.update_section(),
        *([after.forward_section(), after.backward_section()] if after else []),
        printing(program),
        image_section(setup, pixels, program, imports=False),
        start_section(setup, program, values, first_buffers(setup.network, x.shape, setup.w) if after else {}),
        *([by_hand_section(setup, program)] if setup.set else []),
        *([loops] if loops else []),
        _training(setup, passes, bool(after)),
        _numbers_forward(setup, passes, after or passes),
        _numbers_backward(after or passes),
        *([] if after else [_numbers_update(passes)]),
    )


def _in_eval_mode(setup: Setup, x: np.ndarray, values: PassValues) -> Passes:
    """Return the passes in eval mode, with running statistics, without dropout, and with independent images."""
    program = setup.network.program(x.shape, training=False)
    return Passes(program, setup.optimizer, frozenset(), sizes_of(program, values, np.array(setup.y)), len(setup.images))


def network_input(setup: Setup, pixels: np.ndarray) -> np.ndarray:
    """Return the network's input from an image, or (m,C,H,W) from several. Raise Problem if the number of images does
    not match."""
    pixels = np.asarray(pixels)
    if len(setup.images) > 1:
        if pixels.ndim != 4 or len(pixels) != len(setup.images):
            raise Problem("data.image.several")
        return np.stack([network_input(setup.with_one_image(n), image_pixels) for n, image_pixels in enumerate(pixels)]).reshape(setup.batch_shape)
    if pixels.dtype != np.uint8 or pixels.ndim not in (2, 3) or pixels.shape[2:] not in ((), (3,)):
        raise ValueError(f"sections: pixels are {pixels.dtype} {pixels.shape}; it needs uint8 (H, W, 3) or (H, W)")
    return load_image(pixels, setup.ch, setup.scale)


def introduction(setup: Setup, pixels: np.ndarray) -> str:
    """Return the introduction as plain lines: the network, its link, and the deviations of the setup's rule."""
    program = setup.network.program(network_input(setup, pixels).shape)
    text = script_docstring(setup, program, say("export.script.introduction"))
    if not setup.deviations:
        return text
    effects = [f"- {name}: {DEVIATION_TABLE[name].words}" for name in DEVIATION_TABLE if name in setup.deviations]
    lines = ["", say("export.script.deviations", rule=setup.rule), *(textwrap.fill(effect, 110, subsequent_indent="  ") for effect in effects)]
    return "\n".join([text, *lines])


def script_docstring(setup: Setup, program: Program, words: str, library: str = "") -> str:
    """Return the text of a script's docstring: setup, library (NumPy if empty), network, and `words`."""
    settings, is_incomplete = settings_of(setup)
    image = say("export.script.own_picture") if own_kind(setup.img) else setup.img
    channel = say(f"export.script.channel.{setup.ch}")
    lines = [
        say(f"export.{'frameworks' if library else 'script'}.title", image=image, channel=channel, when=setup.snapshot_label, library=library),
        "",
        *wrapped_chain(program),
        f"    {latex_to_unicode(program.formulas['L'])}",
        "",
        *textwrap.wrap(words, 116),
        say("export.script.settings" if is_incomplete else "export.script.lesson", settings=settings),
        *image_credits(setup),
    ]
    return "\n".join(lines)


_COLLECTIONS = {"cifar10": "cifar10", "sample": "cifar10", "digit": "mnist", "small": "mnist"}
"""Collection by the kind of an image's id; the others are drawn here or belong to the visitor."""


def image_credits(setup: Setup) -> list[str]:
    """Return a line for each collection that the setup's images come from: its authors and licence.

    >>> image_credits(Setup(img="digit7-3"))
    ['Digits: MNIST by Yann LeCun and Corinna Cortes, licence CC BY-SA 3.0.']
    """
    kinds = (parse_image_id(img).kind for img in setup.images)
    collections = dict.fromkeys(_COLLECTIONS[kind] for kind in kinds if kind in _COLLECTIONS)
    return [say(f"export.credits.{collection}") for collection in collections]


def settings_of(setup: Setup) -> tuple[str, bool]:
    """Return the setup's query, and whether it omits values that the code contains: uploaded images and stored
    parameters."""
    query = setup.to_query()
    omitted_keys = {name for name, value in query.items() if value.startswith("held-")} | ({"img"} if own_kind(setup.img) else set())
    return urlencode({key: text for key, text in query.items() if key not in omitted_keys}, safe=",;"), bool(omitted_keys)


def wrapped_chain(program: Program) -> list[str]:
    """Return the network on indented lines, never broken between a symbol and its shape."""
    text = textwrap.fill(chain(program).replace(" (", "\0("), 100, break_on_hyphens=False, break_long_words=False)
    return textwrap.indent(text.replace("\0", " "), "    ").splitlines()


def sizes_of(program: Program, values: PassValues, y: np.ndarray) -> dict[str, tuple[int, ...]]:
    """Return the shape of every array of a pass."""
    with np.errstate(all="ignore"):
        arrays = program.run_forward(values | program.pass_inputs(None, len(y) if program.run.images else None)) | {"y": y}
    return {symbol.replace(".", "_"): np.shape(array) for symbol, array in arrays.items()} | {
        symbol: np.shape(array) for symbol, array in arrays.items()
    }


# ---- training


def _training(setup: Setup, passes: Passes, keeps: bool) -> Section:
    k = "t - 1" if passes.keeps else "k"
    preparation = f"{by_hand_call(setup, passes.program, k)}{passes.reset_lines}{passes.draws(setup.seed, k)}"
    buffer_lines = passes.kept if keeps else ""
    body = f"{preparation}{passes.forward_call}\n{buffer_lines}losses.append({passes.loss_call})\n{passes.backward_call}\n{passes.update_call}"
    count = "k" if setup.set or passes.program.draws else "_"
    step = "t in range(1, updates + 1)" if passes.keeps else f"{count} in range(updates)"
    code = f"losses = []\nfor {step}:\n{textwrap.indent(body, '    ')}"
    names = ", ".join(passes.program.parameters)
    return section("training", [rf"{names} \leftarrow \text{{update}}({names})"], code)


# ---- numbers


def printing(program: Program) -> Section:
    """Return the section with the function that prints an array."""
    functions = [describe] + ([squeeze_channels] if program.shown != {name: program.shapes[name] for name in program.shown} else [])
    return section("printing", [r"\text{mean}\; z = \frac{1}{n} \sum z"], listing(functions, set()))


def _prints(program: Program, names: Iterable[str], suffix: str = "") -> str:
    return "\n".join(print_line(program, name, suffix) for name in names)


def print_line(program: Program, name: str, suffix: str = "", variable: str = "") -> str:
    """Return the line that prints an array as it is shown on the page. `variable` is its name in code, if that
    differs."""
    (outputs,) = program.shapes["o"]
    symbol = name if name in program.shapes else name[1:]
    drops_axes = symbol in program.shown and program.shown[symbol] != program.shapes[symbol]
    limit = f", {print_limit(outputs)}" if print_limit(outputs) > 9 else ""
    return f'print(describe("{name}{suffix}", {f"squeeze_channels({variable or name})" if drops_axes else variable or name}{limit}))'


def _numbers_forward(setup: Setup, trained: Passes, passes: Passes) -> Section:
    """Return the printed pass, with the parameters after the training that `trained` describes."""
    names, by_hand_code = forward_names(passes.program.network), by_hand_call(setup, passes.program, "updates")
    preparation = f"{by_hand_code}{trained.reset_lines}{passes.draws(setup.seed, 'updates')}"
    code = f"{preparation}{passes.forward_call}\nL = {passes.loss_call}\nlosses.append(L)\n\n{_prints(passes.program, names)}"
    return section("numbers.forward", [passes.program.formulas["L"]], code)


def _numbers_backward(passes: Passes) -> Section:
    program = passes.program
    code = f"{passes.backward_call}\n{passes.rest}\n\n{_prints(program, backward_names(program.network))}"
    formulas = [program.formulas[line.target] for line in program.backward_lines[program.needed_count :] if line.target in program.formulas]
    return section("numbers.backward", formulas, code)


def _numbers_update(passes: Passes) -> Section:
    count = "t = updates + 1\n" if passes.keeps else ""
    code = f"{count}{passes.update_call}\n\n{_prints(passes.program, passes.program.parameters, ' next')}"
    return section("numbers.update", [passes.optimizer.formulas[-1]], code)


def four_loops(x: np.ndarray, f: np.ndarray, stride: int, dilation: int, before: int, after: int) -> np.ndarray:
    """Return the map (H',W') of one filter (C,K,K) on an image (C,H,W), padded with zeros before and after."""
    x = np.pad(x, ((0, 0), (before, after), (before, after)))
    k = f.shape[-1]
    rows, columns = ((n - dilation * (k - 1) - 1) // stride + 1 for n in x.shape[1:])
    z = np.zeros((rows, columns))
    for i in range(rows):
        for j in range(columns):
            for u in range(k):
                for v in range(k):
                    z[i, j] += (x[:, stride * i + dilation * u, stride * j + dilation * v] * f[:, u, v]).sum()
    return z


def loops_section(program: Program) -> Section | None:
    """Return the first filter's map computed by four loops and by the pass's lines. None if the first layer is not a
    convolution."""
    layer, names = program.network.layers[0], program.network.names[0]
    if not isinstance(layer, Conv):
        return None
    before, after = pad_widths(layer.reach, layer.padding)
    windows, z = (line for line in program.forward_lines if line.layer == 0 and line.role in ("windows", "y"))
    bias = f" + {names.of('b')}[0]" if layer.bias else ""
    code = [
        listing([four_loops], set()),
        "",
        "",
        f"slow = four_loops(x, {names.of('f')}[0], {layer.stride}, {layer.dilation}, {before}, {after}){bias}",
        f"fast = {expression(z.without_rounding).replace(variable(windows.target), expression(windows), 1)}[0]",
        "assert np.allclose(slow, fast, rtol=1e-9, atol=1e-9 * np.abs(fast).max())",
    ]
    return section("loops", [program.formulas[names.output]], "\n".join(code))
