"""What is sent of a moment, and how much: whatever is left out because other arrays say it comes back number for number."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.pages.encoding import decode, encode

ENTRIES = st.sampled_from([0.0, -0.0, 1.0, -2.5, 1e-310, np.inf, np.nan, 0.1])


@given(st.lists(ENTRIES, min_size=30, max_size=60), st.data())
def test_what_other_arrays_say_comes_back_number_for_number(entries, data):
    z = np.tile(np.array(entries), 12).reshape(-1, 6)
    u, v = np.array(entries * 9), np.array(data.draw(st.lists(ENTRIES, min_size=3, max_size=9)))
    changed = np.outer(u[: z.size // 6], v)
    with np.errstate(invalid="ignore"):
        sent = {"da": z, "dz": z * (z > 0), "a": np.maximum(z, 0), "u": u, "v": v, "w": np.outer(u, v), "almost": changed + 1e-9}
    _, result = decode(encode({}, sent))
    for name, array in sent.items():
        np.testing.assert_array_equal(result[name], array, err_msg=name)


@given(st.lists(ENTRIES.filter(np.isfinite), min_size=30, max_size=60), st.lists(st.sampled_from([1.0, -1.0, 0.0]), min_size=1, max_size=3), st.booleans())
def test_a_column_beside_a_1_is_not_made_of_itself(entries, ones, swapped):
    column = np.array(entries * 9)
    sent = {"w": column[:, None], "dw": column[:, None] * ones[0], "y": np.array(ones[:1]), "o": np.array(ones), "row": column[None, :], "v": -column}
    sent = dict(reversed(sent.items())) if swapped else sent
    _, result = decode(encode({}, sent))
    for name, array in sent.items():
        np.testing.assert_array_equal(result[name], array, err_msg=name)
