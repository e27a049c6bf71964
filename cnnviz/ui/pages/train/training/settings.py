"""What can be set for a training on a data set, as the address has it."""

from __future__ import annotations

from dataclasses import astuple, dataclass

from cnnviz.core.lesson import MAX_SEED, as_text, learning_rate, whole_number
from cnnviz.data.images import CLASSES
from cnnviz.words import Message, message

MAX_EPOCHS, MAX_BATCH, MAX_RATE = 200, 1024, 100.0


@dataclass(frozen=True)
class Settings:
    """What can be set; the lesson says the rest. In the address it is one key, `train=cat,dog,30,64,0.05,0`.

    >>> Settings.read("ship,truck,5,32,0.1,7")
    (Settings(a='ship', b='truck', epochs=5, batch=32, rate=0.1, seed=7), None)
    """

    a: str = "cat"
    b: str = "dog"
    epochs: int = 30
    batch: int = 64
    rate: float = 0.05
    seed: int = 0

    @classmethod
    def read(cls, text: str) -> tuple[Settings, Message | None]:
        """What an address asks for, and a sentence where that cannot be used; never raises."""
        if not text:
            return cls(), None
        try:
            a, b, epochs, batch, rate, seed = text.split(",")
            limits = ((epochs, 1, MAX_EPOCHS), (batch, 1, MAX_BATCH), (seed, 0, MAX_SEED))
            numbers = [whole_number(least, most)(number) for number, least, most in limits]
            asked = cls(a, b, numbers[0], numbers[1], learning_rate(rate), numbers[2])
            if {a, b} <= set(CLASSES) and asked.rate <= MAX_RATE:
                return asked, None
        except ValueError:
            pass
        return cls(), message("ui.train.training.wrong_settings", text=repr(text[:40]), instead=cls().to_text())

    def to_text(self) -> str:
        """As the address has it: read again, it gives the same."""
        return as_text(astuple(self))
