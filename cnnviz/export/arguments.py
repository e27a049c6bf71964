"""What can be asked for on the command line, and the lesson that follows from it."""

from __future__ import annotations

import argparse
import dataclasses
import math
import os
import re
from pathlib import Path
from urllib.parse import parse_qsl

from cnnviz.core.image_ids import PATTERNS
from cnnviz.core.kept import keep
from cnnviz.core.kernels import KERNELS
from cnnviz.core.lesson import MAX_PADDING, MAX_STRIDE, MAX_UPDATES, Lesson
from cnnviz.core.network import Params
from cnnviz.core.notebook import DEVIATIONS
from cnnviz.core.ops import conv2d_shape
from cnnviz.export.animation import MAX_FRAMES
from cnnviz.export.frames import KINDS
from cnnviz.export.parameters import MAX_BYTES, read_lesson, read_parameters

FIELDS = {
    "img": (
        "IMAGE",
        "test-0 … test-9999, train-0 … train-49999, of which test-0 … test-19 come along, or "
        + ", ".join(f"pattern-{name}" for name in PATTERNS),
    ),
    "ch": ("CHANNEL", "red, green, blue or gray"),
    "scale": ("SCALE", "unit (pixels 0 … 1) or raw (0 … 255)"),
    "f": ("KERNEL", f"{', '.join(KERNELS)}, random-SEED, or nine numbers, row by row: -1,0,1,-2,0,2,-1,0,1"),
    "w": ("START", "how the weights start: normal (drawn with the seed) or zeros"),
    "seed": ("SEED", "a whole number for the weights"),
    "y": ("TARGETS", "two numbers: 1,0"),
    "lr": ("RATE", "the learning rate"),
    "stride": ("STRIDE", f"pixels from one place of the kernel to the next, 1 to {MAX_STRIDE}"),
    "pad": ("PADDING", f"zeros around the image: valid, same, full, or a number up to {MAX_PADDING}"),
    "rule": ("RULE", f"exact, procedural, object-oriented, or deviations of the seed notebook: {', '.join(DEVIATIONS)}"),
    "k": ("UPDATES", f"how many updates are made before the numbers are printed, up to {MAX_UPDATES:,}"),
    "stage": ("STAGE", "the stage whose array is printed whole, such as z1"),
}
"""Each field of Lesson, with what to write for it."""

FILES = {
    "npz": "every array of this update, for numpy.load",
    "json": "the parameters f, w and b; --params reads them back",
    "script": "this lesson as a Python script that needs NumPy alone and prints the same numbers",
    "notebook": "the same as a Jupyter notebook with its formulas",
    "film": "kernel and maps from update 0 to k, as .gif or .webp",
}

DESCRIPTION = """\
Runs one lesson of cnnviz, an image through one small CNN and back, and prints every stage of the next
update: small arrays whole, large ones as their shape, least, most and mean. Lines that begin with # say
what a number is. A lesson is a link or a query copied from the page, options, or a link that options change.
"""

EPILOG = """\
examples:
  python -m cnnviz                                           the lesson that the page opens with
  python -m cnnviz "?img=test-3&f=blur&k=10"                 a query; quote it, since & means something to a shell
  python -m cnnviz "http://localhost:8501/?img=test-3" --k 50    a link, 50 updates on
  python -m cnnviz --img pattern-edges --f sobel-y --stage z1    with all of z1
  python -m cnnviz --k 200 --lr 0.5 --film lesson.webp --script lesson.py --npz lesson.npz
  python -m cnnviz --k 200 --json half.json                  and then 100 updates more from there:
  python -m cnnviz --params half.json --k 100

exit codes: 0 done, 1 a file or the output could not be written, 2 the lesson or an option cannot be used,
130 stopped by Ctrl-C.
"""


