"""The notebook's story in six setups: why its kernel moves although it should not."""

import dataclasses
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from cnnviz.core.notebook.notebook_deviation_sets import minimal_sets, moving_sets
from cnnviz.core.notebook.notebook_deviations import DEVIATION_TABLE
from cnnviz.core.notebook.notebook_output import KERNEL, SUMS, rerun
from cnnviz.core.setup.setup import Setup
from cnnviz.core.training.snapshots import run_updates
from cnnviz.data.images import load_image
from cnnviz.words import Message, message


@dataclass(frozen=True, eq=False)
class Step:
    """One step of the story: its name, its setup, and the two deviations that it explains."""

    name: str
    setup: Setup
    about: tuple[str, str]

    @property
    def title(self) -> Message:
        """The title, in one line."""
        return message(f"ui.notebook.story.{self.name}.title")

    def at_call(self, call: int) -> Setup:
        """Return the setup at that call of the notebook's class, counted from 1."""
        return dataclasses.replace(self.setup, k=self.setup.k + call - 1)

    def paragraphs(self, call: int = 1) -> list[Message]:
        """Return the paragraphs, with the numbers of that call."""
        facts = _facts(self.at_call(call))
        parts = ("first", "second", "later" if call > 1 and self.name == "moves" else "third")
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
    steps: dict[str, tuple[dict[str, Any], tuple[str, str]]] = {
        "saturated": ({"stage": "a1"}, ("short_loop", "update_first")),
        "zero": ({"stage": "df"}, ("short_loop", "update_first")),
        "moves": ({"stage": "update"} | notebook_rule, ("short_loop", "update_first")),
        "border": ({"stage": "dz1"} | notebook_rule, ("scalar_sigmoid", "update_first")),
        "one_pixel": ({"stage": "df"} | notebook_rule, ("one_pixel", "integer_kernel")),
        "alive": ({"stage": "df"} | scaled, ("short_loop", "update_first")),
    }
    return tuple(Step(name, dataclasses.replace(raw, **change), about) for name, (change, about) in steps.items())


@cache
def _facts(setup: Setup) -> dict[str, object]:
    """Return the numbers of a step's snapshot, by the exact rule and by the setup's own."""
    x = load_image(setup.img, setup.ch, setup.scale)
    exact, own = (run_updates(dataclasses.replace(setup, rule=rule), x, setup.k) for rule in ("exact", setup.rule))
    z1, a1, slopes = exact.trace.z1, own.trace.a1, exact.trace.a1 * (1 - exact.trace.a1)
    pair = minimal_sets(moving_sets(exact.params, x, np.array(setup.y), setup.lr))
    halves = int((a1 == 0.5).sum())
    return {
        "low": float(z1.min()), "high": float(z1.max()), "flat": int((slopes == 0).sum()), "units": z1.size,
        "least": float(exact.trace.a1.min()), "most": float(exact.trace.a1.max()),
        "halves": halves, "total": float((a1 * (1 - a1)).sum()), "n": halves,
        "before": float(own.params.f[0, 0]), "after": float(own.after.f[0, 0]), "df": float(own.gradients.df[0, 0]),
        "unrounded": float(own.params.f[0, 0] - setup.lr * own.gradients.df[0, 0]), "rate": setup.lr,
        "exact_df": float(np.abs(exact.gradients.df).max()), "da1": float(own.gradients.da1[0, 0]),
        "dz1": float(own.gradients.dz1[0, 0]), "pixel": float(x[0, 0]), "sum": float(own.gradients.dz1.sum()),
        "sets": [DEVIATION_TABLE[name].title for name in pair[0]] if pair else [], "count": len(pair),
    }  # fmt: skip


def printed_numbers() -> dict[str, object]:
    """Return the notebook's printed numbers beside the ones that its deviations reproduce."""
    rerun_output = rerun(load_image("train-0", "red", "raw"))
    named_kernels = zip(("before", "call_1", "call_2", "printed"), [*rerun_output.kernels[:3], np.array(KERNEL)], strict=True)
    return {
        "kernels": [{"label": message(f"ui.notebook.printed.{name}"), "values": kernel.ravel().tolist()} for name, kernel in named_kernels],
        "agrees": rerun_output.kernel_agrees and rerun_output.sums_that_agree == rerun_output.sums_printed,
        "kernel": message("ui.notebook.printed.kernel_agrees" if rerun_output.kernel_agrees else "ui.notebook.printed.kernel_differs"),
        "sums": message("ui.notebook.printed.sums", n=rerun_output.sums_that_agree, count=rerun_output.sums_printed),
        "theirs": list(SUMS[0][:4]),
        "ours": rerun_output.sums[0, :4].astype(int).tolist(),
    }
