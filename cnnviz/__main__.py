"""`python -m cnnviz`: a lesson in a terminal, without the page. Prints its numbers and writes its files."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from cnnviz.core.lesson import Lesson
from cnnviz.core.network import Params
from cnnviz.core.ops import conv2d_shape
from cnnviz.core.trajectory import Moment
from cnnviz.data.images import Image, find_image, load_image
from cnnviz.export.arguments import asked_lesson, film_kind, parse
from cnnviz.export.arrays import arrays_npz
from cnnviz.export.film import film
from cnnviz.export.parameters import parameters_json, read_parameters
from cnnviz.export.script import jupyter_notebook, numpy_script
from cnnviz.export.terminal import Progress, report, run, title


def main(arguments: list[str] | None = None) -> int:
    """Runs a command line and gives its exit code. Whatever goes wrong becomes a sentence on stderr."""
    for stream in filter(None, (sys.stdout, sys.stderr)):
        stream.reconfigure(errors="replace")  # not every terminal knows σ
    try:
        return _run(parse(sys.argv[1:] if arguments is None else arguments))
    except KeyboardInterrupt:
        return _fail(130, "stopped")
    except Exception as error:
        return _fail(1, f"this did not work ({type(error).__name__}: {error})")


def _run(asked: argparse.Namespace) -> int:
    try:
        lesson, start, unknown = asked_lesson(asked)
        image = find_image(lesson.img)
        x = load_image(image.pixels, lesson.ch, lesson.scale)
        params = _parameters(start, lesson, x)
    except ValueError as error:
        return _fail(2, str(error).removeprefix("Lesson: "))
    if unknown:
        _say(f"{', '.join(unknown)}: no part of a lesson, passed over")
    with np.errstate(all="ignore"):
        moment = _watched(lesson, "computing", lambda progress: run(lesson, x, params, progress))
        written = _write_files(asked, lesson, image, x, moment)  # before printing: who reads that may stop reading
    words = f"{image.words}, from the parameters in {asked.params}" if params else image.words
    printed = _print([*title(lesson, words), *report(lesson, moment)])
    return 0 if printed and written else 1


def _parameters(start: bytes | None, lesson: Lesson, x: np.ndarray) -> Params | None:
    if start is None:
        return None
    rows, columns = conv2d_shape(x.shape, (3, 3), lesson.stride, lesson.pad)
    return read_parameters(start, units=rows * columns)


def _write_files(asked: argparse.Namespace, lesson: Lesson, image: Image, x: np.ndarray, moment: Moment) -> bool:
    """Writes each file that is asked for; says which, and whether all could be written."""
    makers: dict[str, Callable[[], bytes | str]] = {
        "npz": lambda: arrays_npz(lesson, moment),
        "json": lambda: parameters_json(lesson, moment.params),
        "script": lambda: numpy_script(lesson, image.pixels),
        "notebook": lambda: jupyter_notebook(lesson, image.pixels),
        "film": lambda: _watched(
            lesson, "filming", lambda told: film(lesson, x, asked.frames, film_kind(asked.film), progress=told)
        ),
    }
    return all(
        [_write(getattr(asked, name), make) for name, make in makers.items() if getattr(asked, name) is not None]
    )


def _write(name: str, make: Callable[[], bytes | str]) -> bool:
    try:
        content = make()
        data = content.encode("utf-8") if isinstance(content, str) else content
        Path(name).write_bytes(data)
    except (OSError, ValueError) as error:
        return not _fail(1, f"{name!r} cannot be written: {getattr(error, 'strerror', None) or error}")
    _say(f"wrote {name} ({len(data):,} bytes)")
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
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python would try again as it ends
        return isinstance(error, BrokenPipeError) or not _fail(1, f"the output cannot be written: {error.strerror}")
    return True


def _say(sentence: str) -> None:
    print(f"cnnviz: {sentence}", file=sys.stderr)


def _fail(code: int, sentence: str) -> int:
    _say(sentence)
    return code


if __name__ == "__main__":
    sys.exit(main())
