"""Declarations of the data between Python and the browser: headers of responses, and the constants of spec.js.

`python -m cnnviz.wire.declarations` writes them as TypeScript into cnnviz/view/, for type checks of the JavaScript. A test
fails if the files are not up to date.
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
    """Properties that Streamlit passes to the view: the page, the code's version, and the state of one visit.

    `adopt` is the number of setup changes by trainings, and the last change. `wrong` has messages by key for invalid values
    that only affect the view, and `stage` is the stage shown instead. `listens` is whether another element of the page
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
    """Contents of a setup's file, and how to decode its responses.

    `names` are the responses' names (an update's number), `heads` the lengths of their headers in bytes, `bodies` the lengths
    of their arrays in 64-bit numbers, and `estimates` the predictors of arrays (hosts/file/predictors.py). `server` is a
    page's address with a trailing slash, or "". `scorm` is whether the file reports to a learning management system.
    A file with a deck (`script`) has no setup, and its responses are named by the numbers of the screens.
    """

    lesson: Query
    names: Sequence[str]
    heads: Sequence[int]
    bodies: Sequence[int]
    estimates: Mapping[str, tuple[str, Sequence[str], Sequence[float]]]
    server: str
    scorm: bool
    script: NotRequired[DeckData]


# --- TypeScript -----------------------------------------------------------------------------------

RECORDS = (
    Header, StepHeader, GradientChainHeader, CheckHeader, NotebookHeader, FilmHeader, ReportHeader, LearnHeader, Mounted, FileContents,
    CurveHeader, OfferedFiles, Adopted, UploadedModel, FullSet,
    DeckHeader, RoomQuestion, RoomResults, RoomPoll, RoomSteps, RoomScreen, RoomExperiment, RoomInside, RoomRun,
)  # fmt: skip
_NAMED = {"Scale": records.Scale, "Band": records.Band, "Kind": records.Kind}
_PLAIN = {object: "unknown", str: "string", int: "number", float: "number", bool: "boolean", NoneType: "null", Message: "string", LocalizedText: "string"}
_HEAD = "// Written by `python -m cnnviz.wire.declarations`: change that file, not this one.\n\n"


def declarations() -> dict[str, str]:
    """Return the text of each declaration file, by its path under cnnviz/view/."""
    shared_types: dict[str, str] = {}
    for record in RECORDS:
        _type_text(record, shared_types)
    constants = [f"export const {name}: {_type_text(kind, shared_types)}" for name, kind in get_type_hints(Spec).items()]
    used_names = [name for name in sorted(shared_types) if re.search(rf"\b{name}\b", " ".join(constants))]
    return {
        "types/wire.d.ts": _HEAD + "\n".join(shared_types[name] for name in sorted(shared_types)),
        "spec.d.ts": _HEAD + f'import type {{ {", ".join(used_names)} }} from "./types/wire.js"\n\n' + "\n".join(constants) + "\n",
    }


def _type_text(kind: Any, into: dict[str, str]) -> str:
    """Return a Python type as TypeScript, adding declarations of named types to `into`. Raise TypeError if it cannot
    be sent."""
    alias_name = next((name for name, alias in _NAMED.items() if alias == kind), None)
    if alias_name:
        into.setdefault(alias_name, f"export type {alias_name} = {_spell(kind, into)}\n")
        return alias_name
    if is_typeddict(kind):
        name = str(kind.__name__)
        if name not in into:
            into[name] = ""  # set first, so that a record may contain itself
            into[name] = _interface(kind, into)
        return name
    return _spell(kind, into)


def _interface(record: Any, into: dict[str, str]) -> str:
    fields, lines, base_names = get_type_hints(record, include_extras=True), [], ""
    for header in (GradientChainHeader, StepHeader, Header, AnswerHeader):  # a TypedDict does not record its bases
        inherited = get_type_hints(header, include_extras=True)
        if fields.items() > inherited.items():
            base_names, fields = f" extends {_type_text(header, into)}", {name: kind for name, kind in fields.items() if name not in inherited}
            break
    for field, kind in fields.items():
        is_optional = get_origin(kind) is NotRequired
        lines.append(f"  {field}{'?' if is_optional else ''}: {_type_text(get_args(kind)[0] if is_optional else kind, into)}\n")
    return f"/** {record.__doc__} */\nexport interface {record.__name__}{base_names} {{\n{''.join(lines)}}}\n"


def _spell(kind: Any, into: dict[str, str]) -> str:
    if kind in _PLAIN:
        return _PLAIN[kind]
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Literal:
        return " | ".join(f'"{value}"' for value in arguments)
    inner_types = [_type_text(argument, into) for argument in arguments]
    if origin in (Union, UnionType):
        return " | ".join(dict.fromkeys(inner_types))
    if origin is tuple:
        return f"[{', '.join(inner_types)}]"
    if origin is Sequence:
        return f"({inner_types[0]})[]" if "|" in inner_types[0] else f"{inner_types[0]}[]"
    if origin is Mapping:
        return f"Record<{inner_types[0]}, {inner_types[1]}>"
    raise TypeError(f"wire: {kind} cannot be sent")


def main() -> int:
    """Write the declarations to their files."""
    web = Path(__file__).parents[1] / "view"
    for path, text in declarations().items():
        (web / path).parent.mkdir(exist_ok=True)
        (web / path).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
