"""Decks: lists of screens, which the address calls `script=`. A lecture is a deck; a guided lesson is one that asks on every screen.

Files that a teacher writes, checked, and asked on any image. docs/lessons.md shows a short one."""
