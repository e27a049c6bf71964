"""Run a student's backward function on cases and report the errors in its results."""

from collections.abc import Callable, Iterable
from typing import Any

from cnnviz.judge.case import ELEMENTWISE, RETURNS, Case
from cnnviz.judge.cases import make_cases
from cnnviz.judge.courses import CS231n, course_named
from cnnviz.judge.own_forward import correct_by_forward, sibling_forward
from cnnviz.judge.returned_arrays import call_function, compare_results
from cnnviz.judge.right_gradients import CorrectResult, right
from cnnviz.judge.verdicts import Run, announce, copy_arrays, detail_level, notes, overwritten
from cnnviz.words import Problem, message

Function = Callable[..., Any]


def judge(
    function: Function, kind: str, like: str = "cs231n", cases: Iterable[Any] | None = None, forward: Function | None = None, show: str | None = None
) -> None:
    """Run a backward function on cases with its course's shapes and ours. Return None if every array is correct.

    `kind` is relu, sigmoid, tanh, dense, conv, max, avg, batchnorm, dropout or softmax. `like` is the course whose signature
    the function has: "cs231n" or "deeplearning.ai". `cases` replace the default shapes: each is the shape of x, or the shapes
    of the cached arrays with the settings, such as `((2, 3, 8, 8), (4, 3, 3, 3), {"stride": 2, "pad": 1})`.

    `forward` creates the cache and defines the meaning of eps and masks. By default it is the function in the same module with
    a matching name, conv_forward for conv_backward; without one, the cache is the course's. Batch normalization requires one.

    Raise AssertionError if an array is wrong. It names the first wrong array in the order of return and the mistake that
    reproduces it exactly, if there is one. With `show="place"`, or CNNVIZ_JUDGE_SHOW=place in the environment, it only says
    where the array is wrong and in how many entries. Warn if the function overwrites its arguments. Raise Problem if there is
    nothing to judge. Exceptions of the function itself are propagated.

    >>> def relu_backward(dout, cache):
    ...     return dout * (dout > 0)
    >>> judge(relu_backward, "relu")
    Traceback (most recent call last):
    AssertionError: dx is wrong, for x (10, 10): 50 of 100 numbers. At (0, 1) it is 1.0397, not 0.
    It is exactly this mistake: ReLU′ of the wrong input.
    - dx = dout * (dout > 0)
    + dx = dout * (x > 0)
    >>> judge(relu_backward, "relu", show="place")
    Traceback (most recent call last):
    AssertionError: dx is wrong, for x (10, 10): 50 of 100 numbers, the first at (0, 1).
    """
    course, show = course_named(like), detail_level(show)
    if kind not in RETURNS:
        raise Problem("judge.kind", kind=repr(kind), known=tuple(RETURNS))
    if isinstance(function, type) or not callable(function) or hasattr(function, "backward"):
        raise Problem("judge.layer", name=getattr(function, "__name__", type(function).__name__), kind=kind)
    sibling = None if forward is not None else sibling_forward(function)
    if kind == "batchnorm" and forward is None and sibling is None:
        raise Problem("judge.forward")
    runs: list[Run] = []
    first_error: Exception | None = None
    for case in make_cases(course, like, kind, cases):
        if not case.has_square_windows and cases is None and not _supports_case(course, case, forward or sibling):
            continue
        forward_error = None
        try:
            exact, cache, forward_error = _correct_gradients(course, case, forward, sibling)
            runs.append(_run(course, exact, cache, function))
        except Exception as error:
            if first_error is None:
                first_error = error
                earlier_runs = [] if forward_error else runs  # after it the cache differs, too, which may be the cause
                for note in (*_forward_notes(sibling, forward_error), *notes(course, case, earlier_runs, show)):
                    error.add_note(note)
    if first_error is not None and all(run.is_right for run in runs):
        raise first_error
    announce(course, kind, runs, show, first_error)  # wrong arrays are more informative than an exception


def _run(course: CS231n, exact: CorrectResult, cache: Any, function: Function) -> Run:
    """Run the function on a case and return its results."""
    arguments = course.arguments(exact.case, cache)
    array_copies = [array_copy for name, argument in zip(_argument_names(course, exact.case, cache), arguments, strict=False) for array_copy in copy_arrays(argument, name)]
    result = call_function(function, arguments)
    changed_names = overwritten(array_copies)
    return Run(exact.case, compare_results(course, exact, result), changed_names)


def _correct_gradients(
    course: CS231n, case: Case, forward: Function | None, sibling: Function | None
) -> tuple[CorrectResult, Any, Exception | None]:
    """Return the correct gradients, a cache, and an error.

    The cache is that of the user's forward function, or None if the course's cache is used. The error is the exception
    of a forward function that was found by its name, or None.
    """
    if case.kind == "softmax":
        return right(case), None, None
    if forward is not None or (sibling is not None and case.kind == "batchnorm"):
        return *correct_by_forward(course, case, forward or sibling or call_function), None
    if sibling is not None:
        try:
            exact, cache = correct_by_forward(course, case, sibling)
        except Exception as error:  # it may be unfinished
            return right(case), None, error
        if cache is not None:
            return exact, cache, None
    return right(case), None, None


def _forward_notes(sibling: Function | None, error: Exception | None) -> list[str]:
    """Return a note that explains why a function got the course's cache instead of that of its own forward function."""
    if sibling is None or error is None:
        return []
    return [str(message("judge.forward_failed", name=sibling.__name__, error=f"{type(error).__name__}: {error}"))]


def _supports_case(course: CS231n, case: Case, forward: Function | None) -> bool:
    """Return whether the forward function, if any, can compute this case's output. Some support only square windows."""
    if forward is None:
        return True
    try:
        correct_by_forward(course, case, forward)
    except Exception:
        return False
    return True


def _argument_names(course: CS231n, case: Case, cache: Any) -> tuple[str, ...]:
    """Return the names of the arguments."""
    names = course.names(case.kind)
    if case.kind == "softmax":
        return names["x"], names["y"]
    return names["dout"], names["x"] if cache is None and case.kind in ELEMENTWISE else "cache"
