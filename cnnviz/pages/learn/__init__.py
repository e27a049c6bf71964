"""The Learn page: lessons that ask before they show. Its keys: which lesson, and which of its steps."""

from cnnviz.pages.registry import Page

PAGE = Page(__name__, place=4, path="learn", keys=("lesson", "step"), first="x")
