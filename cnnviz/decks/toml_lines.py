"""Line numbers of the values in a TOML file, which the standard parser does not provide."""

import re
from bisect import bisect_left
from collections import Counter

from cnnviz.core.runtime.work_cancellation import check_cancelled

Path = tuple[str | int, ...]
"""Path to a value: names of tables and fields, and indices into arrays."""

_KEY = re.compile(r'"((?:[^"\\]|\\.)*)"|\'([^\']*)\'|([\w-]+)')
_STRINGS = ('"""', "'''", '"', "'")


def lines_of(text: str) -> dict[Path, int]:
    """Return the line of every table, field and array entry of a valid TOML text.

    >>> lines_of('id = "a"\\n[[step]]\\nanswers = [\\n  { is = "1" },\\n]\\n')[("step", 0, "answers", 0, "is")]
    4
    """
    return _LineScanner(text).found


class _LineScanner:
    def __init__(self, text: str):
        self.text, self.at = text, 0
        self.ends = [end.start() for end in re.finditer("\n", text)]
        self.found: dict[Path, int] = {}
        self.entries: Counter[Path] = Counter()
        table: Path = ()
        while self._skip():
            check_cancelled()
            if text.startswith("[", self.at):
                table = self._table()
            else:
                self._field(table)

    @property
    def line(self) -> int:
        return bisect_left(self.ends, self.at) + 1

    def _skip(self) -> bool:
        """Skip white space, line ends and comments. Return whether any text is left."""
        match = re.compile(r"(?:\s|#[^\n]*)*").match(self.text, self.at)
        self.at = match.end() if match else self.at
        return self.at < len(self.text)

    def _table(self) -> Path:
        line, is_array = self.line, self.text.startswith("[[", self.at)
        self.at += 2 if is_array else 1
        *outer_names, last_name = self._names()
        path = (*self._resolve(outer_names), last_name)
        if is_array:
            self.found.setdefault(path, line)
            path = (*path, self.entries[path])
            self.entries[path[:-1]] += 1
        self.at = self.text.index("]", self.at) + (2 if is_array else 1)
        self.found[path] = line
        return path

    def _resolve(self, names: list[str]) -> Path:
        """Resolve the name of an array of tables to its last entry."""
        path: Path = ()
        for name in names:
            path = (*path, name)
            if self.entries[path]:
                path = (*path, self.entries[path] - 1)
        return path

    def _names(self) -> list[str]:
        names: list[str] = []
        while True:
            self._skip()
            match = _KEY.match(self.text, self.at)
            if not match:
                return names or [""]
            names.append(next(part for part in match.groups() if part is not None))
            self.at = match.end()
            self._skip()
            if not self.text.startswith(".", self.at):
                return names
            self.at += 1

    def _field(self, table: Path) -> None:
        line = self.line
        path = table
        for name in self._names():
            path = (*path, name)
            self.found.setdefault(path, line)
        self._skip()
        self.at += 1  # the equals sign
        self._value(path)

    def _value(self, path: Path) -> None:
        self._skip()
        self.found.setdefault(path, self.line)
        quote = next((quote for quote in _STRINGS if self.text.startswith(quote, self.at)), "")
        if quote:
            return self._string(quote)
        if self.text.startswith("[", self.at):
            return self._items(path, "]")
        if self.text.startswith("{", self.at):
            return self._items(path, "}")
        match = re.compile(r"[^,\]}\n#]*").match(self.text, self.at)
        self.at = match.end() if match else len(self.text)

    def _string(self, quote: str) -> None:
        escapes = quote[0] == '"'
        self.at += len(quote)
        while self.at < len(self.text) and not self.text.startswith(quote, self.at):
            self.at += 2 if escapes and self.text[self.at] == "\\" else 1
        self.at += len(quote)
        # a multi-line string may end in up to two quotes
        while len(quote) == 3 and self.text.startswith(quote[0], self.at):
            self.at += 1

    def _items(self, path: Path, end: str) -> None:
        self.at += 1
        index = 0
        while self._skip() and not self.text.startswith(end, self.at):
            if self.text.startswith(",", self.at):
                self.at += 1
            elif end == "]":
                self._value((*path, index))
                index += 1
            else:
                self._field(path)
        self.at += 1
