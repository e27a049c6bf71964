"""Backward passes with slips in them, drawn by seeds: what was made wrong, and whether the diagnosis names it.

    python -m tests.core.slip_draws --cases 400 --seed 1
"""

from __future__ import annotations

import argparse
from collections import Counter
from dataclasses import dataclass

import numpy as np

from cnnviz.core.comparison.case import Case
from cnnviz.core.comparison.diagnosis import diagnose
from cnnviz.core.comparison.precision import DOUBLE
from cnnviz.core.comparison.stage_verdicts import by_stage
from cnnviz.core.lesson import Lesson
from cnnviz.core.network import Network
from cnnviz.core.optimizers import gd
from cnnviz.core.overrides import chained
from cnnviz.core.presets import PRESETS
from tests.core.networks import OTHERS


@dataclass(frozen=True)
class Slip:
    """What is done to a line's result, `made`(right, values, line, layer), where it `fits`, and by which names it may be called."""

    name: str
    called: tuple[str, ...]
    fits: object
    made: object


def _sigma(z):
    return 1 / (1 + np.exp(-z))


def _y(values, line):
    return values[line.sources[1]]


def _places(a, row=True, column=True):
    a = np.array(a)
    if row:
        a[..., -1, :] = 0
    if column:
        a[..., :, -1] = 0
    return a


def _short_source(right, values, line, layer):
    return line.make({**values, line.sources[1 if line.role == "df" else 0]: _places(values[line.sources[1 if line.role == "df" else 0]])})


def _window_gradient(right, values, line, layer):
    return line.make({**values, line.sources[0]: _places(values[line.sources[0]], column=False)})


def _is_square(line, layer):
    return line.layer is None and line.role == "" and line.settings["shape"][-1] == line.settings["shape"][-2]


def _is(*kinds, role="dx"):
    return lambda line, layer: layer is not None and layer.kind in kinds and line.role == role


SLIPS = (
    Slip("σ′ of a", ("slope_of_a",), _is("sigmoid"), lambda right, v, line, layer: v[line.sources[0]] * _sigma(_y(v, line)) * (1 - _sigma(_y(v, line)))),
    Slip("tanh′ of a", ("slope_of_a",), _is("tanh"), lambda right, v, line, layer: v[line.sources[0]] * (1 - np.tanh(_y(v, line)) ** 2)),
    Slip("σ′ twice", ("slope_twice",), _is("sigmoid"), lambda right, v, line, layer: right * _y(v, line) * (1 - _y(v, line))),
    Slip("tanh′ twice", ("slope_twice",), _is("tanh"), lambda right, v, line, layer: right * (1 - _y(v, line) ** 2)),
    Slip(
        "slope left out", ("hidden_slope_forgotten", "output_sigmoid_forgotten"), _is("sigmoid", "tanh", "relu"),
        lambda right, v, line, layer: v[line.sources[0]],
    ),
    Slip("σ′ quotient", ("product_divided",), _is("sigmoid"), lambda right, v, line, layer: v[line.sources[0]] / (_y(v, line) * (1 - _y(v, line)))),
    Slip("σ′ after the loss", ("slope_after_merged",), lambda line, layer: line.role == "dz", lambda right, v, line, layer: right * v["o"] * (1 - v["o"])),
    Slip("minus", ("sign_flipped", "minus"), lambda line, layer: line.role in ("do", "dz", "dw", "df"), lambda right, v, line, layer: -right),
    Slip("bias over all", ("bias_axis",), _is("conv", "dense", role="db"), lambda right, v, line, layer: np.full_like(right, v[line.sources[0]].sum())),
    Slip("bias last place", ("bias_not_summed",), _is("conv", role="db"), lambda right, v, line, layer: v[line.sources[0]][:, -1, -1].copy()),
    Slip("bias mean", ("places", "two"), _is("conv", role="db"), lambda right, v, line, layer: v[line.sources[0]].mean(axis=(1, 2))),
    Slip("kernel mean", ("places", "two"), _is("conv", role="df"), lambda right, v, line, layer: right / np.prod(v[line.sources[1]].shape[1:])),
    Slip("kernel loop short", ("loop_stops_early", "last_row_and_column"), _is("conv", role="df"), _short_source),
    Slip("image loop short", ("loop_stops_early", "last_row_and_column"), _is("conv"), _short_source),
    Slip("pool loop short", ("last_row",), _is("max", "avg"), _window_gradient),
    Slip("flip", ("kernel_gradient_flipped", "half_turn"), _is("conv", role="df"), lambda right, v, line, layer: right[..., ::-1, ::-1]),
    Slip("kernel transposed", ("transposed",), _is("conv", role="df"), lambda right, v, line, layer: right.swapaxes(-1, -2)),
    Slip("map transposed", ("transposed", "columns_first"), _is_square, lambda right, v, line, layer: right.swapaxes(-1, -2)),
    Slip("average as a sum", ("pool_mean_forgotten",), _is("avg"), lambda right, v, line, layer: right * layer.k**2),
    Slip("global average as a sum", ("pool_mean_forgotten",), _is("gap"), lambda right, v, line, layer: right * np.prod(right.shape[-2:])),
    Slip("average divided for multiplied", ("window",), _is("avg"), lambda right, v, line, layer: right / layer.k**2),
    Slip("relu open at 0", ("relu_open_at_zero",), _is("relu"), lambda right, v, line, layer: v[line.sources[0]] * (_y(v, line) >= 0)),
    Slip("gate of the gradient", ("relu_gate_of_gradient",), _is("relu"), lambda right, v, line, layer: np.maximum(v[line.sources[0]], 0)),
    Slip("half", ("two", "outputs", "mean_forgotten"), lambda line, layer: line.role in ("do", "dz"), lambda right, v, line, layer: right / 2),
    Slip("dense quotient", ("product_divided",), _is("dense", role="dw"), lambda right, v, line, layer: v[line.sources[0]][:, None] / v[line.sources[1]][None]),
)


