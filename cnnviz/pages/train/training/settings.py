"""Settings of a training on a data set, as the address has them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

from cnnviz.core.network.network import DEFAULT, Network
from cnnviz.core.network.optimizers import OPTIMIZERS
from cnnviz.core.setup.image_ids import CLASSES, DIGITS, SIDES
from cnnviz.core.setup.setup import CHANNELS, MAX_SEED, Setup, as_text, integer_parser, parse_learning_rate
from cnnviz.core.training.training import DTYPES
from cnnviz.words import Message, message

MAX_EPOCHS, MAX_BATCH, MAX_RATE, MOST_CLASSES = 200, 1024, 100.0, 10
LEARNS = "conv6x5b-relu-max2-dense32-relu-dense2-softmax-ce"
"""Default network for training with the notebook's setup, whose own network learns little more than guessing. After
ten epochs on 480 images of four classes, this one gets 74 of the 120 held-out images right."""
RATES = {"gd": 0.05, "momentum": 0.01, "adam": 0.002}
"""Default learning rate by optimizer."""


@dataclass(frozen=True)
class Settings:
    """Settings of a training; the setup has the others. One key of the address holds the classes, four numbers, and
    non-default values.

    Empty `ch` and `net` mean the setup's.

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
        """Parse the settings of an address; an empty text means the setup's. Return the default and a message if
        invalid."""
        if not text:
            return cls.for_setup(setup) if setup else cls(), None
        try:
            words = text.split(",")
            changes: dict[str, str] = {}
            while words and (name := _setting_name(words[-1])) and name not in changes:
                changes[name] = words.pop()
            *classes, epochs, batch, rate, seed = words
            limits = ((epochs, 1, MAX_EPOCHS), (batch, 1, MAX_BATCH), (seed, 0, MAX_SEED))
            numbers = [integer_parser(low, high)(number) for number, low, high in limits]
            settings = cls(tuple(classes), numbers[0], numbers[1], parse_learning_rate(rate), numbers[2], **changes)
            if can_be_trained(classes) and settings.rate <= MAX_RATE:
                return settings, None
        except ValueError:
            pass
        return cls(), message("ui.train.training.wrong_settings", text=repr(text[:40]), instead=cls().to_text())

    @classmethod
    def for_setup(cls, setup: Setup) -> Settings:
        """Return settings that fit a setup: its classes, or as many as it has outputs, and its optimizer.

        For the notebook's network without named classes, return four classes, and a network that learns them.
        """
        if setup.net == DEFAULT and not setup.classes and setup.opt == "gd" and not setup.img.startswith(tuple(SIDES)):
            return cls(("airplane", "automobile", "cat", "dog"), 10, 32, RATES["adam"], 0, "adam", "float32", "rgb", LEARNS)
        names = DIGITS if setup.img.startswith(tuple(SIDES)) else ("cat", "dog") if len(setup.y) == 2 else CLASSES
        classes = setup.classes if len(setup.classes) == len(setup.y) and can_be_trained(setup.classes) else names[: max(2, len(setup.y))]
        return cls(tuple(classes), rate=RATES[setup.opt], opt=setup.opt)

    def to_text(self) -> str:
        """Return the text for the address, which `read` parses to equal settings."""
        required = (*self.classes, self.epochs, self.batch, self.rate, self.seed)
        optional = [getattr(self, field.name) for field in fields(self)[5:] if getattr(self, field.name) != field.default]
        return as_text((*required, *optional))


def can_be_trained(classes: Sequence[str]) -> bool:
    """Return whether there are images of these classes: two to ten of CIFAR-10's, or of the digits.

    >>> can_be_trained(("cat", "dog")), can_be_trained(("3", "cat"))
    (True, False)
    """
    unique = {*classes}
    return 2 <= len(unique) == len(classes) <= MOST_CLASSES and (unique <= {*CLASSES} or unique <= {*DIGITS})


def _setting_name(word: str) -> str:
    """Return the name of the setting to which a word after the numbers belongs, or ""."""
    for name, values in (("opt", OPTIMIZERS), ("dtype", DTYPES), ("ch", CHANNELS)):
        if word in values:
            return name
    try:
        return "net" if "-" in word and Network.parse(word) else ""
    except ValueError:
        return ""
