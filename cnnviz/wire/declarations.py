"""Declarations of what goes between Python and the browser: the headers of the answers, and the constants of spec.js.

`python -m cnnviz.wire.declarations` writes the same as TypeScript declarations into cnnviz/view/types/, which
the JavaScript is checked against; a test holds them up to date.
"""

import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, NotRequired, TypedDict, Union, get_args, get_origin, get_type_hints, is_typeddict

from cnnviz.wire import records
from cnnviz.wire.check import CheckHeader
from cnnviz.wire.constants import Spec
from cnnviz.wire.deck import DeckData, DeckHeader
from cnnviz.wire.dialogs import Adopted, FullSet, OfferedFiles, UploadedModel
from cnnviz.wire.film import FilmHeader
from cnnviz.wire.gradient_chain import GradientChainHeader
from cnnviz.wire.learn import LearnHeader
from cnnviz.wire.loss_along import CurveHeader
from cnnviz.wire.notebook import NotebookHeader
from cnnviz.wire.page import AnswerHeader, Header, Query, StepHeader
from cnnviz.wire.rooms import (
    RoomExperiment,
    RoomInside,
    RoomPoll,
    RoomQuestion,
    RoomResults,
    RoomRun,
    RoomScreen,
    RoomSteps,
)
from cnnviz.wire.training import ReportHeader
from cnnviz.words import LocalizedText, Message

# --- From Streamlit --------------------------------------------------------------------------------


class Mounted(TypedDict):
    """Properties that Streamlit's page hands the component: the page, the code's version, and what belongs to one visit alone.

    `adopt` is how often a training changed the setup, and the last change. `wrong` says by key what of the address, as far
    as it says how one looks, cannot be, and `stage` which stage there is instead. Where it `listens`, something else on the page
    depends on the setup.
    """

    page: str
    code: str
    adopt: tuple[int, Query]
    stage: str
    wrong: Mapping[str, records.Text]
    listens: bool


# --- A setup as a file ----------------------------------------------------------------------------


class FileContents(TypedDict):
    """Contents of a file of a setup, and how to read its bytes: the answers' names (an update's number), how long their
    headers are, in bytes, and the rest, in numbers of 64 bits, and how arrays follow from others (hosts/file/predictors.py);
    `server` is a page's address, with a slash at its end, or ""; `scorm`: whether it tells a learning management system.
    A file that holds a deck has no setup, and the answers' names are its screens' numbers.
    """

    lesson: Query
    names: Sequence[str]
    heads: Sequence[int]
    bodies: Sequence[int]
    estimates: Mapping[str, tuple[str, Sequence[str], Sequence[float]]]
    server: str
    scorm: bool
    script: NotRequired[DeckData]


# --- The same as TypeScript ------------------------------------------------------------------------

RECORDS = (
    Header, StepHeader, GradientChainHeader, CheckHeader, NotebookHeader, FilmHeader, ReportHeader, LearnHeader, Mounted, FileContents,
    CurveHeader, OfferedFiles, Adopted, UploadedModel, FullSet,
    DeckHeader, RoomQuestion, RoomResults, RoomPoll, RoomSteps, RoomScreen, RoomExperiment, RoomInside, RoomRun,
)  # fmt: skip
_NAMED = {"Scale": records.Scale, "Band": records.Band, "Kind": records.Kind}
_PLAIN = {object: "unknown", str: "string", int: "number", float: "number", bool: "boolean", NoneType: "null", Message: "string", LocalizedText: "string"}
_HEAD = "// Written by `python -m cnnviz.wire.declarations`: change that file, not this one.\n\n"


def declarations() -> dict[str, str]:
    """The text of each declaration file, by its path under cnnviz/view/."""
    shared: dict[str, str] = {}
    for record in RECORDS:
        _written(record, shared)
    constants = [f"export const {name}: {_written(kind, shared)}" for name, kind in get_type_hints(Spec).items()]
    used = [name for name in sorted(shared) if re.search(rf"\b{name}\b", " ".join(constants))]
    return {
        "types/wire.d.ts": _HEAD + "\n".join(shared[name] for name in sorted(shared)),
        "spec.d.ts": _HEAD + f'import type {{ {", ".join(used)} }} from "./types/wire.js"\n\n' + "\n".join(constants) + "\n",
    }


def _written(kind: Any, into: dict[str, str]) -> str:
    """A Python type as TypeScript has it; what has a name is declared under it. TypeError for one that cannot be sent."""
    named = next((name for name, alias in _NAMED.items() if alias == kind), None)
    if named:
        into.setdefault(named, f"export type {named} = {_spelt(kind, into)}\n")
        return named
    if is_typeddict(kind):
        name = str(kind.__name__)
        if name not in into:
            into[name] = ""  # so that a record may hold itself
            into[name] = _record(kind, into)
        return name
    return _spelt(kind, into)


def _record(record: Any, into: dict[str, str]) -> str:
    fields, lines, extends = get_type_hints(record, include_extras=True), [], ""
    for header in (GradientChainHeader, StepHeader, Header, AnswerHeader):  # a TypedDict does not tell what it inherits from
        inherited = get_type_hints(header, include_extras=True)
        if fields.items() > inherited.items():
            extends, fields = f" extends {_written(header, into)}", {name: kind for name, kind in fields.items() if name not in inherited}
            break
    for field, kind in fields.items():
        maybe = get_origin(kind) is NotRequired
        lines.append(f"  {field}{'?' if maybe else ''}: {_written(get_args(kind)[0] if maybe else kind, into)}\n")
    return f"/** {record.__doc__} */\nexport interface {record.__name__}{extends} {{\n{''.join(lines)}}}\n"


def _spelt(kind: Any, into: dict[str, str]) -> str:
    if kind in _PLAIN:
        return _PLAIN[kind]
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Literal:
        return " | ".join(f'"{value}"' for value in arguments)
    inner = [_written(argument, into) for argument in arguments]
    if origin in (Union, UnionType):
        return " | ".join(dict.fromkeys(inner))
    if origin is tuple:
        return f"[{', '.join(inner)}]"
    if origin is Sequence:
        return f"({inner[0]})[]" if "|" in inner[0] else f"{inner[0]}[]"
    if origin is Mapping:
        return f"Record<{inner[0]}, {inner[1]}>"
    raise TypeError(f"wire: {kind} cannot be sent")


def main() -> int:
    """Writes the declarations where the JavaScript looks for them."""
    web = Path(__file__).parents[1] / "view"
    for path, text in declarations().items():
        (web / path).parent.mkdir(exist_ok=True)
        (web / path).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
