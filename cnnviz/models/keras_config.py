"""Configurations of Keras models: JSON, or config.json in a .keras archive. Code in them is never run."""

import json
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

from cnnviz.core.training.archives import read_member
from cnnviz.models.described_layers import LayerDescription, ModelDescription, Unknown, shorten
from cnnviz.models.library_calls import MOST_LAYERS
from cnnviz.models.losses import BY_NAME
from cnnviz.words import Problem

MOST_BYTES = 1_000_000
"""Upper limit of bytes of a configuration."""

MOST_DIGITS = 15
"""Upper limit of digits of an integer."""

_SHOWN_SETTINGS = ("filters", "kernel_size", "units", "pool_size", "strides", "padding", "rate", "activation")
"""Settings that are shown in a layer's text."""


def config_in(archive: bytes) -> bytes:
    """Return the configuration in a .keras archive. Raise Problem if there is none."""
    try:
        return read_member(archive, "config.json", MOST_BYTES + 1)
    except zipfile.BadZipFile:
        raise Problem("model.no_config") from None


def read_config(text: str | bytes) -> ModelDescription:
    """Return the layers and the loss of a configuration. Raise Problem if it is invalid, or if a layer has several
    inputs.

    >>> layer = {"class_name": "Dense", "config": {"units": 10, "activation": "softmax"}}
    >>> read_config(json.dumps({"class_name": "Sequential", "config": {"layers": [layer]}})).layers[0].named["units"]
    10
    """
    if len(text) > MOST_BYTES:
        raise Problem("model.too_long", megabytes=MOST_BYTES / 1e6)
    try:
        model = json.loads(text, parse_int=_parse_integer)
    except (ValueError, RecursionError):
        raise Problem("model.no_json") from None
    for key in ("modelTopology", "model_config"):  # TensorFlow.js and older files wrap it in another object
        model = model.get(key, model) if isinstance(model, dict) else model
    if not isinstance(model, dict) or not isinstance(model.get("config"), dict | list):
        raise Problem("model.no_json")
    layers = list(_layers(model))
    if not layers:
        raise Problem("model.no_layers")
    if len(layers) > MOST_LAYERS:
        raise Problem("model.too_many", n=len(layers), most=MOST_LAYERS)
    return ModelDescription(tuple(layers), *_loss(model.get("compile_config")))


def _parse_integer(text: str) -> int | Unknown:
    """Return an integer, or an Unknown if it has too many digits to be a size."""
    return int(text) if len(text) <= MOST_DIGITS else Unknown(shorten(text))


def _layers(model: Mapping[str, Any], depth: int = 8) -> Iterator[LayerDescription]:
    """Yield the layers of a model, including those of nested models."""
    config = model.get("config")
    entries = config if isinstance(config, list) else config.get("layers") if isinstance(config, dict) else None
    if not depth or not isinstance(entries, list):
        raise Problem("model.no_json")
    previous_name = ""
    for entry in entries:
        if not isinstance(entry, dict) or not isinstance(entry.get("config"), dict | list):
            raise Problem("model.no_json")
        _check_chain(entry, previous_name)
        settings = entry["config"]
        previous_name = str(entry.get("name") or (settings.get("name") if isinstance(settings, dict) else "") or "")
        if entry.get("class_name") in ("Sequential", "Functional", "Model"):
            yield from _layers(entry, depth - 1)
        else:
            yield _describe(entry)


def _check_chain(layer: Mapping[str, Any], previous_name: str) -> None:
    """Raise Problem unless the layer reads only the one before it."""
    sources = list(_sources(layer.get("inbound_nodes")))
    if len(sources) > 1 or (sources and previous_name and sources[0] != previous_name):
        raise Problem("model.branches", name=str(layer.get("name") or layer.get("class_name"))[:40])


def _sources(nodes: Any, depth: int = 12) -> Iterator[str]:
    """Yield the names of the layers that a layer reads, in the formats of Keras 3 and Keras 2."""
    if not depth:
        return
    if isinstance(nodes, dict):
        history = nodes.get("keras_history")
        if isinstance(history, list) and history:
            yield str(history[0])
        else:
            for node in nodes.values():
                yield from _sources(node, depth - 1)
    elif isinstance(nodes, list):
        if len(nodes) >= 3 and isinstance(nodes[0], str) and isinstance(nodes[1], int):
            yield nodes[0]
        else:
            for node in nodes:
                yield from _sources(node, depth - 1)


def _describe(layer: Mapping[str, Any]) -> LayerDescription:
    config = layer["config"] if isinstance(layer["config"], dict) else {}
    keywords = {key: _value(value) for key, value in config.items()}
    name = str(layer.get("class_name"))
    settings_text = ", ".join(f"{key}={keywords[key]!r}" for key in _SHOWN_SETTINGS if isinstance(keywords.get(key), int | float | str | tuple))
    return LayerDescription(name, (), keywords, shorten(f"{name}({settings_text})"))


def _value(value: Any, depth: int = 4) -> Any:
    """Return a constant, or for an object the name of its class or function."""
    if isinstance(value, Unknown):
        return value
    if isinstance(value, list) and depth:
        return tuple(_value(item, depth - 1) for item in value[:16])
    if isinstance(value, dict):
        config = value.get("config")
        return config if isinstance(config, str) else Unknown(str(value.get("registered_name") or value.get("class_name"))[:40])
    return value if isinstance(value, int | float | str | bool | None) else Unknown(type(value).__name__)


def _loss(compiled: Any) -> tuple[str, bool]:
    loss = compiled.get("loss") if isinstance(compiled, dict) else None
    if isinstance(loss, str):
        return BY_NAME.get(loss, ""), False
    if isinstance(loss, dict):
        config = loss.get("config")
        return BY_NAME.get(str(loss.get("class_name")), ""), isinstance(config, dict) and config.get("from_logits") is True
    return "", False
