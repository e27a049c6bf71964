"""Tests of backward functions: loaded from their files, and run on mutants in a separate process.

With a wrong function, a test may loop forever or exit its process. Both count as a failure of the test.
"""

import contextlib
import importlib.util
import inspect
import io
import multiprocessing
import sys
import time
import unittest
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from types import ModuleType
from typing import Any

from cnnviz.core.runtime.child_processes import without_main_module
from cnnviz.judge.mutants import Function, Mutant, Test, mutants, passes, right_function
from cnnviz.words import Problem

LEAST_SECONDS, MOST_SECONDS = 10.0, 120.0
"""Smallest time limit of a test for a mutant, and the time limit for the correct function."""

SLOWER = 10
"""Factor by which a test may be slower for a mutant than for the correct function."""

_NAME = without_main_module("cnnviz_mutants")


@dataclass(frozen=True)
class Report:
    """Result of a test: for each mutant whether it passes, or None if the mistake is impossible with the test's arrays.

    `error` is the exception for the correct function, "" if the test passes.
    """

    passed: tuple[bool | None, ...]
    error: str = ""


def run_test(name: str, kind: str, like: str = "cs231n", function: str | None = None) -> Report:
    """Run a test on the correct function and then on each mutant, in child processes. Raise Problem if it does not
    exist or does not end."""
    count, outcomes = len(list(mutants(kind, like))), list[bool | None]()
    seconds = MOST_SECONDS
    while True:
        child = _Child(name, kind, like, function, len(outcomes))
        try:
            first_report = child.receive(MOST_SECONDS)
            if first_report is None:
                raise Problem("judge.test_ends", name=name, seconds=MOST_SECONDS)
            error, duration, problem = first_report
            if problem:
                raise Problem(problem[0], **problem[1])
            if error:
                return Report((), error)
            seconds = max(LEAST_SECONDS, SLOWER * duration)
            while len(outcomes) < count:
                result = child.receive(seconds)
                if result is None:
                    outcomes.append(False)  # an endless loop, or the process exited
                    break
                outcomes.append(result[0])
        finally:
            child.end()
        if len(outcomes) == count:
            return Report(tuple(outcomes))


class _Child:
    """A process that runs a test on the correct function and then on the mutants from index `first` on."""

    def __init__(self, *arguments: object):
        context = multiprocessing.get_context("spawn")
        self.connection, child_connection = context.Pipe(duplex=False)
        self.process = context.Process(target=_work, name=_NAME, args=(child_connection, *arguments), daemon=True)
        self.process.start()
        child_connection.close()

    def receive(self, seconds: float) -> Any:
        """Return the next message, or None on timeout or if the process has ended."""
        try:
            return self.connection.recv() if self.connection.poll(seconds) else None
        except EOFError:
            return None

    def end(self) -> None:
        self.process.kill()
        self.process.join()
        self.connection.close()


def _work(connection: Connection, name: str, kind: str, like: str, function: str | None, first: int) -> None:
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        try:
            test, all_mutants = load_test(name, function), list(mutants(kind, like))
            start = time.monotonic()
            error = passes(test, right_function(kind, like))
            connection.send((f"{type(error).__name__}: {error}".strip(": ") if error else "", time.monotonic() - start, None))
        except Problem as problem:
            connection.send(("", 0.0, (problem.code, problem.values)))
            return
        except Exception as error:  # raised by the loaded file
            values = {"file": name, "error": f"{type(error).__name__}: {error}"}
            connection.send(("", 0.0, ("judge.test_file", values)))
            return
        for mutant in all_mutants[first:] if not error else ():
            connection.send((_is_passed(test, mutant),))


def _is_passed(test: Test, mutant: Mutant) -> bool | None:
    has_passed = passes(test, mutant.function) is None
    return None if has_passed and mutant.was_impossible else has_passed


# ---- a test and its file


def load_test(name: str, function: str | None = None) -> Test:
    """Return the test that a name such as "tests/test_backward.py::TestRelu::test_sign" refers to. Its file is
    executed.

    The test takes the backward function; a unittest's method runs with its setUp and tearDown. If it has no parameter, the
    function that it calls is replaced: the one named `function` in its file, or the only one with "backward" in its name.
    Raise Problem if no such test or function exists.
    """
    file, *name_parts = name.split("::")
    path = Path(file).resolve()
    if not name_parts or not path.is_file():
        raise Problem("judge.no_file", name=name)
    module = _load_module(path, name)
    owner: Any = module
    for part in name_parts[:-1]:
        owner = getattr(owner, part, None)
    member = getattr(owner, name_parts[-1], None)
    if not callable(member):
        raise Problem("judge.no_test", name=name_parts[-1], file=file)
    call = _method_call(owner, name_parts[-1]) if isinstance(owner, type) else member
    if _takes_function(member, isinstance(owner, type)):
        return call
    target = _function_name(module, function, name)

    def test(backward: Function) -> None:
        original = getattr(module, target)
        setattr(module, target, backward)
        try:
            call()
        finally:
            setattr(module, target, original)

    return test


def _load_module(path: Path, name: str) -> ModuleType:
    sys.path[:0] = [str(path.parent), str(Path.cwd())]
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise Problem("judge.no_file", name=name)
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


def _takes_function(test: Callable[..., Any], is_method: bool) -> bool:
    """Return whether a test has a parameter besides `self`."""
    parameters = [parameter for parameter in inspect.signature(test).parameters.values() if parameter.kind is not parameter.VAR_KEYWORD]
    is_static = is_method and isinstance(inspect.getattr_static(test, "__func__", None), staticmethod)
    return len(parameters) > (1 if is_method and not is_static else 0)


def _method_call(owner: type, name: str) -> Callable[..., object]:
    """Return a function that calls a method on a new instance. A unittest's fixtures run before and after it."""
    if not issubclass(owner, unittest.TestCase):
        return lambda *arguments: getattr(owner(), name)(*arguments)

    def call(*arguments: Any) -> None:
        case = owner(name)
        if arguments:
            method = getattr(case, name)
            setattr(case, name, lambda: method(*arguments))
        owner.setUpClass()
        try:
            case.debug()
        finally:
            owner.tearDownClass()

    return call


def _function_name(module: ModuleType, function: str | None, test: str) -> str:
    """Return the name of the function that a test without parameters calls."""
    if function is not None:
        if not callable(getattr(module, function, None)):
            raise Problem("judge.no_function", name=function, file=test.split("::")[0])
        return function
    names = [name for name, value in vars(module).items() if "backward" in name and inspect.isroutine(value)]
    if len(names) != 1:
        raise Problem("judge.which_function", names=names, test=test)
    return names[0]
