"""The component's ES modules as one file, so that a first visit makes one request and not twenty in a row.

The modules stay plain ES modules, one concern a file. This knows no more JavaScript than they use:
`import { a, b } from "./x.js"` on one line, dynamic `import("./x.js")` left alone, and `export`
before const, function or class. A file that does otherwise fails here, at the first request, by name.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_IMPORT = re.compile(r'^import \{ ([^}]+) \} from "\./([\w-]+)\.js"$', re.MULTILINE)
_EXPORT = re.compile(r"^export (default )?((?:async )?(?:function\*?|class|const) (\w+))", re.MULTILINE)


def bundle(entry: str, read: Callable[[str], str]) -> str:
    """One module with the default export of `entry`, everything it imports before it, each file in a scope of its own.

    `read` gives the text of a module by its name. Raises ValueError for an import or export that is
    not written as above, and where modules import each other in a circle.

    >>> files = {"a": 'import { b } from "./b.js"\\nexport default function a() {}', "b": "export const b = 1"}
    >>> print(bundle("a", files.get))
    const $b = (() => {
    const b = 1
    return { b }
    })()
    const $a = (() => {
    const { b } = $b
    function a() {}
    return { a }
    })()
    export default $a.a
    """
    parts: list[str] = []
    state: dict[str, str] = {}

    def add(name: str) -> None:
        if state.get(name) == "done":
            return
        if name in state:
            raise ValueError(f"bundle: {name}.js imports itself in a circle")
        state[name] = "open"
        text = read(name)
        for _, other in _IMPORT.findall(text):
            add(other)
        parts.append(_scope(name, text))
        state[name] = "done"

    add(entry)
    default = next(match[3] for match in _EXPORT.finditer(read(entry)) if match[1])
    return "\n".join([*parts, f"export default ${entry}.{default}"])


def _scope(name: str, text: str) -> str:
    names = [match[3] for match in _EXPORT.finditer(text)]
    body = _EXPORT.sub(r"\2", _IMPORT.sub(r"const { \1 } = $\2", text)).strip()
    strange = re.search(r"^(import|export)\b.*", body, re.MULTILINE)
    if strange:
        raise ValueError(f"bundle: {name}.js has a line that is not understood: {strange[0]}")
    return f"const ${name} = (() => {{\n{body}\nreturn {{ {', '.join(names)} }}\n}})()"
