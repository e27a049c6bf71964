"""The Notebook page: the teaching notebook's rule compared with the exact one.

Its keys: the open tab or step of the story (`part`), and the call of the notebook's class (`call`).
"""

from cnnviz.pages.registry import Page

PAGE = Page(__name__, place=3, path="notebook", keys=("part", "call"))