def case_of(rng: np.random.Generator) -> Case:
    """A pass of a course's network or of another one, on numbers drawn from a normal distribution."""
    networks = [(preset.net, Lesson.from_query(preset.query)[0].x_shape) for preset in PRESETS] + [(one.text, one.x_shape) for one in OTHERS]
    text, shape = networks[rng.integers(len(networks))]
    network, x = Network.parse(text), rng.random(shape) if rng.random() < 0.5 else rng.normal(size=shape)
    params = network.init(x.shape, str(rng.choice(["normal", "he"])), int(rng.integers(1000)))
    params = params.replace(**{name: rng.normal(size=params[name].shape) / 4 for name in params if name[0] == "b"})
    trace = network.forward(params, x)
    n = trace.o.size
    return Case(network.program(x.shape), params, trace, np.eye(n)[rng.integers(n)], gd(0.1))


def passed(case: Case, overrides=None) -> dict[str, np.ndarray]:
    """All gradients of a pass."""
    with np.errstate(all="ignore"):
        return dict(case.program.backward(case.params, case.trace, case.y, overrides))


def drawn(rng: np.random.Generator, count: int):
    """A case, `count` slips in different stages, each with its line, and the gradients that they lead to."""
    while True:
        case = case_of(rng)
        program = case.program
        layers = {line.target: None if line.layer is None else program.network.layers[line.layer] for line in program.backward_lines}
        possible = [(slip, line) for line in program.backward_lines for slip in SLIPS if slip.fits(line, layers[line.target])]
        rng.shuffle(possible)
        chosen, stages, exact = [], set(), passed(case)
        for slip, line in possible:
            stage = next(iter(by_stage(program.network, {line.target: "wrong"})))
            alone = passed(case, chained([_change(slip, line, layers[line.target])]))
            if stage in stages or np.allclose(alone[line.target], exact[line.target], rtol=1e-4, atol=0) or not np.isfinite(alone[line.target]).all():
                continue
            chosen.append((slip, line, stage))
            stages.add(stage)
            if len(chosen) == count:
                theirs = passed(case, chained([_change(slip, line, layers[line.target]) for slip, line, _ in chosen]))
                if any(np.allclose(theirs[line.target], exact[line.target], rtol=1e-4, atol=0) for _, line, _ in chosen):
                    break  # two that undo each other leave a right array
                return case, chosen, theirs


def _change(slip, line, layer):
    return line.target, lambda values, right: slip.made(right(), values, line, layer)


def names_of(match) -> set[str]:
    """All that a slip is called by."""
    slip = match.slip
    return {name for name in (slip.placed.mistake.name if slip.placed else "", slip.turn.name if slip.turn else "", slip.factor.name.removesuffix("_squared")) if name}


def judged(rng: np.random.Generator, count: int, precision=DOUBLE, dtype=None, hide: float = 0.0):
    """Whether the first stage is right, and for each slip whether it is named; with a line that says what was drawn."""
    case, chosen, theirs = drawn(rng, count)
    if dtype:
        theirs = {name: array.astype(dtype) for name, array in theirs.items()}
    found = diagnose(case, theirs, precision)
    order = [str(stage) for stage in case.program.network.stages]
    first = min((stage for _, _, stage in chosen), key=lambda stage: order.index(stage) if stage in order else len(order))
    named = []
    for slip, _line, stage in chosen:
        exact = [match for match in found.matches.get(stage, ()) if match.exact]
        named.append(bool(exact) and any(names_of(match) & set(slip.called) for match in exact))
    what = "; ".join(f"{slip.name} at {line.target}" for slip, line, _ in chosen)
    best = {stage: str(matches[0].slip.title) if matches else "–" for stage, matches in found.matches.items()}
    return found.first == first, named, f"{case.program.network}: {what} -> {found.first} {best}"


def main(argv: list[str] | None = None) -> None:
    """Draws many and says how many are named."""
    options = argparse.ArgumentParser()
    options.add_argument("--cases", type=int, default=400)
    options.add_argument("--seed", type=int, default=0)
    asked = options.parse_args(argv)
    counts: Counter[str] = Counter()
    for n in range(asked.cases):
        first, named, what = judged(np.random.default_rng([asked.seed, n]), 2 if n % 4 == 0 else 1)
        counts.update(cases=1, first=first, slips=len(named), named=sum(named), all_named=all(named))
        if not (first and all(named)):
            print(n, first, named, what, flush=True)
    print(dict(counts))


if __name__ == "__main__":
    main()
