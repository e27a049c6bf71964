"""The Check page, which verifies gradients.

Its keys: a mistake made on purpose (`mistake`), whether TensorFlow is requested (`tf`), and the open tab (`check`).
"""

from cnnviz.pages.registry import Page

PAGE = Page(__name__, place=2, path="check", keys=("mistake", "tf", "check"))
