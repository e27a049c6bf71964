"""Ids of images: every one is read and written again, and any other text gets a sentence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.core.setup.image_ids import CLASSES, COUNTS, DIGITS, PATTERNS, SPLITS, ImageId, count, parse_image_id
from cnnviz.words import Problem


@st.composite
def ids(draw) -> ImageId:
    kind = draw(st.sampled_from(["cifar10", "sample", "digit", "pattern", "upload", "drawing"]))
    if kind == "pattern":
        return ImageId(kind, draw(st.sampled_from(PATTERNS)))
    if kind in ("upload", "drawing"):
        return ImageId(kind, draw(st.text("abcXYZ019_-", min_size=1)))
    name = draw(st.sampled_from({"cifar10": tuple(SPLITS), "sample": CLASSES, "digit": DIGITS}[kind]))
    held_out = name == "test" if kind == "cifar10" else draw(st.booleans())
    most = SPLITS[name] if kind == "cifar10" else COUNTS[kind][held_out]
    return ImageId(kind, name, draw(st.integers(0, most - 1) | st.just(most - 1)), held_out)


@given(ids())
def test_what_is_written_is_read_again(id):
    assert parse_image_id(str(id)) == id


@given(st.text() | st.from_regex(r"(test|train|cat|digit|digit7|pattern|upload)?-?h?\d*", fullmatch=True))
def test_other_text_gets_a_sentence_and_what_is_read_has_one_spelling(text):
    try:
        assert str(parse_image_id(text)) == text
    except Problem as problem:
        assert str(problem).endswith(".")
        assert problem.code in ("data.image.unknown", "data.image.no_number", "data.image.no_pattern", "data.upload.changed")


@given(ids().filter(lambda id: id.kind in ("cifar10", "sample", "digit")))
def test_the_number_after_the_last_is_refused_with_the_numbers_that_there_are(id):
    with pytest.raises(Problem) as caught:
        parse_image_id(str(ImageId(id.kind, id.name, count(id), id.held_out)))
    first, last = caught.value.values["first"], caught.value.values["last"]
    assert parse_image_id(first).number == 0 and parse_image_id(last).number == count(id) - 1


@pytest.mark.parametrize(
    "text", ["cat", "cat-", "cat-h", "cat-01", "cat-hh1", "CAT-1", "cat7-1", "digit-1", "digit10-1", "digit7-h", "unicorn-1", "cat-1 ", "cat-1\n", "digit٣-1"]
)  # fmt: skip
def test_near_misses_are_refused(text):
    with pytest.raises(Problem, match="Choose "):
        parse_image_id(text)


@pytest.mark.parametrize("text", ["upload-", "drawing-", "drawing-ü", "upload-a b", "upload-" + "a" * 6001, "upload-ü"])
def test_an_upload_that_no_upload_has_made_is_said_to_be_changed(text):
    with pytest.raises(Problem, match="Upload it again"):
        parse_image_id(text)
