"""Pictures of every page, stage, size and theme in one folder, for eyes; and those of the README.

    python -m tests.pictures                 into pictures/, which is not committed
    python -m tests.pictures --readme        only the README's, into assets/pages
    python -m tests.pictures opening drag      only those whose names begin so, into pictures/
"""

import argparse
import sys
from collections.abc import Iterator
from itertools import chain
from urllib.parse import urlencode

from playwright.sync_api import sync_playwright

from cnnviz import Setup
from cnnviz.core.setup.image_ids import CLASSES
from cnnviz.core.setup.presets import PRESETS
from cnnviz.pages.registry import pages
from cnnviz.words import languages
from cnnviz.words.pseudo import PSEUDO
from tests.conftest import ROOT, Server
from tests.e2e.conftest import launch_arguments
from tests.picture import Picture, take
from tests.pictures_rooms import rooms

SIZES = ((1280, 720), (1440, 900), (1920, 1080), (1180, 820), (820, 1180), (390, 844))
THEMES = ("light", "dark")


def chosen(preset: str, **more: str) -> str:
    """The part of an address that chooses a preset, and what else is asked for."""
    return urlencode(next(each for each in PRESETS if each.name == preset).query | more, safe=",")


TINY_VGG = chosen("explainer", w="he")

PARTS = {
    "train-many": "/train?of=many",
    "check-break": "/check?mistake=kernel_gradient_flipped",
    "check-own": "/check?check=own",
    "notebook-story": "/notebook?part=3",
    "notebook-experiment": "/notebook?part=experiment&rule=procedural",
    "notebook-architecture": "/notebook?part=architecture",
}
"""The halves and tabs of the pages that have some."""

README = (
    Picture("step", "/?stage=df"),
    Picture("lecture", "/?stage=z1&cell=z1:13,18&view=lecture"),
    Picture("network", f"/?{TINY_VGG}&stage=z2"),
    Picture("train", "/train?k=60"),
    Picture("check", "/check?mistake=kernel_gradient_flipped"),
    Picture("notebook", "/notebook?rule=procedural"),
)

SEED = "/?seed=39"
DOT = "/learn?lesson=kernel&step=3"
ANSWERED = ("[name=answer]", "[data-key=learn_commit]")
EXPLAINER = chosen("explainer")
LENET = chosen("lenet", img="test-0", classes=",".join(CLASSES), w="he", seed="1")
BATCH = "/?img=cat-0,cat-1,dog-0,dog-1&ch=red&net=conv2x3-bn-relu-max2-drop50-dense2-softmax-ce&y=1,0%3B1,0%3B0,1%3B0,1"
MANY = "/train?of=many"
TRAINED = '.training[data-state="done"][data-follows=""]:has(canvas[data-walks=""])'
POSTERS = {"": "L", "-midway": "z1", "-gradients": "df"}
CELLS = {"z1": "&cell=z1:13,18", "o": "&cell=o:1", "da1": "&cell=da1:13,18", "df": "&cell=df:1,1", "update": "&cell=f:1,1"}
OPENING = (
    ("1a", 0, (), "[style*='--i:3;']"), ("1b", 0, (), "[style*='--i:16;--j:1']"), ("1c", 0, (), ""), ("2", 1, (), ""), ("3", 2, (), ""), ("3-rest", 2, ("ArrowUp",) * 10, ""),
    ("4-update10", 3, (), ""), ("4", 3, ("ArrowLeft",) * 7, ""), ("4-update0", 3, ("ArrowLeft",) * 10, ""),
)  # fmt: skip
"""Pictures of the opening: name, number of screens before it, keys, and what is there at its time if it moves."""
DRAWN = (
    *(Picture(f"stage-{stage}-1280x720", f"{SEED}&stage={stage}{cell}") for stage, cell in CELLS.items()),
    *(Picture(f"stage-{stage}-dark-1280x720", f"{SEED}&stage={stage}{CELLS[stage]}", theme="dark") for stage in ("z1", "df")),
    Picture("stage-tinyvgg-1280x720", f"/?{EXPLAINER}&stage=z2&cell=z2:5,6,7"),
    Picture("stage-tinyvgg-df-1280x720", f"/?{EXPLAINER}&stage=df2&cell=df2:5,4,0,0"),
    Picture("stage-z1-hover-1280x720", f"{SEED}&stage=z1&cell=z1:13,18", pointed=(917, 281)),
    Picture("glide-z1-a1-1280x720", f"{SEED}&stage=z1", pressed=("ArrowRight",), halted=300),
    Picture("drag-1280x720", f"{SEED}&stage=z1&cell=z1:13,18", pointed=(671, 281), down=50),
    *(Picture(f"poster-seed{name}-1280x720", f"{SEED}&stage={stage}&whole=1") for name, stage in POSTERS.items()),
    Picture("poster-seed-390x844", f"{SEED}&stage=L&whole=1", (390, 844)),
    Picture("poster-tinyvgg-1280x720", f"/?{TINY_VGG}&seed=29&stage=L&whole=1"),
    Picture("poster-tinyvgg-gradients-1280x720", f"/?{TINY_VGG}&seed=29&stage=df1&whole=1"),
    Picture("poster-lenet-1280x720", f"/?{LENET}&stage=L&whole=1"),
    Picture("share-card-1200x630", f"{SEED}&stage=z1".replace("/?", "/numbers/step.png?"), (1200, 630)),
    Picture("sheet-network-1280x720", f"{SEED}&stage=z1&cell=z1:13,18", clicked=("[data-key=rail_network]",)),
    *(
        Picture(f"opening-{name}-{size[0]}x{size[1]}", "/", size, pressed=("PageDown",) * screens + keys, moves=bool(until), until=until)
        for name, screens, keys, until in OPENING
        for size in ((1280, 720), (390, 844))
    ),
    Picture("stage-phone-390x844", f"{SEED}&stage=z1&cell=z1:13,18", (390, 844)),
    Picture("batch-strip-1280x720", f"{BATCH}&stage=df"),
    Picture("mechanism-bn-1280x720", f"{BATCH}&stage=n1&k=5"),
    Picture("mechanism-bn-back-1280x720", f"{BATCH}&stage=dz1"),
    Picture("mechanism-dropout-1280x720", f"{BATCH}&stage=r1&k=5&image=3"),
    Picture("learn-index-1280x720", "/learn", until=".next-picture"),
    Picture("learn-index-390x844", "/learn", (390, 844), until=".next-picture"),
    Picture("learn-question-1280x720", DOT),
    Picture("learn-answered-1280x720", DOT, clicked=ANSWERED),
    Picture("learn-click-1280x720", "/learn?lesson=kernel&step=6"),
    Picture("learn-phone-390x844", DOT, (390, 844), clicked=ANSWERED),
    Picture("check-road-1280x720", "/check?cell=df:1,1"),
    Picture("check-road-broken-1280x720", "/check?mistake=sigmoid_prime_of_z"),
    Picture("check-yours-1280x720", "/check?check=own", clicked=("[data-key=own_gradients]", "[data-key=gradients_example]"), until="[data-state=first]"),
    Picture("train-film-1280x720", "/train?k=71"),
    Picture("train-update0-1280x720", "/train"),
    Picture("train-start-1280x720", MANY, until=".training .figure b"),
    Picture("train-columns-1280x720", MANY, clicked=("[data-key=train]",), until=TRAINED),
    Picture("train-confusion-1280x720", MANY, clicked=("[data-key=train]", "[data-matrix]:visible"), until=".training .matrix [data-cell]"),
    Picture("notebook-first-1280x720", "/notebook"),
    Picture("notebook-first-390x844", "/notebook", (390, 844)),
    Picture("notebook-road-1280x720", "/notebook?part=3"),
    Picture("notebook-experiment-1280x720", "/notebook?part=experiment&img=train-0&scale=raw&f=11,7,14,13,8,9,8,7,16&w=zeros&y=1,1&rule=object-oriented"),
    Picture("notebook-architecture-1280x720", "/notebook?part=architecture"),
    Picture("drawing-pad-1280x720", f"/?{chosen('vzhou')}&stage=x", clicked=("[data-key=rail_image]", "[data-key=drawing]")),
    Picture("drawing-pad-390x844", f"/?{chosen('vzhou')}&stage=x", (390, 844), clicked=("[data-key=more]", "[data-key=rail_image]", "[data-key=drawing]")),
)
"""The screens that were drawn before they were built, under the drawings' own names."""


