"""Scope of a setup: the named arrays from which a screen's expressions are computed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

import numpy as np

from cnnviz.core.explain.saturation import hidden_share
from cnnviz.core.mistakes import mistake_at
from cnnviz.core.network.stored_params import is_stored_name
from cnnviz.core.runtime.lru_cache import LruCache, held_bytes
from cnnviz.core.runtime.read_only import ReadOnly
from cnnviz.core.setup.setup import SETUP_KEYS, Setup
from cnnviz.core.setup.update_limits import estimated_seconds
from cnnviz.core.training.losses_ahead import losses_from
from cnnviz.core.training.snapshots import Snapshot, run_updates, updates_ahead
from cnnviz.data.images import find_image, load_images
from cnnviz.decks.expression_limits import MOST_SECONDS
from cnnviz.words import Message, Problem

SLOWER = 4
"""Relative cost of an update with a mistake."""
MAX_MISTAKEN_UPDATES = 500
"""Upper limit of updates with a mistake."""


@dataclass(frozen=True, eq=False)
class Scope(ReadOnly):
    """The arrays of one snapshot of one setup by name, and access to other scopes."""

    setup: Setup
    snapshot: Snapshot
    arrays: Mapping[str, np.ndarray]

    def elsewhere(self, function: str, text: str) -> Scope:
        """Return the scope of at("k=1", …), this setup with a change, or of wrong("kernel_gradient_flipped@df", …),
        the gradients with a mistake.

        >>> float(scope_of(Setup()).elsewhere("at", "k=1").arrays["k"])
        1.0
        """
        if function == "at":
            return changed_scope(self.setup, query_of(text))
        params, trace, gradients = self.snapshot.params, self.snapshot.trace, self.snapshot.gradients
        mistake = mistake_at(text, self.setup.network, self.setup.opt)
        wrong_gradients = mistake.gradients(params, trace, np.array(self.setup.y), self.setup.optimizer)
        return Scope(self.setup, self.snapshot, {**self.arrays, **{name: wrong_gradients[name] for name in gradients if name in wrong_gradients}})

    def seconds(self, function: str, text: str, updates: int = 0) -> float:
        """Return the estimated seconds to compute that scope; cached updates take no time.

        >>> 0 < scope_of(Setup()).seconds("at", "k=400") < 1
        True
        """
        setup = changed_setup(self.setup, query_of(text)) if function == "at" else self.setup
        x = load_images(setup)
        if function != "at":
            return SLOWER * estimated_seconds(setup.network, x.shape, max(1, updates))
        return estimated_seconds(setup.network, x.shape, updates_ahead(setup, x, setup.k))

    def wrong_loss(self, mistake: str, updates: int) -> float:
        """Return the loss after `updates` more updates with a mistake in the backward pass.

        >>> scope_of(Setup(k=0)).wrong_loss("sign_flipped", 0) == float(scope_of(Setup(k=0)).arrays["L"])
        True
        """
        if not 0 <= updates <= MAX_MISTAKEN_UPDATES:
            raise Problem("lessons.expression.too_many_updates", n=updates, most=MAX_MISTAKEN_UPDATES)
        placed_mistake = mistake_at(mistake, self.setup.network, self.setup.opt)
        return float(losses_from(self.setup, self.snapshot, updates, placed_mistake)[-1])


def scope_of(setup: Setup) -> Scope:
    """Return the scope of a setup: trace, parameters, gradients, updated parameters, y, L and more, by name.

    Running statistics are included as n1_running_mean and n1_running_mean_next. Raise Problem if the image is
    unavailable, or if the computation takes too long.

    >>> found = scope_of(Setup()).arrays
    >>> found["z1"].shape, found["f_next"].shape, sorted(found.keys() - {*scope_of(Setup()).snapshot.trace})[:4]
    ((30, 30), (3, 3), ['L', 'b', 'b_next', 'da1'])
    """
    return _SCOPES.get_or_make(setup, lambda: _compute_scope(setup))


def duration(setup: Setup) -> float:
    """Return the estimated seconds to compute a setup's scope from the start.

    >>> duration(Setup(k=1)) < duration(Setup(k=400)) < 1
    True
    """
    return estimated_seconds(setup.network, load_images(setup).shape, setup.k)


def _compute_scope(setup: Setup) -> Scope:
    x = load_images(setup)
    seconds = duration(setup)
    if seconds > MOST_SECONDS:
        raise Problem("lessons.scope.too_long", seconds=round(seconds), most=MOST_SECONDS)
    snapshot = run_updates(setup, x, setup.k).in_mode(setup.mode)
    settings = {"y": setup.y, "L": snapshot.losses[-1], "losses": snapshot.losses, "lr": setup.lr, "k": setup.k}
    arrays = {**snapshot.trace, **snapshot.params, **snapshot.gradients, **{f"{name}_next": snapshot.after[name] for name in snapshot.params}}
    arrays |= {name: np.array(value, dtype=np.float64) for name, value in settings.items()}
    arrays |= running_statistics(snapshot.buffers, snapshot.buffers_after)
    if not math.isnan(share := hidden_share(setup.network, snapshot.trace, "saturated")):
        arrays["saturated"] = np.array(share)
    return Scope(setup, snapshot, arrays)


def running_statistics(before: Mapping[str, np.ndarray], after: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the running statistics by names that are valid in expressions: n1_running_mean, n1_running_mean_next."""
    return {f"{name.replace('.', '_')}{suffix}": value for suffix, buffers in (("", before), ("_next", after)) for name, value in buffers.items()}


