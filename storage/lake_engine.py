"""SQL over the lake by DuckDB, in this process.

A `Lake` is the files of one manifest: what a refresh publishes later is seen by the next `Lake.open`. The
engine reads those files and touches nothing else: no other file, no network, no extension.
"""

from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import duckdb
import pandas as pd
import pyarrow as pa

from storage import lake_manifest
from storage.errors import LakeChanged, LakeError
from storage.lake_manifest import Manifest
from storage.lake_tables import TABLES

_CONFIG: Final[dict[str, Any]] = {
    "threads": 2,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "python_enable_replacements": False,
    "temp_directory": "",
}
_DAMAGE: Final = (duckdb.IOException, duckdb.SerializationException, duckdb.InternalException)
_NULLABLE: Final = {pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype()}


class Lake:
    """The lake as one manifest says, for one thread; a context manager.

    Attributes:
        revision: the store's revision that it is a copy of.
    """

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        """Make the views; for `Lake.open`, which checks that their files are there."""
        self.revision = manifest.revision
        self._folder = folder
        self._manifest = manifest
        self._connection = duckdb.connect(config=_CONFIG)
        self._be_quiet()
        # A quiet campaign has many small files; their footers are read once for all questions.
        self._connection.execute("SET parquet_metadata_cache = true")
        self._restrict([str(folder / part.file) for part in manifest.parts])
        for table in TABLES:
            self._show(table, [str(folder / part.file) for part in manifest.parts if part.table == table])
        self._connection.execute("SET lock_configuration = true")

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open the lake in a folder; raises LakeError where it is missing or damaged.

        A relation without rows has its columns and types all the same.
        """
        manifest = lake_manifest.read(folder)
        lake_manifest.check(folder, manifest)
        try:
            return cls(folder.absolute(), manifest)
        except duckdb.Error as error:
            raise LakeError(f"the lake in {folder} is damaged: {error}") from error

    def ask(self, sql: str, **values: object) -> pd.DataFrame:
        """Run one SELECT with values for its `$name`s, all of which are given and used.

        Whole numbers, sums of them too, are int64, or Int64 where some are missing: never floats. Raises
        LakeError for a damaged file, LakeChanged where one went since the lake was opened (open it again),
        DuckDB's own errors for wrong SQL.
        """
        try:
            return _frame(self._connection.sql(sql, params=values).to_arrow_table())
        except duckdb.Error as error:
            whole = self._is_whole()
            if not whole and lake_manifest.read(self._folder) != self._manifest:
                raise LakeChanged(f"the lake in {self._folder} changed since it was opened") from error
            if not whole or self._tells_of_damage(error):
                raise LakeError(f"the lake in {self._folder} is damaged: {error}") from error
            raise

    def close(self) -> None:
        """Let go of the files."""
        self._connection.close()

    def __enter__(self) -> Self:
        """Give the lake itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        """Close the lake."""
        self.close()

    def _tells_of_damage(self, error: duckdb.Error) -> bool:
        """Tell DuckDB's errors about a file's content, which have many classes, from those about the SQL."""
        of_file = isinstance(error, duckdb.InvalidInputException) and str(self._folder) in str(error)
        return of_file or type(error) is duckdb.Error or isinstance(error, _DAMAGE)

    def _is_whole(self) -> bool:
        try:
            lake_manifest.check(self._folder, self._manifest)
        except LakeError:
            return False
        return True

    def _be_quiet(self) -> None:
        """Show no progress bar: in a notebook's kernel there is none to be switched off, and the engine refuses."""
        shows = self._connection.execute("SELECT current_setting('enable_progress_bar')").fetchone()
        if shows == (True,):
            self._connection.execute("SET enable_progress_bar = false")

    def _restrict(self, files: list[str]) -> None:
        """Let the engine read these files and nothing else."""
        self._connection.execute("SET allowed_paths = $files", {"files": files})
        self._connection.execute("SET enable_external_access = false")

    def _show(self, table: str, files: list[str]) -> None:
        if files:
            relation = self._connection.read_parquet(files, hive_partitioning=False)
        else:
            relation = self._connection.from_arrow(TABLES[table].empty_table())
        relation.create_view(table)


def _frame(table: pa.Table) -> pd.DataFrame:
    """Make a frame whose whole numbers stay whole; pandas would make floats of gaps and objects of sums."""
    columns = {at: _series(column) for at, column in enumerate(table.columns)}
    return pd.DataFrame(columns).set_axis(table.column_names, axis="columns")


def _series(column: pa.ChunkedArray) -> pd.Series:
    kind = column.type
    if pa.types.is_signed_integer(kind) or (pa.types.is_decimal(kind) and kind.scale == 0):
        column = column.cast(pa.int64())
    series: pd.Series = column.to_pandas(types_mapper=_NULLABLE.get if column.null_count else None)
    return series
