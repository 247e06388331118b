"""Files that are written aside and renamed into place: a reader never sees half of one."""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from analysis.errors import FolderUnwritable


def put(folder: Path, files: Mapping[Path, bytes]) -> None:
    """Write files aside and rename each into place, in order; makes the folder. Raises FolderUnwritable."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, content in files.items():
            aside = path.with_name(f".{path.name}.{uuid4().hex[:8]}")
            try:
                aside.write_bytes(content)
                aside.replace(path)
            finally:
                with suppress(FileNotFoundError):
                    aside.unlink()
    except OSError as error:
        raise FolderUnwritable(folder, error.strerror or str(error)) from error
