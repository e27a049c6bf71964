"""Typed records that Python sends to the browser, one file per kind of page. cnnviz/wire/declarations.py generates
their declarations for JavaScript."""
