"""The lake: its files are there and are what its manifest says."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from groundswell.doctor.finding import Finding, Subject
from groundswell.opening import lake_folder
from groundswell.sizes import write_size
from storage import lake_manifest
from storage.errors import LakeError
from storage.lake_manifest import NAME, Manifest

_CURE: Final = "delete the lake's folder: the next chart builds it again from the store"
_BUILT: Final = "the next chart builds it from the store"


def look(subject: Subject) -> Iterator[Finding]:
    """Read the manifest, and each file that it names to its end."""
    if subject.store is None or subject.config is None:
        return
    folder = lake_folder(subject.config)
    if not (folder / NAME).exists():
        yield Finding("lake", "ok", f"there is none in {folder} yet; {_BUILT}")
        return
    try:
        manifest = lake_manifest.read(folder)
        lake_manifest.check(folder, manifest)
    except LakeError as error:
        yield Finding("lake", "warning", str(error), "none is needed: " + _BUILT)
        return
    damaged = next((trouble for part in manifest.parts if (trouble := _trouble(folder / part.file, part.rows))), None)
    yield Finding("lake", "warning", damaged, _CURE) if damaged else _whole(subject, manifest)


def _whole(subject: Subject, manifest: Manifest) -> Finding:
    assert subject.store is not None  # noqa: S101 (look has asked)
    if manifest.store != subject.store.get_note("store_id"):
        return Finding("lake", "ok", f"it is of another store, or of one before a restore; {_BUILT}")
    behind = subject.store.revision() - manifest.revision
    length = write_size(sum(part.bytes for part in manifest.parts))
    said = f"{behind:,} saves behind the store" if behind else "in step with the store"
    return Finding("lake", "ok", f"{len(manifest.parts):,} files, {length}, {said}")


def _trouble(path: Path, rows: int) -> str | None:
    try:
        with pq.ParquetFile(path) as file:
            read = sum(batch.num_rows for batch in file.iter_batches())
    except (OSError, pa.ArrowException) as error:
        return f"{path} is damaged: {error}"
    return None if read == rows else f"{path} has {read:,} rows, not {rows:,}"
