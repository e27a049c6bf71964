"""LaTeX formulas as MathML, which browsers render and screen readers read aloud."""

import html
import re
from functools import cache, lru_cache

from latex2mathml.converter import convert

from cnnviz.core.setup.setup import Setup

_ATTRIBUTES = ' xmlns="http://www.w3.org/1998/Math/MathML" display="inline"'
"""Attributes that HTML does not need."""

_FUNCTION = r'<mi mathvariant="normal">\w+</mi>'
_THIN = '<mspace width="0.17em"></mspace>'
"""Space beside a function's name; none before a bracket."""


def insert_formulas(text: str) -> str:
    r"""Replace <<a1>> and the like in a text by LaTeX: the formula of that symbol in the notebook's network.

    >>> print(insert_formulas("$<<update>>$"))
    $\theta \leftarrow \theta - \eta \cdot \partial \theta$
    """
    return re.sub("<<(.+?)>>", lambda match: _notebook_formulas()[match[1]], text)


@cache
def _notebook_formulas() -> dict[str, str]:
    setup = Setup()
    return setup.network.program(setup.x_shape).formulas | {"update": setup.optimizer.formulas[-1]}


@lru_cache(maxsize=4096)
def mathml(latex: str) -> str:
    r"""Return a formula as an HTML element.

    >>> print(mathml(r"\partial z > 0"))
    <math><mrow><mo>∂</mo><mi>z</mi><mo>&gt;</mo><mn>0</mn></mrow></math>
    >>> print(mathml(r"\sqrt{s}"))
    <math><mrow><mrow><mo stretchy="false">√</mo><mrow class="root"><mi>s</mi></mrow></mrow></mrow></math>
    >>> print(mathml(r"\log o"))
    <math><mrow><mi mathvariant="normal">log</mi><mspace width="0.17em"></mspace><mi>o</mi></mrow></math>
    """
    text = re.sub(r"&#x(\w+);", _decode_character, convert(latex).replace(_ATTRIBUTES, "", 1))
    text = re.sub(r"<msup><mi>(\w)</mi><mi>′</mi></msup>", r"<mi>\1′</mi>", text)  # the prime is raised already
    # Browsers draw no root sign with fonts that lack a MATH table.
    text = re.sub("<msqrt>(.*?)</msqrt>", r'<mrow><mo stretchy="false">√</mo><mrow class="root">\1</mrow></mrow>', text)
    # tanh, upright as a single identifier would be
    text = re.sub(r"<mi>(\w\w+)</mi>", r'<mi mathvariant="normal">\1</mi>', text)
    text = re.sub(r"<mrow>(<(m[ino])>[^<]*</\2>)</mrow>", r"\1", text)
    text = re.sub(rf"({_FUNCTION})(?=<m(?:i|sub)>)", rf"\1{_THIN}", text)
    text = re.sub(rf"(?<=]</mo>)({_FUNCTION})", rf"{_THIN}\1", text)
    # as browsers serialize it, so that the page can compare it
    return re.sub(r"<(\w+)([^>]*?) ?/>", r"<\1\2></\1>", text)


def _decode_character(number: re.Match[str]) -> str:
    """Return a numeric character reference as its character; a no-break space becomes a plain space."""
    sign = chr(int(number[1], 16))
    return html.escape(" " if sign == "\N{NO-BREAK SPACE}" else sign)
