"""What tests look at in a queue, and in what a server keeps."""

import contextlib
import gc
from collections.abc import Iterator

from cnnviz.server.compute_queue import ComputeQueue


def is_empty(queue: ComputeQueue) -> bool:
    """Whether nothing is left of what was asked for, once its threads have ended what they were at."""
    scheduler, admission = queue.scheduler, queue.admission
    left = (
        queue.jobs, queue.workers.waiting_elsewhere, scheduler.running, scheduler.under_way, scheduler.turns.active,
        len(scheduler.turns), admission.works, admission.expensive,
    )
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
