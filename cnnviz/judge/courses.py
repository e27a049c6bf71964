"""The conventions of courses for backward functions: axes, names and caches.

A case is stored in the core's layout. CS231n uses the same; deeplearning.ai has channels last and examples in columns.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from cnnviz.judge.case import ELEMENTWISE, POOLS, RETURNS, Array, Case
from cnnviz.words import Problem

Shape = tuple[int, ...]


class CS231n:
    """f(dout, cache), channels first. The cache of each layer holds the arguments of its forward function."""

    def names(self, kind: str) -> dict[str, str]:
        """Return the course's name for each role."""
        course_names = {"softmax": {"x": "scores", "dx": "dscores"}}.get(kind, {})
        return {name: course_names.get(name, name) for name in ("x", "w", "b", "gamma", "beta", "mask", "dout", "y", "out", "loss", *RETURNS[kind])}

    def axes(self, kind: str, role: str) -> Shape | None:
        """Return the axis order of an array in the course, or None if it equals the core's."""
        return None

    def to_course_layout(self, case: Case, role: str, array: Array) -> Array:
        """Return a copy of an array, or of its gradient, in the course's layout. An array with an unexpected number of
        axes is not transposed."""
        axes = self.axes(case.kind, role)
        return np.array(array if axes is None or np.ndim(array) != len(axes) else np.transpose(array, axes))

    def to_core_layout(self, kind: str, role: str, array: Array) -> Array:
        """Convert an array from the course's layout to the core's."""
        axes = self.axes(kind, role)
        array = np.asarray(array)
        return array if axes is None else array.transpose(np.argsort(axes))

    def shape(self, kind: str, role: str, shape: Shape) -> Shape:
        """Convert a shape from the course's layout to the core's."""
        axes = self.axes(kind, role)
        if axes is not None and len(axes) != len(shape):
            raise Problem("judge.shape", name=self.names(kind)[role], shape=str(shape), axes=len(axes))
        return shape if axes is None else tuple(shape[axis] for axis in np.argsort(axes))

    # ---- a call

    def settings(self, case: Case) -> dict[str, Any]:
        """Return the dictionary in which the course keeps a layer's settings."""
        kind, settings = case.kind, case.settings
        if kind == "conv":
            return {"stride": settings["stride"], "pad": settings["pad"]}
        if kind in POOLS:
            return {"pool_height": settings["k"], "pool_width": settings["across"], "stride": settings["stride"]}
        if kind == "batchnorm":
            return {"mode": "train", "eps": settings["eps"], "momentum": 0.9}
        return {"p": settings["p"], "mode": settings["mode"]} if kind == "dropout" else {}

    def forward_arguments(self, case: Case) -> tuple[Any, ...]:
        """Return the arguments of the forward function."""
        roles = {"dense": "x w b", "conv": "x w b", "batchnorm": "x gamma beta"}.get(case.kind, "x")
        settings = self.settings(case)
        return (*(self.to_course_layout(case, role, case.arrays[role]) for role in roles.split()), *([settings] if settings else []))

    def arguments(self, case: Case, cache: Any = None) -> tuple[Any, ...]:
        """Return the arguments of the backward function, with `cache` or else the course's cache."""
        if case.kind == "softmax":
            return np.array(case.arrays["x"]), np.array(case.arrays["y"])
        return (self.to_course_layout(case, "dout", case.arrays["dout"]), self.cache(case) if cache is None else cache)

    def cache(self, case: Case) -> Any:
        """Return the course's cache."""
        if case.kind == "dropout":
            return self.settings(case), np.array(case.arrays["mask"])
        inputs = self.forward_arguments(case)
        return inputs[0] if case.kind in ELEMENTWISE else inputs

    def read(self, kind: str, arguments: Sequence[Any]) -> Case:
        """Return the case of a call, the inverse of `arguments`. Raise Problem if they do not fit."""
        try:
            return self._read(kind, *arguments)
        except (TypeError, ValueError, KeyError, IndexError) as error:
            raise Problem("judge.cache", kind=kind, why=f"{type(error).__name__}: {error}") from error

    def _read(self, kind: str, dout: Any, cache: Any, *_: Any) -> Case:
        if kind == "softmax":
            return Case(kind, {"x": np.asarray(dout, np.float64), "y": np.asarray(cache)})
        if kind == "dropout":
            settings, mask = cache
            dout = np.asarray(dout)
            return Case(kind, {"x": dout, "dout": dout, "mask": np.ones(dout.shape) if mask is None else np.asarray(mask)}, dict(settings))
        cached = (cache,) if kind in ELEMENTWISE else tuple(cache)
        roles = {"batchnorm": ("x", "gamma", "beta"), "dense": ("x", "w", "b"), "conv": ("x", "w", "b")}.get(kind, ("x",))
        arrays = {role: self.to_core_layout(kind, role, array) for role, array in zip(roles, cached, strict=False)}
        settings = dict(cached[len(roles)]) if len(cached) > len(roles) else {}
        return Case(kind, {**arrays, "dout": self.to_core_layout(kind, "dout", dout)}, self.case_settings(kind, settings))

    def case_settings(self, kind: str, settings: Mapping[str, Any]) -> dict[str, object]:
        """Convert the course's settings to those of a case. Missing settings get common defaults."""
        if kind == "conv":
            return {"stride": int(settings.get("stride", 1)), "pad": int(settings.get("pad", 1))}
        if kind in POOLS:
            k = int(settings.get("pool_height", settings.get("f", 2)))
            return {"k": k, "across": int(settings.get("pool_width", k)), "stride": int(settings.get("stride", k))}
        if kind == "batchnorm":
            return {"eps": float(settings.get("eps", 1e-5))}
        return {"p": float(settings.get("p", 0.5)), "mode": str(settings.get("mode", "train"))} if kind == "dropout" else {}


