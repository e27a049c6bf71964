"""A setup as an .html file: the page's own component with the numbers of some updates, without a server."""

import dataclasses
import json
from collections.abc import Callable, Mapping
from types import MappingProxyType

from cnnviz.core.runtime.work_cancellation import check_cancelled
from cnnviz.core.setup.setup import MAX_UPDATES, Setup
from cnnviz.core.training.snapshots import run_updates
from cnnviz.data.images import Image, load_image
from cnnviz.export.arguments import MOST_AROUND, page_address
from cnnviz.hosts.file.document import document, message_ids
from cnnviz.hosts.file.packing import Store
from cnnviz.hosts.file.predictors import predictors
from cnnviz.pages.address import PageRequest
from cnnviz.pages.step.handler import answer
from cnnviz.words import Problem, say


def setup_html(
    setup: Setup,
    image: Image,
    around: int = 1,
    server: str = "",
    progress: Callable[[int], None] = lambda update: None,
    *,
    look: Mapping[str, str] = MappingProxyType({}),
    scorm: bool = False,
) -> str:
    """Return the setup on `image` as an .html file, with `around` updates before and after `setup.k`.

    `server` is the address of a cnnviz page to link to, or "". `progress` is called with the number of each update.
    `look` holds view keys such as {"view": "lecture"}. With `scorm` the file reports to a learning management system.
    Raise Problem if there are too many updates, their numbers are too large, or `server` is not an address.

    >>> from cnnviz.data.images import find_image
    >>> text = setup_html(Setup(k=2), find_image("test-0"), around=0)
    >>> text.startswith("<!doctype html>"), len(text) < 450_000
    (True, True)
    """
    if not 0 <= around <= MOST_AROUND:
        raise Problem("export.html.around", around=around, most=MOST_AROUND)
    server = page_address(server)
    updates = range(max(0, setup.k - around), min(setup.k + around, MAX_UPDATES) + 1)
    store = Store(predictors(setup))
    for k in updates:
        check_cancelled()
        store.add(str(k), _answer(dataclasses.replace(setup, k=k), image))
        progress(k)
    contents = {"lesson": {**setup.to_query(), **look}, "scorm": scorm, "server": server, **store.contents}
    title = say("export.html.title", image=image.words, when=setup.snapshot_label)
    return document("hosts/file/file", title, json.dumps(contents), store.content, used_ids=message_ids(*store.headers))


def _answer(setup: Setup, image: Image) -> bytes:
    """Return the response of the page Step for the setup."""
    snapshot = run_updates(setup, load_image(image.pixels, setup.ch, setup.scale), setup.k)
    return answer(PageRequest(query={}, setup=setup, image=image, snapshot=snapshot, errors={}, extras={}), whole=True)
