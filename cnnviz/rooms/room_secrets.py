"""Secrets of rooms: the presenter's, which determines the room's code, and the tokens of devices that have joined.

The code is computed from the secret by a slow hash, with the server's key if it has one. A server that has lost its
rooms in a restart can therefore verify who opened a room. Finding another secret for a code takes 28 million tries of
10 ms on average, and is impossible without the server's key. A token is a random name, signed by the room, which
every process can verify, even after a restart.
"""

import base64
import hashlib
import hmac
import re
import secrets

LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Characters of a code, without similar ones, since people read it off a projector and type it."""
LENGTH = 5
COST = 4096
"""Cost parameter n of scrypt for a code: about 10 ms and 4 MB."""
_SECRET = re.compile(r"[A-Za-z0-9_-]{32}")
_NAME, _SIGNATURE = 9, 12
"""Lengths of a token's two parts in bytes."""


def new_secret() -> str:
    """Return a new random secret for a presenter."""
    return secrets.token_urlsafe(24)


def is_secret(text: object) -> bool:
    """Return whether a text has the format of a presenter's secret."""
    return isinstance(text, str) and bool(_SECRET.fullmatch(text))


def code_of(secret: str, key: str = "") -> str:
    """Return the code of the room with this secret, on servers with this key.

    >>> code_of("x" * 32) == code_of("x" * 32) != code_of("y" * 32)
    True
    """
    number = int.from_bytes(hashlib.scrypt(secret.encode(), salt=b"cnnviz room " + key.encode(), n=COST, r=8, p=1, dklen=16))
    return "".join(LETTERS[number // len(LETTERS) ** position % len(LETTERS)] for position in range(LENGTH))


def digest(secret: str) -> str:
    """Return the hash of a presenter's secret; the server stores nothing else of it."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def new_device(presenter: str) -> str:
    """Return a new token for a device in the room of that presenter (a digest).

    >>> is_device(new_device("a"), "a"), is_device(new_device("a"), "b"), is_device("device-000000000000000000000", "a")
    (True, False, False)
    """
    name = secrets.token_bytes(_NAME)
    return base64.urlsafe_b64encode(name + _signature(name, presenter)).decode()


def is_device(token: object, presenter: str) -> bool:
    """Return whether this room issued the token."""
    if not isinstance(token, str) or len(token) != 4 * (_NAME + _SIGNATURE) // 3:
        return False
    try:
        content = base64.b64decode(token, b"-_", validate=True)
    except ValueError:
        return False
    return hmac.compare_digest(content[_NAME:], _signature(content[:_NAME], presenter))


def _signature(name: bytes, presenter: str) -> bytes:
    return hmac.digest(presenter.encode(), b"device " + name, "sha256")[:_SIGNATURE]