class DeeplearningAI(CS231n):
    """f(dZ, cache), channels last. A dense layer has examples in columns and averages over them. Layers that the
    course lacks have CS231n's format."""

    def names(self, kind: str) -> dict[str, str]:
        course_names: dict[str, str] = {}
        if kind in ("dense", "conv"):
            course_names = {"x": "A_prev", "w": "W", "out": "Z", "dout": "dZ", "dx": "dA_prev", "dw": "dW"}
        elif kind in POOLS:
            course_names = {"x": "A_prev", "out": "A", "dout": "dA", "dx": "dA_prev"}
        elif kind in ELEMENTWISE:
            course_names = {"x": "Z", "out": "A", "dout": "dA", "dx": "dZ"}
        return super().names(kind) | course_names

    def axes(self, kind: str, role: str) -> Shape | None:
        base_role = role.removeprefix("d")
        if kind == "dense":
            return (1, 0) if base_role in ("x", "w", "out") else None
        if kind == "conv" and base_role == "w":
            return (2, 3, 1, 0)
        return (0, 2, 3, 1) if kind in ("conv", *POOLS) and base_role in ("x", "out") else None

    def case_settings(self, kind: str, settings: Mapping[str, Any]) -> dict[str, object]:
        return super().case_settings(kind, settings) | ({"mean": True} if kind == "dense" else {})

    def to_course_layout(self, case: Case, role: str, array: Array) -> Array:
        array = super().to_course_layout(case, role, array)
        if case.settings.get("mean") and role in ("dw", "db"):
            array = array / case.images
        if role in ("b", "db") and case.kind in ("dense", "conv"):
            array = array.reshape(-1, 1) if case.kind == "dense" else array.reshape(1, 1, 1, -1)
        return array

    def to_core_layout(self, kind: str, role: str, array: Array) -> Array:
        array = super().to_core_layout(kind, role, array)
        return array.reshape(-1) if role == "b" else array

    def settings(self, case: Case) -> dict[str, Any]:
        if case.kind in POOLS:
            return {"f": case.settings["k"], "stride": case.settings["stride"]}
        return super().settings(case)

    _MODES: ClassVar[Mapping[str, tuple[str, ...]]] = {"max": ("max",), "avg": ("average",)}

    def forward_arguments(self, case: Case) -> tuple[Any, ...]:
        return (*super().forward_arguments(case), *self._MODES.get(case.kind, ()))

    def cache(self, case: Case) -> Any:
        return super().cache(case)[:2] if case.kind in POOLS else super().cache(case)

    def arguments(self, case: Case, cache: Any = None) -> tuple[Any, ...]:
        return (*super().arguments(case, cache), *self._MODES.get(case.kind, ()))


COURSES: Mapping[str, CS231n] = {"cs231n": CS231n(), "deeplearning.ai": DeeplearningAI()}
"""Courses by the value of `like`. A function has the signatures of one of them."""


def course_named(like: str) -> CS231n:
    """Return the course of this name. Raise Problem if there is none.

    >>> course_named("cs231n").names("conv")["dw"], course_named("deeplearning.ai").names("conv")["dw"]
    ('dw', 'dW')
    """
    if like not in COURSES:
        raise Problem("judge.like", like=repr(like), known=tuple(COURSES))
    return COURSES[like]
