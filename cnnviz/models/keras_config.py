"""A Keras model's configuration: JSON, or the config.json of a .keras archive. What it holds as code is never run."""

import json
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

from cnnviz.core.training.archives import piece_of
from cnnviz.models.described_layers import Described, Description, Unknown, shortened
from cnnviz.models.library_calls import MOST_LAYERS
from cnnviz.models.losses import BY_NAME
from cnnviz.words import Problem

MOST_BYTES = 1_000_000
"""The most bytes of a configuration."""

MOST_DIGITS = 15
"""Digits of a whole number."""

_SHOWN = ("filters", "kernel_size", "units", "pool_size", "strides", "padding", "rate", "activation")
"""The settings of a layer's configuration that are shown."""


def config_in(archive: bytes) -> bytes:
    """The configuration in a .keras archive; Problem where there is none."""
    try:
        return piece_of(archive, "config.json", MOST_BYTES + 1)
    except zipfile.BadZipFile:
        raise Problem("model.no_config") from None


def read_config(text: str | bytes) -> Description:
    """The layers and the loss of a configuration. Problem where it is none, or where a layer has two inputs.

    >>> layer = {"class_name": "Dense", "config": {"units": 10, "activation": "softmax"}}
    >>> read_config(json.dumps({"class_name": "Sequential", "config": {"layers": [layer]}})).layers[0].named["units"]
    10
    """
    if len(text) > MOST_BYTES:
        raise Problem("model.too_long", megabytes=MOST_BYTES / 1e6)
    try:
        model = json.loads(text, parse_int=_whole)
    except (ValueError, RecursionError):
        raise Problem("model.no_json") from None
    for key in ("modelTopology", "model_config"):  # as TensorFlow.js and older files have it inside
        model = model.get(key, model) if isinstance(model, dict) else model
    if not isinstance(model, dict) or not isinstance(model.get("config"), dict | list):
        raise Problem("model.no_json")
    layers = list(_layers(model))
    if not layers:
        raise Problem("model.no_layers")
    if len(layers) > MOST_LAYERS:
        raise Problem("model.too_many", n=len(layers), most=MOST_LAYERS)
    return Description(tuple(layers), *_loss(model.get("compile_config")))


def _whole(text: str) -> int | Unknown:
    """Return a whole number, or an Unknown if it has too many digits to be a size."""
    return int(text) if len(text) <= MOST_DIGITS else Unknown(shortened(text))


def _layers(model: Mapping[str, Any], depth: int = 8) -> Iterator[Described]:
    """The layers of a model, those of a model in it in their place."""
    config = model.get("config")
    found = config if isinstance(config, list) else config.get("layers") if isinstance(config, dict) else None
    if not depth or not isinstance(found, list):
        raise Problem("model.no_json")
    before = ""
    for one in found:
        if not isinstance(one, dict) or not isinstance(one.get("config"), dict | list):
            raise Problem("model.no_json")
        _check_chain(one, before)
        own = one["config"]
        before = str(one.get("name") or (own.get("name") if isinstance(own, dict) else "") or "")
        if one.get("class_name") in ("Sequential", "Functional", "Model"):
            yield from _layers(one, depth - 1)
        else:
            yield _described(one)


def _check_chain(layer: Mapping[str, Any], before: str) -> None:
    """Each layer has to read the one before it."""
    sources = list(_sources(layer.get("inbound_nodes")))
    if len(sources) > 1 or (sources and before and sources[0] != before):
        raise Problem("model.branches", name=str(layer.get("name") or layer.get("class_name"))[:40])


def _sources(nodes: Any, depth: int = 12) -> Iterator[str]:
    """The names of the layers that a layer reads, as Keras 3 and Keras 2 write them."""
    if not depth:
        return
    if isinstance(nodes, dict):
        history = nodes.get("keras_history")
        if isinstance(history, list) and history:
            yield str(history[0])
        else:
            for one in nodes.values():
                yield from _sources(one, depth - 1)
    elif isinstance(nodes, list):
        if len(nodes) >= 3 and isinstance(nodes[0], str) and isinstance(nodes[1], int):
            yield nodes[0]
        else:
            for one in nodes:
                yield from _sources(one, depth - 1)


def _described(layer: Mapping[str, Any]) -> Described:
    config = layer["config"] if isinstance(layer["config"], dict) else {}
    named = {key: _value(value) for key, value in config.items()}
    name = str(layer.get("class_name"))
    shown = ", ".join(f"{key}={named[key]!r}" for key in _SHOWN if isinstance(named.get(key), int | float | str | tuple))
    return Described(name, (), named, shortened(f"{name}({shown})"))


def _value(value: Any, depth: int = 4) -> Any:
    """A constant, or an object by the name of its class or function."""
    if isinstance(value, Unknown):
        return value
    if isinstance(value, list) and depth:
        return tuple(_value(one, depth - 1) for one in value[:16])
    if isinstance(value, dict):
        inner = value.get("config")
        return inner if isinstance(inner, str) else Unknown(str(value.get("registered_name") or value.get("class_name"))[:40])
    return value if isinstance(value, int | float | str | bool | None) else Unknown(type(value).__name__)


def _loss(compiled: Any) -> tuple[str, bool]:
    loss = compiled.get("loss") if isinstance(compiled, dict) else None
    if isinstance(loss, str):
        return BY_NAME.get(loss, ""), False
    if isinstance(loss, dict):
        config = loss.get("config")
        return BY_NAME.get(str(loss.get("class_name")), ""), isinstance(config, dict) and config.get("from_logits") is True
    return "", False
