"""The Step page: one setup, stage by stage. Its URL keys are a mission, the number of its case, and the mistake that
the visitor named."""

from cnnviz.pages.registry import Page

PAGE = Page(__name__, place=0, path="", keys=("mission", "case", "named"), first="x")
