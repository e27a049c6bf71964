"""The condition of a vertical layout: the pictures' styles and their templates use the same one."""

import re

from tests.conftest import ROOT

SCENE = ROOT / "cnnviz/view/scene"


def test_styles_and_templates_of_pictures_become_vertical_together():
    width = int(
        re.search(r"UPRIGHT = \{ width: (\d+), ratio: 4 / 3 \}", (SCENE / "scene_view.js").read_text("utf-8"))[1]
    )
    conditions = {
        match
        for path in SCENE.rglob("*.css")
        for match in re.findall(r"@container scene (\(max-width: 6.+?) \{", path.read_text("utf-8"))
    }
    assert conditions == {f"(max-width: {width}px) or (max-aspect-ratio: 4 / 3)"}