MOST_BYTES = 32_000_000
"""Upper limit of bytes of all cached scopes: enough for 200 scopes of the teaching notebook's network."""

_SCOPES: LruCache[Setup, Scope] = LruCache(MOST_BYTES, held_bytes)


def query_of(text: str) -> dict[str, str]:
    """Parse a setup's address into its keys. Raise Problem for an unknown key.

    >>> query_of("?img=test-3&k=5")
    {'img': 'test-3', 'k': '5'}
    """
    query = dict(parse_qsl(text.partition("?")[2] or text.removeprefix("?"), keep_blank_values=True))
    if text.strip("? ") and not query:
        raise Problem("lessons.scope.no_query", text=text)
    for key, value in query.items():
        if key not in SETUP_KEYS:
            raise Problem("lessons.scope.no_key", key=key, known=sorted(SETUP_KEYS))
        if is_stored_name(value):
            raise Problem("lessons.scope.kept", key=key, name=value)
    return query


def setup_of(text: str) -> Setup:
    """Return the setup of an address. Raise Problem if any part of it is invalid.

    >>> setup_of("img=test-3&stage=z1").stage
    'z1'
    """
    return _check_setup(*_parse_setup(query_of(text)))


def changed_scope(setup: Setup, change: Mapping[str, str]) -> Scope:
    """Return the scope of a setup with a change. Raise Problem if the change is invalid."""
    return scope_of(changed_setup(setup, change))


def changed_setup(setup: Setup, change: Mapping[str, str]) -> Setup:
    """Return a setup with a change. Raise Problem if the change is invalid."""
    query = setup.to_query() | dict(change)
    if "net" in change or "img" in change:
        new_setup, errors = setup.with_query(change, label_of(change.get("img", setup.img)))
        return _check_setup(new_setup, errors)
    return _check_setup(*_parse_setup(query))


def _parse_setup(query: Mapping[str, str]) -> tuple[Setup, dict[str, Message]]:
    setup, errors = Setup.parse_query(query)
    if "img" not in errors and setup.classes and "y" not in query:
        return Setup.parse_query(query, label=label_of(setup.img))
    return setup, errors


def _check_setup(setup: Setup, errors: Mapping[str, Message]) -> Setup:
    for key, error in errors.items():
        raise Problem("lessons.scope.replaced", key=key, why=error)
    for img in setup.images:
        find_image(img)
    return setup


def label_of(img: str) -> str | None:
    """Return the name of an image's class, or None for several images, whose ids determine it. Raise Problem if the
    image is unavailable.

    >>> label_of("test-0"), label_of("cat-0,dog-1")
    ('cat', None)
    """
    return find_image(img).label if "," not in img else None
