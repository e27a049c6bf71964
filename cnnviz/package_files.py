"""Paths of the files that are no Python: images, the script that Streamlit runs, and its settings.

In a checkout they stand at the top, for people to see; a wheel carries the same files inside the package.
"""

from pathlib import Path

_CARRIED = Path(__file__).with_name("carried")

HOME = _CARRIED if _CARRIED.is_dir() else Path(__file__).parents[1]
"""The folder that holds assets/, app.py and .streamlit/."""

ASSETS = HOME / "assets"
APP = HOME / "app.py"
