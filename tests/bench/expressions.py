"""How long the most expensive expressions, and texts with many of them, take that are not refused, on the largest network: 0.2 s of a processor is allowed."""

import statistics
import sys
import time
from bisect import bisect_left
from collections.abc import Callable

from cnnviz.decks.expression import evaluate
from cnnviz.decks.question import fill
from cnnviz.decks.scope import Scope, scope_of, setup_of
from cnnviz.words import LocalizedText, Problem

LARGE = "net=conv32x1-relu-dense18-relu-dense10-softmax-ce"
ALLOWED = 0.2
REPEATED = [
    "exp(w2)", "sqrt(abs(w2))", "log(abs(w2) / 1e9 ** 30)", "sigmoid(w2)", "where(w2 > 0, w2, 0)", "near(w2)", "w2[w2 > 0]", "w2 ** 3", "sum(w2.T * w2.T)",
    "argmax(w2.T + 1)", "norm(w2.T)", "(w2 > 0 and w2.T.T < 0)", "sum(w2.T, axis=0)", "w2 / 1e9 ** 34", "a1 * 1e9 ** 30 % 3.3", "a1 * 1e9 ** 30 // 1e-9",
]  # fmt: skip
"""Each is added to itself as often as it may be."""


WRITTEN = ["L", "max(w2)", "argmax(w2)", "sum(exp(w2))", "at('k=1', L)", "f[0,0,0,0]", "abs(L - 1) + 2 * L"]
"""Each is written into one text as often as it may be."""


def longest_text(part: str, here: Scope) -> LocalizedText:
    """The longest text of this part alone that is not refused."""

    def fits(count: int) -> bool:
        try:
            fill(LocalizedText({"en": f"{{{part}}}" * count}), here)
        except Problem:
            return False
        return True

    return LocalizedText({"en": f"{{{part}}}" * (bisect_left(range(1, 10_000), True, key=lambda count: not fits(count)))})


def seconds_of(act: Callable[[], object]) -> float:
    """The median of five times, of a processor's time."""
    taken = []
    for _ in range(5):
        start = time.process_time()
        act()
        taken.append(time.process_time() - start)
    return statistics.median(taken)


def most_of(part: str, here: Scope) -> str:
    """The longest sum of this part that is not refused."""
    text = part
    while True:
        longer = f"{text} + {part}"
        try:
            evaluate(longer, here)
        except Problem:
            return text
        text = longer


def main() -> int:
    here, worst = scope_of(setup_of(LARGE)), 0.0
    for part in REPEATED:
        text = most_of(part, here)
        worst = max(worst, taken := seconds_of(lambda text=text: evaluate(text, here)))
        print(f"{1000 * taken:6.0f} ms  {text.count(part):5} × {part}")
    for part in WRITTEN:
        texts = longest_text(part, here)
        worst = max(worst, taken := seconds_of(lambda texts=texts: fill(texts, here)))
        print(f"{1000 * taken:6.0f} ms  {texts.say('en').count(part):5} × {{{part}}} in a text")
    print(f"at most {1000 * worst:.0f} ms, of {1000 * ALLOWED:.0f}")
    return int(worst > ALLOWED)


if __name__ == "__main__":
    sys.exit(main())
