"""A setup goes through an address and back; and any address, however odd, gives a setup."""

import collections
import copy
import dataclasses
import pickle
from collections.abc import Mapping
from urllib.parse import parse_qs, parse_qsl, urlencode

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz.core.network.network import WEIGHTS
from cnnviz.core.network.notebook_ops import PADDINGS
from cnnviz.core.notebook.notebook import DEVIATIONS
from cnnviz.core.setup.image_ids import CLASSES, DIGITS, PATTERNS
from cnnviz.core.setup.kernels import KERNELS
from cnnviz.core.setup.setup import (
    CHANNELS,
    MAX_NUMBER,
    MAX_PADDING,
    MAX_STRIDE,
    MAX_UPDATES,
    RULES,
    SCALES,
    Setup,
)
from cnnviz.core.training.snapshots import run_updates

KEYS = ["img", "ch", "scale", "f", "w", "seed", "y", "lr", "stride", "pad", "rule", "k", "stage"]
NUMBERS = st.floats(-MAX_NUMBER, MAX_NUMBER)
IMAGES = st.one_of(
    st.integers(0, 9_999).map("test-{}".format),
    st.integers(0, 49_999).map("train-{}".format),
    st.sampled_from(PATTERNS).map("pattern-{}".format),
    st.builds("{}-{}{}".format, st.sampled_from(CLASSES), st.sampled_from(["", "h"]), st.integers(0, 29)),
    st.builds("digit{}-{}{}".format, st.sampled_from(DIGITS), st.sampled_from(["", "h"]), st.integers(0, 49)),
    st.text("abcXYZ019_-", min_size=1).map("upload-{}".format),
)


@st.composite
def setups(draw) -> Setup:
    rule = draw(st.sampled_from(list(RULES)) | st.sets(st.sampled_from(DEVIATIONS), min_size=1).map(",".join))
    anywhere = rule == "exact"
    return Setup(
        img=draw(IMAGES),
        ch=draw(st.sampled_from(CHANNELS[:-1])),
        scale=draw(st.sampled_from(SCALES)),
        f=draw(st.sampled_from(list(KERNELS.values())) | st.tuples(*[NUMBERS] * 9)),
        w=draw(st.sampled_from(WEIGHTS)),
        seed=draw(st.integers(0, 999_999_999)),
        y=draw(st.tuples(NUMBERS, NUMBERS)),
        lr=draw(st.floats(0, MAX_NUMBER)),
        stride=draw(st.integers(1, MAX_STRIDE)) if anywhere else 1,
        pad=draw(st.sampled_from(PADDINGS) | st.integers(0, MAX_PADDING))
        if anywhere
        else draw(st.sampled_from(["valid", 0])),
        rule=rule,
        k=draw(st.integers(0, MAX_UPDATES)),
        stage=draw(st.sampled_from([str(stage) for stage in Setup().network.stages])),
    )


@settings(deadline=None, max_examples=150)
@given(setups())
def test_a_lesson_comes_back_unchanged_from_its_query(setup):
    query = setup.to_query()
    assert list(query) == KEYS
    assert all(type(text) is str and text for text in query.values())
    assert Setup.from_query(query) == (setup, [])
    assert Setup.from_query(query)[0].to_query() == query


@settings(deadline=None)
@given(setups())
def test_a_lesson_comes_back_unchanged_from_a_link_a_pickle_and_a_copy(setup):
    link = urlencode(setup.to_query())
    assert Setup.from_query(dict(parse_qsl(link))) == (setup, [])
    assert Setup.from_query(parse_qs(link)) == (setup, [])  # a list for each key
    for twin in (pickle.loads(pickle.dumps(setup)), copy.deepcopy(setup), dataclasses.replace(setup)):
        assert twin == setup and hash(twin) == hash(setup)


@settings(deadline=None)
@given(st.tuples(*[NUMBERS] * 9), st.floats(0, MAX_NUMBER))
def test_a_lesson_holds_the_numbers_it_was_made_with_to_the_last_bit(f, lr):
    assert (Setup(f=f, lr=lr).f, Setup(f=f, lr=lr).lr) == (f, lr)


def test_equal_lessons_have_one_address():
    assert Setup(f=(-0.0,) * 9, lr=-0.0).to_query() == Setup(f=(0,) * 9, lr=0).to_query()
    rules = ["one_pixel,short_loop", "short_loop one_pixel", "short_loop,one_pixel,short_loop"]
    assert len({Setup(rule=rule) for rule in rules}) == 1
    assert Setup(rule=",".join(RULES["procedural"])) == Setup(rule="procedural")


