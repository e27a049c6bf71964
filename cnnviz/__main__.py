"""Command line: `python -m cnnviz` computes a setup in a terminal; `cnnviz` without arguments serves the page."""

import argparse
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TypeVar

import numpy as np

from cnnviz.core.runtime.threads import keep_one_blas_thread
from cnnviz.core.setup.setup import Setup
from cnnviz.core.training.snapshots import Snapshot
from cnnviz.data.images import Image, find_image, load_images
from cnnviz.export.animation import animation
from cnnviz.export.arguments import (
    FILES,
    SERVER_OPTIONS,
    film_kind,
    parse,
    query_of,
    setup_from_arguments,
    starts_server,
)
from cnnviz.export.arrays import arrays_npz, stage_csv
from cnnviz.export.cli_language import language, language_context
from cnnviz.export.cli_output import error_message, fail, print_lines, print_message
from cnnviz.export.exercise import exercise_notebook, exercise_script
from cnnviz.export.frameworks import keras_script, pytorch_script
from cnnviz.export.hand_sheet import hand_sheet
from cnnviz.export.numpy_script import jupyter_notebook, numpy_script
from cnnviz.export.parameters import parameters_json
from cnnviz.export.spreadsheet import spreadsheet
from cnnviz.export.terminal import Progress, report, run, title
from cnnviz.words import Problem, message, say, use_language

Result = TypeVar("Result")

COMMANDS = {
    "check": "cnnviz.export.check_command:run",
    "scripts": "cnnviz.export.decks_command:run",
    "lessons": "cnnviz.export.decks_command:lessons",
    "model": "cnnviz.export.model_command:run",
    "mutants": "cnnviz.export.mutants_command:run",
}
"""Subcommands by first argument, as "module:function". The function receives the remaining arguments and returns an
exit code."""


def command() -> int:
    """Run `cnnviz`: start the server if there are no arguments, otherwise act as `python -m cnnviz`."""
    return main(page=len(sys.argv) == 1)


def main(arguments: list[str] | None = None, page: bool = False) -> int:
    """Run a command line and return its exit code. Start the server if the arguments ask for it or `page` is true.

    Print any error as a message on stderr.
    """
    for stream in filter(None, (sys.stdout, sys.stderr)):
        stream.reconfigure(errors="replace")  # some terminals cannot encode σ
    arguments = sys.argv[1:] if arguments is None else arguments
    keep_one_blas_thread()
    try:
        lang = language(arguments)
    except Problem as problem:
        return fail(2, str(problem))
    with language_context(lang):
        return _main(arguments, page)


def _main(arguments: list[str], page: bool) -> int:
    try:
        if arguments and arguments[0] in COMMANDS:
            module, _, function = COMMANDS[arguments[0]].partition(":")
            code: int = getattr(import_module(module), function)(arguments[1:])
            return code
        args = parse(arguments)
        if args.site is not None:
            return _write_site(args)
        return _serve(args) if page or starts_server(args) else _run(args)
    except KeyboardInterrupt:
        return fail(130, say("terminal.stopped"))
    except Exception as error:
        return fail(1, say("terminal.failed", error=f"{type(error).__name__}: {error}"))


def _serve(args: argparse.Namespace) -> int:
    from cnnviz.hosts.streamlit.serve import (
        serve,  # local: importing Streamlit takes a second, and the other commands do not need it
    )

    try:
        with use_language(""):  # no language: each visitor chooses one
            return serve({name: getattr(args, name) for name in SERVER_OPTIONS})
    except ValueError as error:
        return fail(2, str(error))


def _write_site(args: argparse.Namespace) -> int:
    from cnnviz.hosts.static.site import write  # as slow to import as the page's server

    return write(args.site, args.pyodide, args.scripts)


