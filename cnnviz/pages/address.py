"""From the address to what is on the screen."""

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
    """The current view: the query that was asked, its setup, image and snapshot in the setup's mode, and what was wrong by key.

    `missing` are names in the query of what is not kept here any more: they stay in the address, since another server,
    or this one later, may know them. `cacheable` says whether the query alone leads to all this, and always will.
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
    """The setup that an address names, and a message by key for what is wrong in how it is looked at: none of it changes a number.

    >>> setup, wrong = looks({"stage": "z9", "view": "cinema", "lr": "fast"})
    >>> sorted(wrong)
    ['stage', 'view']
    """
    setup, wrong = Setup.understand(query)
    return setup, {key: said for key, said in wrong.items() if key in ("stage", "cell")} | PageState.from_query(query)[1]


def resolved(asked: Mapping[str, str], first: str = "", last: Setup | None = None, several: bool = False, modes: bool = False) -> PageRequest:
    """Resolves an address; `first` is the stage of a page that is opened without a setup in it.

    `several` is whether the page can show several images, and `modes` a pass as in eval mode; another shows one, in training, and says so.

    Where it holds something that cannot be used, the `last` setup stays in that place, and a message says so. A
    page's own keys stay in the address on the way over other pages.

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
    """The setup, its image, what was wrong, and whether that will always be so."""
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
