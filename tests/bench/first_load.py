"""How long a first visit takes until the setup is painted, beside an empty Streamlit page.

    python -m tests.bench.first_load

Both servers are warm, the browser's cache is empty each time, and the two pages take turns. The
empty page runs on the same settings and holds one empty component, which is ready when it is there.
"""

import argparse
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.conftest import ROOT, Server
from tests.e2e.conftest import launch_arguments

MOST_RATIO = 1.0
TIMEOUT_MS = 60_000

EMPTY_PAGE = '''\
import streamlit as st

st.set_page_config(page_title="empty", layout="wide")
COMPONENT = st.components.v2.component(
    "empty",
    html="<div></div>",
    js="""
export default function ({ parentElement }) {
  parentElement.querySelector("div").dataset.ready = "1"
}
""",
    isolate_styles=False,
)
COMPONENT(key="empty")
'''

# Looks at every frame, and keeps the time since the navigation began at which the page was ready.
CLOCK = """
const look = () => {
  if (document.querySelector('[data-ready="1"]')) window.readyAfter = performance.now()
  else requestAnimationFrame(look)
}
look()
"""


def first_load(browser: Browser, url: str) -> dict[str, float]:
    """One visit with nothing cached: ms until ready, and what travelled until then (MB, requests)."""
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    try:
        page = context.new_page()
        page.add_init_script(CLOCK)
        page.goto(url, wait_until="commit")
        page.locator('[data-ready="1"]').wait_for(state="attached", timeout=TIMEOUT_MS)
        milliseconds = page.evaluate(
            "new Promise(f => { const g = () => window.readyAfter ? f(window.readyAfter) : setTimeout(g, 5); g() })"
        )
        sizes = page.evaluate("performance.getEntriesByType('resource').map(e => e.transferSize)")
        return {"ms": milliseconds, "MB": sum(sizes) / 1e6, "requests": len(sizes)}
    finally:
        context.close()


def measure(rounds: int) -> float:
    """Prints both pages' medians and returns their ratio."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        empty = Path(folder)
        (empty / "app.py").write_text(EMPTY_PAGE)
        shutil.copytree(ROOT / ".streamlit", empty / ".streamlit")
        with Server() as ours, Server(empty) as theirs:
            browser = playwright.chromium.launch(**launch_arguments(playwright.chromium.executable_path))
            pages = {"cnnviz": ours.url, "an empty page": theirs.url}
            for url in pages.values():
                first_load(browser, url)  # warms the server
            loads: dict[str, list[dict[str, float]]] = {name: [] for name in pages}
            for _ in range(rounds):
                for name, url in pages.items():
                    loads[name].append(first_load(browser, url))
            browser.close()
    medians = {}
    for name, visits in loads.items():
        medians[name], mb, requests = (statistics.median(visit[key] for visit in visits) for key in visits[0])
        print(
            f"first load of {name}: {medians[name]:.0f} ms, {mb:.2f} MB in {requests:.0f} requests, median of {rounds}"
        )
    return medians["cnnviz"] / medians["an empty page"]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15)
    ratio = measure(parser.parse_args(arguments).rounds)
    print(f"ratio {ratio:.2f}; wanted: at most {MOST_RATIO}")
    return ratio > MOST_RATIO


if __name__ == "__main__":
    sys.exit(main())
