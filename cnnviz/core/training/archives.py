"""Safe reader for uploaded ZIP archives: no small input expands to gigabytes."""

import io
import zipfile


def open_archive(content: bytes) -> zipfile.ZipFile:
    """Open an archive, to be read member by member. Raise BadZipFile if it is not a ZIP file or uses a compression
    method that NumPy and Keras do not use.

    Deflate unpacks only as many bytes as are read. With bzip2 and LZMA a whole block is unpacked, and 400 bytes may become 300 MB.

    >>> with zipfile.ZipFile(packed := io.BytesIO(), "w", zipfile.ZIP_BZIP2) as archive:
    ...     archive.writestr("config.json", "{}")
    >>> open_archive(packed.getvalue())
    Traceback (most recent call last):
    zipfile.BadZipFile: config.json is packed in another way than deflate
    """
    archive = zipfile.ZipFile(io.BytesIO(content))
    for member in archive.infolist():
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise zipfile.BadZipFile(f"{member.filename[:40]} is packed in another way than deflate")
    return archive


def read_member(content: bytes, name: str, max_bytes: int) -> bytes:
    """Return a member of an archive, unpacking at most `max_bytes` bytes. Raise BadZipFile if the member is missing or
    unreadable.

    >>> with zipfile.ZipFile(packed := io.BytesIO(), "w") as archive:
    ...     archive.writestr("config.json", "{}")
    >>> read_member(packed.getvalue(), "config.json", 1)
    b'{'
    """
    try:
        with open_archive(content) as archive, archive.open(name) as file:
            return file.read(max_bytes)
    except Exception as why:  # zipfile and zlib raise a dozen kinds of error
        raise zipfile.BadZipFile(str(why)) from None
