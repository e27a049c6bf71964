"""Formulas as plain Unicode text, for output without LaTeX: Greek letters, LaTeX's functions, and the signs that cnnviz uses."""

import re
from html.entities import name2codepoint

from cnnviz.words import say

_WORDS = {
    r"\partial ": "∂", r"\cdot": "·", r"\odot": "⊙", r"\sum": "Σ", r"\leftarrow": "←", r"\bigl": "", r"\bigr": "", r"\,": " ", r"\quad": " ",
}  # fmt: skip
_COMMAND = re.compile(r"\\([A-Za-z]+)")
_FUNCTIONS = {"arccos", "arcsin", "arctan", "cos", "cosh", "exp", "log", "max", "min", "sin", "sinh", "tan", "tanh"}
_LOW = dict(zip("0123456789ijkmnuvrs", "₀₁₂₃₄₅₆₇₈₉ᵢⱼₖₘₙᵤᵥᵣₛ", strict=True))
_HIGH = {"2": "²", "T": "ᵀ"}


def latex_to_unicode(latex: str) -> str:
    r"""Return a formula in Unicode. A subscript without a Unicode character is written after an underscore.

    >>> latex_to_unicode(r"\partial f_{1}[u,v] = \sum_{i,j} x[i+u, j+v] \cdot \partial z_{1}[i,j]")
    '∂f₁[u,v] = Σᵢⱼ x[i+u, j+v] · ∂z₁[i,j]'
    >>> latex_to_unicode(r"L = -\frac{1}{N} \sum_{c,n} e^{-z_{12}} + x^2")
    'L = −1/N Σ_(c,n) e^(−z₁₂) + x²'
    """
    text = re.sub(r"\\text\{([^{}]*)\}", r"\1", translate_words(latex))
    text = re.sub(r"\\hat\{(\w)\}", "\\1\u0302", text)
    text = re.sub(r"\\sqrt\{(\w\u0302?)\}", r"√\1", text)
    text = re.sub(r"\^\{([^{}]*)\}", lambda match: _HIGH.get(match[1], f"^({match[1]})"), text)
    text = re.sub(r"\\frac\{([^{}]*)\}\{([^{}]*)\}", lambda match: f"{match[1]}/{_in_brackets(match[2])}", text)
    for word, sign in _WORDS.items():
        text = text.replace(word, sign)
    text = _COMMAND.sub(_letter_or_function, text)
    text = re.sub(r"_\{([^{}]*)\}", lambda match: _subscript(match[1]), text)
    text = re.sub(r"_(\w)", lambda match: _subscript(match[1]), text)
    text = re.sub(r"\^\{([^{}]*)\}", lambda match: _HIGH.get(match[1], f"^({match[1]})"), text)
    text = re.sub(r"\^(\w)", lambda match: _HIGH.get(match[1], f"^{match[1]}"), text)
    if "\\" in text or "{" in text:
        unknown = _COMMAND.search(text)
        raise ValueError(f"latex_to_unicode does not know {unknown[0] if unknown else 'the braces'} in {latex}")
    return re.sub(r" +", " ", text.replace("-", "−")).strip()


def _letter_or_function(command: re.Match[str]) -> str:
    """Return a Greek letter or the name of a function. Other commands stay as they are."""
    codepoint = name2codepoint.get(command[1], 0)
    return chr(codepoint) if 0x391 <= codepoint <= 0x3C9 else command[1] if command[1] in _FUNCTIONS else command[0]


def translate_words(latex: str) -> str:
    r"""Return a formula with the words in its `\text{…}` replaced by their translations.

    >>> print(translate_words(r"r = x \odot \text{mask}"))
    r = x \odot \text{mask}
    """
    return re.sub(r"\\text\{(\w+)\}", lambda match: rf"\text{{{say(f'formula.{match[1]}')}}}", latex)


def pixel_formula(scale: str) -> str:
    r"""Return the formula of a pixel's value in LaTeX: scaled to 0…1 ("unit"), or as stored ("raw").

    >>> print(pixel_formula("unit"))
    x = \text{pixel} / 255
    """
    return r"x = \text{pixel} / 255" if scale == "unit" else r"x = \text{stored}"


def _in_brackets(text: str) -> str:
    """Return the divisor, in brackets if it is a sum."""
    return f"({text})" if " " in text else text


def _subscript(text: str) -> str:
    letters = text.replace(",", "").replace(" ", "")
    return "".join(_LOW[letter] for letter in letters) if all(letter in _LOW for letter in letters) else f"_({text})"
