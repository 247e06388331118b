"""What an archive would bring, told before anything is written: it is imported into a store that goes away again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from sqlalchemy import text

from collector.archive.files import Document
from collector.archive.forms import Form
from collector.archive.importing import PLAIN, Imported, Options, Progress, import_file, silent
from storage.campaign import Campaign
from storage.engine import reading
from storage.instant import EPOCH, from_text
from storage.store import Store

_FOUND: Final = """
SELECT COUNT(*), SUM(is_repost), COUNT(DISTINCT author_id), MIN(created_at), MAX(created_at),
    (SELECT COUNT(*) FROM posts)
FROM posts WHERE id IN (SELECT post_id FROM found)
"""
_MEMBERS: Final = """
SELECT slug, COUNT(post_id) FROM campaigns LEFT JOIN campaign_posts ON campaign_id = id GROUP BY id ORDER BY id
"""


@dataclass(frozen=True, slots=True)
class Survey:
    """What is in an archive.

    Attributes:
        form: its form.
        read: posts that it returns, repetitions included.
        found: posts that it returns, each once.
        reposts: how many of these are reposts.
        authors: who wrote them.
        referred: posts known only because a found one refers to them.
        first, last: the times of the earliest and the latest found post; None where there is none.
        unparsed: lines, rows and posts that cannot be read.
        gone: posts and accounts that it says are deleted.
        errors: the first of them, by line number and reason.
        members: how many found posts each campaign would have of this file alone, by slug.
    """

    form: Form
    read: int
    found: int
    reposts: int
    authors: int
    referred: int
    first: datetime | None
    last: datetime | None
    unparsed: int
    gone: int
    errors: tuple[str, ...]
    members: Mapping[str, int]


def survey(
    archive: Document | Path,
    campaigns: Sequence[Campaign] = (),
    *,
    options: Options = PLAIN,
    progress: Progress = silent,
) -> Survey:
    """Read a file and tell what is in it; no store but one of its own, among temporary files, is written.

    Raises:
        NotPosts, NotAnArchive: see `recognise`; not where the form is given.
        StoreUnwritable: there is no room for temporary files.
    """
    with TemporaryDirectory(prefix="groundswell-") as folder:
        url = f"sqlite:///{(Path(folder) / 'survey.db').as_posix()}"
        with Store.open(url, keep_raw=False) as store:
            store.set_campaigns(campaigns, EPOCH)
            imported = import_file(archive, store, now=lambda: EPOCH, options=options, progress=progress)
            return _look_into(store, imported)


def _look_into(store: Store, imported: Imported) -> Survey:
    with reading(store.engine) as connection:
        found, reposts, authors, first, last, known = connection.execute(text(_FOUND)).one()
        members: dict[str, int] = dict(connection.execute(text(_MEMBERS)).all())
    return Survey(
        form=imported.form,
        read=imported.read,
        found=found,
        reposts=reposts or 0,
        authors=authors,
        referred=known - found,
        first=first and from_text(first),
        last=last and from_text(last),
        unparsed=imported.unparsed,
        gone=imported.gone,
        errors=imported.errors,
        members=members,
    )
