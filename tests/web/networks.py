"""What the core says of several networks, for the tests under node: links by cell, and everything that arithmetic needs."""

import re

import numpy as np

from cnnviz.core.explain.cell_arithmetic import arithmetic_of, exact_sum
from cnnviz.core.network import cell_links
from cnnviz.core.network.network import Network
from cnnviz.core.network.optimizers import gd
from cnnviz.core.network.program import Program
from cnnviz.core.network.stages import label
from cnnviz.core.setup.cells import cell_shape, write_cell
from cnnviz.export.arrays import map_csv
from cnnviz.pages import network_record as component

TEXTS = (
    "conv1x3-sigmoid-dense2-sigmoid-mse",
    "conv2x3bs2p1-relu-max3s2-conv3x3same-tanh-avg2-dense9-identity-dense3-softmax-ce",
    "conv4x3-gap-sigmoid-ce",
    "dense4-softmax-mse",
    "conv2x3d2-relu-conv2x2s2d3same-gap-softmax-ce",
    "conv2x3full-identity-max2-dense2-sigmoid-bce",
    "conv2x5s3-relu-dense4-softmax-dense2-sigmoid-bce",
    "max3s2-dense2-mse",
    "conv4x3-bn-relu-conv6x3-gn2-leaky20-drop50-dense4-ln-drop30-dense2-bn-mse",
)
CELLS = 8
"""Cells of each symbol that are compared, beside the first and the last."""


def networks() -> list[dict]:
    """For each network its arrays, what the page is told of them, and the cells behind some cells of every symbol."""
    rng = np.random.default_rng(0)
    return [_network(text, rng) for text in TEXTS]


def _network(text: str, rng: np.random.Generator) -> dict:
    network = Network.parse(text)
    x = rng.random((12, 11) if text == TEXTS[0] else (2, 12, 11))
    x = np.round(x) if text.startswith("max") else x  # many are equal, and the first of them wins
    params = network.init(x.shape, seed=1)
    params = params.replace(**{name: rng.normal(size=array.shape) for name, array in params.items() if name[0] in "bgs"})
    trace = network.forward(params, x)
    y = np.eye(trace.o.size)[0]
    gradients = network.backward(params, trace, y)
    program = network.program(x.shape)
    arrays = {**trace, **params, **gradients, "y": y, "L": np.array([network.loss(trace, y)])}
    arrays = {name: array.reshape(_shape(program, name, array)) for name, array in arrays.items()}
    maps = {name: _map(name, array, program) for name, array in arrays.items()}
    after, _ = gd(0.1).step(params, gradients, None)
    return {
        "answer": {
            "network": {
                "text": text, "maps": maps, "links": component.links(program), "arithmetic": program.arithmetic,
                "beside": {}, "classes": [str(n) for n in range(y.size)], "optimizer": "gd", "formulas": component.formulas(program),
            },
            "stages": component.stage_records(program),
            "lesson": {"lr": "0.1"},
        },
        "arrays": {name: array.ravel().tolist() for name, array in (arrays | trace.kept).items()} | {f"{n}_next": a.ravel().tolist() for n, a in after.items()},
        "csv": {name: map_csv(name, _called(array, map)) for name, array in arrays.items() if (map := maps[name])},
        "cells": [cell for target in program.links if target in maps for cell in _cells(target, program, arrays, rng)],
    }  # fmt: skip


def _shape(program: Program, name: str, array: np.ndarray) -> tuple[int, ...]:
    return program.laid_out.get(name) or program.laid_out.get(name[1:]) or array.shape


def _called(array: np.ndarray, map: dict) -> np.ndarray:
    """In the shape by which people call its cells."""
    return array.reshape(() if map["kind"] == "loss" else map["index"])


def _map(name: str, array: np.ndarray, program: Program) -> dict:
    kind = "loss" if name == "L" else {1: "row", 3: "map", 4: "weights"}.get(array.ndim, "weights")
    kind = "filters" if name.lstrip("d")[0] == "f" else kind
    index = program.shown.get(name) or program.shown.get(name[1:]) or array.shape
    band = "parameters" if name in program.parameters else "gradients" if name[0] == "d" else "values"
    return {
        "symbol": name,
        "label": label(name),
        "words": "",
        "kind": kind,
        "shape": array.shape,
        "index": index,
        "band": band,
        "family": name,
        "limits": [float(array.min()), float(array.max())],
    }


def _cells(target: str, program: Program, arrays: dict[str, np.ndarray], rng: np.random.Generator) -> list[dict]:
    everywhere = list(np.ndindex(*arrays[target].shape))
    chosen = [everywhere[0], everywhere[-1], *(everywhere[n] for n in rng.integers(0, len(everywhere), CELLS))]
    return [
        {
            "map": target,
            "cell": cell,
            "address": _address(target, cell, program, arrays),
            "sources": {link.source: _sources(link, cell, program, arrays) for link in program.links[target]},
            "sums": _sums(target, cell, program, arrays),
        }
        for cell in chosen
    ]


def _sums(target: str, cell: tuple[int, ...], program: Program, arrays: dict[str, np.ndarray]) -> dict | None:
    """What the products of a cell add up to: those of either sign, and those of each channel of what is read."""
    if not re.match(r"sum\(\w+\*\w+\)", program.arithmetic.get(target, "")):
        return None
    created = arithmetic_of(program, target, cell, arrays)
    first = created.terms[0].factors[0][0] if created.terms else ""
    result: dict[int, list[float]] = {}
    for term in created.terms:
        result.setdefault(next(at[0] for name, at, _ in term.factors if name == first), []).append(term.product)
    return {"totals": created.totals, "of": first, "channels": [(channel, exact_sum(products)) for channel, products in result.items()]}


def _address(target: str, cell: tuple[int, ...], program: Program, arrays: dict[str, np.ndarray]) -> str:
    """The cell as the core writes it into an address; nothing for the loss, which has no cells."""
    shape = cell_shape(program, target)
    if target == "L" or shape is None:
        return ""
    place = np.ravel_multi_index(cell, arrays[target].shape)
    return write_cell((target, tuple(int(n) for n in np.unravel_index(place, shape))))


def _sources(
    link: cell_links.Link, cell: tuple[int, ...], program: Program, arrays: dict[str, np.ndarray]
) -> list[tuple[int, ...]]:
    if link.pattern != "won":
        return cell_links.sources(link, cell, arrays)
    read = next(own.source for own in program.links[link.source[1:]])  # what the pool reads whose gradient this is
    return cell_links.sources(link, cell, {link.source: arrays[link.source], "x": arrays[read]})
