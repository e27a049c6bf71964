"""Resolution of an address: from its query to the setup, image and snapshot on screen."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from cnnviz.core.network.stored_params import NotStored, is_stored_name
from cnnviz.core.setup.image_ids import label as label_of
from cnnviz.core.setup.image_ids import parse_image_id
from cnnviz.core.setup.page_state import PageState
from cnnviz.core.setup.setup import SETUP_KEYS, Setup, replacement_message
from cnnviz.core.training.snapshots import Snapshot, run_updates
from cnnviz.data.images import Image, ImageUnavailable, find_image, load_images
from cnnviz.pages.registry import page_keys
from cnnviz.words import Message, Problem, message


@dataclass(frozen=True, eq=False)
class PageRequest:
    """A resolved request: the query, the setup with its image and snapshot, and error messages by key.

    `missing` holds the query's names of stored objects that this server does not have. They stay in the address, since
    another server may have them. `cacheable` is whether the query alone determines the request, now and later.
    """

    query: Mapping[str, str]
    setup: Setup
    image: Image
    snapshot: Snapshot
    errors: Mapping[str, Message | str]
    extras: Mapping[str, str]
    missing: Mapping[str, str] = field(default_factory=dict)
    cacheable: bool = True


def resolve_view(query: Mapping[str, str]) -> tuple[Setup, dict[str, Message]]:
    """Return the setup of an address, and a message by key for each bad value that only affects the view, not a
    number.

    >>> setup, wrong = resolve_view({"stage": "z9", "view": "cinema", "lr": "fast"})
    >>> sorted(wrong)
    ['stage', 'view']
    """
    setup, errors = Setup.parse_query(query)
    return setup, {key: error for key, error in errors.items() if key in ("stage", "cell")} | PageState.from_query(query)[1]


def resolve(query: Mapping[str, str], first_stage: str = "", fallback: Setup | None = None, several_images: bool = False, eval_mode: bool = False) -> PageRequest:
    """Resolve a query. `first_stage` is the stage for a query without a setup.

    `several_images` is whether the page supports several images, and `eval_mode` whether it supports eval mode. Otherwise the request
    has one image, in train mode, and a message says so.

    Invalid values are replaced by those of the `fallback` setup, with a message. A page's own keys stay in the address on
    other pages.

    >>> now = resolve({"k": "1", "lr": "fast"})
    >>> now.setup.k, now.snapshot.losses.shape, now.errors["lr"].id
    (1, (2,), 'lesson.replaced')
    """
    fallback = fallback or Setup()
    setup, image, errors, cacheable = resolve_setup(query, first_stage, fallback)
    if len(setup.images) > 1 and not several_images:
        errors["img"] = message("ui.address.one_image", image=setup.images[setup.image])
        setup = setup.with_one_image(setup.image)
    if setup.mode != "train" and not eval_mode:
        errors["mode"] = message("ui.address.in_training")
        setup = replace(setup, mode="train")
    x = load_images(setup)
    missing: Mapping[str, str] = {}
    try:
        snapshot = run_updates(setup, x, setup.k)
    except NotStored as error:
        missing, cacheable = {key: text for key, text in setup.to_query().items() if is_stored_name(text)}, False
        setup = setup.without_stored_params()
        if "w" in missing:
            errors["w"] = message("ui.address.weights_gone", error=error.message)
        else:
            gone = Problem("lesson.why.gone")
            errors |= {key: replacement_message(key, text, gone, getattr(setup, "f" if key == "f1" else key)) for key, text in missing.items()}
        snapshot = run_updates(setup, x, setup.k)
    errors |= PageState.from_query(query)[1]
    extras = {key: query[key] for key in page_keys() if query.get(key)}
    return PageRequest(query, setup, image, snapshot.in_mode(setup.mode), errors, extras, missing, cacheable)


def resolve_setup(query: Mapping[str, str], first_stage: str, fallback: Setup) -> tuple[Setup, Image, dict[str, Message], bool]:
    """Return the setup, its image, errors by key, and whether the query will always resolve to this."""
    setup, errors = Setup.parse_query(query, fallback=fallback)
    cacheable = True
    try:
        image = [find_image(img) for img in setup.images][setup.image]
    except ImageUnavailable as error:
        setup, errors = Setup.parse_query({**query, "img": fallback.img}, fallback=fallback)
        errors["img"], cacheable = error.message, False
        image = find_image(fallback.images[fallback.image])
    if len(setup.images) == 1 and "y" not in query and image.label != label_of(parse_image_id(image.id)):  # only the full data set has its class
        setup, _ = Setup.parse_query({**query, "img": image.id}, fallback, image.label)
    if first_stage and SETUP_KEYS.isdisjoint(query):
        setup, _ = setup.with_query({"stage": first_stage})
    return setup, image, errors, cacheable
