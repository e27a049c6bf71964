"""Runs a student's backward function on cases and says what is wrong with what it returns."""

from collections.abc import Callable, Iterable
from typing import Any

from cnnviz.judge.case import RETURNS, Case
from cnnviz.judge.cases import cases_of
from cnnviz.judge.courses import CS231n, course_named
from cnnviz.judge.returned_arrays import Returned, called, own_cache, returned, said, wrong_ones
from cnnviz.judge.right_gradients import right
from cnnviz.judge.search import nearest
from cnnviz.words import Problem, message

Function = Callable[..., Any]


def judge(function: Function, kind: str, like: str = "cs231n", cases: Iterable[Any] | None = None, forward: Function | None = None) -> None:
    """Runs a backward function on cases of its course's shapes and ours; None where every array is right.

    `kind` is relu, sigmoid, tanh, dense, conv, max, avg, batchnorm, dropout or softmax, `like` the course whose signature the
    function has: "cs231n" or "deeplearning.ai". `cases` are shapes in place of the usual ones: that of x, or those of what the
    cache holds with its settings, as `((2, 3, 8, 8), (4, 3, 3, 3), {"stride": 2, "pad": 1})`. `forward` makes the cache where it
    is one of its own; a batch norm needs it. Raises AssertionError where something is wrong, which names the first wrong array
    in the order of return, and the slip that gives it exactly, if one does; Problem where there is nothing to judge. What the
    function raises itself goes on.

    >>> def relu_backward(dout, cache):
    ...     return dout * (dout > 0)
    >>> judge(relu_backward, "relu")
    Traceback (most recent call last):
    AssertionError: dx is wrong, for x (10, 10): 50 of 100 numbers. At (0, 1) it is 1.0397, not 0.
    It is exactly this mistake: ReLU′ of the wrong input.
    - dx = dout * (dout > 0)
    + dx = dout * (x > 0)
    """
    course = course_named(like)
    if kind not in RETURNS:
        raise Problem("judge.kind", kind=repr(kind), known=tuple(RETURNS))
    if kind == "batchnorm" and forward is None:
        raise Problem("judge.forward")
    found: list[list[Returned]] = []
    for case in cases_of(course, like, kind, cases):
        try:
            found.append(_run(course, case, function, forward))
        except Exception as error:
            if any(wrong_ones(arrays) for arrays in found):
                break  # what is wrong already explains more
            error.add_note(str(message("judge.raised", case=said(course, case))))
            raise
    if fault := _fault(course, kind, found):
        raise AssertionError(fault)


def _run(course: CS231n, case: Case, function: Function, forward: Function | None) -> list[Returned]:
    """The function's result for a case."""
    cache = None
    if forward is not None and kind_has_cache(case.kind):
        case, cache = own_cache(course, right, case, forward)
    return returned(course, right(case), called(function, course.arguments(case, cache)))


def kind_has_cache(kind: str) -> bool:
    """Tells whether a backward function of this kind is given a cache."""
    return kind != "softmax"


def _fault(course: CS231n, kind: str, found: list[list[Returned]]) -> str:
    """The fault of the first wrong array in the order of return, in its first case; "" where nothing is."""
    for place in range(len(RETURNS[kind])):
        of_role = [arrays[place] for arrays in found]
        if wrong := wrong_ones(of_role):
            others = dict.fromkeys(one.name for arrays in found for one in wrong_ones(arrays) if one.role != wrong[0].role)
            also = [str(message("judge.also", names=list(others)))] if others else []
            return "\n".join([str(wrong[0].fault), *_slip(course, kind, of_role), *also])
    return ""


def _slip(course: CS231n, kind: str, of_role: list[Returned]) -> list[str]:
    """The slip that gives the array, with its line; nothing where none does exactly."""
    slip = nearest(of_role)
    if slip is None:
        return []
    wrong, ours = slip.code(course.names(kind))
    layout = [str(message("judge.layout"))] if course.axes(kind, "x") else []
    return [str(message("judge.exactly", slip=slip.title)), f"- {wrong}", f"+ {ours}", *layout]
