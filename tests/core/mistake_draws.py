"""Backward passes with mistakes in them, drawn by seeds: what was made wrong, and whether the diagnosis names it.

    python -m tests.core.mistake_draws --cases 400 --seed 1
    python -m tests.core.mistake_draws --cases 400 --seed 1 --mixing       of several images, with normalisations, dropout and leaky ReLU
"""

import argparse
from collections import Counter
from dataclasses import dataclass, replace

import numpy as np

from cnnviz.core.diagnosis.diagnosis import diagnose
from cnnviz.core.diagnosis.precision import DOUBLE
from cnnviz.core.diagnosis.reference_pass import ReferencePass
from cnnviz.core.diagnosis.stage_verdicts import WRONG, by_stage
from cnnviz.core.network.line_overrides import chain_overrides
from cnnviz.core.network.network import Network
from cnnviz.core.network.optimizers import gd
from cnnviz.core.network.sliding import pad_widths
from cnnviz.core.setup.presets import PRESETS
from cnnviz.core.setup.setup import Setup
from tests.core.gradcheck_draws import network_of
from tests.core.networks import OTHERS


@dataclass(frozen=True)
class Mistake:
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


def _over_images(a, own):
    """The sum of what images give, where there are several: `own` axes are one image's."""
    return a.reshape(-1, *a.shape[a.ndim - own :]).sum(axis=0)


def _paths(*kept):
    """The paths of a batch normalisation that are kept, of three."""

    def made(right, values, line, layer):
        dy, g, hat, var = (values[source] for source in line.sources)
        axes = line.settings["axes"]
        dhat, sigma = dy * np.expand_dims(g, axes), np.sqrt(np.expand_dims(var, axes) + 1e-5)
        paths = dhat / sigma, -dhat.mean(axis=axes, keepdims=True) / sigma, -hat * (dhat * hat).mean(axis=axes, keepdims=True) / sigma
        return sum(paths[n] for n in kept)

    return made


def _with_ones(place):
    """The line with ones in place of one of its sources."""
    return lambda right, v, line, layer: line.make({**v, line.sources[place]: np.ones_like(v[line.sources[place]])})


def _of_images(*roles):
    return lambda line, layer: line.role in roles


def _is_square(line, layer):
    return line.layer is None and line.role == "" and line.settings["shape"][-1] == line.settings["shape"][-2]


def _is(*kinds, role="dx"):
    return lambda line, layer: layer is not None and layer.kind in kinds and line.role == role


