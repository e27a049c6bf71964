"""A learner's own picture: decoded under limits, made 32×32, and carried in the link itself.

Nothing is kept here or on disk. The pixels travel as the image id `upload-<text>`, where the text is
the 3072 bytes of RGB, compressed, in base64 for addresses. Both ways take anything at all, since
anybody can choose a file or type an address.
"""

from __future__ import annotations

import base64
import io
import zlib
from typing import TYPE_CHECKING

import numpy as np

from cnnviz.words import Message, Problem

if TYPE_CHECKING:
    from PIL import Image

PREFIX = "upload-"
SIZE = 32
"""Pixels on a side, of what becomes of an upload."""
PIXEL_BYTES = SIZE * SIZE * 3
MAX_BYTES = 5_000_000
"""The most that a file may have."""
MAX_PIXELS = 25_000_000
"""The most that a picture may have when it is decoded."""
MAX_SIDE = 20_000
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP")
"""The formats that are read."""
_NAMES = Message("data.upload.formats", {"others": FORMATS[:-1], "last": FORMATS[-1]})


def read_upload(data: bytes) -> str:
    """The id under which the picture in the file `data` travels: its middle square, as 32×32 RGB.

    Turned upright as its EXIF says, the first frame if it moves, on white where it is transparent.
    Raises Problem with a sentence for the learner, whatever `data` holds.

    >>> read_upload(b"")
    Traceback (most recent call last):
    cnnviz.words.Problem: The file is empty. Choose a PNG, JPEG, WEBP, GIF or BMP picture.
    """
    if not data:
        raise Problem("data.upload.empty", formats=_NAMES)
    if len(data) > MAX_BYTES:
        raise Problem("data.upload.too_long", megabytes=MAX_BYTES / 1e6)
    return pack(_decode(data))


def pack(pixels: np.ndarray) -> str:
    """The id of `pixels` (32,32,3), uint8; ValueError for another shape or type.

    >>> bool((unpack(pack(np.full((32, 32, 3), 7, np.uint8))) == 7).all())
    True
    """
    pixels = np.asarray(pixels)
    if pixels.shape != (SIZE, SIZE, 3) or pixels.dtype != np.uint8:
        raise ValueError(f"pack: pixels are {pixels.dtype} {pixels.shape}; they need to be uint8 ({SIZE}, {SIZE}, 3)")
    return PREFIX + base64.urlsafe_b64encode(zlib.compress(pixels.tobytes(), 9)).decode("ascii").rstrip("=")


def unpack(img: str) -> np.ndarray:
    """The pixels (32,32,3), uint8, read-only, of an id from `pack`; Problem for anything else."""
    try:
        return np.frombuffer(_inflate(img), np.uint8).reshape(SIZE, SIZE, 3)
    except (ValueError, zlib.error):
        raise Problem("data.upload.changed") from None


def _inflate(img: str) -> bytes:
    text = img.removeprefix(PREFIX)
    if text == img:
        raise ValueError("no upload")
    stream = zlib.decompressobj()
    # One byte over is asked for, to see whether there is more; what follows is never inflated.
    pixels = stream.decompress(base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True), PIXEL_BYTES + 1)
    if len(pixels) != PIXEL_BYTES or not stream.eof or stream.unused_data:
        raise ValueError("other than 3072 bytes")
    return pixels


def _decode(data: bytes) -> np.ndarray:
    """The pixels (32,32,3) of a file; every way in which a decoder can fail becomes one of three sentences."""
    from PIL import Image, UnidentifiedImageError

    try:
        picture = Image.open(io.BytesIO(data), formats=FORMATS)  # reads the header, no pixel
        too_large = picture.width * picture.height > MAX_PIXELS or max(picture.size) > MAX_SIDE
    except UnidentifiedImageError:
        raise Problem("data.upload.no_picture", formats=_NAMES) from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        too_large = True  # Pillow's own limit lies above ours
    except Exception:
        raise Problem("data.upload.damaged") from None
    if too_large:
        raise Problem("data.upload.too_large", millions=MAX_PIXELS / 1e6, side=MAX_SIDE)
    try:
        return _small(picture)
    except MemoryError:
        raise Problem("data.upload.too_large", millions=MAX_PIXELS / 1e6, side=MAX_SIDE) from None
    except Exception:  # decoders raise OSError, SyntaxError, struct.error and more
        raise Problem("data.upload.damaged") from None


def _small(picture: Image.Image) -> np.ndarray:
    """The middle square of a Pillow image as pixels (32,32,3).

    It is turned and put on white when it is small already: both come out the same, and take no copy
    of the large one.
    """
    from PIL import Image, ImageOps

    if picture.mode.startswith("I;16"):  # Pillow would cut these off at 255
        picture = Image.fromarray((np.asarray(picture) // 257).astype(np.uint8))
    if picture.mode not in (("LA", "RGBA") if picture.has_transparency_data else ("L", "RGB")):
        picture = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    side, (width, height) = min(picture.size), picture.size
    if width != height:  # not resize's own box: its edge would see what lies outside
        left, top = (width - side) // 2, (height - side) // 2
        picture = picture.crop((left, top, left + side, top + side))
    small = ImageOps.exif_transpose(picture.resize((SIZE, SIZE), Image.Resampling.LANCZOS))
    if small.has_transparency_data:
        small = Image.alpha_composite(Image.new("RGBA", small.size, "white"), small.convert("RGBA"))
    return np.asarray(small.convert("RGB"))
