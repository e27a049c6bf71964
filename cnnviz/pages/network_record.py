"""Record of a network for the view: stages, maps, columns, links, formulas and arithmetic, all from its program."""

import math
import re
from functools import lru_cache

import numpy as np

from cnnviz.core.explain.latex_to_text import pixel_formula
from cnnviz.core.network.architecture import Architecture
from cnnviz.core.network.cell_links import Link
from cnnviz.core.network.layers._activation import Activation
from cnnviz.core.network.layers.layer import Layer
from cnnviz.core.network.optimizers import OPTIMIZERS, Momentum
from cnnviz.core.network.program import Program
from cnnviz.core.network.stages import Stage, label
from cnnviz.core.network.symbols import Names
from cnnviz.core.runtime.read_only import freeze
from cnnviz.core.setup.setup import Setup
from cnnviz.core.training.loss_change import change_of_loss
from cnnviz.core.training.losses_ahead import Promise
from cnnviz.core.training.momentum_terms import velocity_terms
from cnnviz.core.training.snapshots import Snapshot
from cnnviz.export.mathml import mathml
from cnnviz.pages import map_records
from cnnviz.pages.quantized_weights import parts
from cnnviz.wire.records import (
    ColumnKind,
    ColumnRecord,
    LayerRecord,
    LinkRecord,
    NetworkRecord,
    PromiseRecord,
    StageRecord,
)
from cnnviz.words import Message, message

MOST_CELLS = 4
"""Largest number of outputs drawn as cells with numbers; more are drawn as rows with bars."""

REACH = 8.0
"""Activation curves are sampled from -REACH to REACH."""

MOST_PARTS = 100_000
"""Largest number of entries of a parameter whose step is sent in parts with the response."""


def network_record(setup: Setup, program: Program, snapshot: Snapshot) -> NetworkRecord:
    """Return the network's record: everything except the arrays."""
    network = program.network
    maps = map_records.records(setup, program, snapshot)
    return NetworkRecord(
        text=str(network),
        layers=[_layer(layer, names, program) for layer, names in zip(network.layers, network.names, strict=True)],
        maps=maps,
        columns=columns(program),
        links=links(program),
        formulas=formulas(program, setup.scale, setup.opt),
        arithmetic=program.arithmetic,
        curves={names.output: str(layer) for layer, names in _activations(network)},
        classes=setup.output_words,
        focus=map_records.default_cells(program, snapshot, maps),
        optimizer=setup.opt,
        beside=_image_gradient_stage(program),
        images=[],
    )


def arrays(setup: Setup, program: Program, snapshot: Snapshot) -> dict[str, np.ndarray]:
    """Return every array by its symbol, the initial filters, and the curves of the activations."""
    updated_names = [f"{name}_next" for name in map_records.updated_parameters(program, setup.opt)]
    result = {name: map_records.array_of(name, setup, snapshot) for name in (*map_records.symbols(program), *updated_names)}
    small_names = [name for name, array in snapshot.params.items() if array.size <= MOST_PARTS]
    result |= {part: array for name in small_names for part, array in parts(setup, snapshot, name).items()}
    result |= program.ties(program.all_values(snapshot.params, snapshot.trace))
    for layer, names in zip(program.network.layers, program.network.names, strict=True):
        result |= {f"{name}.{names.output}": array for name, array in layer.intermediates(snapshot.trace[names.input]).items()}
    result |= {name: array for name, array in snapshot.trace.kept.items() if name.endswith((".mean", ".var", ".mask"))}
    initial = setup.first_params(snapshot.trace.x.shape)
    result |= {f"start.{name}": initial[name] for name, shape in program.shapes.items() if len(shape) == 4 and name in program.parameters}
    return result | {f"curve.{layer}": _drawn_curve(layer) for layer, _ in _activations(program.network)}


def promise_record(promise: Promise | None) -> PromiseRecord | None:
    """Return the record of a step's promise, or None if it is not finite."""
    if promise is None or not np.isfinite(promise.falls):
        return None
    return PromiseRecord(shares=promise.shares, promised=promise.promised, falls=promise.falls)


def velocity_of(setup: Setup, snapshot: Snapshot, part: str) -> dict[str, np.ndarray]:
    """Return the terms of one entry's velocity (`velocity_terms`), named as in "past.w:57", or nothing if there is
    none."""
    match = re.fullmatch(r"past\.([a-z][0-9]{0,2}):([0-9]{1,7})", part, re.ASCII)
    if not match or setup.opt != Momentum.name:
        return {}
    name, index = match[1], int(match[2])
    if name not in snapshot.params or index >= snapshot.params[name].size:
        return {}
    return {part: velocity_terms(setup, snapshot.image, len(snapshot.losses) - 1, name, index)}


