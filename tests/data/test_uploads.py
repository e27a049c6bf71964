"""A learner's own picture, and everything else that somebody may send."""

import base64
import io
import re
import struct
import tracemalloc
import zlib
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image, ImageOps

from cnnviz.core.setup.image_ids import MAX_UPLOAD_TEXT
from cnnviz.core.setup.setup import Setup
from cnnviz.data import uploads
from cnnviz.data.uploads import FORMATS, MAX_BYTES, PIXEL_BYTES, pack, read_upload, unpack

NOISE = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)
# What is wrong, and then what to do.
REMEDY = r"^[^.]+(\. |: )(Choose|Save)\b.+\.$"

SLOPE = ((np.add.outer(2 * np.arange(80), np.arange(120))[..., None] + [0, 20, 60]) // 2).clip(0, 255).astype(np.uint8)
PIXELS = arrays(np.uint8, (32, 32, 3), elements=st.integers(0, 255))


def save(picture: Image.Image, kind: str = "PNG", **options) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


@cache
def black_png(width: int, height: int) -> bytes:
    """A valid PNG that is far smaller than its pixels."""
    packer = zlib.compressobj(9)
    rows = b"".join([*(packer.compress(bytes(1 + width)) for _ in range(height)), packer.flush()])
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", rows), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


def gif(screen: tuple[int, int], frame: tuple[int, int]) -> bytes:
    """35 bytes whose first frame may be larger than its screen."""
    colours = b"\x80\0\0" + b"\0\0\0\xff\xff\xff"
    return (
        b"GIF89a"
        + struct.pack("<HH", *screen)
        + colours
        + b","
        + struct.pack("<HHHH", 0, 0, *frame)
        + b"\0\x02\x02\x44\x01\0;"
    )


@given(PIXELS)
@settings(max_examples=30)
def test_pixels_go_into_a_link_and_come_back(pixels):
    img = pack(pixels)
    assert (unpack(img) == pixels).all() and not unpack(img).flags.writeable
    assert Setup(img=img).to_query()["img"] == img


def test_the_worst_picture_still_fits_the_link():
    assert PIXEL_BYTES < len(pack(NOISE)) <= MAX_UPLOAD_TEXT
    assert Setup.from_query({"img": pack(NOISE)})[1] == []


@pytest.mark.parametrize("kind", ["PNG", "BMP", "WEBP", "GIF", "JPEG"])
def test_a_picture_of_32_by_32_stays_as_it_is(kind):
    few = (NOISE // 128 * 255).astype(np.uint8)  # eight colours, which a GIF can hold
    pixels = unpack(read_upload(save(Image.fromarray(few), kind, **({"lossless": True} if kind == "WEBP" else {}))))
    if kind == "JPEG":
        with Image.open(io.BytesIO(save(Image.fromarray(few), kind))) as lossy:
            few = np.asarray(lossy)
    assert (pixels == few).all()


def test_only_the_five_formats_are_read():
    assert set(FORMATS) == {"PNG", "JPEG", "WEBP", "GIF", "BMP"}
    for kind in ("TIFF", "PPM", "ICO", "TGA", "PDF"):
        with pytest.raises(ValueError, match="not a PNG, JPEG, WEBP, GIF or BMP picture"):
            read_upload(save(Image.fromarray(NOISE), kind))


@pytest.mark.parametrize("width, height", [(96, 32), (32, 96), (33, 32), (320, 64)])
def test_the_middle_square_is_kept(width, height):
    picture = Image.new("RGB", (width, height), "red")
    side = min(width, height)
    picture.paste(
        "blue", ((width - side) // 2, (height - side) // 2, (width + side + 1) // 2, (height + side + 1) // 2)
    )
    assert (unpack(read_upload(save(picture))) == (0, 0, 255)).all()


def test_resizing_is_lanczos():
    picture = Image.fromarray(np.random.default_rng(1).integers(0, 256, (90, 90, 3), dtype=np.uint8))
    expected = picture.resize((32, 32), Image.Resampling.LANCZOS)
    assert (unpack(read_upload(save(picture))) == np.asarray(expected)).all()


@pytest.mark.parametrize("size", [(1, 1), (1, 500), (7, 3)])
def test_a_tiny_picture_is_enlarged(size):
    assert (unpack(read_upload(save(Image.new("RGB", size, (9, 99, 199))))) == (9, 99, 199)).all()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photograph_is_turned_upright(kind, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = save(Image.fromarray(SLOPE), kind, exif=exif)
    with Image.open(io.BytesIO(data)) as picture:
        upright = unpack(read_upload(save(ImageOps.exif_transpose(picture))))
    assert abs(unpack(read_upload(data)).astype(int) - upright).max() <= 1
    plain = unpack(read_upload(save(Image.fromarray(SLOPE)))).astype(int)
    assert (abs(upright - plain).max() > 20) == (orientation > 1)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_the_first_frame_of_an_animation_is_taken(kind):
    frames = [Image.new("RGB", (40, 40), colour) for colour in ("red", "blue", "lime")]
    options = {"lossless": True} if kind == "WEBP" else {}
    assert (
        unpack(read_upload(save(frames[0], kind, save_all=True, append_images=frames[1:], **options))) == (255, 0, 0)
    ).all()


def test_what_is_transparent_turns_white():
    half = Image.new("RGBA", (32, 32), (0, 0, 0, 0))
    half.paste((200, 0, 0, 255), (0, 0, 16, 32))
    half.paste((0, 0, 0, 51), (16, 16, 32, 32))
    pixels = unpack(read_upload(save(half)))
    assert (pixels[:, :16] == (200, 0, 0)).all()
    assert (pixels[:16, 16:] == 255).all() and (pixels[16:, 16:] == 204).all()


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_way_to_store_white_on_black_reads_the_same(mode):
    square = Image.new("L", (32, 32))
    square.paste(255, (8, 8, 24, 24))
    stored = Image.fromarray(np.asarray(square).astype(np.uint16) * 257) if mode == "I;16" else square.convert(mode)
    assert (unpack(read_upload(save(stored))) == np.asarray(square)[..., None]).all()


def test_sixteen_bits_are_scaled_and_not_cut_off():
    gray = np.arange(1024, dtype=np.uint16).reshape(32, 32) * 64
    assert (unpack(read_upload(save(Image.fromarray(gray))))[..., 0] == gray // 257).all()


def test_a_transparent_palette_and_cmyk_are_read():
    palette = Image.new("P", (32, 32), 0)
    assert (unpack(read_upload(save(palette, "GIF", transparency=0))) == 255).all()
    assert abs(unpack(read_upload(save(Image.new("CMYK", (32, 32)), "JPEG"))).astype(int) - 255).max() <= 2


PNG = save(Image.fromarray(SLOPE))


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize(
    "data, words",
    [
        pytest.param(b"", "The file is empty. Choose", id="empty"),
        pytest.param(b"hello, this is a text\n" * 50, "not a PNG, JPEG, WEBP, GIF or BMP", id="text"),
        pytest.param(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a PNG, JPEG", id="svg"),
        pytest.param(PNG[: len(PNG) // 2], "The picture is damaged", id="cut off"),
        pytest.param(PNG[:20], "The picture is damaged", id="cut off in the header"),
        pytest.param(PNG[:8], "not a PNG, JPEG", id="signature only"),
        pytest.param(PNG[:60] + bytes(40) + PNG[100:], "The picture is damaged", id="overwritten"),
        pytest.param((13_000, 13_000), "over 25 million pixels", id="bomb"),
        pytest.param((15_000, 15_000), "over 25 million pixels", id="bomb that Pillow refuses itself"),
        pytest.param((5_100, 5_100), "over 25 million pixels", id="just too many"),
        pytest.param((20_001, 1), "a side over 20,000", id="thin"),
        pytest.param(gif((1, 1), (65_535, 65_535)), "over 25 million pixels", id="gif bomb"),
        pytest.param(gif((1, 1), (9_000, 9_000)), "over 25 million pixels", id="smaller gif bomb"),
        pytest.param(PNG + bytes(MAX_BYTES), "larger than 5 MB", id="many bytes"),
    ],
)
def test_a_file_that_cannot_be_used_is_answered_with_one_sentence(data, words):
    if isinstance(data, tuple):  # made where it is tested: hundreds of megabytes are packed for it
        data = black_png(*data)
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match=words) as caught:
            read_upload(data)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    sentence = str(caught.value)
    assert re.search(REMEDY, sentence) and "\n" not in sentence and len(sentence) < 150
    assert peak < 20e6


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_no_pixel_of_a_bomb_is_decoded(monkeypatch):
    monkeypatch.setattr(uploads, "_thumbnail", lambda picture: pytest.fail("decoded"))
    with pytest.raises(ValueError, match="over 25 million pixels"):
        read_upload(black_png(13_000, 13_000))


@pytest.mark.parametrize("error", [MemoryError(), struct.error("unpack"), SyntaxError("broken PNG"), AttributeError("x")])
def test_whatever_a_decoder_raises_becomes_a_sentence(error, monkeypatch):
    def load(picture):
        raise error

    monkeypatch.setattr("PIL.PngImagePlugin.PngImageFile.load", load)
    with pytest.raises(ValueError, match="The picture has over" if isinstance(error, MemoryError) else "The picture is damaged"):
        read_upload(PNG)


@pytest.mark.filterwarnings("error::PIL.Image.DecompressionBombWarning")
def test_a_bomb_is_answered_the_same_where_warnings_are_errors():
    with pytest.raises(ValueError, match="over 25 million pixels"):
        read_upload(black_png(13_000, 13_000))


def test_pillow_is_left_as_it_was():
    before = Image.MAX_IMAGE_PIXELS
    read_upload(PNG)
    assert before == Image.MAX_IMAGE_PIXELS


@given(
    st.binary(max_size=200),
    st.sampled_from([b"", PNG[:8], PNG[:40], b"GIF89a", b"\xff\xd8\xff\xe0", b"BM", b"RIFF\0\0\0\0WEBP"]),
)
@settings(max_examples=300, deadline=None)
def test_random_bytes_give_an_id_or_a_sentence(data, head):
    check_answer(head + data)


@given(st.data(), st.sampled_from(FORMATS))
@settings(max_examples=200, deadline=None)
def test_a_damaged_picture_gives_an_id_or_a_sentence(data, kind):
    file = bytearray(save(Image.fromarray(SLOPE), kind))
    for place, byte in data.draw(
        st.lists(st.tuples(st.integers(0, min(len(file), 400) - 1), st.integers(0, 255)), min_size=1)
    ):
        file[place] = byte
    check_answer(bytes(file[: data.draw(st.integers(0, len(file)))]))


def check_answer(data: bytes):
    try:
        assert unpack(read_upload(data)).shape == (32, 32, 3)
    except ValueError as error:
        assert re.search(REMEDY, str(error))


@given(
    st.one_of(
        st.text(),
        st.from_regex(r"upload-[\w-]*", fullmatch=True),
        st.binary().map(lambda b: link(b)),
        st.binary().map(lambda b: link(zlib.compress(b))),
    )
)
def test_nonsense_in_a_link_is_answered_with_a_sentence(img):
    with pytest.raises(
        ValueError, match="The picture in this address is damaged. Upload it again."
    ):
        unpack(img)


def link(data: bytes) -> str:
    return "upload-" + base64.urlsafe_b64encode(data).decode().rstrip("=")


@pytest.mark.parametrize(
    "img",
    [
        pytest.param(pack(NOISE)[7:], id="no prefix"),
        pytest.param(pack(NOISE)[:-900], id="cut off"),
        pytest.param(pack(NOISE)[:-4], id="cut off in the checksum"),
        pytest.param(pack(NOISE) + "!!!!", id="signs that are no letters"),
        pytest.param(pack(NOISE)[:99] + "A" + pack(NOISE)[100:], id="one letter changed"),
        pytest.param(pack(NOISE) + "AAAA", id="something after it"),
        pytest.param(link(zlib.compress(bytes(PIXEL_BYTES + 1))), id="one byte too many"),
        pytest.param(link(zlib.compress(bytes(PIXEL_BYTES - 1))), id="one byte too few"),
        pytest.param(pack(NOISE)[:50] + "+/" + pack(NOISE)[52:], id="the other alphabet"),
        pytest.param(pack(NOISE)[:50] + "ü" + pack(NOISE)[51:], id="no ASCII"),
    ],
)
def test_a_link_that_was_changed_is_refused(img):
    with pytest.raises(ValueError, match="Upload it again"):
        unpack(img)


def test_a_bomb_in_a_link_is_never_inflated():
    img = link(zlib.compress(bytes(100_000_000)))
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match="Upload it again"):
            unpack(img)
        assert tracemalloc.get_traced_memory()[1] < 1e6
    finally:
        tracemalloc.stop()


def test_only_pixels_of_the_right_shape_and_type_are_packed():
    with pytest.raises(
        ValueError, match=r"pack: pixels are float64 \(32, 32, 3\); they need to be uint8 \(32, 32, 3\)"
    ):
        pack(np.zeros((32, 32, 3)))
    with pytest.raises(ValueError, match=r"uint8 \(31, 32, 3\)"):
        pack(np.zeros((31, 32, 3), np.uint8))
