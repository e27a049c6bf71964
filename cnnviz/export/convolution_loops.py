"""The convolution as its formula says it, four loops beside the fast lines: slow, plain, and asserted to give the same numbers."""

import numpy as np

from cnnviz.core.layers.conv import Conv
from cnnviz.core.program import Program
from cnnviz.core.sliding import pad_widths
from cnnviz.export.code_lines import expression, variable
from cnnviz.export.core_source import listing
from cnnviz.export.passes import Section, section


def four_loops(x: np.ndarray, f: np.ndarray, stride: int, dilation: int, before: int, after: int) -> np.ndarray:
    """One filter (C,K,K) over the image (C,H,W), with zeros before and after: its map (H',W')."""
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
    """The first filter's map by four loops and by the lines of the pass; None where the network does not begin with a convolution."""
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
        f"fast = {expression(z.unsettled).replace(variable(windows.target), expression(windows), 1)}[0]",
        "assert np.allclose(slow, fast, rtol=1e-9, atol=1e-9 * np.abs(fast).max())",
    ]
    return section("loops", [program.formulas[names.output]], "\n".join(code))
