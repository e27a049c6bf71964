"""`make changed`: lint, types, and the tests that a change touches, nearest first, in at most two minutes.

    python -m tests.changed            what differs from the last commit
    python -m tests.changed main       what differs from where this branch left main

Tests are found by imports: a test is nearer to a changed file the fewer imports lead to it, and the more words their paths
share. pytest-testmon would need a recorded run of all tests, and sees neither new files nor JavaScript.
"""

import ast
import os
import re
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from itertools import zip_longest
from pathlib import Path

from tests.conftest import ROOT, UNTIL

SECONDS = 95
"""No test begins later than this."""
MOST_FILES = 40
"""Test files in Python, each of which takes time to load."""
SLOW = {"bench", "browsers", "e2e", "fuzz", "wasm", "web"}
"""Folders of tests that run only if they change themselves."""
IMPORT = re.compile(r"""(?:from|import)\s*\(?["'](\.[^"']+)["']""")


def changed_files(base: str) -> set[str]:
    commands = (["diff", "--name-only", "--diff-filter=d", "--merge-base", base], ["ls-files", "--others", "--exclude-standard"])
    return {file for command in commands for file in subprocess.check_output(["git", *command], text=True, cwd=ROOT).splitlines()}


def imports_of(file: str) -> set[str]:
    """The files that a file imports. A package that imports modules by name is taken to import all of its folder."""
    path, text = ROOT / file, (ROOT / file).read_text("utf-8")
    if path.suffix == ".js":
        return {os.path.relpath((path.parent / name.partition("?")[0]).resolve(), ROOT) for name in IMPORT.findall(text)}
    names: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    result = {f"{name.replace('.', '/')}{end}" for name in names if name.startswith(("cnnviz", "tests")) for end in (".py", "/__init__.py")}
    by_name = (*path.parent.glob("*.py"), *path.parent.glob("*/__init__.py")) if "import_module(" in text else ()
    return result | {str(other.relative_to(ROOT)) for other in by_name if other != path}


def distances(graph: dict[str, set[str]], files: Iterable[str]) -> dict[str, int]:
    """The number of imports from each file to the nearest of `files`. A file of data counts as its package's modules."""
    importers: dict[str, set[str]] = {}
    for file, targets in graph.items():
        for target in targets:
            importers.setdefault(target, set()).add(file)
    result = {file: 0 for file in files}
    for file in [file for file in result if file.endswith((".toml", ".json", ".html")) and file.startswith("cnnviz/")]:
        package = next(folder for folder in (ROOT / file).parents if (folder / "__init__.py").exists())
        result |= {str(path.relative_to(ROOT)): 0 for path in package.glob("*.py")}
    queue = deque(result)
    while queue:
        file = queue.popleft()
        for importer in importers.get(file, set()) - result.keys():
            result[importer] = result[file] + 1
            queue.append(importer)
    return result


def words_of(name: str) -> set[str]:
    """The names of the folders and the words in the name of a file."""
    return {*Path(name).parent.parts, *Path(name).name.partition(".")[0].split("_")} - {"tests", "test", "cnnviz"}


def nearest_tests(files: set[str]) -> tuple[list[str], list[str], int]:
    """The tests in Python, nearest first, those under node, and the number of test files that are left out."""
    names = subprocess.check_output(["git", "ls-files", "--cached", "--others", "--exclude-standard", "cnnviz", "tests"], text=True, cwd=ROOT).splitlines()
    sources = [name for name in names if name.endswith((".py", ".js")) and "/vendor/" not in name and (ROOT / name).exists()]
    graph, lists = {name: imports_of(name) for name in sources}, []
    node: set[str] = set()
    for file in sorted(files):
        far = distances(graph, [file])
        if file.endswith((".css", ".js")):
            far["tests/view/test_bundle.py"] = 1
        if file.endswith(".md"):
            far |= {"tests/test_documentation.py": 1, "tests/test_prose.py": 1}
        tests = [name for name in far if re.fullmatch(r"tests/(.+/)?test_\w+\.py", name) and (name == file or not SLOW & {*Path(name).parts})]
        lists.append(sorted(tests, key=lambda name, far=far, file=file: (far[name] - len(words_of(file) & words_of(name)), name)))
        node |= {name for name in sources if name.endswith(".test.js") and (name in far or far.get("tests/web/fixtures.py", 9) <= 1)}
    by_turns = [*dict.fromkeys(name for turn in zip_longest(*lists) for name in turn if name)]
    return by_turns[:MOST_FILES], sorted(node), len(by_turns[MOST_FILES:])


def main(base: str) -> int:
    start, files, bin = time.time(), changed_files(base), Path(sys.executable).parent
    python, web = [file for file in files if file.endswith(".py")], any(file.endswith((".js", ".ts", ".css")) for file in files)
    tests, node, left = nearest_tests(files)
    commands = [["pytest", "--quiet", "--numprocesses", "auto", "--dist", "loadfile", *tests]] if tests else []
    commands += [["ruff", "check", *python], ["lint-imports"], ["mypy"]] if python else []
    commands += [["node", "node_modules/.bin/tsc", "--project", "."], ["node", "node_modules/.bin/biome", "check", "--error-on-warnings"]] if web else []
    commands += [["python", "-m", "tests.web", *node]] if node else []

    def run(command: list[str]) -> int:
        is_quiet = command[0] != "pytest"
        done = subprocess.run([bin / command[0], *command[1:]], cwd=ROOT, env={**os.environ, UNTIL: str(start + SECONDS)}, capture_output=is_quiet, text=True)
        if done.returncode:
            print(f"\nFAILED: {' '.join(command[:5])}\n{done.stdout or ''}{done.stderr or ''}")
        return done.returncode

    with ThreadPoolExecutor(2) as pool:
        failed = any([*pool.map(run, commands)])
    print(f"\n{len(files)} files changed: {len(tests)} test files and {len(node)} of node's in {time.time() - start:.0f} s. {left} more import them: `make test` runs all.")
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "HEAD"))
