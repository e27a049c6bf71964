"""The table of the classic mistakes, and how a function becomes a line of one."""

from collections.abc import Callable

from cnnviz.core.mistakes.mistake_model import Kind, LineOverride, Mistake, add, anywhere
from cnnviz.core.network.architecture import Architecture
from cnnviz.core.network.line_overrides import Function

MISTAKES: dict[str, Mistake] = {}
"""By name, in the order in which their modules are imported: backward, from the loss to the kernel, then the step."""
UNLISTED: dict[str, Mistake] = {}
"""Mistakes that own gradients are compared with and that the page does not offer, by name and variant."""


def mistake(
    name: str,
    on: Kind | tuple[Kind, ...],
    role: str,
    where: Callable[[Architecture, int], bool] = anywhere,
    wrong: str = "",
    right: str = "",
    several: bool = False,
    after: bool = False,
    variant: str | None = None,
) -> Callable[[Function], Function]:
    """Registers what is below as a line of the mistake `name`; `wrong` and `right` are code with roles in braces.

    `several`: it takes several images; `after`: it is made in passes as in eval mode. A mistake with a `variant` is unlisted;
    variants share the words of their name.
    """

    def register(function: Function) -> Function:
        kinds = on if isinstance(on, tuple) else (on,)
        change = LineOverride(kinds, role, function, where, (wrong, right) if wrong else None)
        if variant is None:
            add(MISTAKES, name, name, change, several, after)
        else:
            add(UNLISTED, f"{name} {variant}", name, change, several, after)
        return function

    return register
