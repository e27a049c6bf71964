"""Checkpoints from several .npz files of one network, in the order of their names."""

import io
import json
import re
from collections.abc import Mapping

from cnnviz.core.network.named_arrays import Params
from cnnviz.core.network.stored_params import total_bytes
from cnnviz.core.setup.setup import Setup
from cnnviz.core.training.archives import open_archive
from cnnviz.core.training.checkpoints import MOST, MOST_BYTES, from_checkpoint, keep_checkpoints
from cnnviz.export.import_weights import arrays_of, complete_start
from cnnviz.words import Message, Problem, message

Files = Mapping[str, bytes]


def files_in(content: bytes) -> Files | None:
    """Return the files of an archive of .npz files, or of concatenated files after a line of names and sizes. None
    for other content.

    >>> files_in(b'[["a.npz", 1], ["b.npz", 2]]\\nxyz')
    {'a.npz': b'x', 'b.npz': b'yz'}
    """
    try:
        return _archive_files(content) if content[:2] == b"PK" else _concatenated_files(content) if content[:2] == b"[[" else None
    except (Problem, MemoryError):
        raise
    except Exception:  # zipfile, zlib and invalid sizes raise a dozen kinds of errors
        return None


def _concatenated_files(content: bytes) -> Files:
    line, _, content_after = content.partition(b"\n")
    file, entries = io.BytesIO(content_after), json.loads(line[: 300 * MOST])
    return {str(name): file.read(max(0, int(length))) for name, length in entries}


def _archive_files(content: bytes) -> Files | None:
    """Return the .npz files of an archive, or None if there are none: the archive is a checkpoint itself if it
    contains arrays."""
    with open_archive(content) as archive:
        members = [member for member in archive.infolist() if member.filename.endswith(".npz") and not member.filename.startswith("__MACOSX/")]
        if sum(member.file_size for member in members) > MOST_BYTES:
            raise Problem("export.checkpoints.too_large", megabytes=MOST_BYTES / 1e6)
        return {member.filename: archive.read(member) for member in members} or None


def read_checkpoints(files: Files, setup: Setup) -> tuple[Setup, str, Message]:
    """Return the setup that starts from the first checkpoint, the name under which all are stored, and a message.

    Files saved by cnnviz contain their setup; weights of other files are put into `setup`. Raise Problem if they do not
    all belong to one network.
    """
    names = sorted(files, key=_natural_key)
    if len(names) < 2:
        raise Problem("export.checkpoints.alone")
    if len(names) > MOST:
        raise Problem("export.checkpoints.too_many", n=len(names), most=MOST)
    checkpoints: list[Params] = []
    for file in names:
        setup, params = _read_checkpoint(file, files[file], setup, names[0] if checkpoints else "")
        if checkpoints and {name: array.shape for name, array in params.items()} != {name: array.shape for name, array in checkpoints[0].items()}:
            raise Problem("export.checkpoints.shapes", file=file, first=names[0])
        checkpoints.append(params)
        if sum(map(total_bytes, checkpoints)) > MOST_BYTES:
            raise Problem("export.checkpoints.too_large", megabytes=MOST_BYTES / 1e6)
    name = keep_checkpoints(checkpoints, names)
    return from_checkpoint(setup, name, 0), name, message("export.checkpoints.taken", n=len(checkpoints), first=names[0], last=names[-1])


def _read_checkpoint(file: str, content: bytes, setup: Setup, first: str) -> tuple[Setup, Params]:
    """Return a file's setup and parameters. If there is a `first` file, the setup is `setup` and the network must
    match."""
    try:
        result = complete_start(arrays_of(content), setup)
    except Problem as why:
        raise Problem("export.checkpoints.of", file=file, why=why.message) from None
    if result is None:
        raise Problem("export.checkpoints.misfit", file=file, net=setup.net)
    if first and result[0].net != setup.net:
        raise Problem("export.checkpoints.another", file=file, net=result[0].net, first=first, other=setup.net)
    return setup if first else result[0], result[1]


def _natural_key(name: str) -> list[tuple[int, str]]:
    """Sort key for natural order: epoch 2 before epoch 10."""
    return [(int(digits or -1), other) for digits, other in re.findall(r"([0-9]{1,18})|(\D+|\d)", name)]
