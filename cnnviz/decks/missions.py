"""Missions on the page Step: goals that are reached by changing the setup, and recognised by the core. They stand in missions.toml."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from cnnviz.core.mistakes import mistakes_for
from cnnviz.core.mistakes.mistake_model import PlacedMistake
from cnnviz.core.network.named_arrays import Gradients
from cnnviz.core.network.stages import label
from cnnviz.core.setup.setup import Setup
from cnnviz.core.training.snapshots import Snapshot
from cnnviz.decks.expression import evaluate
from cnnviz.decks.question import filled
from cnnviz.decks.scope import query_of, scope_of
from cnnviz.words import LocalizedText, Message, Problem, message

_FILE = Path(__file__).with_name("missions.toml")
MOST_CASES = 10_000
"""Mistakes to be guessed, by their numbers."""
NUMBERED = (
    "mean_forgotten", "sign_flipped", "output_sigmoid_forgotten", "softmax_diagonal", "weights_updated_first", "flattened_channels_last",
    "sigmoid_prime_of_z", "hidden_slope_forgotten", "relu_gate_of_gradient", "max_gradient_to_all", "pool_mean_forgotten", "overlap_assigned",
    "flip_forgotten", "channels_not_summed", "kernel_gradient_flipped", "stride_forgotten", "adam_uncorrected", "state_forgotten",
)  # fmt: skip
"""The mistakes among which a number chooses. It means the same for ever: those that were added later can be named, and are not made."""
CLOSE = 1e-6
"""Gradients that differ by less than this share of their largest entry look the same."""


@dataclass(frozen=True)
class Mission:
    """A goal: the setup that it starts `at`, keys that are to `keep`, and the `key` that holds when it is reached."""

    id: str
    at: str
    keep: tuple[str, ...]
    title: LocalizedText
    hint: LocalizedText
    done: LocalizedText
    key: str = ""
    blind: bool = False

    def kept(self, setup: Setup) -> tuple[str, ...]:
        """The keys to keep that are no longer as at the start."""
        start, here = Setup.understand(query_of(self.at))[0].to_query(), setup.to_query()
        return tuple(key for key in self.keep if start.get(key, "") != here.get(key, ""))

    def met(self, setup: Setup) -> bool:
        """Tells whether it is reached: False too where that cannot be worked out.

        >>> find("silent").met(Setup()), find("silent").met(Setup(w="zeros"))
        (False, True)
        """
        try:
            return not self.kept(setup) and bool(np.all(evaluate(self.key, scope_of(setup))))
        except Problem:
            return False

    def told(self, setup: Setup) -> LocalizedText:
        """The sentence when it is reached, with the setup's numbers."""
        return filled(self.done, scope_of(setup))


@cache
def missions() -> tuple[Mission, ...]:
    """All of them, in order.

    >>> [mission.id for mission in missions()]
    ['silent', 'sure', 'blind', 'overshoot', 'culprit']
    """
    entries = tomllib.loads(_FILE.read_text(encoding="utf-8"))["mission"]
    texts = ("title", "hint", "done")
    return tuple(Mission(**{**entry, "keep": tuple(entry["keep"])} | {name: LocalizedText(entry[name]) for name in texts}) for entry in entries)


def find(id: str) -> Mission | None:
    """The mission of an id."""
    return next((mission for mission in missions() if mission.id == id), None)


# ---- a mistake without its name


@dataclass(frozen=True, eq=False)
class Blind:
    """A backward pass with a mistake in it: the gradients, and every mistake that changes something, to choose among."""

    setup: Setup
    gradients: Gradients
    choices: Mapping[str, PlacedMistake]

    def named(self, address: str, snapshot: Snapshot) -> tuple[bool, Message] | None:
        """Tells whether that mistake gives these gradients at the same moment, and what tells them apart; None for one that cannot be chosen."""
        if address not in self.choices:
            return None
        made, title = _made(self.choices[address], self.setup, snapshot), self.choices[address].title
        stages = [name for stage in self.setup.network.stages if stage.phase == "backward" for name in stage.makes]
        for name in (*stages, "dx"):
            theirs = self.gradients[name]
            apart = np.abs(made[name] - theirs)
            if not same(made[name], theirs):
                index = tuple(int(n) for n in np.unravel_index(int(np.argmax(apart)), apart.shape))
                entry = f"{label(name)}[{', '.join(map(str, index))}]"
                return False, message("ui.missions.not_it", title=title, entry=entry, made=float(made[name][index]), here=float(theirs[index]))
        return True, message("ui.missions.it", title=title)


def blind(setup: Setup, snapshot: Snapshot, case: int) -> Blind | None:
    """The mistake of a number; None where the network has none that changes something, or the numbers have run away.

    >>> snapshot = scope_of(Setup()).snapshot
    >>> found = blind(Setup(), snapshot, 7)
    >>> [address for address in found.choices if found.named(address, snapshot)[0]]
    ['flip_forgotten@dx']
    """
    exact = snapshot.gradients
    if not all(np.isfinite(array).all() for array in exact.values()):
        return None
    made = {one: _made(one, setup, snapshot) for one in mistakes_for(setup.network, setup.opt)}
    made = {one: wrong for one, wrong in made.items() if all(np.isfinite(array).all() for array in wrong.values())}
    choices = {one.address: one for one, wrong in made.items() if any(not same(wrong[name], exact[name]) for name in exact)}
    numbered = [one for one in choices.values() if one.mistake.name in NUMBERED]
    if not numbered:
        return None
    chosen = numbered[int(np.random.default_rng([case, len(numbered)]).integers(len(numbered)))]
    return Blind(setup, made[chosen], choices)


def _made(mistake: PlacedMistake, setup: Setup, snapshot: Snapshot) -> Gradients:
    return mistake.gradients(snapshot.params, snapshot.trace, np.array(setup.y), setup.optimizer, snapshot.state)


def same(a: np.ndarray, b: np.ndarray) -> bool:
    """Tells whether two arrays look the same."""
    return bool(np.abs(a - b).max(initial=0.0) <= CLOSE * max(np.abs(b).max(initial=0.0), 1e-300))
