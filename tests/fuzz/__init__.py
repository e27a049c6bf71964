"""New draws of what `make test` draws the same every time: `make fuzz` runs them for a number of minutes.

A module of this folder is one campaign of its own, `main(arguments)` with --minutes and --seed; it prints a failing case
as a test to paste back and returns how many failed.
"""
