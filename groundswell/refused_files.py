"""Files that are brought in one after the other: one that is refused is named, and does not stop the next."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from groundswell.terminal import harmless

if TYPE_CHECKING:
    from collector.archive import Document


class Refused:
    """The tally of the files that were refused."""

    def __init__(self, *, tells_how: bool = False) -> None:
        """Begin; `tells_how` writes for an unknown table what config.yaml lacks."""
        self._count = 0
        self._tells_how = tells_how

    @contextmanager
    def caught(self, document: "Document") -> Iterator[None]:
        """Name a file that is refused and go on."""
        from collector.archive.errors import ArchiveError, UnknownTable
        from groundswell.config.skeleton import skeleton
        from groundswell.words import report

        try:
            yield
        except ArchiveError as error:
            self._count += 1
            report(error, where=str(document))
            if self._tells_how and isinstance(error, UnknownTable):
                click.echo(harmless(skeleton(document.path.stem, error.columns)), nl=False)

    def settle(self) -> None:
        """End the command with exit code 1 if any file was refused."""
        if self._count:
            raise click.exceptions.Exit(1)
