"""`python -m cnnviz`: a lesson in a terminal, without the page; and `cnnviz`, which serves the page where nothing is asked."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TextIO

import numpy as np

from cnnviz.core.lesson import Lesson
from cnnviz.core.trajectory import Moment
from cnnviz.data.images import Image, find_image, load_image
from cnnviz.export.animation import animation
from cnnviz.export.arguments import SERVING, asked_lesson, film_kind, parse, serves
from cnnviz.export.arrays import arrays_npz
from cnnviz.export.parameters import parameters_json
from cnnviz.export.script import jupyter_notebook, numpy_script
from cnnviz.export.terminal import Progress, report, run, title
from cnnviz.words import message, say


def command() -> int:
    """`cnnviz`: the page's server where nothing is asked for, and else the same as `python -m cnnviz`."""
    return main(page=len(sys.argv) == 1)


def main(arguments: list[str] | None = None, page: bool = False) -> int:
    """Runs a command line and gives its exit code; serves the page if that is asked for, or by `page`.

    Whatever goes wrong becomes a sentence on stderr.
    """
    for stream in filter(None, (sys.stdout, sys.stderr)):
        stream.reconfigure(errors="replace")  # not every terminal knows σ
    try:
        asked = parse(sys.argv[1:] if arguments is None else arguments)
        return _serve(asked) if page or serves(asked) else _run(asked)
    except KeyboardInterrupt:
        return _fail(130, say("terminal.stopped"))
    except Exception as error:
        return _fail(1, say("terminal.failed", error=f"{type(error).__name__}: {error}"))


def _serve(asked: argparse.Namespace) -> int:
    from cnnviz.ui.serve import serve  # Streamlit takes a second to import, and a lesson in a terminal needs none of it

    try:
        return serve({name: getattr(asked, name) for name in SERVING})
    except ValueError as error:
        return _fail(2, str(error))


def _run(asked: argparse.Namespace) -> int:
    try:
        lesson, start, notes = asked_lesson(asked)
        image = find_image(lesson.img)
    except ValueError as error:
        return _fail(2, str(error).removeprefix("Lesson: "))
    for note in notes:
        _tell(str(note))
    x = load_image(image.pixels, lesson.ch, lesson.scale)
    with np.errstate(all="ignore"):
        moment = _watched(lesson, "terminal.computing", lambda progress: run(lesson, x, progress))
        written = _write_files(asked, lesson, image, x, moment)  # before printing: who reads that may stop reading
    words = message("terminal.from_parameters", image=image.words, file=asked.params) if start else image.words
    printed = _print([*title(lesson, words), *report(lesson, moment)])
    return 0 if printed and written else 1


def _write_files(asked: argparse.Namespace, lesson: Lesson, image: Image, x: np.ndarray, moment: Moment) -> bool:
    """Writes each file that is asked for; says which, and whether all could be written."""
    makers: dict[str, Callable[[], bytes | str]] = {
        "npz": lambda: arrays_npz(lesson, moment),
        "json": lambda: parameters_json(lesson, moment.params),
        "script": lambda: numpy_script(lesson, image.pixels),
        "notebook": lambda: jupyter_notebook(lesson, image.pixels),
        "html": lambda: _page(asked, lesson, image),
        "film": lambda: _watched(
            lesson,
            "terminal.filming",
            lambda told: animation(lesson, x, asked.frames, film_kind(asked.film), progress=told),
        ),
    }
    return all(
        [_write(getattr(asked, name), make) for name, make in makers.items() if getattr(asked, name) is not None]
    )


def _page(asked: argparse.Namespace, lesson: Lesson, image: Image) -> str:
    from cnnviz.ui.standalone import lesson_html  # as slow to import as the page's server

    return lesson_html(lesson, image, asked.around, asked.server)


def _write(name: str, make: Callable[[], bytes | str]) -> bool:
    try:
        content = make()
        data = content.encode("utf-8") if isinstance(content, str) else content
        Path(name).write_bytes(data)
    except (OSError, ValueError) as error:
        return not _fail(1, say("terminal.unwritable", file=repr(name), error=getattr(error, "strerror", None) or str(error)))
    _tell(say("terminal.wrote", file=name, n=len(data)))
    return True


def _watched(lesson: Lesson, doing: str, work: Callable):
    progress = Progress(sys.stderr, lesson.k, doing)
    try:
        return work(progress)
    finally:
        progress.clear()


def _print(lines: Iterable[str]) -> bool:
    """Prints the lines; says whether they could be. What reads them may have stopped, as `head` does: no failure."""
    try:
        print("\n".join(lines), flush=True)
    except OSError as error:
        _leave(sys.stdout)
        return isinstance(error, BrokenPipeError) or not _fail(1, say("terminal.no_output", error=error.strerror))
    return True


def _tell(sentence: str) -> None:
    if sys.stderr is None:
        return
    try:
        print(f"cnnviz: {sentence}", file=sys.stderr, flush=True)
    except OSError:  # nobody can be told, which is no reason to stop
        _leave(sys.stderr)


def _leave(stream: TextIO) -> None:
    """Lets what could not be written go, or Python would try again as it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _fail(code: int, sentence: str) -> int:
    _tell(sentence)
    return code


if __name__ == "__main__":
    sys.exit(main())
