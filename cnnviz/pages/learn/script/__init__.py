"""The screens of a deck, each with its address and sentence. Only the presenter gets the notes."""

from cnnviz.pages.registry import Page

RESOURCE = Page(__name__, place=0, path="", keys=("script",), first="x")
"""Resource with the screens of a deck."""
