"""Child processes that do not import their parent's main module, which may be Streamlit's, or a script that Streamlit
runs."""

from multiprocessing import spawn
from typing import Any

_NAMES: set[str] = set()
_preparation_data = spawn.get_preparation_data


def without_main_module(name: str) -> str:
    """Keep child processes of this name from importing the parent's main module. Return the name.

    multiprocessing has no option for it: a spawned process imports the main module if it has a file.
    """
    _NAMES.add(name)
    return name


def _prepare(name: str) -> dict[str, Any]:
    data = _preparation_data(name)
    if name in _NAMES:
        data.pop("init_main_from_name", None)
        data.pop("init_main_from_path", None)
    return data


spawn.get_preparation_data = _prepare
