"""ZIP archives from visitors, unpacked safely: a small piece never expands to gigabytes."""

import io
import zipfile


def archive_of(content: bytes) -> zipfile.ZipFile:
    """Open an archive, to be read member by member. Raise BadZipFile if it is not a ZIP file or uses another
    compression than NumPy and Keras do.

    Deflate unpacks only as many bytes as are read. With bzip2 and LZMA a whole block is unpacked, and 400 bytes may become 300 MB.

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
    """Return a member of an archive, unpacking at most `most` bytes. Raise BadZipFile if the member is missing or
    unreadable.

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
