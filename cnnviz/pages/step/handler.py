"""Responses of the Step page, encoded for the browser."""

import numpy as np

from cnnviz.core.runtime.work_cancellation import check_cancelled
from cnnviz.core.setup.update_limits import step_work
from cnnviz.core.training.loss_change import bends_within, steps_up_to
from cnnviz.core.training.losses_ahead import promise
from cnnviz.export.arrays import named_arrays
from cnnviz.pages.address import PageRequest
from cnnviz.pages.encoding import encode, header, loss_curve, query_of
from cnnviz.pages.handlers import PageHandler
from cnnviz.pages.image_of_batch import (
    batch_arrays,
    batch_record,
    batch_stages,
    dropout_sums,
    loss_note,
    select_image,
    thumbnails,
    with_mode,
)
from cnnviz.pages.map_records import program_of
from cnnviz.pages.network_record import (
    arrays,
    network_record,
    promise_record,
    raised_entry_change,
    stage_records,
    velocity_of,
)
from cnnviz.pages.quantized_weights import exact_lines, quantize_arrays
from cnnviz.pages.stage_notes import stage_notes
from cnnviz.pages.step.missions import with_mission
from cnnviz.wire.records import NetworkRecord


class _StepHandler(PageHandler):
    """Handler of the Step page."""

    supports_several_images = supports_eval_mode = True

    def respond(self, request: PageRequest) -> bytes:
        return answer(request)

    def part(self, request: PageRequest, name: str) -> bytes:
        """Return the arrays that `name` selects: exact weights (`exact_lines`), terms of a velocity (`velocity_of`), or losses
        after raising a number (`raised_entry_change`)."""
        request = with_mission(request)[0]
        setup, snapshot = request.setup, request.snapshot
        parts = dict(exact_lines(setup, snapshot, name)) | velocity_of(setup, snapshot, name) | raised_entry_change(setup, snapshot, name)
        return encode({"of": name}, parts)

    def exact_arrays(self, request: PageRequest) -> dict[str, np.ndarray]:
        return named_arrays(request.setup, request.snapshot)


HANDLER = _StepHandler()

SMALL_WORK = 1_500_000
"""Limit of multiplications per step up to which the response includes raised losses for all stages, which takes some
tenths of a millisecond."""


def answer(now: PageRequest, whole: bool = False) -> bytes:
    """Return everything that the page shows. `whole` includes what a page would request later, such as the exact
    weights of large layers."""
    now, missions = with_mission(now)
    head, arrays = map_response("", now, whole)
    return encode(head | {"missions": missions}, arrays)


def map_response(page: str, now: PageRequest, whole: bool = False) -> tuple[dict[str, object], dict[str, np.ndarray]]:
    """Return the header and arrays of the maps, also for other pages that show them."""
    now = with_mode(now)
    shown = select_image(now)
    setup, snapshot = shown.setup, shown.snapshot
    program = program_of(setup, snapshot)
    promise_values = promise(now.setup, now.snapshot) if setup.mode == "train" else None
    network = network_record(setup, program, snapshot)
    if setup.mode == "eval":
        network["beside"] = {**network["beside"], "update": stage_records(program, setup.opt)[-1]}
    check_cancelled()  # each part may take 10–20 ms for eight images and a large network
    first = header(page, shown)
    head = first | {
        "lesson": query_of(now),
        "network": network,
        "facts": stage_notes(setup, program.network, snapshot, promise_values, now),
        "promise": promise_record(promise_values),
    }
    check_cancelled()
    named = arrays(setup, program, snapshot) | loss_curve(snapshot) | colour_image(now) | dropout_sums(shown)
    if not whole:
        named = quantize_arrays(named, now.setup, program, snapshot, network)
    if whole or step_work(now.setup.network, now.snapshot.trace.x.shape) <= SMALL_WORK:
        named |= _raised_losses(now, network)
    check_cancelled()
    if shown is not now:
        head["facts"] = {**stage_notes(setup, program.network, snapshot, promise_values, now), "L": loss_note(now)}
        head["stages"] = batch_stages(first["stages"], program, len(now.setup.images))
        head["network"], named = batch_record(network, now, program), named | batch_arrays(now) | thumbnails(now, network)
    return head, named | (_velocity_terms(now, network) if whole else {})


def _velocity_terms(now: PageRequest, network: NetworkRecord) -> dict[str, np.ndarray]:
    """Return the terms of the velocity that the update's diagram shows first."""
    first = next(iter(now.snapshot.params))
    at = np.ravel_multi_index(network["focus"][first], network["maps"][first]["shape"])
    return velocity_of(now.setup, now.snapshot, f"past.{first}:{at}")


def _raised_losses(now: PageRequest, network: NetworkRecord) -> dict[str, np.ndarray]:
    """Return the losses after raising the number that each backward stage selects first."""
    losses: dict[str, np.ndarray] = {}
    for symbol, record in network["maps"].items():
        if f"d{symbol}" in network["maps"]:
            at = np.ravel_multi_index(network["focus"][record["family"]], record["shape"])
            slope = now.snapshot.gradients[f"d{symbol}"].flat[at]
            for by in steps_up_to(record["raised_by"]):
                losses |= (changes := raised_entry_change(now.setup, now.snapshot, f"raised.{symbol}:{at}:{by}"))
                if not any(bends_within(slope * by, float(change[0])) for change in changes.values()):
                    break
    return losses


def colour_image(now: PageRequest) -> dict[str, np.ndarray]:
    """Return the image in colour, or nothing if the image is grey or the network reads all channels."""
    pixels = now.image.pixels
    is_coloured = bool((pixels != pixels[..., :1]).any())
    return {"photo": pixels} if is_coloured and now.setup.ch != "rgb" else {}
