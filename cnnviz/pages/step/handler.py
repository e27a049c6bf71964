"""Responses of the Step page, encoded for the browser."""

from collections.abc import Callable, Mapping

import numpy as np

from cnnviz.core.runtime.work_cancellation import check_cancelled
from cnnviz.core.setup.setup_fields import choice_parser
from cnnviz.core.setup.update_limits import step_work
from cnnviz.core.training.loss_change import bends_within, steps_up_to
from cnnviz.core.training.losses_ahead import promise
from cnnviz.decks.missions import missions
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
from cnnviz.pages.step.missions import parse_case, parse_named, with_mission
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

    def key_parsers(self, request: PageRequest) -> Mapping[str, Callable[[str], object]]:
        return {"mission": choice_parser(mission.id for mission in missions()), "case": parse_case, "named": lambda text: parse_named(text, request)}


HANDLER = _StepHandler()

SMALL_WORK = 1_500_000
"""Limit of multiplications per step up to which the response includes raised losses for all stages, which takes some
tenths of a millisecond."""


def answer(request: PageRequest, whole: bool = False) -> bytes:
    """Return everything that the page shows. `whole` includes what a page would request later, such as the exact
    weights of large layers."""
    request, mission_data = with_mission(request)
    response_header, arrays = map_response("", request, whole)
    return encode(response_header | {"missions": mission_data}, arrays)


def map_response(page: str, request: PageRequest, whole: bool = False) -> tuple[dict[str, object], dict[str, np.ndarray]]:
    """Return the header and arrays of the maps, also for other pages that show them."""
    request = with_mode(request)
    shown_request = select_image(request)
    setup, snapshot = shown_request.setup, shown_request.snapshot
    program = program_of(setup, snapshot)
    promise_values = promise(request.setup, request.snapshot) if setup.mode == "train" else None
    network = network_record(setup, program, snapshot)
    if setup.mode == "eval":
        network["beside"] = {**network["beside"], "update": stage_records(program, setup.opt)[-1]}
    check_cancelled()  # each part may take 10–20 ms for eight images and a large network
    common_header = header(page, shown_request)
    response_header = common_header | {
        "lesson": query_of(request),
        "network": network,
        "facts": stage_notes(setup, program.network, snapshot, promise_values, request),
        "promise": promise_record(promise_values),
    }
    check_cancelled()
    arrays_by_name = arrays(setup, program, snapshot) | loss_curve(snapshot) | colour_image(request) | dropout_sums(shown_request)
    if not whole:
        arrays_by_name = quantize_arrays(arrays_by_name, request.setup, program, snapshot, network)
    if whole or step_work(request.setup.network, request.snapshot.trace.x.shape) <= SMALL_WORK:
        arrays_by_name |= _raised_losses(request, network)
    check_cancelled()
    if shown_request is not request:
        response_header["facts"] = {**stage_notes(setup, program.network, snapshot, promise_values, request), "L": loss_note(request)}
        response_header["stages"] = batch_stages(common_header["stages"], program, len(request.setup.images))
        response_header["network"], arrays_by_name = batch_record(network, request, program), arrays_by_name | batch_arrays(request) | thumbnails(request, network)
    return response_header, arrays_by_name | (_velocity_terms(request, network) if whole else {})


def _velocity_terms(request: PageRequest, network: NetworkRecord) -> dict[str, np.ndarray]:
    """Return the terms of the velocity that the update's diagram shows first."""
    first_name = next(iter(request.snapshot.params))
    flat_index = np.ravel_multi_index(network["focus"][first_name], network["maps"][first_name]["shape"])
    return velocity_of(request.setup, request.snapshot, f"past.{first_name}:{flat_index}")


def _raised_losses(request: PageRequest, network: NetworkRecord) -> dict[str, np.ndarray]:
    """Return the losses after raising the number that each backward stage selects first."""
    losses: dict[str, np.ndarray] = {}
    for symbol, record in network["maps"].items():
        if f"d{symbol}" in network["maps"]:
            flat_index = np.ravel_multi_index(network["focus"][record["family"]], record["shape"])
            slope = request.snapshot.gradients[f"d{symbol}"].flat[flat_index]
            for step_size in steps_up_to(record["raised_by"]):
                losses |= (changes := raised_entry_change(request.setup, request.snapshot, f"raised.{symbol}:{flat_index}:{step_size}"))
                if not any(bends_within(slope * step_size, float(change[0])) for change in changes.values()):
                    break
    return losses


def colour_image(request: PageRequest) -> dict[str, np.ndarray]:
    """Return the image in colour, or nothing if the image is grey or the network reads all channels."""
    pixels = request.image.pixels
    is_coloured = bool((pixels != pixels[..., :1]).any())
    return {"photo": pixels} if is_coloured and request.setup.ch != "rgb" else {}
