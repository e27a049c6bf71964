"""A visitor's files: an image, weights, a model, or gradients. They are read in isolation and never stored."""

from collections.abc import Mapping

from cnnviz.core.runtime.isolation import run_isolated
from cnnviz.core.setup.image_ids import CLASSES
from cnnviz.core.setup.setup import SETUP_KEYS, Setup
from cnnviz.core.setup.setup_network import batch_shape, shape_of
from cnnviz.data.drawings import read_drawing
from cnnviz.data.uploads import read_upload
from cnnviz.export.arrays import npz
from cnnviz.export.checkpoints import files_in, read_checkpoints
from cnnviz.export.import_weights import read_start
from cnnviz.export.user_gradients_report import example_of, reference_of
from cnnviz.models.layer_rules import ConvertedLayer
from cnnviz.models.reading import Model, read_model
from cnnviz.pages.address import resolve, resolve_setup
from cnnviz.wire.dialogs import Adopted, UploadedModel
from cnnviz.words import Message, Problem, say


def picture(query: Mapping[str, str], content: bytes) -> Adopted:
    """Return the change of the setup that selects the image in a file; its pixels become part of the address. Raise
    Problem if the file is invalid."""
    return Adopted(change={"img": run_isolated(read_upload, content)}, note="")


def drawing(query: Mapping[str, str], content: bytes) -> Adopted:
    """Return the change of the setup to a drawn digit, scaled and centred; its pixels become part of the address. Raise
    Problem if nothing is drawn."""
    return Adopted(change={"img": read_drawing(content)}, note="")


def weights(query: Mapping[str, str], content: bytes) -> Adopted:
    """Return the change of the setup that starts from the weights in a file, in the setup that the file names, if
    any. Several files become a recording. Raise Problem if the file is invalid."""
    return run_isolated(_weights, _setup(query), content)


def _weights(setup: Setup, content: bytes) -> Adopted:
    if files := files_in(content):
        start, name, note = read_checkpoints(files, setup)
        return _adoption(start, [note], page="train", of="", n="", vs="", hold="", sweep="", checkpoints=name)
    start, notes = read_start(content, setup)
    return _adoption(start, notes or [Message("ui.take_home.imported")])


def model(query: Mapping[str, str], content: bytes) -> UploadedModel:
    """Return a model layer by layer, and the change of the setup to its network. `name` selects one of several models.
    If the network is invalid or too large, `instead` is the reason and the setup does not change. Raise Problem if the
    file cannot be read.
    """
    return run_isolated(_model, _setup(query), query.get("name", ""), content)


def _model(setup: Setup, name: str, content: bytes) -> UploadedModel:
    uploaded_model = read_model(content, name)
    layers = [*map(_layer, uploaded_model.layers), *map(str, (*uploaded_model.refused, *uploaded_model.notes))]
    try:
        uploaded_model.checked_network.check(batch_shape(setup.img, shape_of(setup.img, _channels(uploaded_model) or setup.ch)))
    except Problem as problem:
        return UploadedModel(net="", layers=layers, instead=str(problem), adopted=None)
    return UploadedModel(net=uploaded_model.net, layers=layers, instead="", adopted=_model_adoption(setup, uploaded_model))


def gradients(query: Mapping[str, str], content: bytes) -> bytes:
    """Return the data of Check for a visitor's gradients; `file` is the file's name."""
    from cnnviz.pages.check.handler import (
        uploaded_answer,  # imports much that other requests do not need
    )

    return uploaded_answer(resolve(query, several_images=True, eval_mode=True), (query.get("file", ""), content))


def example(query: Mapping[str, str]) -> bytes:
    """Return a file with this setup's gradients after one mistake. Raise Problem if no mistake is possible."""
    request = resolve(query, several_images=True, eval_mode=True)
    file_arrays = example_of(reference_of(request.setup, request.snapshot))
    if not file_arrays:
        raise Problem("ui.check.own.no_example")
    return npz(file_arrays[1])


def _setup(query: Mapping[str, str]) -> Setup:
    return resolve_setup(query, "", Setup())[0]


def _adoption(setup: Setup, notes: list[Message | str], **more: str) -> Adopted:
    query = setup.to_query()
    return Adopted(change={name: query.get(name, "") for name in SETUP_KEYS} | more, note=" ".join(map(str, notes)))


def _layer(layer: ConvertedLayer) -> str:
    words = "-".join(layer.words) or say("model.left_out" if layer.notes else "model.nothing")
    return " ".join([f"{layer.text} → {words}.", *map(str, layer.remarks)] if layer.notes else [f"{layer.text} → {words}"])


def _model_adoption(setup: Setup, uploaded: Model) -> Adopted:
    """Return the setup with the model's network and channels."""
    classes = ",".join(CLASSES) if uploaded.network.outputs == len(CLASSES) else ""
    start, wrong = setup.continuation.with_query({"net": uploaded.net, "classes": classes} | ({"ch": ch} if (ch := _channels(uploaded)) else {}))
    return _adoption(start, list(wrong.values()) or [Message("ui.own_model.opened")])


def _channels(uploaded: Model) -> str:
    """Return the channels that a model reads, or "" if its text does not say."""
    return ("rgb" if uploaded.channels == 3 else "red") if uploaded.channels else ""
