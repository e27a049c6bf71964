"""What tests look at in a gate."""

from __future__ import annotations

from cnnviz.server.gate import Gate


def is_empty(gate: Gate) -> bool:
    """Whether nothing is left of what was asked for, once its threads have ended what they were at."""
    schedule, admission = gate.schedule, gate.admission
    left = (gate.jobs, gate.workers.aside, schedule.running, schedule.under_way, schedule.turns.active, len(schedule.turns), admission.works, admission.dear)
    return not any(left)
