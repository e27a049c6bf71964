"""What style sheets and scripts both state: when pictures become vertical, and the font sizes."""

import re

from cnnviz.view.modules import FOLDER

SCENE = FOLDER / "view/scene"


def test_styles_and_templates_of_pictures_become_vertical_together():
    script = (SCENE / "scene_view.js").read_text("utf-8")
    width = int(re.search(r"UPRIGHT = \{ width: (\d+), ratio: 4 / 3 \}", script)[1])
    styles = "\n".join(path.read_text("utf-8") for path in SCENE.rglob("*.css"))
    conditions = {*re.findall(r"@container scene (\(max-width: 6.+?) \{", styles)}
    assert conditions == {f"(max-width: {width}px) or (max-aspect-ratio: 4 / 3)"}
    assert {*re.findall(r"@container scene .*\(min-width: (\d+)px\)", styles)} == {f"{width + 1}"}


def test_texts_on_canvases_have_the_font_sizes_of_the_page():
    script = (FOLDER / "view/draw/font_sizes.js").read_text("utf-8")
    tokens = (FOLDER / "view/style/frame.css").read_text("utf-8")
    sizes = re.findall(r"(\w+): (\d+)", re.search(r"FONT_SIZES = \{(.*?)\}", script)[1])
    assert len(sizes) == 4
    assert sizes == re.findall(r"--(small|text|large|title): (\d+)px;", tokens)
