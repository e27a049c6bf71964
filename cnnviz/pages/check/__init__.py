"""The Check page: are these gradients right?

Its keys: which of its tabs is open, a mistake that is made on purpose, and whether TensorFlow is asked.
"""

from cnnviz.pages.registry import Page

PAGE = Page(__name__, place=2, path="check", keys=("mistake", "tf", "check"))
