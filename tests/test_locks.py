"""locks/ holds what the requirements ask for, on each of our Pythons, with hashes; and what is installed goes by it."""

import re
from pathlib import Path

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement

from tests.conftest import ROOT
from tests.lock import LOCKS, wanted
from tests.lowest import TESTS

FILES = ["page", "tensorflow", "tests", "bench"]
PIN = re.compile(r"([a-z0-9-]+)==(\S+)(?: ; (.+?))? \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\\n|\n))+)")
SYSTEMS = [
    {"sys_platform": system, "python_version": python, "python_full_version": f"{python}.7"}
    for system in ("linux", "darwin", "win32")
    for python in ("3.11", "3.12", "3.13")
]


def text_of(name: str) -> str:
    return (LOCKS / f"{name}.txt").read_text("utf-8")


def pinned(name: str, system: dict[str, str]) -> dict[str, list[str]]:
    """What such a system gets by this file: the versions by the package's name."""
    result = pinned(FILES[FILES.index(name) - 1], system) if name != FILES[0] else {}
    for package, version, marker, _ in PIN.findall(text_of(name)):
        if not marker or Marker(marker).evaluate(system):
            result.setdefault(package, []).append(version)
    return result


def asked(name: str) -> list[Requirement]:
    lines = wanted()[name].splitlines()
    for path in [line.removeprefix("-r ") for line in lines if line.startswith("-r ")]:
        lines += [line for line in Path(path).read_text("utf-8").splitlines() if not line.startswith("-r ")]
    return [Requirement(line) for line in lines if line.strip() and not line.startswith(("#", "-r"))]


@pytest.mark.parametrize("name", FILES)
def test_a_lock_has_hashes_of_everything_and_no_address(name):
    text = text_of(name)
    first = "" if name == FILES[0] else f"-r {FILES[FILES.index(name) - 1]}.txt\n"
    assert text.startswith(first) and PIN.sub("", text.removeprefix(first)) == "" and "://" not in text


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: f"{system['sys_platform']}-{system['python_version']}")
def test_a_lock_has_one_version_of_each_package_and_it_is_one_that_is_asked_for(name, system):
    result = pinned(name, system)
    assert all(len(versions) == 1 for versions in result.values())
    for requirement in asked(name):
        if requirement.marker is None or requirement.marker.evaluate(system):
            (version,) = result[requirement.name.lower().replace("_", "-")]
            assert requirement.specifier.contains(version), f"{requirement}, and locks/{name}.txt has {version}: make lock"


def test_what_installs_goes_by_the_locks():
    make = (ROOT / "Makefile").read_text("utf-8")
    assert "--require-hashes -r $(1)" in make and re.findall(r"call install,(\S+)\)", make) == ["locks/tensorflow.txt", "locks/tests.txt", "locks/bench.txt"]
    for path in ("Dockerfile", "docs/serving.md", "deploy/README.md", ".devcontainer/devcontainer.json"):
        text = (ROOT / path).read_text("utf-8")
        assert re.search(r"--require-hashes -r \S*locks", text) and "--no-deps --no-build-isolation" in text, path


def test_actions_are_named_by_their_commit_and_images_can_be_named_by_digest():
    for path in (ROOT / ".github/workflows").glob("*.yml"):
        for action in re.findall(r"uses: (\S+)", path.read_text("utf-8")):
            assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", action), action
    compose, told = ((ROOT / "deploy" / name).read_text("utf-8") for name in ("compose.yaml", "README.md"))
    images = re.findall(r"\$\{(CNNVIZ_\w+):-([\w.-]+:[\w.-]+)\}", compose)
    assert len(images) == 3 and all(f"digest {name} {image}" in told for name, image in images)
    assert f"ARG PYTHON={images[0][1]}\nFROM ${{PYTHON}}\n" in (ROOT / "Dockerfile").read_text("utf-8")


def test_what_the_lowest_versions_are_tested_by_is_there():
    assert [path for path in TESTS if not (ROOT / path.partition("::")[0]).is_file()] == []
