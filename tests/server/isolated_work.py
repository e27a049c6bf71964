"""Work for worker processes: tests import it by name in the test's process and in the worker."""

import os
import signal
import sys
import time

import numpy as np

from cnnviz.core.network.stored_params import store_params, stored_params


def loaded(names: list[str]) -> list[str]:
    return [name for name in names if name in sys.modules]


def pid() -> int:
    return os.getpid()


def spin(_: str = "") -> None:
    while True:
        pass


def sleep(seconds: float, file: str) -> None:
    with open(file, "w") as opened:
        opened.write(str(os.getpid()))
    time.sleep(seconds)


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def fail() -> None:
    raise ZeroDivisionError("a mistake of ours")


def fill(size: int) -> int:
    return len(bytes(size))


def large(size: int) -> np.ndarray:
    return np.ones(size, np.uint8)


def keep_ones(n: int) -> str:
    return store_params({"b": np.ones(n)})


def sum_of(query: dict[str, str]) -> float:
    return float(stored_params(query["b"])["b"].sum())
