"""Optional packages: whether they are installed, without importing them."""

from importlib.util import find_spec


def has_tensorflow() -> bool:
    """Return whether TensorFlow is installed, without importing it."""
    spec = find_spec("tensorflow")
    return spec is not None and spec.submodule_search_locations is not None
