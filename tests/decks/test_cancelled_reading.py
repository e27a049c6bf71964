"""Reading a long deck ends when nobody waits for it any more."""

import pytest

from cnnviz.core.runtime.work_cancellation import cancellable
from cnnviz.decks.deck_checker import check, check_syntax

SCREENS = 50


@pytest.mark.parametrize("read", [check_syntax, check])
def test_each_screen_is_a_cancellation_point(read):
    looks = []

    def wanted() -> None:
        looks.append(1)
        if len(looks) > SCREENS // 2:
            raise TimeoutError

    content = b'id = "a"\n' + b"".join(b'[[screen]]\nat = "/?k=%d"\n' % k for k in range(SCREENS))
    with cancellable(wanted), pytest.raises(TimeoutError):
        read(content)
