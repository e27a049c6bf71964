"""Options of the command line, and the setup that they describe."""

import argparse
import dataclasses
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import cnnviz
from cnnviz.core.network.named_arrays import Params
from cnnviz.core.network.optimizers import OPTIMIZERS
from cnnviz.core.network.stored_params import is_stored_name
from cnnviz.core.notebook.notebook import DEVIATIONS
from cnnviz.core.setup.image_ids import PATTERNS
from cnnviz.core.setup.kernels import KERNELS
from cnnviz.core.setup.page_state import PAGE_KEYS
from cnnviz.core.setup.read_setup import FILTERS
from cnnviz.core.setup.setup import CHANNELS, MAX_PADDING, MAX_STRIDE, MAX_UPDATES, SETUP_KEYS, Setup
from cnnviz.export.animation import MAX_FRAMES
from cnnviz.export.animation_frames import KINDS
from cnnviz.export.cli_language import OPTION
from cnnviz.export.import_weights import is_arrays, read_start
from cnnviz.export.parameters import MOST_BYTES, read_parameters, read_setup, starting_from
from cnnviz.words import Message, Problem, languages, message, say

FIELDS = tuple(field.name for field in dataclasses.fields(Setup))
"""Fields of a setup, all of which have an option."""

FILES = ("npz", "csv", "json", "script", "notebook", "keras", "pytorch", "exercise", "spreadsheet", "sheet", "answers", "teacher", "html", "scorm", "film")
"""Kinds of files that can be written."""

PAGE_NAMES = {"npz": "arrays", "json": "parameters"} | {name: name for name in ("notebook", "keras", "pytorch", "spreadsheet", "sheet", "answers", "teacher", "html")}
"""Names of the kinds that the page also offers."""
PROPER_NOUNS = ("Jupyter", "Keras", "PyTorch")
"""Proper nouns, whose capital is kept in the middle of a line."""

MOST_AROUND = 50
"""Upper limit of updates in either direction that an HTML file contains."""

SERVER_OPTIONS = ("port", "host", "prefix", "embed")
"""Options of the server; any of them starts it."""

SITE_OPTIONS = ("site", "pyodide", "scripts")
"""Options of a static site: its folder, and what it contains."""


def parser() -> argparse.ArgumentParser:
    """Return the parser of `python -m cnnviz`."""
    commands = command_parser("help")
    link, file, count = (say(f"terminal.help.metavar.{name}") for name in ("link", "file", "count"))
    commands.add_argument(
        "--version", action="version", version=f"cnnviz {cnnviz.__version__}", help=say("terminal.help.version")
    )
    commands.add_argument("link", nargs="?", metavar=link, help=say("terminal.help.link"))
    add_fields(commands)
    files = commands.add_argument_group(say("terminal.help.files"))
    for name in FILES:
        files.add_argument(f"--{name}", metavar=file, help=_file_help(name))
    words = say("terminal.help.around", most=MOST_AROUND)
    files.add_argument("--around", metavar=count, type=_parse_around, default=1, help=words)
    files.add_argument("--server", default="", help=say("terminal.help.server"))
    words = say("terminal.help.frames", most=MAX_FRAMES)
    files.add_argument("--frames", metavar=count, type=_parse_frames, default=60, help=words)
    serving = commands.add_argument_group(say("terminal.help.serving"))
    for name in SERVER_OPTIONS:
        serving.add_argument(f"--{name}", help=say(f"terminal.help.serve.{name}"))
    site = commands.add_argument_group(say("terminal.help.sites"))
    for name in SITE_OPTIONS:
        site.add_argument(f"--{name}", metavar=say("terminal.help.metavar.folder"), help=say(f"terminal.help.site.{name}"))
    return commands


def _file_help(name: str) -> str:
    words = say(f"ui.take_home.{PAGE_NAMES[name]}" if name in PAGE_NAMES else f"terminal.help.file.{name}")
    return words if words.startswith(PROPER_NOUNS) else words[0].lower() + words[1:]


