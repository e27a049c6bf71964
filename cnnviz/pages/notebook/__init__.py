"""The Notebook page: the teaching notebook's rule beside the exact one. Its keys: which of its parts is open, and which call of the notebook's class."""

from cnnviz.pages.registry import Page

PAGE = Page(__name__, place=3, path="notebook", keys=("part", "call"))
