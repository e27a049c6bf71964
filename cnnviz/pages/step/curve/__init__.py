"""The loss along one number, a resource of Step. Its URL keys are the number and the range of the curve."""

from cnnviz.pages.registry import Page

RESOURCE = Page(__name__, place=0, path="", keys=("along", "span"), first="x")