def command_parser(words: str, name: str = "") -> argparse.ArgumentParser:
    """Return a parser for the command `name`, with usage and texts from the messages `terminal.<words>`."""
    program = "cnnviz" if Path(sys.argv[0]).stem == "cnnviz" else "python -m cnnviz"
    commands = argparse.ArgumentParser(
        prog=f"{program} {name}".strip(),
        usage=say(f"terminal.{words}.usage"),
        description=say(f"terminal.{words}.description"),
        epilog=say(f"terminal.{words}.epilog", command=program),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    commands.add_argument(OPTION, help=say("terminal.help.lang", languages=languages()))
    return commands


def add_fields(commands: argparse.ArgumentParser) -> None:
    """Add an option for each field of a setup, and one for a parameter file."""
    fields = commands.add_argument_group(say("terminal.help.fields"))
    for name in FIELDS:
        key = "filters" if name in FILTERS and name != "f" else name
        words = str(Message(f"terminal.help.field.{key}", {"name": name, **_help_values().get(name, {})}))
        fields.add_argument(f"--{name}", help=words)
    fields.add_argument("--params", metavar=say("terminal.help.metavar.file"), help=say("terminal.help.params"))


def check_start(commands: argparse.ArgumentParser, args: argparse.Namespace) -> None:
    """Exit with an error if a parameter file is combined with other options for the initial parameters."""
    if args.params is not None and any(getattr(args, name) is not None for name in {"f", *FILTERS, "w", "seed"}):
        commands.error(say("terminal.start_twice"))


def _help_values() -> dict[str, dict[str, object]]:
    """Return the core's limits and options that the help texts of fields mention."""
    return {
        "ch": {"channels": CHANNELS},
        "opt": {"optimizers": tuple(OPTIMIZERS)},
        "img": {"patterns": [f"pattern-{name}" for name in PATTERNS]},
        "f": {"kernels": tuple(KERNELS)},
        "stride": {"most": MAX_STRIDE},
        "pad": {"most": MAX_PADDING},
        "rule": {"deviations": tuple(DEVIATIONS)},
        "k": {"most": MAX_UPDATES},
    }


def parse(arguments: list[str]) -> argparse.Namespace:
    """Parse the arguments. Exit with a message and code 2 if one is invalid."""
    commands = parser()
    args = commands.parse_args(join_negative_values(arguments))
    if args.film is not None and film_kind(args.film) not in KINDS:
        commands.error(say("terminal.wrong_film", file=args.film))
    check_start(commands, args)
    args.walk, args.script = (args.script, None) if str(args.script).lower().endswith(".toml") else (None, args.script)
    if args.walk is not None and args.html is None and args.scorm is None:
        commands.error(say("terminal.walk_alone"))
    files = [os.path.abspath(name) for name in (getattr(args, name) for name in FILES) if name is not None]
    if len({*files}) < len(files):
        commands.error(say("terminal.same_file"))
    try:
        args.server = page_address(args.server)
    except Problem as error:
        commands.error(str(error))
    if starts_server(args):
        _check_serving(commands, args)
    if any(getattr(args, name) is not None for name in SITE_OPTIONS):
        _check_site(commands, args)
    return args


def starts_server(args: argparse.Namespace) -> bool:
    """Return whether the arguments start the server."""
    return any(getattr(args, name) is not None for name in SERVER_OPTIONS)


def _check_serving(commands: argparse.ArgumentParser, args: argparse.Namespace) -> None:
    if any(getattr(args, name) is not None for name in ("link", "params", *FIELDS, *FILES)):
        commands.error(say("terminal.serve_or_print"))
    if args.port is not None and not (re.fullmatch(r"\d{1,5}", args.port, re.ASCII) and int(args.port) < 65_536):
        commands.error(say("terminal.wrong_port", text=repr(args.port)))


def _check_site(commands: argparse.ArgumentParser, args: argparse.Namespace) -> None:
    if args.site is None or any(getattr(args, name) is not None for name in ("link", "params", *FIELDS, *FILES, *SERVER_OPTIONS)):
        commands.error(say("terminal.site.alone"))


def join_negative_values(arguments: list[str]) -> list[str]:
    """Join values such as -1,0,1 to the preceding option with "=", so that argparse does not take them for options.

    >>> join_negative_values(["--f", "-1,0,1", "--k", "3"])
    ['--f=-1,0,1', '--k', '3']
    """
    words: list[str] = []
    for argument in arguments:
        if words and re.fullmatch(r"--\w+", words[-1]) and re.match(r"-[\d.]", argument):
            words[-1] += f"={argument}"
        else:
            words.append(argument)
    return words


def film_kind(name: str) -> str:
    """Return the extension of an animation's file name: "gif", "webp" or another one."""
    return Path(name).suffix.lower().removeprefix(".")


def setup_from_arguments(args: argparse.Namespace) -> tuple[Setup, Params | None, list[Message | str]]:
    """Return the setup, the parameters that a file provides (or None), and notes on ignored input.

    Options override the link, and the link overrides the setup of a parameter file. The parameters themselves always come
    from the file. Raise ValueError with a message if something is invalid.
    """
    link = query_of(args.link) if args.link is not None else {}
    options = {name: getattr(args, name) for name in FIELDS if getattr(args, name) is not None}
    values = {name: text for name, text in link.items() if name in SETUP_KEYS} | options
    content, notes = None, list[Message | str]()
    if args.params is not None:
        content = read_content(args.params, MOST_BYTES)
        if is_arrays(content):
            return _from_arrays(content, values)
        setup, notes = read_setup(content)
        net = {"net": values["net"]} if "net" in values else {}
        values = setup.with_query(net)[0].continuation.to_query() | values
    if (first_filter := values.pop("f1", None)) is not None:
        values.setdefault("f", first_filter)
    setup = _setup_of({name: text for name, text in values.items() if name in FIELDS})
    if unknown := [name for name in (*link, *values) if name not in (*FIELDS, *PAGE_KEYS, "f1")]:
        notes.append(message("terminal.passed_over", names=list(dict.fromkeys(unknown))))
    if content is None:
        if stored_name := next((text for text in values.values() if is_stored_name(text)), None):
            raise Problem("terminal.held_weights", name=stored_name)
        return setup, None, notes
    start = read_parameters(content, program=setup.network.program(setup.x_shape))
    return starting_from(setup, start), start, notes


def _setup_of(texts: Mapping[str, str]) -> Setup:
    """Return a setup from texts by field. Raise ValueError if a field is invalid."""
    return Setup(**texts)  # type: ignore[arg-type]  # each field is brought from its text into its form


def _from_arrays(content: bytes, values: dict[str, str]) -> tuple[Setup, Params, list[Message | str]]:
    """Return the setup of an .npz or .npy file, or the requested setup with the file's weights. Other options override
    both."""
    values = {name: text for name, text in values.items() if name not in {"f", "f1", *FILTERS, "w", "seed"}}
    start, notes = read_start(content, _setup_of(values))
    setup, errors = start.with_query({"k": "0"} | values)
    return setup, setup.first_params(), [*notes, *errors.values()]


def query_of(link: str) -> dict[str, str]:
    """Return the query of a URL, or of a part of a URL. Raise Problem if it is neither.

    >>> query_of("http://localhost:8501/?img=test-3&k=5#top"), query_of("img=test-3"), query_of("http://localhost:8501")
    ({'img': 'test-3', 'k': '5'}, {'img': 'test-3'}, {})
    """
    address, separator, query = link.strip().partition("?")
    if not separator and "://" not in address:
        address, query = "", address
    if not separator and "=" not in query and "://" not in address:
        raise Problem("terminal.not_a_link", link=repr(link[:80]))
    return dict(parse_qsl(query.partition("#")[0], keep_blank_values=True))


def page_address(text: str) -> str:
    """Return a URL with a trailing slash; "" stays. Raise Problem if it is invalid.

    >>> page_address("https://example.org/cnnviz?k=3")
    'https://example.org/cnnviz/'
    """
    if not text:
        return ""
    try:
        parts = urlsplit(text.strip())
    except ValueError:  # an unmatched bracket
        raise Problem("export.html.server", server=repr(text[:80])) from None
    if parts.scheme not in ("http", "https") or not parts.netloc or re.search(r"\s", text.strip()):
        raise Problem("export.html.server", server=repr(text[:80]))
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}/"


def read_content(name: str, limit: int) -> bytes:
    """Return a file's first `limit` + 1 bytes. Raise Problem if it cannot be read."""
    try:
        with open(name, "rb") as file:
            return file.read(limit + 1)
    except (OSError, ValueError) as error:
        raise Problem("terminal.unreadable", file=name, error=getattr(error, "strerror", None) or str(error)) from None


def _parse_frames(text: str) -> int:
    if not re.fullmatch(r"\d{1,4}", text, re.ASCII) or not 2 <= int(text) <= MAX_FRAMES:
        raise argparse.ArgumentTypeError(say("terminal.wrong_frames", text=repr(text), most=MAX_FRAMES))
    return int(text)


def _parse_around(text: str) -> int:
    if not re.fullmatch(r"\d{1,2}", text, re.ASCII) or int(text) > MOST_AROUND:
        raise argparse.ArgumentTypeError(say("terminal.wrong_around", text=repr(text), most=MOST_AROUND))
    return int(text)
