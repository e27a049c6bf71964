"""Bundler that joins the view's modules and style sheets into one file each, so that a first visit needs few
requests.

It supports only the syntax that these modules and the vendored ones use: `import { a, b } from "../model/x.js"`, `export`
before const, function or class, and `export { a, b as c }`. Dynamic imports are left as they are. Any other syntax raises
ValueError with the file's name, at the first request.
"""

import posixpath
import re
from collections.abc import Callable, Iterator

_IMPORT = re.compile(r"""(?:^|(?<=;))import ?\{([^}]+)\} ?from ?(["'])(\.{1,2}/[\w./-]+)\.js\2(;?)(?=\n|\Z|import)""", re.MULTILINE)
_EXPORT = re.compile(r"^export (default )?((?:async )?(?:function\*?|class|const) ([\w$]+))", re.MULTILINE)
_EXPORTED = re.compile(r"(?:^|(?<=;))export ?\{([^}]*)\}(?! ?from);?", re.MULTILINE)
_STRANGE = re.compile(r"""(?:^|;)[ \t]*(?:export\b|import\b(?![ \t]*\())[ \t]*[\w${*"'].*""", re.MULTILINE)
_DOCS = re.compile(r"^[ \t]*(?:/\*\*(?:(?!\*/|@license).)*\*/|//[^\n]*)\n", re.MULTILINE | re.DOTALL)
_ASIDE = re.compile(r"""/\*\* @\w+ [^\n]*?\*/ ?|(?<=\S)[ \t]+//[^\n"'`]*$|^[ \t]+""", re.MULTILINE)
"""Casts (/** @type … */), trailing comments and indentation: seven percent of the compressed bundle."""
_STYLE = re.compile(r'^@import "(\.{1,2}/[\w./-]+\.css)";$', re.MULTILINE)


def bundle(entry: str, read: Callable[[str], str], ending: str = "export default {}") -> str:
    """Return one module with the default export of `entry`. Each file, after its imports, gets a scope of its own.

    `read` returns the source of a module by its path without ".js". Indentation, types (/** … */) and comments are removed.
    `ending` is a format string that receives the entry's default export. Raise ValueError for any other syntax of imports
    and exports, and for circular imports.

    >>> files = {"a": 'import { b } from "./in/b.js"\\nexport default function a() {}', "in/b": "export const b = 1"}
    >>> print(bundle("a", files.get))
    const $in_b = (() => {
    const b = 1
    return { b }
    })()
    const $a = (() => {
    const { b } = $in_b
    function a() {}
    return { a }
    })()
    export default $a.a
    """
    default = next(match[3] for match in _EXPORT.finditer(read(entry)) if match[1])
    return "\n".join([*_scopes(entry, read, {}), ending.format(f"{_scope_of(entry)}.{default}")])


def _scopes(name: str, read: Callable[[str], str], state: dict[str, str]) -> Iterator[str]:
    """Yield the scopes of a module's imports, then its own. `state` maps each module to "open" or "done"; done ones
    are skipped."""
    if state.get(name) == "done":
        return
    if name in state:
        raise ValueError(f"bundle: {name}.js imports itself in a circle")
    state[name] = "open"
    text = read(name)
    for _, _, path, _ in _IMPORT.findall(text):
        yield from _scopes(_resolve(name, path), read, state)
    yield _scope(name, text)
    state[name] = "done"


def style_sheet(entry: str, read: Callable[[str], str]) -> str:
    """Return the style sheet `entry` with each `@import "./x.css";` replaced by that file's content.

    >>> style_sheet("a.css", {"a.css": '@import "./b.css";', "b.css": "p {}"}.get)
    'p {}'
    """
    return _STYLE.sub(lambda line: read(_resolve(entry, line[1])), read(entry))


def _resolve(name: str, path: str) -> str:
    """Resolve a relative import in the module `name`."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), path))


def _scope_of(name: str) -> str:
    return "$" + re.sub(r"\W", "_", name)


def _scope(name: str, text: str) -> str:
    names = [match[3] for match in _EXPORT.finditer(text)]
    names += [_export_property(name) for match in _EXPORTED.finditer(text) for name in match[1].split(",") if name.strip()]
    body = _IMPORT.sub(lambda line: f"const {{{line[1].replace(' as ', ': ')}}} = {_scope_of(_resolve(name, line[3]))}{line[4]}", text)
    body = _ASIDE.sub("", _DOCS.sub("", _EXPORTED.sub("", _EXPORT.sub(r"\2", body)))).strip()
    unsupported_syntax = _STRANGE.search(body)
    if unsupported_syntax:
        raise ValueError(f"bundle: {name}.js has a line that is not understood: {unsupported_syntax[0]}")
    return f"const {_scope_of(name)} = (() => {{\n{body}\nreturn {{ {', '.join(names)} }}\n}})()"


def _export_property(exported: str) -> str:
    """Return a name in `export { … }` as a property of the scope's result.

    >>> _export_property("a"), _export_property(" a as b")
    ('a', 'b: a')
    """
    local, _, exported_name = exported.strip().partition(" as ")
    return f"{exported_name}: {local}" if exported_name else local
