"""Uploaded pictures: decoded under limits, resized to 32×32 and stored in the link itself.

Nothing is stored in memory or on disk. The pixels travel as the image id `upload-<text>`: 3072 bytes of RGB, compressed, in
URL-safe base64. Files and ids are untrusted input, so both directions must handle anything.
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
"""Side of a resized upload, in pixels."""
PIXEL_BYTES = SIZE * SIZE * 3
MAX_BYTES = 5_000_000
"""Upper limit of a file's size."""
MAX_PIXELS = 25_000_000
"""Upper limit of a decoded picture's area."""
MAX_SIDE = 20_000
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP")
"""Accepted formats, by Pillow's names."""
_NAMES = Message("data.upload.formats", {"others": FORMATS[:-1], "last": FORMATS[-1]})


def read_upload(data: bytes) -> str:
    """Return the image id of the picture in the file `data`: its central square, as 32×32 RGB.

    EXIF rotation is applied, only the first frame of an animation is used, and transparency is blended with white.
    Raise Problem if `data` is invalid in any way.

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
    """Return the image id of `pixels` (32,32,3), uint8. Raise ValueError for another shape or type.

    >>> bool((unpack(pack(np.full((32, 32, 3), 7, np.uint8))) == 7).all())
    True
    """
    pixels = np.asarray(pixels)
    if pixels.shape != (SIZE, SIZE, 3) or pixels.dtype != np.uint8:
        raise ValueError(f"pack: pixels are {pixels.dtype} {pixels.shape}; they need to be uint8 ({SIZE}, {SIZE}, 3)")
    return make_id(PREFIX, pixels)


def unpack(img: str) -> np.ndarray:
    """Return the pixels (32,32,3), uint8, read-only, of an id from `pack`. Raise Problem for anything else."""
    return inflate_id(img, PREFIX, PIXEL_BYTES).reshape(SIZE, SIZE, 3)


def make_id(prefix: str, pixels: np.ndarray) -> str:
    """Return an image id that contains pixels, uint8."""
    return prefix + base64.urlsafe_b64encode(zlib.compress(pixels.tobytes(), 9)).decode("ascii").rstrip("=")


def inflate_id(img: str, prefix: str, count: int) -> np.ndarray:
    """Return the `count` bytes of an id from `make_id`, read-only. Raise Problem for anything else."""
    try:
        return np.frombuffer(_inflate(img, prefix, count), np.uint8)
    except (ValueError, zlib.error):
        raise Problem("data.upload.changed") from None


def _inflate(img: str, prefix: str, count: int) -> bytes:
    text = img.removeprefix(prefix)
    if text == img:
        raise ValueError("another kind of image")
    stream = zlib.decompressobj()
    # Ask for one byte too many, to detect longer data without inflating all of it.
    pixels = stream.decompress(base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True), count + 1)
    if len(pixels) != count or not stream.eof or stream.unused_data:
        raise ValueError(f"other than {count} bytes")
    return pixels


def _decode(data: bytes) -> np.ndarray:
    """Return the pixels (32,32,3) of a file. Any failure of a decoder becomes one of three messages."""
    from PIL import Image, UnidentifiedImageError

    try:
        picture = Image.open(io.BytesIO(data), formats=FORMATS)  # reads only the header
        too_large = picture.width * picture.height > MAX_PIXELS or max(picture.size) > MAX_SIDE
    except UnidentifiedImageError:
        raise Problem("data.upload.no_picture", formats=_NAMES) from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        too_large = True  # Pillow's limit is higher than ours
    except Exception:
        raise Problem("data.upload.damaged") from None
    if too_large:
        raise Problem("data.upload.too_large", millions=MAX_PIXELS / 1e6, side=MAX_SIDE)
    try:
        return _thumbnail(picture)
    except MemoryError:
        raise Problem("data.upload.too_large", millions=MAX_PIXELS / 1e6, side=MAX_SIDE) from None
    except Exception:  # decoders raise OSError, SyntaxError, struct.error and others
        raise Problem("data.upload.damaged") from None


def _thumbnail(picture: Image.Image) -> np.ndarray:
    """Return the central square of a Pillow image as pixels (32,32,3).

    It is rotated and blended with white after resizing, which gives the same result without a copy of the large image.
    """
    from PIL import Image, ImageOps

    if picture.mode.startswith("I;16"):  # Pillow would clip these at 255
        picture = Image.fromarray((np.asarray(picture) // 257).astype(np.uint8))
    if picture.mode not in (("LA", "RGBA") if picture.has_transparency_data else ("L", "RGB")):
        picture = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    side, (width, height) = min(picture.size), picture.size
    if width != height:  # not the `box` of resize, which would include pixels outside it
        left, top = (width - side) // 2, (height - side) // 2
        picture = picture.crop((left, top, left + side, top + side))
    small = ImageOps.exif_transpose(picture.resize((SIZE, SIZE), Image.Resampling.LANCZOS))
    if small.has_transparency_data:
        small = Image.alpha_composite(Image.new("RGBA", small.size, "white"), small.convert("RGBA"))
    return np.asarray(small.convert("RGB"))
