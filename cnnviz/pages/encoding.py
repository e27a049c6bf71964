"""Encoding of a response: a header, with its messages, and arrays, as bytes."""

import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from cnnviz.core.explain.saturation import hidden_share
from cnnviz.core.network.stored_params import NotStored, TrainingInfo, is_stored_name, training_info
from cnnviz.core.notebook.notebook import deviation_effects
from cnnviz.core.runtime.work_cancellation import check_cancelled
from cnnviz.core.setup.filters import banks
from cnnviz.core.setup.setup import Setup
from cnnviz.core.training.snapshots import Snapshot
from cnnviz.pages.address import PageRequest
from cnnviz.pages.array_dedup import redundant_arrays
from cnnviz.pages.map_records import program_of
from cnnviz.pages.network_record import stage_records
from cnnviz.pages.page_notes import page_notes
from cnnviz.pages.version import code
from cnnviz.wire.page import Header
from cnnviz.wire.records import FiltersRecord, StageRecord
from cnnviz.words import DEFAULT, LocalizedText, Message, Problem, format_value, message

MOST_LOSSES = 200
"""Number of points in the small loss curve, which has no room for more."""


def header(page: str, request: PageRequest) -> Header:
    """Return the header of every page: the setup, page notes, and the status line."""
    return Header(
        page=page,
        code=code(),
        asked=dict(request.query),
        lesson=query_of(request),
        words=request.image.message,
        wrong=dict(request.errors),
        remarks=page_notes(request.setup, request.snapshot),
        deviations=deviation_effects(request.setup.deviations),
        loss=finite_or_none(float(request.snapshot.losses[-1])),
        learned=_learned_sentence(request.setup),
        saturated=finite_or_none(hidden_share(program_of(request.setup, request.snapshot).network, request.snapshot.trace, "saturated")),
        filters=first_filters(request.setup),
        outputs=request.setup.output_words,
        stages=_stages(request),
    )


def query_of(request: PageRequest) -> dict[str, str]:
    """Return the setup as a query, with the other keys that stay in the address."""
    return {**request.setup.to_query(), **request.extras, **request.missing}


def _stages(request: PageRequest) -> list[StageRecord]:
    """Return the stages to show: eval mode has no update."""
    stages = stage_records(program_of(request.setup, request.snapshot), request.setup.opt)
    return stages if request.setup.mode == "train" else stages[:-1]


def _learned_sentence(setup: Setup) -> Message:
    """Return a sentence on what the initial parameters have learned before the first update."""
    try:
        info = training_info(setup.w) if is_stored_name(setup.w) else TrainingInfo(0, 0)
    except NotStored:  # deleted since the numbers were computed
        info = None
    if info is None:
        return message("web.status.given")
    return message("web.status.learned", images=info.images, n=info.epochs) if info.epochs else message("web.status.nothing")


def finite_or_none(value: float) -> float | None:
    """Return the number, or None if it is not finite."""
    return value if math.isfinite(value) else None


def first_filters(setup: Setup) -> FiltersRecord | None:
    """Return the initial filters of the first convolution, for editing, or None if no convolution exists."""
    bank = next(iter(banks(setup.network, setup.x_shape)), None)
    if bank is None:
        return None
    weights = setup.first_params()[bank.name]
    return FiltersRecord(name=bank.name, shape=[bank.filters, bank.channels, bank.k, bank.k], weights=weights.ravel().tolist())


def loss_curve(snapshot: Snapshot) -> dict[str, np.ndarray]:
    """Return the values of the small loss curve."""
    return {"losses": thin_values(snapshot.losses, MOST_LOSSES)}


def thin_values(values: np.ndarray, limit: int) -> np.ndarray:
    """Return at most `limit` of `values`, evenly spaced, including the first and the last.

    >>> thin_values(np.arange(5.0), 3)
    array([0., 2., 4.])
    """
    if len(values) <= limit:
        return values
    return values[np.linspace(0, len(values) - 1, limit).round().astype(int)]


