"""Missions on the page Step: goals that a learner reaches by changing the setup. They are defined in missions.toml."""

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
from cnnviz.decks.question import fill
from cnnviz.decks.scope import query_of, scope_of
from cnnviz.words import LocalizedText, Message, Problem, message

_FILE = Path(__file__).with_name("missions.toml")
MOST_CASES = 10_000
"""Number of cases with an unnamed mistake. Addresses refer to them by number."""
NUMBERED = (
    "mean_forgotten", "sign_flipped", "output_sigmoid_forgotten", "softmax_diagonal", "weights_updated_first", "flattened_channels_last",
    "sigmoid_prime_of_z", "hidden_slope_forgotten", "relu_gate_of_gradient", "max_gradient_to_all", "pool_mean_forgotten", "overlap_assigned",
    "flip_forgotten", "channels_not_summed", "kernel_gradient_flipped", "stride_forgotten", "adam_uncorrected", "state_forgotten",
)  # fmt: skip
"""Mistakes from which a case number selects. The list is fixed so that numbers keep their meaning. Later mistakes are
answer options but never selected."""
CLOSE = 1e-6
"""Relative tolerance, in terms of the largest entry, within which gradients count as equal."""


@dataclass(frozen=True)
class Mission:
    """A goal: the starting setup `at`, the keys to `keep`, and the expression `key` that is true when it is reached."""

    id: str
    at: str
    keep: tuple[str, ...]
    title: LocalizedText
    hint: LocalizedText
    done: LocalizedText
    key: str = ""
    blind: bool = False

    def changed_keys(self, setup: Setup) -> tuple[str, ...]:
        """Return the keys to keep that differ from the start."""
        start, current = Setup.parse_query(query_of(self.at))[0].to_query(), setup.to_query()
        return tuple(key for key in self.keep if start.get(key, "") != current.get(key, ""))

    def is_reached(self, setup: Setup) -> bool:
        """Return whether the goal is reached; False if that cannot be computed.

        >>> find("silent").is_reached(Setup()), find("silent").is_reached(Setup(w="zeros"))
        (False, True)
        """
        try:
            return not self.changed_keys(setup) and bool(np.all(evaluate(self.key, scope_of(setup))))
        except Problem:
            return False

    def success_text(self, setup: Setup) -> LocalizedText:
        """Return the text for a reached goal, with the setup's numbers."""
        return fill(self.done, scope_of(setup))


@cache
def missions() -> tuple[Mission, ...]:
    """Return all missions, in order.

    >>> [mission.id for mission in missions()]
    ['silent', 'sure', 'blind', 'overshoot', 'culprit']
    """
    entries = tomllib.loads(_FILE.read_text(encoding="utf-8"))["mission"]
    texts = ("title", "hint", "done")
    return tuple(Mission(**{**entry, "keep": tuple(entry["keep"])} | {name: LocalizedText(entry[name]) for name in texts}) for entry in entries)


def find(id: str) -> Mission | None:
    """Return the mission with this id, or None."""
    return next((mission for mission in missions() if mission.id == id), None)


# ---- an unnamed mistake


@dataclass(frozen=True, eq=False)
class Blind:
    """A backward pass with an unnamed mistake: its gradients, and the choices, which are all mistakes with an
    effect."""

    setup: Setup
    gradients: Gradients
    choices: Mapping[str, PlacedMistake]

    def check_choice(self, address: str, snapshot: Snapshot) -> tuple[bool, Message] | None:
        """Return whether the chosen mistake gives these gradients at the same snapshot, and a message with the first
        difference. None if it is not a choice."""
        if address not in self.choices:
            return None
        gradients, title = _mistaken_gradients(self.choices[address], self.setup, snapshot), self.choices[address].title
        stages = [name for stage in self.setup.network.stages if stage.phase == "backward" for name in stage.makes]
        for name in (*stages, "dx"):
            expected = self.gradients[name]
            difference = np.abs(gradients[name] - expected)
            if not is_close(gradients[name], expected):
                index = tuple(int(n) for n in np.unravel_index(int(np.argmax(difference)), difference.shape))
                entry = f"{label(name)}[{', '.join(map(str, index))}]"
                return False, message("ui.missions.not_it", title=title, entry=entry, made=float(gradients[name][index]), here=float(expected[index]))
        return True, message("ui.missions.it", title=title)


def blind(setup: Setup, snapshot: Snapshot, case: int) -> Blind | None:
    """Return a backward pass with the mistake that a case number selects. None if no mistake has an effect on this
    network, or if gradients are not finite.

    >>> snapshot = scope_of(Setup()).snapshot
    >>> blind_case = blind(Setup(), snapshot, 7)
    >>> [address for address in blind_case.choices if blind_case.check_choice(address, snapshot)[0]]
    ['flip_forgotten@dx']
    """
    exact = snapshot.gradients
    if not all(np.isfinite(array).all() for array in exact.values()):
        return None
    gradients = {mistake: _mistaken_gradients(mistake, setup, snapshot) for mistake in mistakes_for(setup.network, setup.opt)}
    gradients = {mistake: mistaken for mistake, mistaken in gradients.items() if all(np.isfinite(array).all() for array in mistaken.values())}
    choices = {mistake.address: mistake for mistake, mistaken in gradients.items() if any(not is_close(mistaken[name], exact[name]) for name in exact)}
    numbered_mistakes = [mistake for mistake in choices.values() if mistake.mistake.name in NUMBERED]
    if not numbered_mistakes:
        return None
    chosen_mistake = numbered_mistakes[int(np.random.default_rng([case, len(numbered_mistakes)]).integers(len(numbered_mistakes)))]
    return Blind(setup, gradients[chosen_mistake], choices)


def _mistaken_gradients(mistake: PlacedMistake, setup: Setup, snapshot: Snapshot) -> Gradients:
    return mistake.gradients(snapshot.params, snapshot.trace, np.array(setup.y), setup.optimizer, snapshot.state)


def is_close(a: np.ndarray, b: np.ndarray) -> bool:
    """Return whether two arrays are equal within CLOSE."""
    return bool(np.abs(a - b).max(initial=0.0) <= CLOSE * max(np.abs(b).max(initial=0.0), 1e-300))
