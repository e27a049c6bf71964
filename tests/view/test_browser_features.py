"""Features that Chromium, Firefox or WebKitGTK lacks, or that an address without HTTPS lacks: used only where a check
stands before them."""

import re

import pytest

from cnnviz.view.modules import FOLDER

CHECKS = {
    # WebKitGTK
    "currentCSSZoom": {"view/draw/css_zoom.js": '"currentCSSZoom" in element'},
    "moveBefore": {"hosts/streamlit/streamlit.js": "!parent.moveBefore"},
    "requestIdleCallback": {"view/resources.js": "globalThis.requestIdleCallback ??"},
    "showPicker": {"view/controls/actions.js": "showPicker?.()"},
    "getCoalescedEvents": {},
    "scheduler": {},
    "fontKerning": {},
    "fontStretch": {},
    "context.filter": {},
    # Firefox and WebKitGTK
    "navigator.connection": {"view/resources.js": "navigator.connection ?? {}"},
    "navigator.userAgentData": {},
    "performance.memory": {},
    # pages without HTTPS
    "navigator.clipboard": {name: "try {\n    await navigator.clipboard" for name in ("view/shell/html.js", "view/decks/drawer_files.js")},
    "navigator.serviceWorker": {"hosts/static/site.js": "navigator.serviceWorker?."},
    "navigator.locks": {},
    "navigator.share": {},
    "navigator.wakeLock": {},
    "ClipboardItem": {},
    "crypto.subtle": {},
    "randomUUID": {},
}
"""By feature: the modules that use it, and the check that each has."""
COMMENT = re.compile(r"/\*.*?\*/|(?<![:\"'`])//[^\n]*", re.DOTALL)


def code() -> dict[str, str]:
    """The code of each module by its path, without comments and the brackets of type casts."""
    return {
        path.relative_to(FOLDER).as_posix(): re.sub(r"\((\w+)\)\.", r"\1.", COMMENT.sub("", path.read_text("utf-8")))
        for path in FOLDER.rglob("*.js")
        if "vendor" not in path.parts
    }


@pytest.mark.parametrize("feature", CHECKS)
def test_a_feature_that_a_browser_lacks_is_used_behind_its_check_only(feature):
    uses = {name: text for name, text in code().items() if re.search(rf"(?<![\w-]){re.escape(feature)}\b", text)}
    assert uses.keys() == CHECKS[feature].keys()
    for name, check in CHECKS[feature].items():
        assert check in uses[name], name
