"""Downloads of a setup: their kinds, names and contents, which are generated on request."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from urllib.parse import urlsplit

import numpy as np

from cnnviz.core.runtime.cached import cached_property
from cnnviz.core.setup.setup import Setup
from cnnviz.data.images import find_image, load_image
from cnnviz.export.animation import animation
from cnnviz.export.arguments import MOST_AROUND, page_address
from cnnviz.export.arrays import arrays_npz
from cnnviz.export.exercise import check_training_mode, exercise_notebook, exercise_script
from cnnviz.export.frameworks import check_exact_rule, keras_script, pytorch_script
from cnnviz.export.hand_sheet import hand_sheet
from cnnviz.export.numpy_script import jupyter_notebook, numpy_script
from cnnviz.export.parameters import divergence, parameters_json
from cnnviz.export.spreadsheet import spreadsheet, too_large
from cnnviz.pages.address import PageRequest, resolve, resolve_setup
from cnnviz.pages.handlers import handler_of
from cnnviz.pages.registry import page_at
from cnnviz.wire.dialogs import FileGroup, OfferedFile, OfferedFiles
from cnnviz.words import message, say


class Download:
    """A setup to download: the setup of a query with its image and numbers, and the number of updates of a recording.
   """

    def __init__(self, query: Mapping[str, str]):
        self.query = query
        self.request: PageRequest = resolve(query, eval_mode=True)
        self.setup: Setup = self.request.setup
        self.pixels: np.ndarray = self.request.image.pixels

    @cached_property
    def all_images(self) -> tuple[Setup, np.ndarray]:
        """The setup with all its images, and their pixels: (H,W,3), or (m,H,W,3) for several."""
        setup = resolve_setup(self.query, "", Setup())[0]
        if len(setup.images) == 1:
            return self.setup, self.pixels
        return setup, np.stack([find_image(img).pixels for img in setup.images])

    @cached_property
    def film_updates(self) -> int:
        return handler_of(page_at(self.query.get("page", ""))).last_update(self.request)

    def name(self, kind: FileKind) -> str:
        """Return the name of a file of this setup."""
        image = self.setup.img[:12]
        return f"cnnviz-{image}-{self.film_updates}-updates{kind.ending}" if kind.film else f"cnnviz-{image}-update-{self.setup.k}{kind.ending}"


def _parse_around(text: str) -> int:
    """Return the number of updates on each side, or -1 if it is not a number of at most three digits."""
    return int(text) if text.isdecimal() and len(text) < 4 else -1


def _html(download: Download) -> str:
    from cnnviz.hosts.file import setup_html  # includes the view, which Python in the browser lacks

    return setup_html(download.setup, download.request.image, _parse_around(download.query.get("around", "1")), public_address(download.query.get("server", "")))


def public_address(server: str) -> str:
    """Return the server's address if others can reach it, "" if it is local. Raise Problem if it is not an address.

    >>> public_address("https://example.org/cnn/"), public_address("http://localhost:8501/")
    ('https://example.org/cnn/', '')
    """
    host = urlsplit(page_address(server)).hostname
    return "" if host is None or host in ("localhost", "::1") or host.startswith("127.") else server


def _film_maker(kind: str) -> Callable[[Download], bytes]:
    def make(download: Download) -> bytes:
        setup = dataclasses.replace(download.setup, k=download.film_updates)
        return animation(setup, load_image(download.pixels, setup.ch, setup.scale), kind=kind)

    return make


def _hand_sheet_maker(part: str) -> Callable[[Download], str]:
    return lambda download: hand_sheet(download.setup, download.request.snapshot, download.request.image.words, part)


@dataclasses.dataclass(frozen=True)
class FileKind:
    """A kind of file: its ending and type, and the function that makes it. `film` is whether it is an animation, with
    its own number of updates."""

    ending: str
    media_type: str
    make: Callable[[Download], str | bytes]
    film: bool = False


_PYTHON, _NOTEBOOK, _BYTES = "text/x-python", "application/x-ipynb+json", "application/octet-stream"

GROUPS: Mapping[str, Mapping[str, FileKind]] = {
    "alone": {"html": FileKind(".html", "text/html", _html)},
    "run": {
        "script": FileKind(".py", _PYTHON, lambda download: numpy_script(*download.all_images)),
        "notebook": FileKind(".ipynb", _NOTEBOOK, lambda download: jupyter_notebook(*download.all_images)),
        "keras": FileKind("-keras.py", _PYTHON, lambda download: keras_script(*download.all_images)),
        "pytorch": FileKind("-pytorch.py", _PYTHON, lambda download: pytorch_script(*download.all_images)),
    },
    "work": {
        "exercise": FileKind("-exercise.ipynb", _NOTEBOOK, lambda download: exercise_notebook(download.setup, download.pixels, download.request.snapshot)),
        "exercise_script": FileKind("-exercise.py", _PYTHON, lambda download: exercise_script(download.setup, download.pixels, download.request.snapshot)),
        "sheet": FileKind("-by-hand.html", "text/html", _hand_sheet_maker("questions")),
        "answers": FileKind("-by-hand-answers.html", "text/html", _hand_sheet_maker("answers")),
        "teacher": FileKind("-by-hand-teacher.html", "text/html", _hand_sheet_maker("teacher")),
        "spreadsheet": FileKind(
            ".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", lambda download: spreadsheet(download.setup, download.request.snapshot)
        ),
    },
    "numbers": {
        "arrays": FileKind(".npz", _BYTES, lambda download: arrays_npz(download.setup, download.request.snapshot)),
        "parameters": FileKind(
            ".json", "application/json", lambda download: parameters_json(download.setup, download.request.snapshot.params, download.request.snapshot.buffers)
        ),
    },
    "film": {kind: FileKind(f".{kind}", f"image/{kind}", _film_maker(kind), film=True) for kind in ("gif", "webp")},
}
"""Kinds of files, grouped by use."""

KINDS: Mapping[str, FileKind] = {what: kind for group in GROUPS.values() for what, kind in group.items()}
"""The kinds of files by name."""


def file_of(query: Mapping[str, str]) -> tuple[bytes, str, str]:
    """Return the file that `what` names, its media type and its name. Raise Problem if the setup does not allow it, and
    KeyError if the kind does not exist."""
    kind, download = KINDS[query.get("what", "")], Download(query)
    content = kind.make(download)
    return content.encode() if isinstance(content, str) else content, kind.media_type, download.name(kind)


def offered_files(query: Mapping[str, str]) -> OfferedFiles:
    """Return all files that the query's setup offers, each with a reason if it is not available."""
    download = Download(query)
    refusals = _unavailable_reasons(download)
    groups = [
        FileGroup(title=say(f"ui.take_home.for.{name}"), files=[_offer(download, kind_name, kind, refusals.get(kind_name, "")) for kind_name, kind in group.items()])
        for name, group in GROUPS.items()
        if name != "film" or download.film_updates
    ]
    notes = [say("ui.take_home.several", image=download.setup.img)] if "img" in download.request.errors and "," not in download.setup.img else []
    return OfferedFiles(groups=groups, notes=notes, words=say("ui.take_home.runs_alone", when=download.setup.snapshot_label), around=MOST_AROUND)


def _offer(download: Download, what: str, kind: FileKind, instead: str) -> OfferedFile:
    label = str(message("ui.take_home.film", n=download.film_updates, kind=what)) if kind.film else say(f"ui.take_home.{what}")
    return OfferedFile(what=what, label=label, name=download.name(kind), instead=instead)


def _unavailable_reasons(download: Download) -> dict[str, str]:
    """Return the reasons why kinds of files are not available for this setup."""
    required_packages = {"html": "cnnviz.view", "spreadsheet": "xlsxwriter"}  # Python in the browser lacks these
    reasons = {kind_name: say("ui.take_home.needs_server") for kind_name, package in required_packages.items() if find_spec(package) is None}
    for check, kinds in ((check_exact_rule, ("keras", "pytorch")), (check_training_mode, ("exercise", "exercise_script", "sheet", "answers", "teacher"))):
        try:
            check(download.setup)
        except ValueError as error:
            reasons |= dict.fromkeys(kinds, str(error))
    if problem := divergence(download.request.snapshot.params):
        reasons["parameters"] = say("ui.take_home.no_parameters", error=problem)
    if problem := too_large(download.setup.network.program(download.request.snapshot.trace.x.shape)):
        reasons["spreadsheet"] = str(problem)
    return reasons