def encode(header: Mapping[str, object], arrays: Mapping[str, np.ndarray]) -> bytes:
    """Encode a response: the header's length as little-endian uint32, the header as JSON, then the arrays.

    Arrays start at multiples of 8 bytes, so the JSON is padded with spaces. The header has each array's kind, its offset
    from the end of the header, and its shape. The browser translates the header's messages. If an array follows from
    others (`redundant_arrays`), its kind names them: "same z1" stores one bit per entry, 1 for z1's entry and 0 for zero,
    and "outer v dz2" stores nothing.
    """
    offset, entries, body = 0, {}, []
    kinds = redundant_arrays(arrays)
    check_cancelled()
    # v has the same memory as the map that it flattens, which is sent once
    sent: dict[tuple[object, ...], tuple[str, int]] = {}
    for name, array in arrays.items():
        data = np.ascontiguousarray(array, _KINDS.get(array.dtype.name, "<f8"))
        key = (data.__array_interface__["data"][0], data.nbytes) if data.base is not None or data is array else (name,)
        if key not in sent:
            kind = kinds.get(name, (data.dtype.name,))
            sent[key] = " ".join(kind), offset
            if name in kinds:
                data = np.packbits(data != 0, bitorder="little") if kind[0] == "same" else data[:0]
            body += [data.tobytes(), bytes(-data.nbytes % 8)]
            offset += data.nbytes + -data.nbytes % 8
        entries[name] = [*sent[key], *array.shape]
    text = _json({**header, "arrays": entries}).encode()
    text += b" " * (-(len(text) + 4) % 8)
    return b"".join([len(text).to_bytes(4, "little"), text, *body])


_KINDS = {"uint8": "u1", "int8": "i1", "float32": "<f4"}
"""Dtypes that are sent unchanged; all others are sent as float64."""


def decode(answer: bytes) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Decode the output of `encode` into header and arrays, as decode.js does.

    >>> decode(encode({"page": ""}, {"x": np.eye(2)}))[1]["x"].tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    start = 4 + int.from_bytes(answer[:4], "little")
    header = json.loads(answer[4:start])
    entries = header.pop("arrays")

    def array(name: str) -> np.ndarray:
        kind, offset, *shape = entries[name]
        rule, *sources = kind.split(" ")
        if rule == "outer":
            # finite, as redundant_arrays has checked; the array may be a view with another shape
            return np.outer(*map(array, sources)).reshape(shape)
        if rule == "same":
            bits = np.frombuffer(answer, "u1", -(-math.prod(shape) // 8), start + offset)
            return np.where(np.unpackbits(bits, count=math.prod(shape), bitorder="little"), array(sources[0]).ravel(), 0.0).reshape(shape)
        return np.frombuffer(answer, _KINDS.get(kind, "<f8"), math.prod(shape), start + offset).reshape(shape)

    return header, {name: array(name) for name in entries}


def _json(header: Mapping[str, object]) -> str:
    """Encode as JSON, with NaN and infinity as null."""
    try:
        return json.dumps(header, ensure_ascii=False, allow_nan=False, default=encode_message)
    except ValueError:  # rare: only if training has diverged
        return json.dumps(json.loads(json.dumps(header, default=encode_message), parse_constant=lambda _: None), ensure_ascii=False)


def encode_message(value: object) -> Mapping[str, object]:
    """Return a message in the form that decode.js translates. Raise TypeError for any other object that is not JSON.

    >>> encode_message(Message("words.unknown", {"id": (1, float("nan"))}))
    {'say': ['words.unknown', {'id': [1, 'NaN']}]}
    """
    if isinstance(value, Problem):
        value = value.message
    if isinstance(value, Message):
        return {"say": [value.id, {name: _encode_value(part) for name, part in value.values.items()}]}
    if isinstance(value, LocalizedText):
        return {"versions": dict(value.by_language)}
    raise TypeError(f"encode: {type(value).__name__} cannot be sent")


def _encode_value(value: object) -> object:
    """Return a message's value as JSON; NaN and infinity become the symbols that all languages share."""
    if isinstance(value, Message | Problem | LocalizedText):
        return encode_message(value)
    if isinstance(value, list | tuple | set | frozenset):
        return [_encode_value(part) for part in value]
    is_finite_number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return value if is_finite_number else format_value(value, lang=DEFAULT)
