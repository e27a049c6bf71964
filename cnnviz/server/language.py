"""The language of a request: what the address says, else what its browser prefers of those that there are."""

from starlette.requests import HTTPConnection

from cnnviz.words import KEY, chosen


def of_request(request: HTTPConnection) -> str:
    """The language for an answer of this server's own."""
    return chosen(request.query_params.get(KEY, ""), request.headers.get("Accept-Language", ""))
