"""ZIP archives of visitors, of which a little piece never becomes gigabytes."""

import io
import zipfile


def archive_of(content: bytes) -> zipfile.ZipFile:
    """The archive, to be read piece by piece; BadZipFile where it is none, or where it is packed otherwise than NumPy and Keras do.

    Deflate unpacks as much as is asked for. Of bzip2 and LZMA a piece is unpacked whole, and 400 bytes may be 300 MB.

    >>> with zipfile.ZipFile(packed := io.BytesIO(), "w", zipfile.ZIP_BZIP2) as archive:
    ...     archive.writestr("config.json", "{}")
    >>> archive_of(packed.getvalue())
    Traceback (most recent call last):
    zipfile.BadZipFile: config.json is packed in another way than deflate
    """
    archive = zipfile.ZipFile(io.BytesIO(content))
    for member in archive.infolist():
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise zipfile.BadZipFile(f"{member.filename[:40]} is packed in another way than deflate")
    return archive


def piece_of(content: bytes, name: str, most: int) -> bytes:
    """A piece of an archive, of which at most so many bytes are unpacked; BadZipFile where it has none, or where it cannot be read.

    >>> with zipfile.ZipFile(packed := io.BytesIO(), "w") as archive:
    ...     archive.writestr("config.json", "{}")
    >>> piece_of(packed.getvalue(), "config.json", 1)
    b'{'
    """
    try:
        with archive_of(content) as archive, archive.open(name) as file:
            return file.read(most)
    except Exception as why:  # zipfile and zlib raise a dozen kinds of error
        raise zipfile.BadZipFile(str(why)) from None
