"""`python -m tests.vendor_lit package/`: the readable modules of an unpacked lit-html, without what only developers of lit need."""

import re
import sys
from pathlib import Path

VENDORED = Path(__file__).parents[1] / "cnnviz/view/vendor/lit"
MODULES = (
    "lit-html directive directive-helpers directives/guard directives/keyed directives/live directives/unsafe-html"
).split()
SWITCHES = {"DEV_MODE": False, "ENABLE_EXTRA_SECURITY_HOOKS": False, "ENABLE_SHADYDOM_NOPATCH": False, "NODE_MODE": True}
"""Constants that lit's own build sets; with the last one a module can be loaded where there is no document."""

_LOG = re.compile(r"^( *)debugLogEvent &&\n\1    debugLogEvent\(\{\n.*?^\1    \}\);\n", re.MULTILINE | re.DOTALL)
_UNUSED = re.compile(r"^(?:const debugLogEvent = DEV_MODE\n(?:    .*\n)+?    : undefined;|let debugLogRenderId = 0;|let issueWarning;)\n", re.MULTILINE)
_COMMENT = re.compile(r"^ *//[^\n]*\n?|^ */\*\*(?:(?!\*/)(?!@license).)*?\*/\n", re.MULTILINE | re.DOTALL)
_NAMED = re.compile(r"\n//# sourceMappingURL=\S+\s*$")
_TRUSTED = re.compile(r"^import type \{ (TrustedHTML)[^}]*\} from [^\n]*;$", re.MULTILINE)
"""A type of another package, which the typed declarations need once."""


def trimmed(text: str) -> str:
    """A module of lit-html's folder development/ without branches that a released file does not have, and without comments.

    >>> print(trimmed("const DEV_MODE = true;\\nif (DEV_MODE) {\\n    warn();\\n}\\nexport const a = 1;\\n"))
    const DEV_MODE = false;
    export const a = 1;
    """
    for name, value in SWITCHES.items():
        text = re.sub(rf"^const {name} = \w+;", f"const {name} = {str(value).lower()};", text, flags=re.MULTILINE)
        branch = rf"^( *)(?:else )?if \({name}(?: &&[^{{]*)?\) ?\{{\n.*?^\1\}}\n(\1else (?=\{{))?"
        if not value:
            text = re.sub(branch, lambda found: found[1] if found[2] else "", text, flags=re.MULTILINE | re.DOTALL)
    text = _COMMENT.sub("", _UNUSED.sub("", _LOG.sub("", text)))
    text = text.replace("    const renderId = DEV_MODE ? debugLogRenderId++ : 0;\n", "")
    return re.sub(r"\n{2,}", "\n", text).strip()


def main(package: Path) -> None:
    """Writes the modules and their types, and the licence."""
    for name in MODULES:
        for ending in (".js", ".d.ts"):
            text = (package / "development" / (name + ending)).read_text("utf-8")
            result = trimmed(text) + "\n" if ending == ".js" else _NAMED.sub("\n", _TRUSTED.sub(r"type \1 = string;", text))
            target = VENDORED / (name + ending)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(result, "utf-8")
    (VENDORED / "LICENSE").write_text((package / "LICENSE").read_text("utf-8"), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
