"""Responses to the page's dialogs, given by a server or by Python in the browser.

The handlers are in answers.py, which is imported at the first request, since a first visit does not need it.
"""

from dataclasses import dataclass


@dataclass(frozen=True, eq=False)
class Reply:
    """A response. `name` is the file name of a download, or "" for a response to the page."""

    body: bytes
    media_type: str = "application/json"
    name: str = ""
    status: int = 200
