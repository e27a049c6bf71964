"""Head of a page for link previews: its title, a description and a picture, for messengers and social networks."""

import html

from cnnviz.export.share_card import SIZE
from cnnviz.pages.registry import Page
from cnnviz.words import say


def page_title(page: Page) -> str:
    """Return the page's title in the current language."""
    return f"{page.name} · cnnviz"


def preview_tags(page: Page, picture: str) -> str:
    """Return the elements of the head that describe the page, in the current language. `picture` is the URL of its
    share card.

    >>> from cnnviz.pages.registry import page_at
    >>> '<meta property="og:title" content="Train · cnnviz">' in preview_tags(page_at("train"), "card.png")
    True
    """
    title, description = page_title(page), say(f"ui.preview.{page.id}")
    width, height = SIZE
    properties = {
        "og:type": "website", "og:site_name": "cnnviz", "og:title": title, "og:description": description, "og:image": picture,
        "og:image:type": "image/png", "og:image:width": str(width), "og:image:height": str(height), "og:image:alt": description,
    }  # fmt: skip
    names = {"description": description, "twitter:card": "summary_large_image"}
    tags = [(kind, name, text) for kind, group in (("property", properties), ("name", names)) for name, text in group.items()]
    return "\n".join(f'<meta {kind}="{name}" content="{html.escape(text)}">' for kind, name, text in tags)
