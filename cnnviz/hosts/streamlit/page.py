"""A page: the view, and Streamlit's own parts."""

from cnnviz.hosts.streamlit import training, visit
from cnnviz.hosts.streamlit.component import mount
from cnnviz.pages.registry import Page


def show(page: Page) -> None:
    """Render a page."""
    mount(page.path, listens=page.id == "train")
    if page.id == "train":
        training.show(visit.current_setup(), visit.current_query().get("train", ""))
