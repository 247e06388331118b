"""Tables of posts: which column holds what, and how a row is read by that."""

from collector.archive.tables.built_in import BUILT_IN
from collector.archive.tables.mapping import FIELDS, FLAGS, PLATFORMS, TableMapping
from collector.archive.tables.rows import RowReader

__all__ = ["BUILT_IN", "FIELDS", "FLAGS", "PLATFORMS", "RowReader", "TableMapping"]
