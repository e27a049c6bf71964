"""Subject of the Check page: a setup's backward pass, possibly with a mistake, and the exact pass."""

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass

import numpy as np

from cnnviz.core.gradcheck import RIGHT, WRONG, GradientCheck, recheck
from cnnviz.core.mistakes.mistake_model import PlacedMistake
from cnnviz.core.mistakes.spoiled_stages import stages_hit
from cnnviz.core.network.named_arrays import Gradients, one_image
from cnnviz.core.network.program import Program
from cnnviz.core.runtime.cached import cached_property
from cnnviz.core.setup.setup import Setup
from cnnviz.core.training.snapshots import Snapshot
from cnnviz.pages.check.checking import Checking, check_of, pass_inputs_of
from cnnviz.pages.check.tabs import mistake_of
from cnnviz.pages.gradient_chain import operations
from cnnviz.wire.gradient_chain import CardState


@dataclass(frozen=True, eq=False)
class ExaminedPass:
    """A setup's backward pass, possibly with a mistake, the exact pass, and its check."""

    setup: Setup
    snapshot: Snapshot
    query: Mapping[str, str]

    @property
    def training(self) -> bool:
        """Whether the pass is in train mode, not in eval mode."""
        return self.snapshot.trace.training

    @property
    def pass_inputs(self) -> Mapping[str, np.ndarray]:
        """The masks or running statistics that the pass receives."""
        return pass_inputs_of(self.snapshot)

    @cached_property
    def program(self) -> Program:
        """The program of the setup's network."""
        return self.setup.network.program(self.snapshot.trace.x.shape, training=self.training)

    @cached_property
    def image_program(self) -> Program:
        """The program for one image, with displayed shapes."""
        return self.setup.network.program(self.setup.x_shape, training=self.training)

    def of_image(self, name: str, array: np.ndarray) -> np.ndarray:
        """Return the shown image's part of an array."""
        return one_image(array, self.setup.image) if self.program.has_images(name) else array

    @cached_property
    def exact(self) -> Gradients:
        """The gradients of the exact pass, whatever the rule."""
        trace = self.program.forward(self.snapshot.params, self.snapshot.trace.x, pass_inputs=self.pass_inputs)
        return self.program.backward(self.snapshot.params, trace, self._targets(trace.o.shape))

    @cached_property
    def mistake(self) -> PlacedMistake | None:
        """The mistake that the address names, or None."""
        return mistake_of(self.query, self.setup)

    @cached_property
    def ours(self) -> Gradients:
        """The gradients under examination: those of the pass with the mistake, if there is one."""
        if self.mistake is None:
            return self.snapshot.gradients
        trace = self.program.forward(self.snapshot.params, self.snapshot.trace.x, pass_inputs=self.pass_inputs)
        with np.errstate(all="ignore"):  # a mistake may divide by 0
            return self.mistake.run(self.program, self.snapshot.params, trace, self._targets(trace.o.shape), self.setup.optimizer, self.snapshot.state)

    def _targets(self, shape: tuple[int, ...]) -> np.ndarray:
        return self.setup.network.targets(np.array(self.setup.y), shape)

    @cached_property
    def checking(self) -> Checking:
        """The check of the exact gradients, perhaps unfinished."""
        return check_of(self.setup, self.snapshot)

    @cached_property
    def check(self) -> GradientCheck | None:
        """The verdict on `ours` by the check's differences, or None while the check runs."""
        exact_check = self.checking.check
        return recheck(exact_check, self.ours) if exact_check and self.wrong_arrays else exact_check

    @cached_property
    def shown_check(self) -> GradientCheck | None:
        """The verdict for the shown image, or None while the check runs."""
        if self.check is None or not self.program.run.images:
            return self.check
        image_check = copy(self.check)
        for field in ("analytic", "numeric", "relative_error", "kinks", "error_bound", "marks", "structural"):
            object.__setattr__(image_check, field, {name: self.of_image(name, array) for name, array in getattr(image_check, field).items()})
        return image_check

    @cached_property
    def gradient_symbols(self) -> tuple[str, ...]:
        """The symbols of the gradients from the loss to the image."""
        return tuple(operation.makes for operation in operations(self.image_program))

    @cached_property
    def wrong_stages(self) -> tuple[str, ...]:
        """The stages at which `ours` differs from `exact`, in order."""
        step = self.mistake.optimizer(self.setup.optimizer) if self.mistake else None
        return stages_hit(self.ours, self.exact, self.snapshot.params, self.setup.optimizer, self.setup.network, step, self.snapshot.state)

    @cached_property
    def wrong_arrays(self) -> frozenset[str]:
        """The arrays that differ."""
        return frozenset(name for name in self.gradient_symbols if not np.array_equal(self.ours[name], self.exact[name], equal_nan=True))

    def absolute_error(self, name: str) -> np.ndarray:
        """Return the absolute error of every shown entry of an array."""
        with np.errstate(all="ignore"):  # a mistake may divide by 0
            return np.nan_to_num(np.abs(self.of_image(name, self.ours[name]) - self.of_image(name, self.exact[name])), nan=np.inf)

    @property
    def is_another_pass(self) -> bool:
        """Whether the gradients belong to a forward pass with a mistake, for which they are right."""
        return bool(self.mistake and self.mistake.is_forward and self.wrong_stages)

    @cached_property
    def first_wrong(self) -> str:
        """The first wrong array of the first wrong stage, for example "db" if dw is right; "" if no array is wrong."""
        if self.is_another_pass:
            return ""
        arrays_of = {str(stage): stage.makes for stage in self.setup.network.stages} | {"dx": ("dx",)}
        return next((name for stage in self.wrong_stages[:1] for name in arrays_of[stage] if name in self.wrong_arrays), "")

    @cached_property
    def states(self) -> dict[str, CardState]:
        """The verdict on each array."""
        return {symbol: self._state(symbol) for symbol in self.gradient_symbols}

    def _state(self, symbol: str) -> CardState:
        if symbol in self.wrong_arrays and self.is_another_pass:
            return "another"
        if symbol in self.wrong_arrays:
            if symbol == self.first_wrong:
                return "first"
            source = next(operation.source for operation in operations(self.image_program) if operation.makes == symbol)
            # a mistake may affect several arrays with the same source
            return "inherits" if source in self.wrong_arrays else "wrong"
        check, name = self.check, symbol[1:]
        if check is None or not check.finite:
            return ""
        if name not in check.marks:
            return "equal" if self.mistake else "follows"
        marks = check.marks[name]
        return "wrong" if (marks == WRONG).any() else "right" if (marks == RIGHT).any() else "undecided"
