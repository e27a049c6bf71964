"""Language of a request: from its address, or else the browser's preferred language among the available ones."""

from starlette.requests import HTTPConnection

from cnnviz.words import KEY, choose_language


def request_language(request: HTTPConnection) -> str:
    """Return the language for a response to this request."""
    return choose_language(request.query_params.get(KEY, ""), request.headers.get("Accept-Language", ""))
