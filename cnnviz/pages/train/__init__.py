"""The Train page: a recording of many updates of the setup, and training on a data set.

Its keys: the open half (`of`), the recording's updates (`n`), the setup to compare with (`vs`), the training's settings
(`train`), parameters held fixed (`hold`), the sweep, and checkpoints.
"""

from cnnviz.pages.registry import Page

PAGE = Page(__name__, place=1, path="train", keys=("of", "n", "vs", "train", "hold", "sweep", "checkpoints"))
