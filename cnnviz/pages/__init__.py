"""The pages, a folder each, and what each answers to an address: the same bytes for each host.

It needs NumPy, Pillow and one library for formulas, and knows nothing of servers or of Streamlit.
"""

from collections.abc import Mapping

from cnnviz.pages.resource import asked_of, made, page_of
from cnnviz.words import Problem

__all__ = ["answer"]


def answer(page: str, query: Mapping[str, str]) -> bytes:
    """The bytes of `GET numbers/<page>?…`, uncompressed, for the pages "step", "train", "check", "notebook" and "learn", and for "curve" and "script".

    What in the query cannot be used is left out, and said in the answer. Raises Problem for a page that there is not.

    >>> answer("step", {"k": "3"}) == answer("step", {"k": "3", "utm": "x"})
    True
    """
    known = page_of(page)
    if known is None:
        raise Problem("words.unknown", id=page[:40])
    return made(known, asked_of(known, query), compress=False).body
