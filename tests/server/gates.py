"""What tests look at in a gate, and in what a server keeps."""

import contextlib
import gc
from collections.abc import Iterator

from cnnviz.server.gate import Gate


def is_empty(gate: Gate) -> bool:
    """Whether nothing is left of what was asked for, once its threads have ended what they were at."""
    schedule, admission = gate.schedule, gate.admission
    left = (gate.jobs, gate.workers.aside, schedule.running, schedule.under_way, schedule.turns.active, len(schedule.turns), admission.works, admission.dear)
    return not any(left)


@contextlib.contextmanager
def without_collection() -> Iterator[None]:
    """Has nothing collected meanwhile that is garbage only as a ring: what is over has to go by itself."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