def _run(args: argparse.Namespace) -> int:
    try:
        setup, start, notes = setup_from_arguments(args)
        images = [find_image(img) for img in setup.images]
        if len(images) > 1 and any(getattr(args, kind) is not None for kind in SINGLE_IMAGE_FILES):
            raise Problem("data.image.several")
    except ValueError as error:
        return fail(2, error_message(error))
    for note in notes:
        print_message(str(note))
    x = load_images(setup)
    with np.errstate(all="ignore"):
        snapshot = _with_progress(setup, "terminal.computing", lambda progress: run(setup, x, progress)).in_mode(setup.mode)
        # before printing: the reader of stdout may close the pipe
        is_written = _write_files(args, setup, images, x, snapshot)
    image_names = ", ".join(image.words for image in images)
    words = message("terminal.from_parameters", image=image_names, file=args.params) if start else image_names
    files = {name for name in FILES if getattr(args, name) is not None}
    # an HTML file shows the numbers itself, and a deck's file shows those of other setups
    is_in_file = bool(files) and files <= {"html", "scorm"}
    is_printed = is_in_file or print_lines([*title(setup, words), *report(setup, snapshot)])
    return 0 if is_printed and is_written else 1


SINGLE_IMAGE_FILES = ("csv", "exercise", "spreadsheet", "sheet", "answers", "teacher", "html", "scorm", "film")
"""Options that write a file for a single image."""


def _write_files(args: argparse.Namespace, setup: Setup, images: list[Image], x: np.ndarray, snapshot: Snapshot) -> bool:
    """Write each requested file, report it, and return whether all could be written."""
    image, pixels = images[0], images[0].pixels if len(images) == 1 else np.stack([image.pixels for image in images])
    writers: dict[str, Callable[[], bytes | str]] = {
        "npz": lambda: arrays_npz(setup, snapshot),
        "csv": lambda: stage_csv(setup, snapshot),
        "json": lambda: parameters_json(setup, snapshot.params, snapshot.buffers),
        "script": lambda: numpy_script(setup, pixels),
        "notebook": lambda: jupyter_notebook(setup, pixels),
        "keras": lambda: keras_script(setup, pixels),
        "pytorch": lambda: pytorch_script(setup, pixels),
        "exercise": lambda: _exercise_writer(args.exercise)(setup, image.pixels, snapshot),
        "spreadsheet": lambda: spreadsheet(setup, snapshot),
        "sheet": lambda: hand_sheet(setup, snapshot, image.words),
        "answers": lambda: hand_sheet(setup, snapshot, image.words, "answers"),
        "teacher": lambda: hand_sheet(setup, snapshot, image.words, "teacher"),
        "html": lambda: _page_html(args, setup, image),
        "scorm": lambda: _scorm_package(args, setup, image),
        "film": lambda: _with_progress(
            setup,
            "terminal.filming",
            lambda told: animation(setup, x, args.frames, film_kind(args.film), progress=told),
        ),
    }
    return all(
        [_write(getattr(args, name), make) for name, make in writers.items() if getattr(args, name) is not None]
    )


def _exercise_writer(name: str) -> Callable[..., str]:
    return exercise_notebook if Path(name).suffix.lower() == ".ipynb" else exercise_script


def _page_html(args: argparse.Namespace, setup: Setup, image: Image) -> str:
    from cnnviz.hosts.file import setup_html  # local: as slow to import as the server
    from cnnviz.hosts.file.deck import deck_html

    if args.walk is not None:
        return deck_html(Path(args.walk), args.server)
    link = query_of(args.link) if args.link else {}
    view_query = {key: link[key] for key in ("view", "hide", "predict", "whole") if link.get(key)}
    return setup_html(setup, image, args.around, args.server, look=view_query)


def _scorm_package(args: argparse.Namespace, setup: Setup, image: Image) -> bytes:
    from cnnviz.hosts.file.scorm import deck_package, scorm_package

    if args.walk is not None:
        return deck_package(Path(args.walk), args.server)
    return scorm_package(setup, image, args.around, args.server)


def _write(name: str, make: Callable[[], bytes | str]) -> bool:
    try:
        content = make()
        data = content.encode("utf-8") if isinstance(content, str) else content
        Path(name).write_bytes(data)
    except (OSError, ValueError) as error:
        return not fail(1, say("terminal.unwritable", file=repr(name), error=getattr(error, "strerror", None) or str(error)))
    print_message(say("terminal.wrote", file=name, n=len(data)))
    return True


def _with_progress(setup: Setup, doing: str, work: Callable[[Progress], Result]) -> Result:
    progress = Progress(sys.stderr, setup.k, doing)
    try:
        return work(progress)
    finally:
        progress.clear()


if __name__ == "__main__":
    sys.exit(main())
