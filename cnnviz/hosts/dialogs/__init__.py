"""Answers to the page's dialogs, beside the numbers: given by a server, and by Python in the visitor's browser.

They are in answers.py, which is imported for the first question: a first visit needs nothing of it.
"""

from dataclasses import dataclass


@dataclass(frozen=True, eq=False)
class Reply:
    """An answer; `name` is the name of a file that is to be saved, "" for an answer to the page."""

    body: bytes
    media_type: str = "application/json"
    name: str = ""
    status: int = 200
