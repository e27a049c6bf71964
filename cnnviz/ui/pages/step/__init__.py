"""The Step page: one lesson, stage by stage."""

from cnnviz.ui.pages import Page

PAGE = Page(__name__, place=0, path="", first="x")
