"""Resolution of an address: from its query to the setup, image and snapshot on screen."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from cnnviz.core.network.stored_params import NotKept, is_kept_name
from cnnviz.core.setup.page_state import PageState
from cnnviz.core.setup.setup import SETUP_KEYS, Setup
from cnnviz.core.training.snapshots import Snapshot, run_updates
from cnnviz.data.images import Image, ImageUnavailable, find_image, load_images
from cnnviz.pages.registry import page_keys
from cnnviz.words import Message, message


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


def looks(query: Mapping[str, str]) -> tuple[Setup, dict[str, Message]]:
    """Return the setup of an address, and a message by key for each bad value that only affects the view, not a
    number.

    >>> setup, wrong = looks({"stage": "z9", "view": "cinema", "lr": "fast"})
    >>> sorted(wrong)
    ['stage', 'view']
    """
    setup, wrong = Setup.understand(query)
    return setup, {key: said for key, said in wrong.items() if key in ("stage", "cell")} | PageState.from_query(query)[1]


def resolved(asked: Mapping[str, str], first: str = "", last: Setup | None = None, several: bool = False, modes: bool = False) -> PageRequest:
    """Resolve a query. `first` is the stage for a query without a setup.

    `several` is whether the page supports several images, and `modes` whether it supports eval mode. Otherwise the request
    has one image, in train mode, and a message says so.

    Invalid values are replaced by those of the `last` setup, with a message. A page's own keys stay in the address on
    other pages.

    >>> now = resolved({"k": "1", "lr": "fast"})
    >>> now.setup.k, now.snapshot.losses.shape, now.errors["lr"].id
    (1, (2,), 'lesson.replaced')
    """
    last = last or Setup()
    setup, image, wrong, lasting = setup_of(asked, first, last)
    if len(setup.images) > 1 and not several:
        wrong["img"] = message("ui.address.one_image", image=setup.images[setup.image])
        setup = setup.alone(setup.image)
    if setup.mode != "train" and not modes:
        wrong["mode"] = message("ui.address.in_training")
        setup = replace(setup, mode="train")
    x = load_images(setup)
    gone: Mapping[str, str] = {}
    try:
        snapshot = run_updates(setup, x, setup.k)
    except NotKept as error:
        wrong["w"] = message("ui.address.weights_gone", error=error.message)
        gone, lasting = {key: text for key, text in setup.to_query().items() if is_kept_name(text)}, False
        setup = setup.without_kept()
        snapshot = run_updates(setup, x, setup.k)
    wrong |= PageState.from_query(asked)[1]
    extras = {key: asked[key] for key in page_keys() if asked.get(key)}
    return PageRequest(asked, setup, image, snapshot.in_mode(setup.mode), wrong, extras, gone, lasting)


def setup_of(asked: Mapping[str, str], first: str, last: Setup) -> tuple[Setup, Image, dict[str, Message], bool]:
    """Return the setup, its image, errors by key, and whether the query will always resolve to this."""
    setup, wrong = Setup.understand(asked, instead=last)
    lasting = True
    if first and SETUP_KEYS.isdisjoint(asked):
        setup, _ = setup.changed({"stage": first})
    try:
        image = [find_image(img) for img in setup.images][setup.image]
    except ImageUnavailable as error:
        setup, wrong = Setup.understand({**asked, "img": last.img}, instead=last)
        wrong["img"], lasting = error.message, False
        image = find_image(last.images[last.image])
    if setup.classes and image.label and "y" not in asked and len(setup.images) == 1:
        setup, _ = Setup.understand({**asked, "img": image.id}, last, image.label)
    return setup, image, wrong, lasting
