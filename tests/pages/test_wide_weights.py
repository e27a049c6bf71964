"""How much of a moment travels, and that what is asked for exactly is the core's."""

import numpy as np
import pytest

from cnnviz.core.setup.presets import PRESETS
from cnnviz.core.training.loss_change import change_of_loss
from cnnviz.pages.address import resolve
from cnnviz.pages.encoding import decode
from cnnviz.pages.quantized_weights import quantize
from cnnviz.pages.resource import canonical_query, compute_resource, page_of

STEP = page_of("step")


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_a_moment_of_any_course_is_small(preset):
    body = compute_resource(STEP, canonical_query(STEP, preset.query | {"k": "1"})).body
    most = {"seed": 75_000, "explainer": 450_000, "lenet": 400_000, "pytorch": 600_000}  # of the first two in float64, with all that follows: 85 and 525 kB
    assert len(body) < most.get(preset.name, 1_300_000)


@pytest.mark.parametrize(("name", "more"), [("tinygrad", {}), ("scratch", {}), ("scratch", {"img": "digit7-3,digit2-1"})])
def test_what_the_stages_are_about_first_comes_along_and_is_the_same_as_the_part(name, more):
    query = next(preset.query for preset in PRESETS if preset.name == name) | {"k": "2"} | more
    snapshot = resolve(query, several_images=True).snapshot
    _, sent = decode(compute_resource(STEP, canonical_query(STEP, query)).plain)
    wide = {"tinygrad": ["f2", "f3", "f4"], "scratch": ["w2"]}[name]
    shaded = [*wide, *([f"d{each}" for each in wide] if name == "tinygrad" or more else [])]
    assert {each for each in sent if sent[each].dtype == np.int8 and not each.startswith("strip.")} == set(shaded)
    for each in shaded:
        array = snapshot.params[each] if each in snapshot.params else snapshot.gradients[each]
        assert np.flatnonzero(np.abs(sent[each].ravel()) == 127).tolist() == [np.abs(array).argmax()]
    lines = {key.partition("/")[0] for key in sent if "/" in key}
    assert {line.partition(":")[0] for line in lines} == set(wide)
    for line in lines:
        _, part = decode(compute_resource(STEP, canonical_query(STEP, query | {"exact": line})).plain)
        assert {f"{line}/{each}" for each in part} == {key for key in sent if key.startswith(f"{line}/")}
        for each, array in part.items():
            np.testing.assert_array_equal(sent[f"{line}/{each}"], array)


@pytest.mark.parametrize("of", ["w2:,57", "w2:4319,"])
def test_a_part_is_the_core_s_bit_for_bit(of):
    query = next(preset.query for preset in PRESETS if preset.name == "scratch") | {"k": "2"}
    snapshot = resolve(query).snapshot
    header, result = decode(compute_resource(STEP, canonical_query(STEP, query | {"exact": of})).plain)
    place = (slice(None), 57) if of == "w2:,57" else 4319
    assert header == {"of": of}
    np.testing.assert_array_equal(result["w2"], snapshot.params["w2"][place])
    np.testing.assert_array_equal(result["w2_next"], snapshot.after["w2"][place])


@pytest.mark.parametrize("of", ["f2:3,", "f4:,7", "start.f3"])
def test_a_filter_s_step_comes_with_its_parts_and_what_it_was_at_first(of):
    query = next(preset.query for preset in PRESETS if preset.name == "tinygrad") | {"k": "2"}
    now = resolve(query)
    snapshot, name = now.snapshot, of.partition(":")[0]
    _, result = decode(compute_resource(STEP, canonical_query(STEP, query | {"exact": of})).plain)
    if name == "start.f3":
        np.testing.assert_array_equal(result[name], now.setup.first_params(snapshot.trace.x.shape)["f3"])
        return
    place = 3 if of == "f2:3," else (slice(None), 7)
    parts = now.setup.optimizer.parts(name, snapshot.state, snapshot.state_after)
    expected = {f"{part}.{name}": array for part, array in parts.items()}
    expected |= {name: snapshot.params[name], f"{name}_next": snapshot.after[name], f"d{name}": snapshot.gradients[f"d{name}"]}
    assert result.keys() == expected.keys() and len(parts) == 2
    for each, array in expected.items():
        np.testing.assert_array_equal(result[each], array[place], err_msg=each)


@pytest.mark.parametrize("of", ["w2:,100", "w2:4320,", "w9:1,", "w2", "x:1,", "w2:1,1", "lr", "w2:,٣"])
def test_a_part_that_is_not_there_is_empty(of):
    query = next(preset.query for preset in PRESETS if preset.name == "scratch")
    assert not decode(compute_resource(STEP, canonical_query(STEP, query | {"exact": of})).plain)[1]


@pytest.mark.parametrize("of", ["raised.z1:57:0.1", "raised.f:4:0.01", "raised.w:1799:0.001", "raised.x:0:0.1"])
def test_what_a_raised_number_does_is_asked_for_by_its_entry(of):
    now = resolve({"k": "2"})
    symbol, at, by = of.removeprefix("raised.").split(":")
    program = now.setup.network.program(now.snapshot.trace.x.shape)
    change = change_of_loss(program, now.snapshot.params, now.snapshot.trace, np.array(now.setup.y), symbol, int(at), float(by))
    header, result = decode(compute_resource(STEP, canonical_query(STEP, {"k": "2", "exact": of})).plain)
    assert header == {"of": of} and {name: array.tolist() for name, array in result.items()} == {of: [change]}


@pytest.mark.parametrize("of", ["raised.z1:900:0.1", "raised.q:0:0.1", "raised.L:0:0.1", "raised.z1:0:5", "raised.z1:0:0.10", "raised.z1:-1:0.1"])
def test_what_cannot_be_raised_is_empty(of):
    assert not decode(compute_resource(STEP, canonical_query(STEP, {"exact": of})).plain)[1]


def test_what_a_velocity_is_made_of_is_asked_for_by_its_entry():
    query = {"opt": "momentum", "k": "3"}
    _, result = decode(compute_resource(STEP, canonical_query(STEP, query | {"exact": "past.w:57"})).plain)
    snapshot = resolve(query).snapshot
    assert list(result) == ["past.w:57"]
    assert result["past.w:57"][-1, 0] == snapshot.gradients["dw"].flat[57]
    for other, of in ((query, "past.w:1800"), (query, "past.q:1"), ({"k": "3"}, "past.w:57"), ({"opt": "adam"}, "past.w:57")):
        assert not decode(compute_resource(STEP, canonical_query(STEP, other | {"exact": of})).plain)[1]


def test_numbers_next_to_nothing_have_their_colours_too():
    assert quantize(np.array([[1e-310, -2e-310, 0.0]])).tolist() == [[64, -127, 0]]
