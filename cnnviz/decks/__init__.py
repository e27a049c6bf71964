"""Decks: TOML files with a list of screens (`script=` in URLs). A lecture is a deck; a guided lesson is a deck in
which every screen has a question.

Teachers write decks; they are checked, and their questions work on any image. docs/lessons.md has a short example."""
