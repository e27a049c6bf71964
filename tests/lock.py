"""`make lock`: writes locks/, every package with its version and the hashes of all its files, for all our Pythons and systems.

    page.txt         what serves the page, as pyproject.toml says; the client for Redis, and what builds the wheel
    tensorflow.txt   that and the rest of requirements.txt
    tests.txt        that and the rest of tests/requirements.txt
    bench.txt        that and the rest of tests/bench/requirements.txt

Each file begins with the one before, so that no package stands twice. `uv` finds the versions, as it is installed by make.
"""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
LOCKS = ROOT / "locks"
LOWEST_PYTHON = "3.11"


def wanted() -> dict[str, str]:
    """What each file is to hold, as the text of requirements; each is among those of the next."""
    whole = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    project = whole["project"]
    page = [*project["dependencies"], *project["optional-dependencies"]["redis"], *whole["build-system"]["requires"]]
    texts = {"page": "\n".join(page)}
    for name, folder in (("tensorflow", "."), ("tests", "tests"), ("bench", "tests/bench")):
        texts[name] = "\n".join([*page, f"-r {ROOT / folder / 'requirements.txt'}"])
    return texts


def compiled(requirements: str, *options: str) -> dict[str, str]:
    """By name and marker, the lines of each package that these requirements come to."""
    uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or "uv"
    command = [uv, "pip", "compile", "--quiet", "--no-config", "--universal", "--python-version", LOWEST_PYTHON]
    command += ["--generate-hashes", "--no-annotate", "--no-header", "--no-emit-index-url", "--no-emit-find-links", *options, "-"]
    text = subprocess.run(command, input=requirements, capture_output=True, text=True, check=True, cwd=ROOT).stdout
    return {block.partition(" \\")[0]: block for block in re.split(r"\n(?=\S)", text.strip())}


def main() -> int:
    texts = wanted()
    whole = compiled(texts["bench"])
    constraints = LOCKS / ".whole"
    constraints.write_text("\n".join(whole), "utf-8")
    before, name_before = set(), ""
    for name, text in texts.items():
        names = {package.partition("==")[0] for package in compiled(text, "--constraint", str(constraints))}
        blocks = [block for package, block in whole.items() if package.partition("==")[0] in names - before]
        first = [f"-r {name_before}.txt"] if name_before else []
        (LOCKS / f"{name}.txt").write_text("\n".join([*first, *blocks]) + "\n", "utf-8")
        before, name_before = before | names, name
    constraints.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
