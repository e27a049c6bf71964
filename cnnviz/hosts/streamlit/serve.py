"""Start the page's server as `make run` does, from an installed cnnviz."""

import os
from collections.abc import Mapping

from cnnviz.data.disabled_features import disabled_kinds
from cnnviz.hosts.streamlit.preload import load
from cnnviz.package_files import APP
from cnnviz.server.embedding import SETTING, read_origins

OPTIONS = {"port": "server.port", "host": "server.address", "prefix": "server.baseUrlPath"}
"""Streamlit's setting for each command-line option."""


def serve(asked: Mapping[str, str | None]) -> int:
    """Serve the page until it is stopped. `asked` holds values of OPTIONS, and as "embed" the origins that may embed
    the page.

    Other values come from the environment (such as STREAMLIT_SERVER_PORT) or from Streamlit's defaults. Raise
    ValueError, with a message, for invalid origins and for unknown features to disable.
    """
    from streamlit.web.cli import main as streamlit

    if asked.get("embed") is not None:
        os.environ[SETTING] = str(asked["embed"])
    read_origins(os.environ.get(SETTING, ""))
    disabled_kinds()
    load()
    options = [f"--{option}={asked[name]}" for name, option in OPTIONS.items() if asked.get(name) is not None]
    return streamlit(["run", str(APP), *options], prog_name="streamlit", standalone_mode=False) or 0
