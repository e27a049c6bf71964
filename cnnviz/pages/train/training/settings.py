"""Settings of a training on a data set, as the address has them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

from cnnviz.core.network.network import DEFAULT, Network
from cnnviz.core.network.optimizers import OPTIMIZERS
from cnnviz.core.setup.image_ids import CLASSES, DIGITS, SIDES
from cnnviz.core.setup.setup import CHANNELS, MAX_SEED, Setup, as_text, learning_rate, whole_number
from cnnviz.core.training.training import DTYPES
from cnnviz.words import Message, message

MAX_EPOCHS, MAX_BATCH, MAX_RATE, MOST_CLASSES = 200, 1024, 100.0, 10
LEARNS = "conv6x5b-relu-max2-dense32-relu-dense2-softmax-ce"
"""The network that is proposed beside the teaching notebook's own, which hardly learns more than to guess: on 240 images
of airplanes and automobiles it names 54 of the 60 that are held out, in two seconds."""
RATES = {"gd": 0.05, "momentum": 0.01, "adam": 0.002}
"""The learning rate that is proposed, by optimizer."""


@dataclass(frozen=True)
class Settings:
    """Settings of a training; the setup says the rest. In the address it is one key: classes, four numbers, and what differs.

    `ch` and `net` are the setup's where they are empty.

    >>> Settings.read("ship,truck,5,32,0.1,7")[0].classes, Settings.read("3,8,5,32,0.1,7,adam")[0].opt
    (('ship', 'truck'), 'adam')
    """

    classes: tuple[str, ...] = ("cat", "dog")
    epochs: int = 30
    batch: int = 64
    rate: float = 0.05
    seed: int = 0
    opt: str = "gd"
    dtype: str = "float64"
    ch: str = ""
    net: str = ""

    @classmethod
    def read(cls, text: str, setup: Setup | None = None) -> tuple[Settings, Message | None]:
        """The settings that an address asks for, `lesson`'s where it asks nothing, and a sentence where it cannot be used; never raises."""
        if not text:
            return cls.of(setup) if setup else cls(), None
        try:
            words = text.split(",")
            changes: dict[str, str] = {}
            while words and (name := _kind(words[-1])) and name not in changes:
                changes[name] = words.pop()
            *classes, epochs, batch, rate, seed = words
            limits = ((epochs, 1, MAX_EPOCHS), (batch, 1, MAX_BATCH), (seed, 0, MAX_SEED))
            numbers = [whole_number(least, most)(number) for number, least, most in limits]
            asked = cls(tuple(classes), numbers[0], numbers[1], learning_rate(rate), numbers[2], **changes)
            if can_be_trained(classes) and asked.rate <= MAX_RATE:
                return asked, None
        except ValueError:
            pass
        return cls(), message("ui.train.training.wrong_settings", text=repr(text[:40]), instead=cls().to_text())

    @classmethod
    def of(cls, setup: Setup) -> Settings:
        """The settings that fit a setup: its classes, or as many as it has outputs; its optimizer.

        Beside the notebook's network without classes of its own it is two classes that can be told apart, and one that learns them.
        """
        if setup.net == DEFAULT and not setup.classes and setup.opt == "gd" and not setup.img.startswith(tuple(SIDES)):
            return cls(("airplane", "automobile"), 10, 32, RATES["adam"], 0, "adam", "float32", "rgb", LEARNS)
        names = DIGITS if setup.img.startswith(tuple(SIDES)) else ("cat", "dog") if len(setup.y) == 2 else CLASSES
        own = setup.classes if len(setup.classes) == len(setup.y) and can_be_trained(setup.classes) else names[: max(2, len(setup.y))]
        return cls(tuple(own), rate=RATES[setup.opt], opt=setup.opt)

    def to_text(self) -> str:
        """As the address has it: read again, it gives the same."""
        always = (*self.classes, self.epochs, self.batch, self.rate, self.seed)
        differs = [getattr(self, field.name) for field in fields(self)[5:] if getattr(self, field.name) != field.default]
        return as_text((*always, *differs))


def can_be_trained(classes: Sequence[str]) -> bool:
    """Tells whether there are images of these classes: two to ten of CIFAR-10's, or of the digits.

    >>> can_be_trained(("cat", "dog")), can_be_trained(("3", "cat"))
    (True, False)
    """
    asked = {*classes}
    return 2 <= len(asked) == len(classes) <= MOST_CLASSES and (asked <= {*CLASSES} or asked <= {*DIGITS})


def _kind(word: str) -> str:
    """The setting that a word behind the numbers is, "" for none."""
    for name, known in (("opt", OPTIMIZERS), ("dtype", DTYPES), ("ch", CHANNELS)):
        if word in known:
            return name
    try:
        return "net" if "-" in word and Network.parse(word) else ""
    except ValueError:
        return ""
