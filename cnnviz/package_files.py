"""Paths of the files that are not Python: images, the Streamlit script and its settings.

A checkout has them at the top level; a wheel contains them inside the package.
"""

from pathlib import Path

_PACKAGED = Path(__file__).with_name("carried")

HOME = _PACKAGED if _PACKAGED.is_dir() else Path(__file__).parents[1]
"""Folder that contains assets/, app.py and .streamlit/."""

ASSETS = HOME / "assets"
APP = HOME / "app.py"