def _sigmas(values, line, power):
    """σ of each number's channel or group to a power, as maps or rows."""
    x, var = values[line.sources[0]], values[line.sources[3]]
    if "groups" not in line.settings:
        return np.sqrt(np.expand_dims(var, line.settings["axes"]) + 1e-5) ** power
    lead, channels = x.shape[: x.ndim - line.settings["image_axes"]], x.shape[x.ndim - line.settings["image_axes"]]
    each = np.repeat(np.sqrt(var + 1e-5), channels // line.settings["groups"], axis=-1)
    return each.reshape(*lead, channels, *[1] * (line.settings["image_axes"] - 1)) ** power


def _off(rows, columns, wrap=False):
    """A kernel's gradient from windows that are some rows and columns off, one weight at a time; of the first layer alone."""

    def made(right, values, line, layer):
        m, c, k, _ = right.shape
        x, dz = values["x"].reshape(-1, c, *values["x"].shape[-2:]), values[line.sources[1]]
        dz = dz.reshape(-1, m, *dz.shape[-2:])
        wide = np.pad(x, [(0, 0), (0, 0), *[pad_widths(layer.dilation * (k - 1) + 1, layer.padding)] * 2])
        wide = np.pad(wide, [(0, 0), (0, 0), (1, 1), (1, 1)], mode="wrap" if wrap else "constant")
        result = np.zeros_like(right)
        for u, v in np.ndindex(k, k):
            result[:, :, u, v] = np.einsum("nmij,ncij->mc", dz, wide[_under(layer, dz, u, v, rows, columns)])
        return result

    return made


def _handed_off(rows, columns):
    """An image's gradient whose shares are handed back some rows and columns off."""

    def made(right, values, line, layer):
        dz, f = values[line.sources[0]], values[line.sources[1]]
        m, c, k, _ = f.shape
        dz, (height, width) = dz.reshape(-1, m, *dz.shape[-2:]), right.shape[-2:]
        before, after = pad_widths(layer.dilation * (k - 1) + 1, layer.padding)
        wide = np.zeros((len(dz), c, height + before + after + 2, width + before + after + 2))
        for u, v in np.ndindex(k, k):
            wide[_under(layer, dz, u, v, rows, columns)] += np.einsum("nmij,mc->ncij", dz, f[:, :, u, v])
        inner = wide[..., 1 : -1, 1 : -1]
        return inner[..., before : before + height, before : before + width].reshape(right.shape)

    return made


def _under(layer, dz, u, v, rows, columns):
    """The pixels under a weight at all places, in an image with one more around it."""
    starts = 1 + rows + layer.dilation * u, 1 + columns + layer.dilation * v
    return (..., *(slice(start, start + layer.stride * (n - 1) + 1, layer.stride) for start, n in zip(starts, dz.shape[-2:], strict=True)))


def _places_off(right, values, line, layer):
    """A kernel's gradient from the windows one place further down, without the last row of places."""
    windows, dz = values[line.sources[0]], values[line.sources[1]]
    below = np.zeros((*windows.shape[:-1], *dz.shape[-2:]))
    below[..., :-1, :] = windows.reshape(below.shape)[..., 1:, :]
    return line.make({**values, line.sources[0]: below.reshape(windows.shape)})


def _reshaped_kernels(right, values, line, layer):
    f = values[line.sources[1]]
    m, c, k, _ = f.shape
    return line.make({**values, line.sources[1]: f.reshape(c, m, k, k).transpose(1, 0, 2, 3)})


def _source(line):
    """The gradient that a parameter's line reads."""
    return line.sources[1] if line.role in ("dw", "df") else line.sources[0]


def _is_behind_a_slope(line, layer):
    return layer is not None and line.role in ("dw", "df") and _source(line)[:2] == "dz"


def _instead(name):
    """A parameter's line that reads another array of the same shape, by the layer's number."""

    def made(right, values, line, layer):
        other = values.get(name.format(_source(line)[2:]))
        return right if other is None or other.shape != values[_source(line)].shape else line.make({**values, _source(line): other})

    return made


def _of_loss(line, layer):
    return "y" in line.sources and "." not in line.target  # of one image


SINGLE_MISTAKES = (
    Mistake("σ′ of a", ("slope_of_a",), _is("sigmoid"), lambda right, v, line, layer: v[line.sources[0]] * _sigma(_y(v, line)) * (1 - _sigma(_y(v, line)))),
    Mistake("tanh′ of a", ("slope_of_a",), _is("tanh"), lambda right, v, line, layer: v[line.sources[0]] * (1 - np.tanh(_y(v, line)) ** 2)),
    Mistake("σ′ twice", ("slope_twice",), _is("sigmoid"), lambda right, v, line, layer: right * _y(v, line) * (1 - _y(v, line))),
    Mistake("tanh′ twice", ("slope_twice",), _is("tanh"), lambda right, v, line, layer: right * (1 - _y(v, line) ** 2)),
    Mistake("one factor of σ′", ("slope_factor_forgotten",), _is("sigmoid"), lambda right, v, line, layer: v[line.sources[0]] * _y(v, line)),
    Mistake("the other factor of σ′", ("slope_one_minus_alone",), _is("sigmoid"), lambda right, v, line, layer: v[line.sources[0]] * (1 - _y(v, line))),
    Mistake("one factor of tanh′", ("slope_factor_forgotten",), _is("tanh"), lambda right, v, line, layer: v[line.sources[0]] * (1 - _y(v, line))),
    Mistake(
        "slope left out", ("hidden_slope_forgotten", "output_sigmoid_forgotten"), _is("sigmoid", "tanh", "relu"),
        lambda right, v, line, layer: v[line.sources[0]],
    ),
    Mistake("tanh′ for σ′", ("slope_of_tanh",), _is("sigmoid"), lambda right, v, line, layer: v[line.sources[0]] * (1 - _y(v, line) ** 2)),
    Mistake("σ′ for tanh′", ("slope_of_sigmoid",), _is("tanh"), lambda right, v, line, layer: v[line.sources[0]] * _y(v, line) * (1 - _y(v, line))),
    Mistake("σ′ quotient", ("product_divided",), _is("sigmoid"), lambda right, v, line, layer: v[line.sources[0]] / (_y(v, line) * (1 - _y(v, line)))),
    Mistake("σ′ after the loss", ("slope_after_merged",), lambda line, layer: line.role == "dz", lambda right, v, line, layer: right * v["o"] * (1 - v["o"])),
    Mistake("minus", ("sign_flipped", "minus"), lambda line, layer: line.role in ("do", "dz", "dw", "df"), lambda right, v, line, layer: -right),
    Mistake("bias over all", ("bias_axis", "zero"), _is("conv", "dense", role="db"), lambda right, v, line, layer: np.full_like(right, v[line.sources[0]].sum())),
    Mistake("bias last place", ("bias_not_summed",), _is("conv", role="db"), lambda right, v, line, layer: _over_images(v[line.sources[0]][..., -1, -1], 1)),
    Mistake("bias mean", ("places", "two", "bias_not_summed"), _is("conv", role="db"), lambda right, v, line, layer: _over_images(v[line.sources[0]].mean(axis=(-2, -1)), 1)),
    Mistake("kernel mean", ("places", "two", "images_divided_twice"), _is("conv", role="df"), lambda right, v, line, layer: right / np.prod(v[line.sources[1]].shape[-2:])),
    Mistake("kernel loop short", ("loop_stops_early", "last_row_and_column", "zero"), _is("conv", role="df"), _short_source),
    Mistake("image loop short", ("loop_stops_early", "last_row_and_column", "zero"), _is("conv"), _short_source),
    Mistake("pool loop short", ("last_row", "zero"), _is("max", "avg"), _window_gradient),
    Mistake("flip", ("kernel_gradient_flipped", "half_turn"), _is("conv", role="df"), lambda right, v, line, layer: right[..., ::-1, ::-1]),
    Mistake("kernel transposed", ("transposed",), _is("conv", role="df"), lambda right, v, line, layer: right.swapaxes(-1, -2)),
    Mistake("map transposed", ("transposed", "columns_first"), _is_square, lambda right, v, line, layer: right.swapaxes(-1, -2)),
    Mistake("average as a sum", ("pool_mean_forgotten",), _is("avg"), lambda right, v, line, layer: right * layer.k**2),
    Mistake("global average as a sum", ("pool_mean_forgotten",), _is("gap"), lambda right, v, line, layer: right * np.prod(right.shape[-2:])),
    Mistake("average divided for multiplied", ("window",), _is("avg"), lambda right, v, line, layer: right / layer.k**2),
    Mistake("relu open at 0", ("relu_open_at_zero",), _is("relu"), lambda right, v, line, layer: v[line.sources[0]] * (_y(v, line) >= 0)),
    Mistake("gate of the gradient", ("relu_gate_of_gradient",), _is("relu"), lambda right, v, line, layer: np.maximum(v[line.sources[0]], 0)),
    Mistake("half", ("two", "outputs", "mean_forgotten", "images"), lambda line, layer: line.role in ("do", "dz"), lambda right, v, line, layer: right / 2),
    Mistake(
        "dense quotient", ("product_divided",), _is("dense", role="dw"),
        lambda right, v, line, layer: _over_images(v[line.sources[0]][..., :, None] / v[line.sources[1]][..., None, :], 2),
    ),
    Mistake("leak left out", ("hidden_slope_forgotten", "output_sigmoid_forgotten"), _is("leaky"), lambda right, v, line, layer: v[line.sources[0]]),
    Mistake("mask left out", ("mask_forgotten",), _is("drop"), lambda right, v, line, layer: v[line.sources[0]]),
    Mistake("mask of 1", ("mask_not_scaled", "mask_forgotten"), _is("drop"), lambda right, v, line, layer: v[line.sources[0]] * (v[line.sources[1]] > 0)),
    Mistake("mean's path left out", ("mean_path_forgotten",), _is("bn"), _paths(0, 2)),
    Mistake("variance's path left out", ("variance_path_forgotten",), _is("bn"), _paths(0, 1)),
    Mistake("statistics constant", ("statistics_constant",), _is("bn"), _paths(0)),
    Mistake("gain left out", ("gain_forgotten",), _is("bn", "gn", "ln"), _with_ones(1)),
    Mistake(
        "images averaged", ("images_divided_twice", "images", "two"), _of_images("dw", "df", "db", "dg", "ds"),
        lambda right, v, line, layer: right / len(v["y"]) if v["y"].ndim > 1 else right,
    ),
    Mistake(
        "images summed", ("images_summed", "images", "two"), lambda line, layer: line.role in ("do", "dz"),
        lambda right, v, line, layer: right * len(v["y"]) if v["y"].ndim > 1 else right,
    ),
    Mistake("filters exchanged", ("filters_reordered",), _is("conv", role="df"), lambda right, v, line, layer: np.roll(right, 1, axis=0)),
    Mistake("channels exchanged", ("channels_reordered",), _is("conv", role="df"), lambda right, v, line, layer: np.roll(right, 1, axis=1)),
    *(
        Mistake(f"window off by {off}", ("window_shifted",), lambda line, layer: line.layer == 0 and line.role == "df", _off(*off))
        for off in ((1, 1), (-1, 0), (0, 1), (-1, -1), (1, 1, True), (0, -1, True))
    ),
    *(Mistake(f"handed back off by {off}", ("window_shifted", "cut_at_corner"), _is("conv"), _handed_off(*off)) for off in ((1, 1), (-1, 0), (-1, -1))),
    Mistake("window one place further", ("window_shifted", "shifted"), _is("conv", role="df"), _places_off),
    Mistake(
        "w reshaped", ("reshaped_for_transposed",), _is("dense"),
        lambda right, v, line, layer: v[line.sources[0]] @ v[line.sources[1]].reshape(v[line.sources[1]].shape[::-1]),
    ),
    Mistake("outer product reshaped", ("reshaped_for_transposed",), _is("dense", role="dw"), lambda right, v, line, layer: right.T.reshape(right.shape)),
    Mistake("kernels reshaped", ("reshaped_for_transposed",), _is("conv"), _reshaped_kernels),
    Mistake(
        "kernel gradient reshaped", ("reshaped_for_transposed",), _is("conv", role="df"),
        lambda right, v, line, layer: right.transpose(1, 0, 2, 3).reshape(right.shape),
    ),
    Mistake("1/σ²", ("sigma_squared",), _is("bn", "gn", "ln"), lambda right, v, line, layer: right * _sigmas(v, line, -1)),
    Mistake("1/σ left out", ("sigma_forgotten",), _is("bn", "gn", "ln"), lambda right, v, line, layer: right * _sigmas(v, line, 1)),
    Mistake(
        "γ from the output", ("gain_of_output",), _is("bn", "gn", "ln", role="dg"),
        lambda right, v, line, layer: line.make({**v, line.sources[1]: v[line.sources[0][1:]]}),
    ),
    Mistake("leaky's slope", ("leak_for_relu",), _is("relu"), lambda right, v, line, layer: v[line.sources[0]] * np.where(_y(v, line) > 0, 1, 0.01)),
    Mistake("a leak of 0.2", ("leak_for_relu",), _is("relu"), lambda right, v, line, layer: v[line.sources[0]] * np.where(_y(v, line) > 0, 1, 0.2)),
    Mistake("0.01 below 0", ("leak_for_relu",), _is("relu"), lambda right, v, line, layer: np.where(_y(v, line) <= 0, 0.01, v[line.sources[0]])),
    Mistake("ReLU's slope", ("relu_for_leak",), _is("leaky"), lambda right, v, line, layer: v[line.sources[0]] * (_y(v, line) > 0)),
    Mistake("∂a for ∂z", ("instead",), _is_behind_a_slope, _instead("da{}")),
    Mistake("z for ∂z", ("instead",), _is_behind_a_slope, _instead("z{}")),
    Mistake("another class", ("other_target",), _of_loss, lambda right, v, line, layer: line.make({**v, "y": np.roll(v["y"], 1, axis=-1)})),
    Mistake("the other answer", ("other_target",), _of_loss, lambda right, v, line, layer: line.make({**v, "y": 1 - v["y"]})),
)


def case_of(rng: np.random.Generator, mixing: bool = False) -> ReferencePass:
    """A pass of a course's network or of another one, on numbers drawn from a normal distribution; `mixing`: of several images mostly."""
    if mixing:
        text, shape = network_of(rng, mixing)
        shape = (*rng.choice([1, 2, 3, 5], size=int(rng.random() < 0.8)).tolist(), *shape)
    else:
        networks = [(preset.net, Setup.from_query(preset.query)[0].x_shape) for preset in PRESETS] + [(one.text, one.x_shape) for one in OTHERS]
        text, shape = networks[rng.integers(len(networks))]
    network = Network.parse(text)
    x = rng.random(shape) if rng.random() < 0.5 else rng.normal(size=shape)
    params = network.init(x.shape, str(rng.choice(["normal", "he"])), int(rng.integers(1000)))
    params = params.replace(**{name: (name[0] == "g") + rng.normal(size=params[name].shape) / 4 for name in params if name[0] in "bgs"})
    trace = network.forward(params, x, pass_inputs=network.masks(x.shape, int(rng.integers(1000)), 1))
    n = trace.o.shape[-1]
    return ReferencePass(network.program(x.shape), params, trace, np.eye(n)[rng.integers(n, size=trace.o.shape[:-1])], gd(0.1))


def passed(case: ReferencePass, overrides=None) -> dict[str, np.ndarray]:
    """All gradients of a pass."""
    with np.errstate(all="ignore"):
        return dict(case.program.backward(case.params, case.trace, case.y, overrides))


def drawn(rng: np.random.Generator, count: int, mixing: bool = False, of=SINGLE_MISTAKES):
    """A case, `count` mistakes of these in different stages, each with its line, and the gradients that they lead to."""
    while True:
        case = case_of(rng, mixing)
        program = case.program
        layers = {line.target: None if line.layer is None else program.network.layers[line.layer] for line in program.backward_lines}
        possible = [(mistake, line) for line in program.backward_lines for mistake in of if mistake.fits(line, layers[line.target])]
        rng.shuffle(possible)
        chosen, stages, exact, shaken = [], set(), passed(case), passed(_shaken(case, rng))
        least = {name: 1e3 * np.abs(array - shaken[name]).max() + 1e-13 * max(np.abs(one).max() for one in exact.values()) for name, array in exact.items()}
        for mistake, line in possible:
            stage = next(iter(by_stage(program.network, {line.target: "wrong"})))
            if stage in stages or not _shows(passed(case, _changes((mistake, line, layers[line.target]))), exact, line, least):
                continue
            chosen.append((mistake, line, layers[line.target]))
            stages.add(stage)
            if len(chosen) == count:
                theirs = passed(case, _changes(*chosen))
                # Two that undo each other leave a right array, and behind zeros nothing shows.
                without = [passed(case, _changes(*chosen[:n], *chosen[n + 1 :])) for n in range(count)]
                if all(_shows(theirs, beside, line, least) for n, (_, line, _) in enumerate(chosen) for beside in (exact, without[n])):
                    return case, [(mistake, line, next(iter(by_stage(program.network, {line.target: "wrong"})))) for mistake, line, _ in chosen], theirs
                break


def _shows(theirs, beside, line, least) -> bool:
    """Tells whether a line's array differs by more than round-off, of which alone it may be made: as of a bias in front of a normalisation."""
    target = line.target
    return np.isfinite(theirs[target]).all() and not np.allclose(theirs[target], beside[target], rtol=1e-4, atol=least[target])


def _shaken(case: ReferencePass, rng: np.random.Generator) -> ReferencePass:
    """The case with an image whose last digits are others."""
    x = case.trace.x * (1 + 1e-14 * rng.normal(size=case.trace.x.shape))
    return replace(case, trace=case.program.forward(case.params, x, pass_inputs=case.trace.kept))


def _changes(*chosen):
    """The overrides of some mistakes, each with its line and layer."""
    return chain_overrides([_change(*one) for one in chosen])


def _change(mistake, line, layer):
    return line.target, lambda values, right: mistake.made(right(), values, line, layer)


def names_of(match) -> set[str]:
    """All that a mistake is called by."""
    mistake = match.explanation
    other = "" if not mistake.instead else "other_target" if mistake.source == "y" else "instead"
    names = mistake.placed.mistake.name if mistake.placed else "", mistake.turn.name if mistake.turn else "", mistake.factor.name.removesuffix("_squared"), other
    return {name for name in names if name}


def judged(rng: np.random.Generator, count: int, precision=DOUBLE, dtype=None, mixing: bool = False, of=SINGLE_MISTAKES):
    """Whether the wrong stages are those of the mistakes, and for each mistake whether it is named; with a line that says what was drawn."""
    case, chosen, theirs = drawn(rng, count, mixing, of)
    if dtype:
        theirs = {name: array.astype(dtype) for name, array in theirs.items()}
    result = diagnose(case, theirs, precision)
    accused = {stage for stage, verdict in result.stages.items() if verdict == WRONG}
    named = []
    for mistake, _line, stage in chosen:
        exact = [match for match in result.matches.get(stage, ()) if match.exact]
        named.append(bool(exact) and any(names_of(match) & set(mistake.called) for match in exact))
    what = "; ".join(f"{mistake.name} at {line.target}" for mistake, line, _ in chosen)
    best = {stage: str(matches[0].explanation.title) if matches else "–" for stage, matches in result.matches.items()}
    return accused == {stage for _, _, stage in chosen}, named, f"{case.program.network}: {what} -> {result.first} {best}"


def main(argv: list[str] | None = None) -> None:
    """Draws many and says how many are named."""
    options = argparse.ArgumentParser()
    options.add_argument("--cases", type=int, default=400)
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--mistakes", type=int, default=2)
    options.add_argument("--mixing", action="store_true")
    asked = options.parse_args(argv)
    counts: Counter[str] = Counter()
    for n in range(asked.cases):
        stages, named, what = judged(np.random.default_rng([asked.seed, n]), asked.mistakes, mixing=asked.mixing)
        counts.update(cases=1, stages=stages, mistakes=len(named), named=sum(named), all_named=all(named))
        if not (stages and all(named)):
            print(n, stages, named, what, flush=True)
    print(dict(counts))


if __name__ == "__main__":
    main()
