"""`groundswell query`: SQL on the store, read-only, and its rows in the format that is asked for."""

from pathlib import Path

import click

from groundswell.options import Settings, shared_options
from groundswell.results import FORMATS, format_of, write


@click.command()
@click.argument("sql")
@click.option(
    "--format",
    "form",
    type=click.Choice(list(FORMATS)),
    help="How to write the rows; without it as the ending of --output says, else as a table.",
)
@click.option("--output", metavar="FILE", type=click.Path(path_type=Path), help="Where to write; else stdout.")
@shared_options
def query(settings: Settings, sql: str, form: str | None, output: Path | None) -> None:
    """Ask the store a question in SQL; it can only read.

    Tables and views have plain names: posts, authors, hashtags, post_view, hourly_volume, coverage_gaps and
    more (SELECT name FROM sqlite_master; on PostgreSQL SELECT table_name FROM information_schema.tables).
    CSV is exact, an empty field NULL and "" an empty text; for a spreadsheet take xlsx.
    """
    from storage.query import open_reader

    with open_reader(settings.store_url()) as reader:
        columns, rows = reader.rows(sql)
        write(form or format_of(output), columns, rows, output)