def test_the_default_lesson_is_what_an_empty_address_gives_and_comes_back_itself():
    assert Setup.from_query({}) == (Setup(), [])
    assert Setup.from_query(Setup().to_query()) == (Setup(), [])
    assert Setup(**dataclasses.asdict(Setup())) == Setup()


@settings(deadline=None)
@given(setups())
def test_the_start_depends_on_everything_but_the_cursor(setup):
    assert setup.start == dataclasses.replace(setup, k=7, stage="o").start
    assert setup.start == dataclasses.replace(setup, k=0, stage="x")
    other = dataclasses.replace(setup, seed=(setup.seed + 1) % 1000)
    assert other.start != setup.start


class Raising:
    """An object of which nothing can be asked, except by a test that says what it failed on."""

    def __str__(self):
        raise RuntimeError("no text")

    __eq__ = __bool__ = __iter__ = __len__ = __float__ = __str__
    __hash__ = object.__hash__

    def __repr__(self):
        return "Raising()"


class NotText:
    def __str__(self):
        return 5


class Broken(Mapping):
    """A mapping that raises wherever it is asked for something."""

    def __getitem__(self, key):
        raise OSError("gone")

    __iter__ = __len__ = __contains__ = __bool__ = __str__ = __getitem__


class HalfBroken(dict):
    def __getitem__(self, key):
        raise KeyError(key)


ODD = [Raising(), NotText(), Raising, object(), b"\xff", float("nan"), float("inf"), 1e308, -0.0, 1j]
ODD += ["", " ", "\x00", "\ud800", "١٢", "1e999", "0x10", "1_0", "+1", "01", "-1", "NaN", "9" * 10_000, "<script>"]
ODD += [[], (), [[]], [1, [2]], {}, set(), np.array(3), np.zeros((3, 3)), np.array(["a", None]), None, True, ...]
ODD += ["1,0", "[1, 0]", "1;;0", ",".join("1" * 9), "random-1", "upload-", "upload-" + "a" * 9000, "test-010000"]
ODD += ["fresh_weights,one_pixel", "procedural", "exact,procedural", "full", "9", "0"]
ANYTHING = st.recursive(
    st.sampled_from(ODD) | st.text() | st.integers() | st.floats() | st.binary() | st.none() | st.booleans(),
    lambda inner: st.lists(inner, max_size=9) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=12,
)
WORD = st.sampled_from(KEYS) | st.text(max_size=5)
QUERIES = st.dictionaries(WORD, ANYTHING | st.sampled_from([v for v in Setup().to_query().values()]), max_size=13)


def is_setup_with_sentences(setup, wrong) -> bool:
    """A setup that every page can show, and one plain sentence or more for each thing that was replaced."""
    assert type(setup) is Setup and Setup.from_query(setup.to_query()) == (setup, [])
    assert all(type(getattr(setup, name)) is type(getattr(Setup(), name)) for name in KEYS if name not in ("pad", "f"))
    assert all(map(np.isfinite, (*setup.y, setup.lr)))
    assert setup.stage in setup.network.stages and setup.k <= setup.most_updates
    assert len(setup.y) == len(setup.output_names) and (not setup.cell or setup.pinned_cell)
    for sentence in wrong:
        assert type(sentence) is str and sentence.endswith(".") and sentence[0].isupper()
        assert len(sentence) < 900 and sentence.isprintable(), sentence
        assert "Traceback" not in sentence
    return True


@settings(deadline=None, max_examples=250)
@given(QUERIES)
def test_any_dictionary_gives_a_lesson_and_sentences(query):
    setup, wrong = Setup.from_query(query)
    assert is_setup_with_sentences(setup, wrong)
    assert len(wrong) <= len(set(query) & set(KEYS)) + 1


@settings(deadline=None)
@given(ANYTHING)
def test_anything_that_is_no_dictionary_gives_a_lesson_and_a_sentence(query):
    setup, wrong = Setup.from_query(query)
    assert is_setup_with_sentences(setup, wrong)
    assert setup == Setup() or isinstance(query, Mapping)
    assert wrong or isinstance(query, Mapping)


