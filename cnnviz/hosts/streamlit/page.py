"""A page from top to bottom: the view, and what Streamlit has beside it."""

from cnnviz.hosts.streamlit import training, visit
from cnnviz.hosts.streamlit.component import mount
from cnnviz.pages.registry import Page


def show(page: Page) -> None:
    """Puts everything on the screen."""
    mount(page.path, listens=page.id == "train")
    if page.id == "train":
        training.show(visit.current_setup(), visit.asked().get("train", ""))
