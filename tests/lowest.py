"""`make lowest`: the tests that hang on Streamlit, NumPy, Pillow and Plotly, with the lowest versions that pyproject.toml promises.

They get an environment of their own inside .venv, that takes everything else from .venv itself; `--make` makes it, and no more.
"""

import re
import subprocess
import sys
import sysconfig
import tomllib
import venv
from pathlib import Path

ROOT = Path(__file__).parents[1]
PLACE = Path(sys.prefix) / "lowest"
OURS = ("streamlit", "numpy", "plotly", "Pillow")
FIRST_FOR = {(3, 13): {"numpy": "2.1.0", "Pillow": "10.4.0"}}
"""Where a Python is younger than a version that we promise: the first one that is there for it."""

TESTS = (
    *("tests/core/test_notebook_ops.py", "tests/core/test_snapshots.py", "tests/core/test_kernels.py"),
    *("tests/core/test_notebook_network.py", "tests/core/test_network_gradcheck.py", "tests/core/test_batch.py"),
    *("tests/data/test_uploads.py", "tests/data/test_images.py", "tests/hosts/test_plotly.py", "tests/pages/test_pages.py"),
    *("tests/export/test_exported_arrays.py", "tests/export/test_exported_animation.py"),
    *("tests/hosts/test_index.py", "tests/server/test_server.py", "tests/server/test_compressed.py"),
    "tests/e2e/test_served.py::test_under_a_path_everything_works",
)


def lowest() -> list[str]:
    """What is to be installed: each package of OURS in its lowest version.

    >>> [text.split("==")[0] for text in lowest()]
    ['streamlit', 'numpy', 'plotly', 'Pillow']
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    bounds = dict(re.match(r"(\w+)>=([\d.]+)", text).groups() for text in project["dependencies"])
    bounds |= FIRST_FOR.get(sys.version_info[:2], {})
    return [f"{name}=={bounds[name]}" for name in OURS]


def make() -> Path:
    """The environment's Python; it is made anew where what it should hold has changed."""
    python = PLACE / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    wanted, stamp = "\n".join(lowest()), PLACE / "holds.txt"
    if not stamp.exists() or stamp.read_text() != wanted:
        venv.create(PLACE, clear=True, symlinks=sys.platform != "win32")
        pip = [sys.executable, "-m", "pip", "--python", str(python), "--disable-pip-version-check"]
        # tenacity: all that Plotly 5 needs beside these. Of Plotly's 15,000 files Python compiles those that are imported.
        subprocess.run([*pip, "install", "--quiet", "--no-deps", "--no-compile", "--only-binary=:all:", *lowest(), "tenacity"], check=True)
        site = subprocess.check_output([python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], text=True)
        (Path(site.strip()) / "others.pth").write_text(sysconfig.get_path("purelib"))
        stamp.write_text(wanted)
    return python


def main() -> int:
    python = make()
    if "--make" in sys.argv:
        return 0
    says = "import numpy, PIL, plotly, streamlit; [print(one.__name__, one.__version__) for one in (streamlit, numpy, PIL, plotly)]"
    subprocess.run([python, "-c", says], check=True)
    return subprocess.run([python, "-m", "pytest", "-q", "--numprocesses", "2", "-k", "not tensorflow", *TESTS], cwd=ROOT).returncode


if __name__ == "__main__":
    sys.exit(main())