@pytest.mark.parametrize("key", KEYS)
def test_an_odd_value_under_any_key_gives_a_lesson_and_at_most_one_sentence(key):
    for value in [*ODD, 10**5000]:  # Python itself refuses to print that many digits
        setup, wrong = Setup.from_query({key: value})
        assert is_setup_with_sentences(setup, wrong)
        assert len(wrong) <= 1
        if key == "y" and wrong and " for 2 outputs. Using " in wrong[0]:  # targets of the wrong length are cut or filled
            setup = dataclasses.replace(setup, y=None)
        assert not wrong or setup == Setup()


@pytest.mark.parametrize(
    "query", [Broken(), HalfBroken(k="3", lr="1"), collections.defaultdict(Raising, k="3"), Raising()]
)
def test_a_query_that_raises_when_it_is_read_gives_a_lesson_and_says_so(query):
    setup, wrong = Setup.from_query(query)
    assert is_setup_with_sentences(setup, wrong)
    assert wrong or setup == Setup(k=3)


@settings(deadline=None)
@given(QUERIES, setups())
def test_what_cannot_be_used_is_taken_from_the_lesson_on_the_screen(query, shown):
    setup, wrong = Setup.read(query, shown)
    assert is_setup_with_sentences(setup, wrong.values())
    for name in wrong.keys() - {"rule", ""}:
        assert getattr(setup, name) == getattr(shown, name) or (name == "y" and " outputs. Using " in wrong[name])


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"f": "1,2,nan,4,5,6,7,8,9"}, "Kernel: '1,2,nan,4,5,6,7,8,9' cannot be used: 'nan' is not a finite number."),
        ({"f": "1,2,3"}, "Kernel: '1,2,3' is not 9 numbers separated by commas."),
        ({"lr": "1e308"}, "Learning rate: '1e308' is too large (the limit is 1,000,000)."),
        ({"lr": "-1"}, "Learning rate: '-1' is negative: the loss would rise."),
        ({"k": "10001"}, "Update: '10001' is not an integer from 0 to 10000."),
        ({"stride": "0"}, "Stride: '0' is not an integer from 1 to 8."),
        ({"pad": "-1"}, "Padding: '-1' is not one of valid, same, full and is not an integer from 0 to 6."),
        ({"stage": "z3"}, "Stage: 'z3' is not one of x, z1, a1"),
        ({"img": "test-10000"}, "Image: 'test-10000' is not an image"),
        ({"rule": "sloppy"}, "Rule: 'sloppy' is neither one of exact, procedural, object-oriented"),
        ({"rule": "procedural", "stride": "2"}, "Rule: the notebook's loops need stride 1 and padding valid, not 2"),
        ({"ch": Raising()}, "Channel: 'a Raising' is not one of red, green, blue, gray, rgb."),
    ],
)
def test_a_sentence_says_what_was_wrong_and_what_is_used_instead(query, sentence):
    setup, wrong = Setup.from_query(query)
    assert len(wrong) == 1 and wrong[0].startswith(sentence), wrong
    assert "Using" in wrong[0] or "The rule is exact here" in wrong[0]
    assert is_setup_with_sentences(setup, wrong)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("lr", float("nan")),
        ("lr", -1),
        ("k", -1),
        ("k", 1.5),
        ("f", (1, 2)),
        ("stride", 0),
        ("pad", 99),
        ("stage", "?"),
    ],
)
def test_a_lesson_cannot_be_made_with_a_value_that_it_cannot_hold(field, value):
    with pytest.raises(ValueError, match="Setup: "):
        Setup(**{field: value})
    with pytest.raises(dataclasses.FrozenInstanceError):
        Setup().k = 3


def test_a_kernel_may_be_given_as_an_array():
    assert Setup(f=np.reshape(KERNELS["blur"], (3, 3))) == Setup(f=KERNELS["blur"])
    assert np.array_equal(Setup().kernel, np.reshape(KERNELS["sobel-x"], (3, 3)))


@settings(deadline=None, max_examples=30)
@given(setups(), st.integers(0, 2**32 - 1))
def test_every_lesson_can_be_computed_on_every_image_and_stays_finite(setup, seed):
    x = np.random.default_rng(seed).integers(0, 256, (32, 32)) / {"unit": 255, "raw": 1}[setup.scale]
    snapshot = run_updates(setup, x, 20)
    for part in (snapshot.params, snapshot.trace, snapshot.gradients, snapshot.after):
        assert all(np.isfinite(array).all() for array in vars(part).values() if isinstance(array, np.ndarray))
    assert np.isfinite(snapshot.losses).all() and np.isfinite(snapshot.gradients.dx).all()
