"""The Notebook page: the teaching notebook's rule beside the exact one. Its key: which of its parts is open."""

from cnnviz.pages.registry import Page

PAGE = Page(__name__, place=3, path="notebook", keys=("part",))
