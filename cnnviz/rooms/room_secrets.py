"""The secrets of rooms: a presenter's, from which the room's code follows, and the tokens of devices that have joined.

A server that has forgotten a room, since it was started again and keeps rooms in its memory, can so tell whose its code is:
the code is computed from the secret, slowly, and with the server's own key where it has one. Who has not opened the room has
28 million secrets to try for its code, 10 ms each, and with a key of the server's cannot try at all. A token is a random
name, signed by the room: every process can tell one, before and after it was started again, and none can be made up.
"""

import base64
import hashlib
import hmac
import re
import secrets

LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Of a code, which is read off a projector and typed: without what looks like something else."""
LENGTH = 5
COST = 4096
"""Of computing a code (scrypt's n): some 10 ms and 4 MB."""
_SECRET = re.compile(r"[A-Za-z0-9_-]{32}")
_NAME, _SIGNATURE = 9, 12
"""Bytes of a token's two parts."""


def new_secret() -> str:
    """Draws a presenter's secret."""
    return secrets.token_urlsafe(24)


def is_secret(text: object) -> bool:
    """Tells whether that may be a presenter's secret."""
    return isinstance(text, str) and bool(_SECRET.fullmatch(text))


def code_of(secret: str, key: str = "") -> str:
    """Computes the code of the room that this secret drives, on servers with that key.

    >>> code_of("x" * 32) == code_of("x" * 32) != code_of("y" * 32)
    True
    """
    number = int.from_bytes(hashlib.scrypt(secret.encode(), salt=b"cnnviz room " + key.encode(), n=COST, r=8, p=1, dklen=16))
    return "".join(LETTERS[number // len(LETTERS) ** place % len(LETTERS)] for place in range(LENGTH))


def digest(secret: str) -> str:
    """Hashes a presenter's secret: all that a server keeps of it."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def new_device(presenter: str) -> str:
    """Draws a token for a device that joins the room of that presenter (the digest).

    >>> is_device(new_device("a"), "a"), is_device(new_device("a"), "b"), is_device("device-000000000000000000000", "a")
    (True, False, False)
    """
    name = secrets.token_bytes(_NAME)
    return base64.urlsafe_b64encode(name + _signed(name, presenter)).decode()


def is_device(token: object, presenter: str) -> bool:
    """Tells whether a token is one that this room has given."""
    if not isinstance(token, str) or len(token) != 4 * (_NAME + _SIGNATURE) // 3:
        return False
    try:
        both = base64.b64decode(token, b"-_", validate=True)
    except ValueError:
        return False
    return hmac.compare_digest(both[_NAME:], _signed(both[:_NAME], presenter))


def _signed(name: bytes, presenter: str) -> bytes:
    return hmac.digest(presenter.encode(), b"device " + name, "sha256")[:_SIGNATURE]
