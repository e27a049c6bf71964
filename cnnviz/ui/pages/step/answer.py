"""What the page Step shows, as bytes for the component."""

from __future__ import annotations

import numpy as np

from cnnviz.core.descent import promise
from cnnviz.ui.address import Now
from cnnviz.ui.component.answer import encode, header, losses
from cnnviz.ui.component.network import arrays, network_record, promise_record
from cnnviz.ui.facts import facts
from cnnviz.ui.network_maps import program_of
from cnnviz.ui.pages.step.missions import started


def answer(now: Now) -> bytes:
    """Everything that the page shows."""
    now, missions = started(now)
    head, arrays = live("", now)
    return encode(head | {"missions": missions}, arrays)


def live(page: str, now: Now) -> tuple[dict[str, object], dict[str, np.ndarray]]:
    """The header and the arrays of the live view, also of another page that it stands on."""
    lesson, moment = now.lesson, now.moment
    program = program_of(lesson, moment)
    promised = promise(lesson, moment)
    head = header(page, now) | {
        "network": network_record(lesson, program, moment),
        "facts": facts(lesson, program.network, moment, promised),
        "promise": promise_record(promised),
    }
    return head, arrays(lesson, program, moment) | losses(moment)
