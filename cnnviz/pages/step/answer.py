"""Answer of the page Step, as bytes for the component."""

import numpy as np

from cnnviz.core.runtime.work_cancellation import check_wanted
from cnnviz.core.setup.update_limits import step_work
from cnnviz.core.training.loss_change import misses, steps_for
from cnnviz.core.training.losses_ahead import promise
from cnnviz.export.arrays import named_arrays
from cnnviz.pages.address import PageRequest
from cnnviz.pages.answers import Answers
from cnnviz.pages.encoding import encode, header, losses, setup_of_all
from cnnviz.pages.image_of_batch import (
    images_arrays,
    in_mode,
    loss_fact,
    of_all,
    on_image,
    stages_of_all,
    thrown,
    thumbnails,
)
from cnnviz.pages.map_records import program_of
from cnnviz.pages.network_record import arrays, network_record, promise_record, raised, stage_records, velocity_of
from cnnviz.pages.quantized_weights import lighter, lines
from cnnviz.pages.stage_notes import stage_notes
from cnnviz.pages.step.missions import started
from cnnviz.wire.records import NetworkRecord


class _StepAnswers(Answers):
    """One setup, stage by stage."""

    several = modes = True

    def answer(self, now: PageRequest) -> bytes:
        return answer(now)

    def part(self, now: PageRequest, of: str) -> bytes:
        """Exactly, the weights that `of` names (`lines`), what a velocity is made of (`velocity_of`), or what a raised number does (`raised`)."""
        now = started(now)[0]
        found = dict(lines(now.setup, now.snapshot, of)) | velocity_of(now.setup, now.snapshot, of) | raised(now.setup, now.snapshot, of)
        return encode({"of": of}, found)

    def exact(self, now: PageRequest) -> dict[str, np.ndarray]:
        return named_arrays(now.setup, now.snapshot)


ANSWERS = _StepAnswers()

LITTLE_WORK = 1_500_000
"""Multiplications of a step up to which the answer says what the numbers do, raised, that its stages are about first: some tenths of a millisecond."""


def answer(now: PageRequest, whole: bool = False) -> bytes:
    """Everything that the page shows; `whole` includes what a page would ask for later, such as the exact weights of a wide layer."""
    now, missions = started(now)
    head, arrays = live("", now, whole)
    return encode(head | {"missions": missions}, arrays)


def live(page: str, now: PageRequest, whole: bool = False) -> tuple[dict[str, object], dict[str, np.ndarray]]:
    """The header and the arrays of the live view, also of another page that it stands on."""
    now = in_mode(now)
    shown = on_image(now)
    setup, snapshot = shown.setup, shown.snapshot
    program = program_of(setup, snapshot)
    promised = promise(now.setup, now.snapshot) if setup.mode == "train" else None
    network = network_record(setup, program, snapshot)
    if setup.mode == "eval":
        network["beside"] = {**network["beside"], "update": stage_records(program, setup.opt)[-1]}
    check_wanted()  # of eight images and a large network each part takes a hundredth of a second or two
    first = header(page, shown)
    head = first | {
        "lesson": setup_of_all(now),
        "network": network,
        "facts": stage_notes(setup, program.network, snapshot, promised, now),
        "promise": promise_record(promised),
    }
    check_wanted()
    found = arrays(setup, program, snapshot) | losses(snapshot) | photograph(now) | thrown(shown)
    if not whole:
        found = lighter(found, now.setup, program, snapshot, network)
    if whole or step_work(now.setup.network, now.snapshot.trace.x.shape) <= LITTLE_WORK:
        found |= _raised(now, network)
    check_wanted()
    if shown is not now:
        head["facts"] = {**stage_notes(setup, program.network, snapshot, promised, now), "L": loss_fact(now)}
        head["stages"] = stages_of_all(first["stages"], program, len(now.setup.images))
        head["network"], found = of_all(network, now, program), found | images_arrays(now) | thumbnails(now, network)
    return head, found | (_past(now, network) if whole else {})


def _past(now: PageRequest, network: NetworkRecord) -> dict[str, np.ndarray]:
    """The terms of the velocity that the picture of the step shows first."""
    first = next(iter(now.snapshot.params))
    at = np.ravel_multi_index(network["focus"][first], network["maps"][first]["shape"])
    return velocity_of(now.setup, now.snapshot, f"past.{first}:{at}")


def _raised(now: PageRequest, network: NetworkRecord) -> dict[str, np.ndarray]:
    """The change of the loss for the number that each backward stage is about first, raised."""
    found: dict[str, np.ndarray] = {}
    for symbol, record in network["maps"].items():
        if f"d{symbol}" in network["maps"]:
            at = np.ravel_multi_index(network["focus"][record["family"]], record["shape"])
            slope = now.snapshot.gradients[f"d{symbol}"].flat[at]
            for by in steps_for(record["raised_by"]):
                found |= (own := raised(now.setup, now.snapshot, f"raised.{symbol}:{at}:{by}"))
                if not any(misses(slope * by, float(really[0])) for really in own.values()):
                    break
    return found


def photograph(now: PageRequest) -> dict[str, np.ndarray]:
    """The image in its colours, where it has some and the network reads only one channel."""
    pixels = now.image.pixels
    coloured = bool((pixels != pixels[..., :1]).any())
    return {"photo": pixels} if coloured and now.setup.ch != "rgb" else {}
