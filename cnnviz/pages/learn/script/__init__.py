"""A deck as the page asks for it: its screens, each as an address with its sentence. Notes are for the one who leads alone."""

from cnnviz.pages.registry import Page

RESOURCE = Page(__name__, place=0, path="", keys=("script",), first="x")
"""The screens of a deck."""
