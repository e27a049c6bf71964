"""The first wrong stage of a backward pass, and the stages after it that are right given what they were handed.

The first wrong stage is the first, in the order of the backward pass, whose array differs although the right line,
fed with the same pass's own inputs, does not give it. A later stage that differs *inherits*: our line, fed with
their inputs, gives their array. If it does not, a second mistake was made there. Bias and filter make one
stage, and the row dv belongs to the map that it is laid out as; ∂x has no stage of its own and comes last.
"""

from collections.abc import Mapping

from cnnviz.core.network.architecture import Architecture

RIGHT, INHERITS, WRONG = "right", "inherits", "wrong"
"""From good to bad: what a stage of several arrays is called is the worst of them."""


def first_wrong(found: Mapping[str, str]) -> str:
    """The first stage that is wrong by itself, or "" if there is none.

    >>> first_wrong({"dz2": "right", "da1": "wrong", "dz1": "inherits"})
    'da1'
    """
    return next((stage for stage, verdict in found.items() if verdict == WRONG), "")


def by_stage(network: Architecture, found: Mapping[str, str]) -> dict[str, str]:
    """Verdicts on stages, in order, and on "dx", from those on arrays: of several the worst counts."""
    flattened = next((f"d{names.source}" for names in network.names if names.flattens), "")
    stages = {str(stage): stage.makes for stage in network.stages if stage.phase == "backward"} | {"dx": ("dx",)}
    worst = (RIGHT, INHERITS, WRONG).index
    judged: dict[str, str] = {}
    for stage, makes in stages.items():
        of = [found[name] for name in (*(["dv"] if stage == flattened else []), *makes) if name in found]
        if of:
            judged[stage] = max(of, key=worst)
    return judged
