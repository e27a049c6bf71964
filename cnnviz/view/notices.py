"""Licences and credits of the fonts and images that every page embeds."""

from cnnviz.package_files import ASSETS
from cnnviz.view.fonts import FOLDER

_OPEN = ("inter", "stix")
"""Fonts under the Open Font License, whose text is included once."""


def notices() -> str:
    """Return the licences of the fonts and the credits of the images as text.

    >>> [name in notices() for name in ("The Inter Project Authors", "The STIX Fonts Project Authors", "Bitstream", "MNIST")]
    [True, True, True, True]
    >>> notices().count("SIL OPEN FONT LICENSE")
    1
    """
    texts = [(FOLDER / f"{name}-licence.txt").read_text("utf-8") for name in _OPEN]
    copyrights = [text.partition("\n")[0] for text in texts]
    _, _, licence = texts[0].partition("\n")
    signs = (FOLDER / "signs-licence.txt").read_text("utf-8")
    _, _, images = (ASSETS / "README.md").read_text("utf-8").partition("## Sources and licences\n")
    return "\n\n".join(text.strip() for text in ("Fonts", *copyrights, licence, signs, "Images", images)) + "\n"
