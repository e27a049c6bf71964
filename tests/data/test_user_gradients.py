"""Files of gradients: what is read from them, and a sentence for whatever else they are."""

import io
import json
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz.core.network.network import DEFAULT, Network
from cnnviz.data.user_gradients import MOST_MEMBERS, max_bytes, read_gradients
from cnnviz.words import Problem

PROGRAM = Network.parse(DEFAULT).program((6, 6))
DZ1 = np.random.default_rng(0).normal(size=(4, 4))


def npz(**arrays):
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def member(content, name="dz1.npy"):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return file.getvalue()


def header(shape, dtype="<f8"):
    file = io.BytesIO()
    np.lib.format.write_array_header_1_0(file, {"descr": dtype, "fortran_order": False, "shape": shape})
    return file.getvalue()


@pytest.mark.parametrize("array", [DZ1, np.asfortranarray(DZ1), DZ1.astype(">f8"), DZ1.astype(np.float32), np.arange(16).reshape(4, 4)])
def test_the_numbers_come_out_as_they_were_saved(array):
    for data in (npz(dz1=array, x=np.zeros(5)), json.dumps({"dz1": array.tolist()}).encode(), json.dumps({"gradients": {"dz1": array.tolist()}}).encode()):
        own = read_gradients(data, PROGRAM)
        assert list(own.arrays) == ["dz1"] and own.arrays["dz1"].dtype == np.float64
        np.testing.assert_array_equal(own.arrays["dz1"], array)


def kinds(data):
    return [one.kind for one in read_gradients(data, PROGRAM).precisions.values()]


def test_single_precision_is_seen_even_when_it_was_saved_as_double_and_what_comes_after_it_is_no_more_exact():
    single = DZ1.astype(np.float32)
    assert kinds(npz(dz1=single, db=DZ1[0, :2])) == ["double", "single"] and kinds(npz(dz1=single, df=DZ1[:3, :3])) == ["single", "single"]
    assert kinds(npz(dz1=single.astype(float))) == kinds(json.dumps({"dz1": single.tolist()}).encode()) == ["single"]
    assert kinds(npz(dz1=DZ1)) == ["double"]
    assert kinds(npz(dz1=DZ1.astype(np.float16))) == kinds(npz(dz1=DZ1.astype(np.float16).astype(float))) == ["half"]


@pytest.mark.parametrize("digits", [4, 7, 8])
def test_printed_digits_are_seen(digits):
    for written in (f"{{:.{digits - 1}e}}", f"{{:.{digits}f}}"):
        (one,) = read_gradients(npz(dz1=np.vectorize(lambda number, written=written: float(written.format(number)))(DZ1)), PROGRAM).precisions.values()
        assert one.kind == "printed" and one.digits in (digits, digits + 1)


@pytest.mark.parametrize("seed", range(20))
def test_round_numbers_tell_no_precision_since_each_holds_them(seed):
    """Whole numbers, and halves and quarters of them, are judged as double precision; numbers that were rounded are seen to be, however small."""
    rng = np.random.default_rng(seed)
    whole, size = rng.integers(-255, 256, (4, 4)) * 2.0 ** rng.integers(-6, 12), 10.0 ** rng.uniform(-9, 4)
    assert kinds(npz(dz1=whole)) == kinds(npz(dz1=np.sign(whole))) == kinds(npz(dz1=np.round(DZ1))) == ["double"]
    assert kinds(npz(dz1=(size * DZ1).astype(np.float32).astype(float))) == ["single"]
    assert kinds(npz(dz1=(min(size, 1e-5) * DZ1).astype(np.float16).astype(float))) == ["half"] or size < 1e-7


def test_numbers_that_are_none_are_read_as_they_are():
    own = read_gradients(b'{"db": [NaN, Infinity]}', PROGRAM)
    assert np.isnan(own.arrays["db"][0]) and np.isinf(own.arrays["db"][1])


def test_what_looks_like_a_gradient_and_is_none_is_named():
    own = read_gradients(npz(dz1=DZ1, dz7=DZ1, z1=DZ1), PROGRAM)
    assert [str(note) for note in own.notes] == ["dz7: not in this network, ignored."]
    merged = Network.parse("dense2-softmax-ce").program((6, 6))
    (note,) = read_gradients(npz(do=np.zeros(2), dz1=np.zeros(2)), merged).notes
    assert str(note).startswith("do is ") and str(note).endswith("one step, dz1.")


@pytest.mark.parametrize(
    "data, sentence",
    [
        (b" \n", "The file is empty"),
        (b"hello", "neither .npz nor JSON"),
        (b"\x93NUMPY\x01\x00", "neither"),
        (b"[" * 100_000, "neither"),
        (b"[1, 2]", "The JSON has no names"),
        (b"PK\x03\x04 and no more", "damaged"),
        (b'{"dz1": [[1, 2], [3]]}', "dz1 is not an array of numbers"),
        (b'{"dz1": "secret"}', "dz1 is not an array of numbers"),
        (b'{"dz1": null}', "dz1 is not an array of numbers"),
        (b'{"dz1": [true]}', "dz1 is not an array of numbers"),
        (b'{"z1": [1.0]}', "has z1, but no gradients of this network: do, dz2, dw, db, dv, da1, dz1, df, dx"),
        (b"{}", "no gradients of this network"),
        (npz(a=DZ1), "has a, but no gradients of this network:"),
        (npz(arr_0=DZ1), "have no names"),
        (npz(dz1=np.array([{}, 1], dtype=object)), "a Python object"),
        (npz(dz1=DZ1 * 1j), "complex128; expected real"),
        (npz(dz1=np.array(["a"] * 16)), "expected real numbers"),
        (npz(dz1=np.zeros((3, 3))), r"dz1 has shape \(3, 3\); expected 16 numbers"),
        (member(b"no numpy"), "damaged"),
        (member(header((4, 4)) + b"\0" * 8), "damaged"),
        (member(header((10**9, 10**9))), "expected 16 numbers"),
        (npz(**{f"a{n}": 0 for n in range(MOST_MEMBERS // 10)}), "no gradients of this network"),
        (b" {" + b" " * 3_000_000, "larger than 1.01 MB"),
    ],
)
def test_whatever_it_is_there_is_a_sentence(data, sentence):
    with pytest.raises(Problem, match=sentence):
        read_gradients(data, PROGRAM)


def test_an_archive_that_would_swell_is_not_unpacked():
    swollen = member(header((4, 4)) + bytes(200_000_000))
    assert len(swollen) < max_bytes(PROGRAM)
    read = read_gradients(swollen, PROGRAM).arrays["dz1"]  # what is behind the array is never inflated
    np.testing.assert_array_equal(read, np.zeros((4, 4)))


@settings(deadline=None, max_examples=200)
@given(st.one_of(st.binary(max_size=200), st.text(max_size=100).map(str.encode), st.integers(0, 600).map(lambda n: npz(dz1=DZ1)[:n])), st.binary(max_size=3))
def test_anything_at_all_is_read_or_answered_by_a_sentence(data, more):
    try:
        read_gradients(data + more, PROGRAM)
    except Problem as problem:
        assert str(problem)