def everything() -> Iterator[Picture]:
    """Every page by every size and theme; of the first page every stage, at the sizes also as a lecture; and each in every language.

    Among the languages is the one that nobody speaks and that is longer than all others.
    """
    yield from DRAWN
    for lang in (*languages()[1:], PSEUDO):
        for page in pages():
            yield Picture(f"{page.path or 'step'}-{lang}", f"/{page.path}?k=3&lang={lang}")
    for size in SIZES:
        for theme in THEMES:
            ending = f"{size[0]}x{size[1]}-{theme}"
            for page in pages():
                name = page.path or "step"
                if page.path:
                    yield Picture(f"{name}-{ending}", f"/{page.path}?k=3", size, theme)
            for name, path in PARTS.items():
                yield Picture(f"{name}-{ending}", path, size, theme)
            for stage in Setup().network.stages:
                yield Picture(f"step-{stage}-{ending}", f"/?stage={stage}", size, theme)
            yield Picture(f"first-visit-{ending}", "/", size, theme)
            yield Picture(f"tiny-vgg-{ending}", f"/?{TINY_VGG}&stage=z2", size, theme)
            if size[0] > size[1]:
                for stage in ("z1", "df"):
                    yield Picture(f"lecture-{stage}-{ending}", f"/?stage={stage}&view=lecture", size, theme)


def main(arguments: list[str]) -> int:
    """Takes them all, or the README's."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--readme", action="store_true", help="only the README's, into assets/pages")
    parser.add_argument("names", nargs="*", default=[""], help="how the names of those that are wanted begin")
    given = parser.parse_args(arguments)
    folder = ROOT / ("assets/pages" if given.readme else "pictures")
    folder.mkdir(exist_ok=True)
    with sync_playwright() as start, Server(environment={"CNNVIZ_URL": "https://cnnviz.example"}) as server:
        browser = start.chromium.launch(**launch_arguments(start.chromium.executable_path))
        for picture in README if given.readme else chain(everything(), rooms(server.url)):
            if picture.name.startswith(tuple(given.names)):
                take(browser, server.url, picture, folder)
        browser.close()
    print(f"{len(list(folder.glob('*.png')))} pictures in {folder.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
