"""The Train page: many updates of the setup as a film, and a training on a data set.

Its keys: which half is shown, the film's updates, what is compared with the setup or held still in it, the training's settings, and many starts.
"""

from cnnviz.pages.registry import Page

PAGE = Page(__name__, place=1, path="train", keys=("of", "n", "vs", "train", "hold", "sweep", "checkpoints"))
