"""cnnviz as people install it: a wheel is built, put into an environment of its own, and used from another folder."""

import json
import re
import subprocess
import sys
import tomllib
import urllib.request
import venv
import zipfile
from pathlib import Path

import pytest

import cnnviz
from cnnviz.core.setup.image_ids import BUNDLED
from cnnviz.package_files import ASSETS
from cnnviz.words import languages
from tests.conftest import ROOT, Server

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
HIDDEN = 'raise ModuleNotFoundError("No module named \'tensorflow\'", name="tensorflow")\n'


def run(*command: object, **options) -> str:
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, timeout=600, **options)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """The wheel, built with what is installed here: nothing is fetched."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    run(*pip, "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, ROOT)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def folder(wheel, tmp_path_factory) -> Path:
    """An environment that has the wheel, sees the packages of this one, and has no TensorFlow."""
    folder = tmp_path_factory.mktemp("elsewhere")
    venv.create(folder / "env", symlinks=sys.platform != "win32")
    python = next((folder / "env").glob("[bS]*/python*"))
    pip = [sys.executable, "-m", "pip", "--python", python, "--disable-pip-version-check"]
    run(*pip, "install", "--quiet", "--no-deps", "--no-index", wheel)
    site = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'), end='')"))
    packages = Path(json.__file__).parents[1] / "site-packages"  # of this Python, where that is no environment
    (site / "others.pth").write_text("\n".join(path for path in sys.path if path.endswith("-packages")) or str(packages))
    (site / "tensorflow.py").write_text(HIDDEN)
    return folder


def installed(folder: Path, name: str) -> Path:
    return next((folder / "env").glob(f"[bS]*/{name}*"))


def test_the_wheel_carries_what_is_served_and_nothing_else(wheel):
    with zipfile.ZipFile(wheel) as content:
        names = set(content.namelist())
        assert {name.split("/")[0] for name in names} == {"cnnviz", f"cnnviz-{cnnviz.__version__}.dist-info"}
        carried = {name.removeprefix("cnnviz/carried/assets/") for name in names if "/carried/assets/" in name}
        here = {path.relative_to(ASSETS).as_posix() for path in ASSETS.rglob("*") if path.is_file()}
        assert carried == {name for name in here if not name.startswith("pages/")}
        metadata = content.read(next(name for name in names if name.endswith("/METADATA"))).decode()
    assert {f"Classifier: Natural Language :: {language}" for language in ("English", "French")} <= set(metadata.splitlines())
    assert {f"Classifier: Programming Language :: Python :: 3.{minor}" for minor in (11, 12, 13)} <= set(metadata.splitlines())
    assert "License-Expression: MIT" in metadata and "Requires-Dist: tensorflow" in metadata
    assert wheel.stat().st_size < 6_000_000


def test_it_is_imported_from_anywhere(folder):
    code = (
        "import cnnviz; from cnnviz.data.images import load_split; from cnnviz.package_files import HOME\n"
        "moment = cnnviz.run_updates(cnnviz.Setup(), cnnviz.load_image('digit7-0'), 1)\n"
        "print(cnnviz.__version__, len(load_split('test')), HOME.is_relative_to(cnnviz.__path__[0]))"
    )
    assert run(installed(folder, "python"), "-W", "error", "-c", code, cwd=folder).split() == [
        cnnviz.__version__, str(BUNDLED["test"]), "True",
    ]  # fmt: skip


def test_its_command_prints_what_the_module_prints(folder):
    there = run(installed(folder, "cnnviz"), "--k", "3", "--img", "digit7-0", cwd=folder)
    assert there == run(sys.executable, "-m", "cnnviz", "--k", "3", "--img", "digit7-0", cwd=ROOT)
    assert run(installed(folder, "cnnviz"), "--version", cwd=folder) == f"cnnviz {cnnviz.__version__}\n"
    usage = run(installed(folder, "cnnviz"), "--help", cwd=folder)
    assert usage.startswith("usage: cnnviz [LINK]") and "--prefix PREFIX" in usage


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--port", "80a"), "--port '80a' is not an integer up to 65535"),
        (("--port", "8080", "--k", "3"), "print a setup or serve the page, not both"),
        (("--embed", "https://a.org; script-src *"), "is not an origin"),
    ],
)
def test_what_cannot_be_served_gets_a_sentence(arguments, sentence):
    done = subprocess.run([sys.executable, "-m", "cnnviz", *arguments], capture_output=True, text=True, cwd=ROOT, timeout=600)
    assert done.returncode == 2 and sentence in done.stderr and "Traceback" not in done.stderr


class Installed(Server):
    """`cnnviz` as it is installed, serving: by itself on the port that the environment names, or by options."""

    def __init__(self, folder: Path, *options: str, **keywords):
        super().__init__(folder, **keywords)
        self.options = options
        self.environment |= {"STREAMLIT_SERVER_PORT": str(self.port), "STREAMLIT_SERVER_ADDRESS": "127.0.0.1"}

    def command(self) -> list[str]:
        return [str(installed(self.folder, "cnnviz")), *self.options]


def test_alone_it_serves_the_page_with_the_projects_own_settings(folder):
    with Installed(folder) as server:
        page = urllib.request.urlopen(server.url)
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]
        script = urllib.request.urlopen(f"{server.url}/web/bundle.js").read()
        assert b"export default $hosts_streamlit" in script
        assert len(urllib.request.urlopen(f"{server.url}/web/images.png").read()) > 10_000
        assert "URL: http://localhost:" in server.log()  # browser.serverAddress: the settings are found


# ---- what stands in two places says the same


def test_requirements_name_what_the_project_depends_on():
    lines = (ROOT / "requirements.txt").read_text("utf-8").splitlines()
    named = {line.strip() for line in lines if line.strip() and not line.startswith("#")}
    assert named == {*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["tensorflow"]}


def test_every_place_tells_the_same_version_and_pythons():
    assert f"\nversion: {cnnviz.__version__}\n" in (ROOT / "CITATION.cff").read_text("utf-8")
    latest = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert latest[1] == cnnviz.__version__
    assert PROJECT["requires-python"] == ">=3.11,<3.14"  # as the Makefile and the README say
    message = {one.partition(" :: ")[2] for one in PROJECT["classifiers"]}
    assert {one for one in message if one.startswith("Python :: 3.")} == {f"Python :: 3.{minor}" for minor in (11, 12, 13)}
    assert len(languages()) == sum(one.startswith("Natural Language") for one in PROJECT["classifiers"])
