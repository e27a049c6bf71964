"""The notebook's story in six setups: why its kernel moves although it should not."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from cnnviz.core.notebook.notebook_deviation_sets import minimal_sets, moving_sets
from cnnviz.core.notebook.notebook_deviations import DEVIATION_TABLE
from cnnviz.core.notebook.notebook_output import RATE, rerun
from cnnviz.core.setup.setup import Setup
from cnnviz.core.training.snapshots import run_updates
from cnnviz.data.images import load_image
from cnnviz.wire.notebook import PrintedData, PrintedKernel
from cnnviz.words import Message, message


@dataclass(frozen=True, eq=False)
class Step:
    """One step of the story: its name, its setup, the two deviations that it explains, and its note in the margin."""

    name: str
    setup: Setup
    about: tuple[str, str]
    note: str

    @property
    def title(self) -> Message:
        """The title, in one line."""
        return message(f"ui.notebook.story.{self.name}.title")

    @property
    def calls(self) -> tuple[int, ...]:
        """The calls of the notebook's class that the step can show: both if it follows the notebook's rule."""
        return (1, 2) if self.setup.deviations else (1,)

    def at_call(self, call: int) -> Setup:
        """Return the setup at that call of the notebook's class, counted from 1."""
        return dataclasses.replace(self.setup, k=self.setup.k + call - 1)

    def paragraphs(self, call: int = 1) -> list[Message]:
        """Return the paragraphs, with the numbers of that call."""
        facts = _snapshot_numbers(self.at_call(call))
        parts = ("first", "second", "later" if call > 1 and self.name in ("moves", "border") else "third")
        return [message(f"ui.notebook.story.{self.name}.{part}", **facts) for part in parts]


@cache
def story() -> tuple[Step, ...]:
    """Return all steps of the story, in order.

    All steps use the notebook's image, w = 0, and the kernel that the notebook had before the first call of its class, so
    that the screen shows the numbers that it printed.
    """
    kernel = (11, 7, 14, 13, 8, 9, 8, 7, 16)
    raw = Setup(img="train-0", scale="raw", f=kernel, w="zeros", y=(1, 1), lr=0.01, k=0)
    notebook_rule: dict[str, Any] = {"rule": "object-oriented"}
    scaled: dict[str, Any] = {"scale": "unit", "k": 1, "f": tuple(round(weight / 90, 4) for weight in kernel)}
    steps: dict[str, tuple[dict[str, Any], tuple[str, str], str]] = {
        "saturated": ({"stage": "a1"}, ("short_loop", "update_first"), "sigmoid"),
        "zero": ({"stage": "df"}, ("short_loop", "update_first"), "chain_rule"),
        "moves": ({"stage": "update"} | notebook_rule, ("short_loop", "update_first"), "output_size"),
        "border": ({"stage": "dz1"} | notebook_rule, ("scalar_sigmoid", "update_first"), "bias"),
        "one_pixel": ({"stage": "df"} | notebook_rule, ("one_pixel", "integer_kernel"), "convolution"),
        "alive": ({"stage": "df"} | scaled, ("short_loop", "update_first"), "loss"),
    }
    return tuple(Step(name, dataclasses.replace(raw, **change), about, note) for name, (change, about, note) in steps.items())


@cache
def _snapshot_numbers(setup: Setup) -> dict[str, object]:
    """Return the numbers of a step's snapshot, by the exact rule and by the setup's own."""
    x = load_image(setup.img, setup.ch, setup.scale)
    exact, rule_snapshot = (run_updates(dataclasses.replace(setup, rule=rule), x, setup.k) for rule in ("exact", setup.rule))
    z1, a1, slopes = exact.trace.z1, rule_snapshot.trace.a1, exact.trace.a1 * (1 - exact.trace.a1)
    pair = minimal_sets(moving_sets(exact.params, x, np.array(setup.y), setup.lr))
    halves = int((a1 == 0.5).sum())
    return {
        "low": float(z1.min()), "high": float(z1.max()), "flat": int((slopes == 0).sum()), "units": z1.size,
        "least": float(exact.trace.a1.min()), "most": float(exact.trace.a1.max()),
        "halves": halves, "total": float((a1 * (1 - a1)).sum()), "n": halves,
        "before": float(rule_snapshot.params.f[0, 0]), "after": float(rule_snapshot.after.f[0, 0]), "df": float(rule_snapshot.gradients.df[0, 0]),
        "unrounded": float(rule_snapshot.params.f[0, 0] - setup.lr * rule_snapshot.gradients.df[0, 0]), "rate": setup.lr,
        "exact_df": float(exact.gradients.df.flat[np.abs(exact.gradients.df).argmax()]), "da1": float(rule_snapshot.gradients.da1[0, 0]),
        "dz1": float(rule_snapshot.gradients.dz1[0, 0]), "pixel": float(x[0, 0]), "sum": float(rule_snapshot.gradients.dz1.sum()),
        "sets": [DEVIATION_TABLE[name].title for name in pair[0]] if pair else [], "count": len(pair),
    }  # fmt: skip


@cache
def printed_numbers() -> PrintedData:
    """Return the kernels of the notebook's two calls, the exact gradient at both, and whether the notebook printed the
    last kernel and the sums."""
    x = load_image("train-0", "red", "raw")
    rerun_output = rerun(x)
    initial, call_1, call_2 = (kernel.ravel().tolist() for kernel in rerun_output.kernels[:3])
    return PrintedData(
        kernels=[PrintedKernel(label=message(f"ui.notebook.printed.{name}"), values=values) for name, values in (("before", initial), ("call_1", call_1), ("call_2", call_2))],
        gradients=[gradient.ravel().tolist() for gradient in rerun_output.exact_gradients],
        rate=RATE,
        agrees=rerun_output.kernel_agrees and rerun_output.sums_that_agree == rerun_output.sums_printed,
        words=message("ui.notebook.printed.agrees", n=rerun_output.weights_that_agree, sums=rerun_output.sums_that_agree, count=rerun_output.sums_printed),
    )


def captions(exact: Mapping[str, np.ndarray], own: Mapping[str, np.ndarray], before: Mapping[str, np.ndarray]) -> dict[str, Message]:
    """Return a caption for each map of both rows, named "row.symbol". `before` has each row's kernel before the update.

    The notebook's caption says where its array differs from the exact one, if all these cells have one value.
    """
    result = {f"exact.{symbol}": _caption(symbol, array, array, before["exact"]) for symbol, array in exact.items()}
    return result | {f"rule.{symbol}": _caption(symbol, array, exact[symbol], before["rule"]) for symbol, array in own.items()}


def _caption(symbol: str, array: np.ndarray, exact: np.ndarray, before: np.ndarray) -> Message:
    if symbol == "f_next":
        return message(f"ui.notebook.caption.{'stays' if np.array_equal(array, before) else 'moved'}")
    low, high = float(array.min()), float(array.max())
    if low == high:
        return message("ui.notebook.caption.everywhere", value=low)
    different = array[array != exact]
    if 0 < different.size < array.size and (different == different[0]).all():
        return message("ui.notebook.caption.cells", value=float(different[0]), n=different.size)
    if low < 0 < high:
        return message("ui.notebook.caption.range", low=low, high=high)
    return message("ui.notebook.caption.up", most=high) if low >= 0 else message("ui.notebook.caption.down", least=low)