def parser() -> argparse.ArgumentParser:
    """What `python -m cnnviz --help` shows."""
    commands = argparse.ArgumentParser(
        prog="python -m cnnviz",
        usage="%(prog)s [LINK] [options]",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    commands.add_argument(
        "link", nargs="?", metavar="LINK", help="a lesson's address or query, as copied from the page"
    )
    fields = commands.add_argument_group("the lesson (what is not given is as in the link, or as the page opens)")
    for name, (metavar, words) in FIELDS.items():
        fields.add_argument(f"--{name}", metavar=metavar, help=words)
    words = "start from these parameters, in their own lesson with k = 0 where nothing else is asked for"
    fields.add_argument("--params", metavar="FILE", help=words)
    files = commands.add_argument_group("files to write")
    for name, words in FILES.items():
        files.add_argument(f"--{name}", metavar="FILE", help=words)
    words = f"at most N frames in the film, 2 to {MAX_FRAMES} (60)"
    files.add_argument("--frames", metavar="N", type=_frames, default=60, help=words)
    return commands


def parse(arguments: list[str]) -> argparse.Namespace:
    """The arguments by name; an unusable one ends the program with a sentence and exit code 2."""
    commands = parser()
    asked = commands.parse_args(joined(arguments))
    if asked.film is not None and film_kind(asked.film) not in KINDS:
        commands.error(f"--film {asked.film}: its name needs to end in .gif or .webp")
    if asked.params is not None and any(name is not None for name in (asked.f, asked.w, asked.seed)):
        commands.error("--params: the file says how f and w begin; leave out --f, --w and --seed")
    files = [os.path.abspath(name) for name in (getattr(asked, name) for name in FILES) if name is not None]
    if len({*files}) < len(files):
        commands.error("two files cannot have one name")
    return asked


def joined(arguments: list[str]) -> list[str]:
    """The arguments with values such as -1,0,1 tied to the option before them, so that they are not taken for options.

    >>> joined(["--f", "-1,0,1", "--k", "3"])
    ['--f=-1,0,1', '--k', '3']
    """
    tied: list[str] = []
    for argument in arguments:
        if tied and re.fullmatch(r"--\w+", tied[-1]) and re.match(r"-[\d.]", argument):
            tied[-1] += f"={argument}"
        else:
            tied.append(argument)
    return tied


def film_kind(name: str) -> str:
    """The kind of film that a file's name asks for: "gif", "webp", or another ending."""
    return Path(name).suffix.lower().removeprefix(".")


def asked_lesson(asked: argparse.Namespace) -> tuple[Lesson, Params | None, list[str]]:
    """The lesson, the parameters that it starts from where a file is given, and sentences on what was passed over.

    Options win over the link, the link over the lesson of the parameters; but where parameters are given,
    f and w are theirs. Raises ValueError with a sentence for what cannot be used.
    """
    content, lesson, notes = None, Lesson(), []
    if asked.params is not None:
        content = _content(asked.params)
        lesson, notes = read_lesson(content)
        lesson = dataclasses.replace(lesson, k=0)
    link = query_of(asked.link) if asked.link is not None else {}
    options = {name: getattr(asked, name) for name in FIELDS if getattr(asked, name) is not None}
    values = lesson.to_query() | {name: text for name, text in link.items() if name in FIELDS} | options
    lesson = Lesson(**values)
    if unknown := [name for name in link if name not in FIELDS]:
        notes.append(f"{', '.join(unknown)}: no part of a lesson, passed over")
    if content is None:
        if lesson.w.startswith("held-"):
            raise ValueError(
                f"{lesson.w} are weights that a page holds in its memory: save them there as parameters (.json) and give the file with --params"
            )
        return lesson, None, notes
    start = read_parameters(content, units=math.prod(conv2d_shape((32, 32), (3, 3), lesson.stride, lesson.pad)))
    return dataclasses.replace(lesson, f=start.f, w=keep(start)), start, notes


def query_of(link: str) -> dict[str, str]:
    """The query of an address or of what was copied from one; ValueError if it is neither.

    >>> query_of("http://localhost:8501/?img=test-3&k=5#top"), query_of("img=test-3"), query_of("http://localhost:8501")
    ({'img': 'test-3', 'k': '5'}, {'img': 'test-3'}, {})
    """
    address, mark, query = link.strip().partition("?")
    if not mark and "://" not in address:
        address, query = "", address
    if not mark and "=" not in query and "://" not in address:
        raise ValueError(f"{link[:80]!r} is neither a link nor a query such as '?img=test-3&k=5'")
    return dict(parse_qsl(query.partition("#")[0], keep_blank_values=True))


def _content(name: str) -> bytes:
    try:
        with open(name, "rb") as file:
            return file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        raise ValueError(f"{name} cannot be read: {getattr(error, 'strerror', None) or error}") from None


def _frames(text: str) -> int:
    if not re.fullmatch(r"\d{1,4}", text, re.ASCII) or not 2 <= int(text) <= MAX_FRAMES:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 2 to {MAX_FRAMES}")
    return int(text)
