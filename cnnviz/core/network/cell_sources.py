"""Links from each array's cells to the cells that they depend on, with formulas and arithmetic."""

import re
from collections.abc import Mapping, Sequence
from functools import partial

from cnnviz.core.network.architecture import Architecture
from cnnviz.core.network.cell_links import Link
from cnnviz.core.network.layers.layer import Shape
from cnnviz.core.network.symbols import Names, is_parameter, latex

_ROLE = re.compile(r"\b(d?[a-z])(?![a-zA-Z0-9_])")


def links(network: Architecture, shapes: Mapping[str, Shape], training: bool) -> dict[str, tuple[Link, ...]]:
    """Return, for each symbol, the links to the cells that its cells are computed from, in the layout of the screen.

    >>> from cnnviz import Network
    >>> network = Network.parse("conv1x3-sigmoid-dense2-sigmoid-mse")
    >>> [link.source for link in links(network, network.program((32, 32)).shapes, True)["z1"]]
    ['x', 'f']
    """
    links_by_target: dict[str, tuple[Link, ...]] = {"v": (Link("v", flattened, "same"),)} if (flattened := _flattened_symbol(network)) else {}
    for index, (layer, names) in enumerate(zip(network.layers, network.names, strict=True)):
        rows, columns = shapes[names.output][-2:] if "k" in layer.geometry() else (0, 0)
        for role, sources in layer.links().items():
            target = names.of(role)
            if role == "dx":
                target = f"d{names.source}"
            if layer.roles_across_images and not training and role in ("y", "dx"):  # in eval mode each cell depends only on itself
                sources = tuple((source, "channel" if is_parameter(source) else "same") for source, _ in sources)
            if not (network.merged and index == len(network.layers) - 1 and role == "dx"):
                links_by_target[target] = tuple(
                    Link(target, names.of(source), pattern, layer.geometry(), (rows, columns)) for source, pattern in sources
                )
    return links_by_target | _loss_links(network)


def _loss_links(network: Architecture) -> dict[str, tuple[Link, ...]]:
    z = network.names[-1].input
    links: dict[str, tuple[Link, ...]] = {"L": (Link("L", "o", "all"), Link("L", "y", "all"))}
    if network.merged:
        links[f"d{z}"] = tuple(Link(f"d{z}", source, pattern) for source, pattern in network.merged.links)
    else:
        links["do"] = (Link("do", "o", "same"), Link("do", "y", "same"))
    return links


def _flattened_symbol(network: Architecture) -> str | None:
    """Return the symbol of the map that is flattened, or None."""
    return next((names.source for names in network.names if names.flattens), None)


def laid_out(network: Architecture, shapes: Mapping[str, Shape]) -> dict[str, Shape]:
    """Return the shape that each symbol's cell indices refer to. For v, and the rows of w behind it, it is that of
    the flattened map.

    >>> from cnnviz import Network
    >>> network = Network.parse("conv1x3-sigmoid-dense2-sigmoid-mse")
    >>> laid_out(network, {"a1": (1, 30, 30), "v": (900,), "w": (900, 2)})["w"]
    (1, 30, 30, 2)
    """
    shapes = {name: shape for name, shape in shapes.items() if "." not in name}
    for names in network.names:
        if names.flattens:
            shapes["v"] = shapes[names.source]
            shapes[names.of("w")] = (*shapes[names.source], *shapes[names.of("w")][1:])
    return shapes


def formulas(network: Architecture, inputs: Sequence[Shape], training: bool) -> dict[str, str]:
    """Return the LaTeX formula of each operation by its target, with symbols.

    >>> from cnnviz import Network
    >>> network = Network.parse("conv1x3-sigmoid-dense2-sigmoid-mse")
    >>> formulas(network, [(1, 32, 32), (1, 30, 30), (900,), (2,)], True)["v"]
    'v = \\\\text{flatten}(a_{1})'
    """
    latex_by_target = {"v": rf"v = \text{{flatten}}({latex(flattened)})"} if (flattened := _flattened_symbol(network)) else {}
    for index, (layer, names) in enumerate(zip(network.layers, network.names, strict=True)):
        eval_formulas = {} if training else {role: text for role, (text, _) in layer.in_eval_mode.items()}
        for role, text in (layer.formulas(inputs[index]) | eval_formulas).items():
            letters = ("x", "y", *layer.parameter_letters)
            roles = {name: latex(names.of(name)) for letter in letters for name in (letter, f"d{letter}")}
            target = f"d{names.source}" if role == "dx" else names.of(role)
            latex_by_target[target] = text.format(**roles | ({"dx": latex(target)} if role == "dx" else {}))
    loss, merged = network.loss_kind, network.merged
    z = network.names[-1].input
    for role, text in {**loss.formulas, **(merged.formulas if merged else {})}.items():
        latex_by_target[f"d{z}" if role == "dz" else role] = text.format(o="o", do=latex("do"), dz=latex(f"d{z}"))
    return latex_by_target


def arithmetic(network: Architecture, training: bool) -> dict[str, str]:
    """Return the arithmetic of one cell for each target, in terms of the linked symbols: "sum(x*f)+b".

    >>> from cnnviz import Network
    >>> network = Network.parse("conv1x3-sigmoid-dense2-sigmoid-mse")
    >>> arithmetic(network, True)["a1"]
    'σ(z1)'
    """
    text_by_target = {"v": flattened} if (flattened := _flattened_symbol(network)) else {}
    for layer, names in zip(network.layers, network.names, strict=True):
        linked_roles = layer.links()
        eval_texts = {} if training else {role: text for role, (_, text) in layer.in_eval_mode.items()}
        for role, text in (layer.arithmetic() | eval_texts).items():
            if role in linked_roles:
                target = f"d{names.source}" if role == "dx" else names.of(role)
                text_by_target[target] = re.sub(r"\{(\w+)\}", partial(_symbol, names), _ROLE.sub(partial(_symbol, names), text))
    loss, merged = network.loss_kind, network.merged
    text_by_target["L"] = loss.arithmetic["L"]
    if not merged:
        return text_by_target | {"do": loss.arithmetic["do"]}
    return text_by_target | {f"d{network.names[-1].input}": merged.arithmetic["dz"]}


def _symbol(names: Names, role: re.Match[str]) -> str:
    return names.of(role[1])
