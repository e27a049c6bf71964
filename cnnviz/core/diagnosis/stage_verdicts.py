"""Verdicts on stages: the first wrong stage of a backward pass, and the later ones that only inherit its error.

A stage is *wrong* if its array differs from the reference and also from the reference operation applied to the
submitted inputs. It *inherits* if its array differs from the reference but equals that result. A later wrong stage
contains a second mistake. Bias and filter form one stage, and the row dv belongs to the map that it is a reshape of; ∂x
has no stage and comes last.
"""

from collections.abc import Mapping

from cnnviz.core.network.architecture import Architecture

RIGHT, INHERITS, WRONG = "right", "inherits", "wrong"
"""Verdicts in ascending order. A stage of several arrays gets the worst verdict."""


def first_wrong(stages: Mapping[str, str]) -> str:
    """Return the first stage that is wrong by itself, or "" if there is none.

    >>> first_wrong({"dz2": "right", "da1": "wrong", "dz1": "inherits"})
    'da1'
    """
    return next((stage for stage, verdict in stages.items() if verdict == WRONG), "")


def by_stage(network: Architecture, verdicts: Mapping[str, str]) -> dict[str, str]:
    """Return the verdicts on stages, in order, and on "dx", from the verdicts on arrays. A stage gets the worst verdict
    of its arrays.
   """
    flattened = next((f"d{names.source}" for names in network.names if names.flattens), "")
    stages = {str(stage): stage.makes for stage in network.stages if stage.phase == "backward"} | {"dx": ("dx",)}
    severity = (RIGHT, INHERITS, WRONG).index
    result: dict[str, str] = {}
    for stage, targets in stages.items():
        stage_verdicts = [verdicts[name] for name in (*(["dv"] if stage == flattened else []), *targets) if name in verdicts]
        if stage_verdicts:
            result[stage] = max(stage_verdicts, key=severity)
    return result
