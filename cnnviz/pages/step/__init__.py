"""The Step page: one setup, stage by stage. Its keys: a mission, which of its cases, and the mistake that was named."""

from cnnviz.pages.registry import Page

PAGE = Page(__name__, place=0, path="", keys=("mission", "case", "named"), first="x")
STORY = {"k": "0", "seed": "39"}
"""The setup that a new visitor's browser asks for first (pages/step/opening/story_model.js)."""