def raised_entry_change(setup: Setup, snapshot: Snapshot, part: str) -> dict[str, np.ndarray]:
    """Return the change of the loss if one entry is raised (`change_of_loss`), named as in "raised.z1:57:0.1"; empty
    if no such entry exists."""
    match = re.fullmatch(r"raised\.([a-z][0-9]{0,2}):([0-9]{1,7}):(0\.0{0,2}1)", part, re.ASCII)
    program = map_records.program_of(setup, snapshot)
    if not match or match[1] not in program.shapes or int(match[2]) >= math.prod(program.shapes[match[1]]):
        return {}
    size = math.prod(program.shapes[match[1]])  # of several images, raise the entry of the shown one
    index = int(match[2]) + (setup.image * size if program.has_images(match[1]) else 0)
    change = change_of_loss(program, snapshot.params, snapshot.trace, np.array(setup.y), match[1], index, float(match[3]))
    return {part: np.array([change])}


@lru_cache(maxsize=128)
def links(program: Program) -> dict[str, list[LinkRecord]]:
    """Return the links of every symbol, as cell_links.js reads them."""

    def record(target: str, link: Link) -> LinkRecord:
        return LinkRecord(target=target, source=link.source, pattern=link.pattern, geometry=dict(link.geometry), places=link.places)

    return {target: [record(target, link) for link in target_links] for target, target_links in program.links.items()}


def formulas(program: Program, scale: str = "unit", optimizer: str = "gd") -> dict[str, str]:
    """Return each formula in MathML. Parameters and targets have the formula of the line that reads them."""
    mathml_of = {symbol: mathml(latex) for symbol, latex in program.formulas.items()}
    for layer, names in zip(program.network.layers, program.network.names, strict=True):
        mathml_of |= dict.fromkeys(map_records.layer_parameters(layer, names), mathml_of[names.output])
    return mathml_of | {"x": mathml(pixel_formula(scale)), "y": mathml_of["L"], "update": "\u2003".join(map(mathml, OPTIMIZERS[optimizer].formulas))}


@lru_cache(maxsize=128)
def stage_records(program: Program, optimizer: str = "gd") -> list[StageRecord]:
    """Return the stages of one update, in order."""
    *stages, update = [_stage(stage, program) for stage in program.network.stages]
    words = OPTIMIZERS[optimizer].words
    update |= {"title": message(f"stage.{words}.title"), "sentence": message(f"stage.{words}.sentence")}
    return [*stages, update]


def activation_curve(layer: Layer) -> np.ndarray:
    """Return z, the activation, its slope, and whether it is flat there (1) or not (0): (4, 321)."""
    z = np.linspace(-REACH, REACH, 321)
    calls = layer.calls(z.shape)
    values = {"x": z, "dy": np.ones_like(z)}
    values["y"] = calls["y"].make(values)
    slope = calls["dx"].make(values)
    flat = layer.saturated(values["y"])
    return np.stack([z, values["y"], slope, np.zeros_like(z) if flat is None else flat])


@lru_cache(maxsize=32)
def _drawn_curve(layer: Layer) -> np.ndarray:
    """Return a curve in the precision of a drawing."""
    return freeze(activation_curve(layer).astype(np.float32))


def _activations(network: Architecture) -> list[tuple[Layer, Names]]:
    """Return the element-wise layers."""
    return [
        (layer, names)
        for layer, names in zip(network.layers, network.names, strict=True)
        if isinstance(layer, Activation)
    ]


def _layer(layer: Layer, names: Names, program: Program) -> LayerRecord:
    name = message(f"layer.{layer.kind}.name")
    return LayerRecord(
        text=str(layer), kind=layer.kind, name=name, symbol=names.output, shape=program.shapes[names.output]
    )


def _stage(stage: Stage, program: Program) -> StageRecord:
    network = program.network
    if stage.layer is not None and stage != "v":
        name = message(f"layer.{network.layers[stage.layer].kind}.name")
    elif stage in ("x", "v", "update"):
        name = message(f"ui.stage.{stage}")
    else:
        name = message("ui.stage.loss")
    return StageRecord(
        symbol=stage.symbol, label=stage.label, phase=stage.phase, layer=stage.layer, name=name, plain=_plain(stage, program),
        title=message(f"{stage.words}.title_after_training") if _differs_in_eval_mode(stage, program) else stage.title,
        sentence=_sentence(stage, program), makes=stage.makes, inputs=stage.inputs,
    )  # fmt: skip


def _image_gradient_stage(program: Program) -> dict[str, StageRecord]:
    """Return the record of ∂x, which is shown with the last stage before the update."""
    layer, names = program.network.layers[0], program.network.names[0]
    reads = tuple(names.of(role) for role, _ in layer.links()["dx"])
    return {"dx": _stage(Stage("dx", "backward", layer.words("dx"), 0, inputs=reads), program)}


