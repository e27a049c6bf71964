"""What the page Step shows, as bytes for the component."""

from __future__ import annotations

from cnnviz.ui.address import Now
from cnnviz.ui.component.answer import encode, header, losses
from cnnviz.ui.component.network import arrays, network_record
from cnnviz.ui.facts import facts
from cnnviz.ui.network_maps import program_of


def answer(now: Now) -> bytes:
    """Everything that the page shows."""
    lesson, moment = now.lesson, now.moment
    program = program_of(lesson, moment)
    head = header("", now) | {
        "network": network_record(lesson, program, moment),
        "facts": facts(lesson, program.network, moment),
    }
    return encode(head, arrays(lesson, program, moment) | losses(moment))
