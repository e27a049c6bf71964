"""`python -m cnnviz.words`: list the messages that each language lacks, with the English text that it shows instead."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

from cnnviz.words import DEFAULT, FOLDER, catalogue, languages, missing_messages

DECKS = FOLDER.parent / "decks"


def main() -> None:
    for lang in languages()[1:]:
        messages = {id: catalogue()[id] for id in missing_messages(lang)}
        missing_texts = {id: text if isinstance(text, str) else text["other"] for id, text in messages.items()}
        missing_texts |= {place: text for file in sorted(DECKS.rglob("*.toml")) for place, text in _untranslated_texts(file, lang)}
        print(f"{lang}: {len(missing_texts)} messages are missing.")
        for place, text in missing_texts.items():
            print(f"  {place}: {text}")


def _untranslated_texts(file: Path, lang: str) -> Iterator[tuple[str, str]]:
    """Yield the position and the English text of each table of translations that lacks a language."""
    stack: list[tuple[str, object]] = [(file.name, tomllib.loads(file.read_text("utf-8")))]
    while stack:
        path, value = stack.pop()
        if isinstance(value, dict) and isinstance(value.get(DEFAULT), str):
            if lang not in value:
                yield path, value[DEFAULT]
        elif isinstance(value, dict | list):
            entries = value.items() if isinstance(value, dict) else enumerate(value, 1)
            stack += reversed([(f"{path} {key}", child) for key, child in entries])


if __name__ == "__main__":
    main()
