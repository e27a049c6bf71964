"""The catalogue of mistakes, and the decorator that registers a function as a line of one."""

from collections.abc import Callable

from cnnviz.core.mistakes.mistake_model import Kind, LineOverride, Mistake, add, any_layer
from cnnviz.core.network.architecture import Architecture
from cnnviz.core.network.line_overrides import Function

MISTAKES: dict[str, Mistake] = {}
"""Mistakes by name, in import order: backward from the loss to the kernel, then the update."""
UNLISTED: dict[str, Mistake] = {}
"""Mistakes by name and variant that only the diagnosis of submitted gradients uses; the page does not offer them."""


def mistake(
    name: str,
    on: Kind | tuple[Kind, ...],
    role: str,
    where: Callable[[Architecture, int], bool] = any_layer,
    wrong: str = "",
    right: str = "",
    several: bool = False,
    after: bool = False,
    variant: str | None = None,
) -> Callable[[Function], Function]:
    """Register the decorated function as a line of the mistake `name`. `wrong` and `right` are code with roles in
    braces.

    `several` means that it needs several images, and `after` that it occurs in eval mode. A mistake with a `variant` is
    unlisted; the variants of a name share its texts.
    """

    def register(function: Function) -> Function:
        kinds = on if isinstance(on, tuple) else (on,)
        line_override = LineOverride(kinds, role, function, where, (wrong, right) if wrong else None)
        if variant is None:
            add(MISTAKES, name, name, line_override, several, after)
        else:
            add(UNLISTED, f"{name} {variant}", name, line_override, several, after)
        return function

    return register
