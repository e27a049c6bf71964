"""The loss along one number, which Step asks for beside its own: its keys are that number, and how far the curve reaches."""

from cnnviz.pages.registry import Page

RESOURCE = Page(__name__, place=0, path="", keys=("along", "span"), first="x")
