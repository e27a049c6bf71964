"""The Notebook page: the seed notebook's rule beside the exact one."""

from cnnviz.ui.pages import Page

PAGE = Page(__name__, place=3, path="notebook")
