"""The record of an audience's answers, round by round, as CSV: counts of answers, without devices."""

import csv
import io
import json
import time
from collections.abc import Iterable, Sequence
from typing import Any, TypedDict

from cnnviz.decks.votes import count_votes, group_index
from cnnviz.rooms.poll import Poll
from cnnviz.rooms.question_view import PreparedQuestion
from cnnviz.rooms.store import Ballot

MOST_TEXT = 300
"""Longest recorded question or answer in characters."""
MOST_LINES = 60
"""Number of a round's answers that get a line each; all others share one line."""
MOST_NUMBER = 10**14
"""Upper limit of the time of a question, in milliseconds since 1970."""
REST = "…"
COLUMNS = ("question", "asked at", "kind", "text", "round", "answer", "count", "of", "right")

Line = tuple[str, int, int, bool | None]


class Record(TypedDict):
    """Recorded answers to a question, by round. A line holds an answer's name, its count, the total of the round, and
    whether the answer is right."""

    number: int
    kind: str
    ask: str
    rounds: list[list[Line]]


def record(poll: Poll, question: PreparedQuestion, ballots: Sequence[Ballot]) -> Record:
    """Return the record of a room's question, as stored when the next question replaces it."""
    question_text = question.question.ask.say(question.lang)[:MOST_TEXT]
    return Record(number=poll.number, kind=poll.kind, ask=question_text, rounds=[_round(question, list(ballot.values())) for ballot in ballots])


def _round(question: PreparedQuestion, answers: Sequence[float]) -> list[Line]:
    lines_of_answers = _name_answers(question, answers)
    largest = sorted(lines_of_answers, key=lambda line: -line[1])[:MOST_LINES]
    rest_count = sum(count for _, count, _ in lines_of_answers) - sum(count for _, count, _ in largest)
    lines: list[Line] = [(name, count, len(answers), right) for name, count, right in largest]
    return [*lines, (REST, rest_count, len(answers), None)] if rest_count else lines


def _name_answers(prepared: PreparedQuestion, answers: Sequence[float]) -> list[tuple[str, int, bool | None]]:
    """Return the name, count and correctness of each answer. Options of a choice are included even without votes."""
    step, question, lang = prepared.step, prepared.question, prepared.lang
    if step.kind == "choose":
        counts = count_votes(answers)
        labels = [option.label.say(lang)[:MOST_TEXT] or str(n + 1) for n, option in enumerate(question.options)]
        return [(label, counts.get(n, 0), option.right if prepared.keyed else None) for n, (label, option) in enumerate(zip(labels, question.options, strict=True))]
    answer_counts = {answer: answers.count(answer) for answer in dict.fromkeys(answers)}
    names = {answer: f"{answer:.6g}" if step.kind == "number" else str(int(answer)) for answer in answer_counts}
    return [(names[answer], count, group_index(step, question, answer) == 0 if prepared.keyed else None) for answer, count in answer_counts.items()]


def read(text: str) -> Record | None:
    """Return a stored record, or None if it is malformed."""
    try:
        content: Any = json.loads(text)
        rounds = [[(str(name), int(count), int(total), right) for name, count, total, right in lines] for lines in content["rounds"]]
        result = Record(number=int(content["number"]), kind=str(content["kind"]), ask=str(content["ask"]), rounds=rounds)
    except (ValueError, TypeError, KeyError, RecursionError, OverflowError):
        return None
    return result if 0 <= result["number"] < MOST_NUMBER else None


def table(records: Iterable[Record]) -> str:
    """Return the records as CSV, escaped so that no spreadsheet reads a text as a formula.

    >>> print(table([Record(number=0, kind="choose", ask="=1+1", rounds=[[("yes", 2, 3, None)]])]), end="")
    question,asked at,kind,text,round,answer,count,of,right
    1,1970-01-01T00:00:00Z,choose,'=1+1,1,yes,2,3,
    """
    buffer = io.StringIO()
    lines = csv.writer(buffer, lineterminator="\n")
    lines.writerow(COLUMNS)
    for n, entry in enumerate(records, 1):
        asked_at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(entry["number"] / 1000))
        for round_, answers in enumerate(entry["rounds"], 1):
            for name, count, total, right in answers:
                lines.writerow((n, asked_at, entry["kind"], _plain(entry["ask"]), round_, _plain(name), count, total, "" if right is None else "yes" if right else "no"))
    return buffer.getvalue()


def _plain(text: str) -> str:
    """Return a text on one line, escaped if a spreadsheet would read it as a formula."""
    line = "".join(letter if letter.isprintable() else " " for letter in text)
    number = line.replace(".", "", 1).replace("-", "", 1).replace("e", "", 1).replace("+", "", 1).isdecimal()
    return line if number or not line.startswith(("=", "+", "-", "@")) else f"'{line}"
