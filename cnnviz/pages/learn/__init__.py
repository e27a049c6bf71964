"""The Learn page: guided lessons with questions. Its URL keys are the lesson and the number of its step."""

from cnnviz.pages.registry import Page

PAGE = Page(__name__, place=4, path="learn", keys=("lesson", "step"), first="x")
