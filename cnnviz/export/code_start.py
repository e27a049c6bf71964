"""Beginning of a setup's code: its image, and the parameters before the first update."""

import base64
import textwrap
import zlib
from collections.abc import Mapping

import numpy as np

from cnnviz.core.explain.latex_to_text import pixel_formula
from cnnviz.core.network.network import WEIGHTS
from cnnviz.core.network.program import Program
from cnnviz.core.network.program_line import Op, PassValues
from cnnviz.core.setup.setup import CHANNELS, Setup
from cnnviz.data.images import LUMA
from cnnviz.export.arrays import squeeze_channels
from cnnviz.export.code_lines import expression, variable, wrap
from cnnviz.export.code_network import Section, section, start_formula
from cnnviz.export.core_source import listing

MOST_LITERAL = 100
"""Upper limit of the size of an array that is written as numbers; larger ones are packed."""


IMPORTS = "import base64\nimport zlib\n\nimport numpy as np"
"""Imports of a setup's code."""


def image_section(setup: Setup, pixels: np.ndarray, program: Program, imports: bool = True) -> Section:
    """Return the section with the image's bytes and x. With `imports` it begins with the import statements."""
    images = (len(pixels),) if len(setup.images) > 1 else ()
    has_channels = pixels.ndim == 3 + len(images)
    is_gray, is_rgb = setup.ch == "gray" and has_channels, setup.ch == "rgb" and has_channels
    if has_channels and not (is_gray or is_rgb):
        pixels = pixels[..., CHANNELS.index(setup.ch)]
    code = [*([IMPORTS, ""] if imports else []), _unpack_code("pixels", pixels, "np.uint8")]
    if is_gray:
        code += [f"red, green, blue = pixels.astype(float).transpose{(3, 0, 1, 2) if images else (2, 0, 1)}"]
        code += [f"x = {LUMA[0]} * red + {LUMA[1]} * green + {LUMA[2]} * blue"]
    elif is_rgb:
        code += [f"x = np.ascontiguousarray(pixels.astype(float).transpose{(0, 3, 1, 2) if images else (2, 0, 1)})"]
    else:
        code += ["x = pixels.astype(float)"]
    code += ["x = x / 255"] if setup.scale == "unit" else []
    code += [] if is_rgb else [f"x = x.reshape{(*images, *program.x_shape)}"]
    brightness = rf"{LUMA[0]}\,R + {LUMA[1]}\,G + {LUMA[2]}\,B"
    formula = (f"x = ({brightness}) / 255" if setup.scale == "unit" else f"x = {brightness}") if is_gray else pixel_formula(setup.scale)
    return section("image", [formula], "\n".join(code))


def _unpack_code(name: str, array: np.ndarray, dtype: str) -> str:
    """Return code that unpacks an array from compressed bytes in base64."""
    packed = textwrap.fill(base64.b64encode(zlib.compress(array.tobytes(), 9)).decode("ascii"), 100)
    return f'packed = """\n{packed}\n"""\n{name} = np.frombuffer(zlib.decompress(base64.b64decode(packed)), {dtype}).reshape{array.shape}'


def start_section(setup: Setup, program: Program, values: PassValues, buffers: Mapping[str, np.ndarray] | None = None) -> Section:
    """Return the section with the initial parameters, the running statistics in `buffers`, the targets and the
    learning rate."""
    lines = setup.network.start_lines(program, setup.w if setup.w in WEIGHTS else "zeros", setup.seed)
    starts = {name: _start_code(values[name], line) for name, line in lines.items()}
    draw_functions = {line.function for name, line in lines.items() if starts[name][0] == "drawn"}
    code = [listing(draw_functions, set()), "", ""] if draw_functions else []
    code += [code for _, code in starts.values()]
    code += [f"{variable(name)} = {_literal(array)}" for name, array in (buffers or {}).items()]
    code += [f"y = np.array({list(setup.y)})", f"learning_rate = {setup.lr!r}", f"updates = {setup.k}"]
    return section("start", [start_formula(name, kind) for name, (kind, _) in starts.items()], "\n".join(code))


def _start_code(array: np.ndarray, line: Op) -> tuple[str, str]:
    """Return the kind of a parameter's initialization ("drawn", "zero", "one" or "given") and its code: a call that
    draws it, with set filters as numbers, or a literal."""
    name, default = line.target, line.run()
    kind = {np.zeros: "zero", np.ones: "one"}.get(line.function, "drawn")  # type: ignore[call-overload]
    if np.array_equal(array, default):
        return kind, f"{name} = {expression(line)}"
    if not np.isfinite(array).all():  # nan is not a literal in Python
        return "given", _unpack_code(name, array.astype("<f8"), '"<f8"')
    if array.ndim == 4 and (is_unchanged := [np.array_equal(*pair) for pair in zip(array, default, strict=True)]) and any(is_unchanged):
        code = [f"{name} = {expression(line)}"]
        code += [f"{name}[{m}] = {_literal(array[m])}" for m, as_drawn in enumerate(is_unchanged) if not as_drawn]
        return kind, "\n".join(code)
    if array.size > MOST_LITERAL:
        return "given", _unpack_code(name, array.astype("<f8"), '"<f8"')
    return "given", f"{name} = {_literal(array)}"


def _literal(array: np.ndarray) -> str:
    """Return an array as a literal. A single kernel has one row per line."""
    rows = squeeze_channels(array)
    text = f"np.array({rows.tolist()})"
    if len(text) > 90:
        text = wrap("np.array([", [repr(number) for number in array.reshape(-1).tolist()], "])")
        return f"{text}.reshape{array.shape}"
    return text if rows.shape == array.shape else f"{text}.reshape{array.shape}"
