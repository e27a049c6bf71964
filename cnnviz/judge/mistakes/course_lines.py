"""Lines of code with a course's names: a layer's lines, and lines that courses write differently."""

import re
from collections.abc import Mapping

from cnnviz.core.network.source_lines import line_as_code
from cnnviz.judge.right_gradients import CorrectResult

Names = Mapping[str, str]

_LINES: Mapping[tuple[str, str], str] = {
    ("dense", "dx"): "({dout} @ {w}.T).reshape({x}.shape)",
    ("dense", "dw"): "{x}.reshape(N, -1).T @ {dout}",
    ("dense", "db"): "{dout}.sum(axis=0)",
    ("conv", "db"): "{dout}.sum(axis=(0, 2, 3))",
    ("softmax", "loss"): "-np.log(p[np.arange(N), {y}]).mean()",
    ("softmax", "dx"): "(p - one_hot({y})) / N",
    ("batchnorm", "dx"): "(dhat - dhat.mean(0) - hat * (dhat * hat).mean(0)) / sigma",
    ("batchnorm", "dgamma"): "({dout} * hat).sum(0)",
    ("batchnorm", "dbeta"): "{dout}.sum(0)",
    ("dropout", "dx"): "{dout} * {mask}",
}
"""Lines that the core has only for one image, or not at all, with p = softmax(scores), hat = (x - mean)/sigma, dhat =
dout · gamma."""


def right_line(correct: CorrectResult, role: str, names: Names) -> str:
    """Return the right-hand side of the line that computes a gradient."""
    if template := _LINES.get((correct.case.kind, role)):
        return template.format(**names)
    assert correct.lines is not None
    return in_course(correct, line_as_code(correct.lines.line(role)), names)


def in_course(correct: CorrectResult, code: str, names: Names) -> str:
    """Return a line of the core with the course's names."""
    assert correct.lines is not None
    symbols = correct.lines.program.network.names[0]
    code = code.replace(f"{symbols.output}.windows", f"windows({symbols.input})").replace(f"{symbols.output}.mask", names.get("mask", ""))
    replacements = {symbols.output: value_of(correct.case.kind, names), f"d{symbols.output}": names["dout"]}
    replacements |= {"x": names["x"], symbols.input: names["x"], f"d{symbols.input}": names["dx"]}
    for letters, role in (("f", "w"), ("w", "w"), ("b", "b"), ("g", "gamma"), ("s", "beta")):
        replacements |= {letters: names.get(role, ""), f"d{letters}": names.get(f"d{role}", "")}
    return re.sub(r"(?<![.\w])[a-z]\w*\b(?!=)", lambda word: replacements.get(word[0]) or word[0], code)


def value_of(kind: str, names: Names) -> str:
    """Return the layer's output as code. The cache of an activation does not hold it."""
    template = {"relu": "np.maximum(0, {x})", "sigmoid": "sigmoid({x})", "tanh": "np.tanh({x})"}.get(kind, "{out}")
    return template.format(x=names["x"], out=names["out"])
