"""Pages, one folder each, and their responses to addresses: the same bytes for every host.

Needs NumPy, Pillow and one library for formulas. Independent of servers and of Streamlit.
"""

from collections.abc import Mapping

from cnnviz.pages.resource import canonical_query, compute_resource, page_of
from cnnviz.words import Problem

__all__ = ["answer"]


def answer(page: str, query: Mapping[str, str]) -> bytes:
    """Return the uncompressed body of `GET numbers/<page>?…` for "step", "train", "check", "notebook", "learn",
    "curve" or "script".

    Invalid values in the query are ignored and reported in the response. Raise Problem if no such page exists.

    >>> answer("step", {"k": "3"}) == answer("step", {"k": "3", "utm": "x"})
    True
    """
    matching_page = page_of(page)
    if matching_page is None:
        raise Problem("words.unknown", id=page[:40])
    return compute_resource(matching_page, canonical_query(matching_page, query), compress=False).body