def _differs_in_eval_mode(stage: Stage, program: Program) -> bool:
    """Return whether a stage does something different in eval mode."""
    if stage.layer is None or program.run.training or not stage.words.endswith((".y", ".dx")):
        return False
    layer = program.network.layers[stage.layer]
    return bool(layer.roles_across_images or layer.draws(()))


def _sentence(stage: Stage, program: Program) -> Message:
    """Return the sentence of a stage. A filter over several channels also explains its kernels, and a bias its
    gradient."""
    if _differs_in_eval_mode(stage, program):
        return message(f"{stage.words}.after_training")
    if stage.layer is None or stage.words not in ("layer.conv.y", "layer.conv.df"):
        return stage.sentence
    source, sentence = stage.inputs[0], stage.sentence
    channels = program.shapes[source][0] if len(program.shapes[source]) == 3 else 1
    if stage.words == "layer.conv.y" and channels > 1:
        sentence = message("layer.conv.y.several", n=channels, source=label(source))
    has_bias = "b" in program.network.layers[stage.layer].parameter_letters
    return message("words.sentences", first=sentence, second=message(f"{stage.words}.bias")) if has_bias else sentence


def _plain(stage: Stage, program: Program) -> Message:
    if stage == "update":
        return message("ui.plain.update")
    if stage.phase == "backward":
        return message("ui.plain.gradient_of", of=label(stage.symbol[1:]))
    return map_records.plain_name(stage.symbol, program)


# ---- columns


@lru_cache(maxsize=128)
def columns(program: Program) -> list[ColumnRecord]:
    """Return the overview from left to right. A block ends at a pool, and the classifier begins at the first row."""
    network = program.network
    input_block = message("ui.overview.input")
    title = message("ui.overview.rgb") if program.shapes["x"][0] == 3 else ""
    columns = [ColumnRecord(title=title, block=input_block, kind="maps", values=["x"], gradients=["dx"])]
    number, open_block, in_rows = 0, False, False
    for layer, names in zip(network.layers, network.names, strict=True):
        in_rows = in_rows or len(program.shapes[names.output]) == 1
        if not in_rows and not open_block:
            number, open_block = number + 1, True
        block = _classifier(network) if in_rows else message("ui.overview.block", n=number)
        columns += _layer_columns(layer, names, program, block)
        open_block = open_block and layer.letter != "p"
    kind: ColumnKind = "cells" if program.shapes["o"][0] <= MOST_CELLS else "strip"
    block = _classifier(network)
    columns.append(ColumnRecord(title="", block=block, kind=kind, values=["y"], gradients=[]))
    columns.append(ColumnRecord(title="", block=block, kind="loss", values=["L"], gradients=[]))
    return columns


_PARAMETER_KINDS: dict[int, ColumnKind] = {4: "filters", 2: "weights", 1: "cells"}
"""Kind of a parameter's column in the overview, by its number of axes."""


def _layer_columns(layer: Layer, names: Names, program: Program, block: Message) -> list[ColumnRecord]:
    columns = []
    if names.flattens:
        columns.append(ColumnRecord(title="", block=block, kind="strip", values=["v"], gradients=[]))
    shape = program.shapes[names.output]
    parameters = map_records.layer_parameters(layer, names)
    is_short = len(shape) == 1 and shape[0] <= MOST_CELLS  # a short bias is drawn beside the sums that it is added to
    rows = all(len(program.shapes[name]) == 1 for name in parameters)  # γ and β
    for group in [[name] for name in parameters] if is_short or rows else [parameters]:
        shape_of = program.shapes[group[0]]
        kind = "strip" if rows and shape_of[0] > MOST_CELLS else _PARAMETER_KINDS[len(shape_of)]
        columns.append(ColumnRecord(title="", block=block, kind=kind, values=group, gradients=[f"d{name}" for name in group]))
    if len(shape) == 3:
        kind = "maps"
    elif names.output == "o" and shape[0] > MOST_CELLS:
        kind = "classes"
    else:
        kind = "cells" if shape[0] <= MOST_CELLS else "strip"
    title = message(f"layer.{layer.kind}.short")
    merged = program.network.merged
    last_names = program.network.names[-1]
    gradient = f"d{last_names.input}" if kind == "classes" and merged else f"d{names.output}"
    merged_above = merged and program.shapes["o"][0] > MOST_CELLS and names.output == last_names.input
    gradients = [] if merged_above or (names.output == "o" and merged and kind != "classes") else [gradient]
    return [*columns, ColumnRecord(title=title, block=block, kind=kind, values=[names.output], gradients=gradients)]


def _classifier(network: Architecture) -> Message:
    in_rows = False
    parts: list[Message] = []
    for layer in network.layers:
        in_rows = in_rows or layer.output_kind == "row"
        if in_rows:
            short_name = message(f"layer.{layer.kind}.short")
            parts.append(
                message("ui.overview.layer", short=short_name, n=layer.shape((0,))[0]) if layer.kind == "dense" else short_name
            )
    return message("ui.overview.classifier", layers=parts)
