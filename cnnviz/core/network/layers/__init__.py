"""The kinds of layers, one per file in this folder. A new file adds a kind; no list has to be extended."""

import importlib
import inspect
import pkgutil

from cnnviz.core.network.layers.layer import Layer


def _kinds() -> dict[str, type[Layer]]:
    kinds: dict[str, type[Layer]] = {}
    for module in pkgutil.iter_modules(__path__):
        if not module.name.startswith("_"):
            for _, cls in inspect.getmembers(importlib.import_module(f"{__name__}.{module.name}"), inspect.isclass):
                if issubclass(cls, Layer) and isinstance(getattr(cls, "kind", None), str):
                    kinds.setdefault(cls.kind, cls)
    return kinds


LAYERS: dict[str, type[Layer]] = _kinds()
"""All kinds of layers by their name in a network's text."""
