"""The sections of docs/performance.md: each measures, and writes what it found beside the bars that are promised."""

import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final, TypeAlias

from benchmarks import (
    bursts_bench,
    charts_bench,
    import_bench,
    lake_bench,
    memory_bench,
    peers_bench,
    postgres_bench,
    start_bench,
    x_search_bench,
)
from benchmarks.made_posts import write_posts
from benchmarks.spent import ROOT

REAL_POSTS: Final = ROOT.parent / "shared" / "data" / "x" / "twarc2" / "blacklivesmatter_2021.jsonl"
POSTS: Final = 200_000
MANY_POSTS: Final = 1_000_000

MOST_RATIO: Final = 2.5
LEAST_A_SECOND: Final[Mapping[bool, int]] = {True: 4_500, False: 6_000}
"""Posts imported per second, with bodies kept and without."""
MOST_MEGABYTES: Final = 500
MOST_MORE_MEMORY: Final = 1.2
LEAST_ROWS_A_SECOND: Final = 10_000
MOST_STARTS: Final = 8
LEAST_FOUND_A_SECOND: Final = 5_000
MOST_SEARCH_MEGABYTES: Final = 300
MOST_SECONDS: Final = 15
MOST_AGAIN: Final = 2
MOST_CHART_MEGABYTES: Final = 1_000
MOST_OF_BARE: Final = 1.3

Section: TypeAlias = Callable[[Path], Iterator[str]]


@cache
def _made(folder: Path) -> tuple[Path, int]:
    """Make the file of X v2 pages that several sections read; returns how many posts it has, too."""
    made = folder / "posts.jsonl"
    return made, write_posts(REAL_POSTS, made, POSTS)


def _bar(holds: bool) -> str:
    return "holds" if holds else "does not hold"


def _span(seconds: Sequence[float]) -> str:
    return f"{statistics.median(seconds):.1f} s ({min(seconds):.1f}-{max(seconds):.1f})"


def _table(*columns: str) -> Iterator[str]:
    yield f"| {' | '.join(columns)} |"
    yield f"|{' --- |' * len(columns)}"


def _row(*cells: object) -> str:
    return f"| {' | '.join(map(str, cells))} |"


def start(_folder: Path) -> Iterator[str]:
    """Write of the start of the program."""
    bare, helped = start_bench.measure()
    yield (
        f"`groundswell --help` takes {helped * 1000:.0f} ms, {helped / bare:.1f} times a bare interpreter's"
        f" {bare * 1000:.0f} ms (at most {MOST_STARTS} times: {_bar(helped / bare <= MOST_STARTS)})."
    )


def imports(folder: Path) -> Iterator[str]:
    """Write of the import against its floor."""
    made, posts = _made(folder)
    yield (
        f"{posts:,} X v2 posts made from real ones by shifting ids, authors and times, into SQLite with all tables, on"
        " one core. The floor parses each line and inserts the very rows that the import wrote, with nothing else."
        " Median of 5 alternating runs; CPU seconds."
    )
    yield ""
    ratio, memory = f"ratio (at most {MOST_RATIO})", f"peak memory (under {MOST_MEGABYTES} MB)"
    yield from _table("payloads", "import", "floor", ratio, "posts per CPU second", memory, "bars")
    for keep_raw, least in LEAST_A_SECOND.items():
        got = import_bench.measure(made, posts, keep_raw=keep_raw)
        holds = got.ratio <= MOST_RATIO and got.posts_a_second >= least and got.megabytes < MOST_MEGABYTES
        yield _row(
            "kept" if keep_raw else "not kept",
            _span(got.imports),
            _span(got.floors),
            f"{got.ratio:.2f}",
            f"{got.posts_a_second:,.0f} (at least {least:,})",
            f"{got.megabytes:.0f} MB",
            "hold" if holds else "do not hold",
        )


def peers(folder: Path) -> Iterator[str]:
    """Write of the import beside other programs'."""
    made, posts = _made(folder)
    rows = list(peers_bench.measure(made))
    yield (
        f"The same {posts:,} posts ({made.stat().st_size / 1e6:,.0f} MB of JSON lines), each program once and by its"
        " defaults, one after the other. The damaged file has a line that is cut off and a page without posts."
    )
    yield ""
    yield from _table(
        "program", "by the clock", "CPU", "peak memory", "it wrote", "kept of a damaged file's whole lines"
    )
    for row in rows:
        if (spent := row.spent) is None:
            yield _row(row.name, row.why_not, "", "", "", "")
            continue
        kept, whole = row.of_damaged
        yield _row(
            row.name,
            f"{spent.wall:.0f} s",
            f"{spent.cpu:.0f} s",
            f"{spent.megabytes:.0f} MB",
            f"{row.megabytes:,.0f} MB",
            f"{kept:,} of {whole:,} posts",
        )
    yield ""
    yield from _contents([row for row in rows if row.spent is not None])
    yield ""
    for row in rows[1:]:
        yield f"- {row.name}: {row.versions}{f' ({row.note})' if row.note else ''}."


def _contents(rows: Sequence[peers_bench.Row]) -> Iterator[str]:
    """Write what of the file stands in what each program made."""
    yield "What of the file stands in what they wrote; after + what they say and the file does not say of that post:"
    yield ""
    yield from _table("", "in the file", *(row.name for row in rows))
    for told in zip(*(row.facts for row in rows), strict=True):
        kept = [f"{fact.kept:,}{f' + {fact.others:,}' if fact.others else ''}" for fact in told]
        yield _row(told[0].name, f"{told[0].there:,}", *kept)


def memory(_folder: Path) -> Iterator[str]:
    """Write of the memory that an import takes."""
    few, many = memory_bench.measure(REAL_POSTS, (POSTS, MANY_POSTS))
    yield "The greatest memory of `groundswell import`, of a file packed by zstd, payloads kept."
    yield ""
    yield from _table("posts", "peak memory", "the store")
    for got in (few, many):
        yield _row(f"{got.posts:,}", f"{got.megabytes:.0f} MB", f"{got.store:,.0f} MB")
    more = many.megabytes / few.megabytes
    yield ""
    yield f"That is {more:.2f} times as much (at most {MOST_MORE_MEMORY}: {_bar(more <= MOST_MORE_MEMORY)})."


def postgres(folder: Path) -> Iterator[str]:
    """Write of the saving in PostgreSQL."""
    got = postgres_bench.measure(_made(folder)[0])
    if isinstance(got, str):
        yield f"Not measured: {got}."
        return
    yield (
        f"Saving {got[0].items:,} X v2 posts that are read already, with all that they refer to, in batches of an"
        " import, into new databases of a server on this machine (fsync off). Median of 3 runs by the clock."
    )
    yield ""
    rate = f"rows of posts per second (at least {LEAST_ROWS_A_SECOND:,})"
    yield from _table("payloads", "seconds", "rows of posts", "of authors", "of tags", rate, "bar")
    for one in got:
        counted = [f"{one.rows[table]:,}" for table in ("posts", "authors", "post_hashtags")]
        enough = _bar(one.posts_a_second >= LEAST_ROWS_A_SECOND)
        kept = "kept" if one.keep_raw else "not kept"
        yield _row(kept, _span(one.seconds), *counted, f"{one.posts_a_second:,.0f}", enough)


def x_search(_folder: Path) -> Iterator[str]:
    """Write of X's search over the stand-in."""
    got = x_search_bench.measure()
    yield (
        f"{got.posts:,} posts, five hundred a page, from the stand-in in a process of its own into SQLite, paid page"
        " by page. The floor asks for the same pages and keeps nothing. Median of 3 alternating runs by the clock."
    )
    yield ""
    memory = f"peak memory (under {MOST_SEARCH_MEGABYTES} MB)"
    yield from _table("collected", f"posts a second (at least {LEAST_FOUND_A_SECOND:,})", "the floor", memory, "bar")
    enough = got.a_second >= min(LEAST_FOUND_A_SECOND, got.bare_a_second) and got.megabytes < MOST_SEARCH_MEGABYTES
    floor = f"{_span(got.bare)}, {got.bare_a_second:,.0f} posts a second"
    yield _row(_span(got.collected), f"{got.a_second:,.0f}", floor, f"{got.megabytes:.0f} MB", _bar(enough))


def lake(_folder: Path) -> Iterator[str]:
    """Write of the lake."""
    got = lake_bench.measure()
    yield from _table(f"a lake of {lake_bench.POSTS:,} posts", "seconds", "bar")
    yield _row(f"built from nothing ({got.megabytes:.0f} MB)", f"{got.build:.1f}", "")
    for what, seconds, most in (
        ("hourly volume with distinct authors over all posts", got.hourly, 0.5),
        ("refresh of one changed day of 10,000 posts, in a month file of 40,000", got.one_day, 1),
        ("the same in a month that is cut into days", got.one_cut_day, 1),
    ):
        yield _row(f"{what} (under {most})", f"{seconds:.2f}", _bar(seconds < most))
    yield _row("finding that nothing changed", f"{got.nothing:.2f}", "")
    kinds = ("quiet days", "loud days", "days, one file each")
    for asked, days in zip(lake_bench.measure_quiet_and_loud(), kinds, strict=True):
        yield _row(f"daily volume of {asked.posts:,} posts on {asked.days:,} {days}", f"{asked.again:.3f}", "")


def bursts(_folder: Path) -> Iterator[str]:
    """Write of bursts, changes and seasons."""
    got = bursts_bench.measure()
    yield from _table("", "seconds", "bar")
    for what, seconds, most in (
        (f"bursts of {bursts_bench.BINS:,} hours, with their season", got.counts, 0.05),
        (f"bursts of {bursts_bench.BINS:,} hours of which the totals are known", got.shares, 0.05),
        (f"changes of {bursts_bench.BINS:,} hours", got.changes, 0.5),
        ("the season of a year of hours, by STL", got.decomposition, 1.0),
        (f"nested bursts of {bursts_bench.EVENTS:,} events", got.times, None),
        (f"anomalies of {bursts_bench.BINS:,} hours", got.anomalies, None),
    ):
        bar = "" if most is None else f"under {most}: {_bar(seconds < most)}"
        yield _row(what, f"{seconds:.3f}", bar)


def charts(_folder: Path) -> Iterator[str]:
    """Write of all charts of a large campaign."""
    got = charts_bench.measure()
    yield from _table(
        f"`groundswell chart all` of {charts_bench.POSTS:,} posts", "by the clock", "CPU", "peak memory", "bar"
    )
    enough = got.first.wall < MOST_SECONDS and got.first.megabytes < MOST_CHART_MEGABYTES
    bar = f"under {MOST_SECONDS} s and {MOST_CHART_MEGABYTES:,} MB: {_bar(enough)}"
    for what, spent, said in (
        ("the first time, the lake being there", got.first, bar),
        ("again, with no new data", got.again, f"under {MOST_AGAIN} s: {_bar(got.again.wall < MOST_AGAIN)}"),
    ):
        yield _row(what, f"{spent.wall:.1f} s", f"{spent.cpu:.1f} s", f"{spent.megabytes:.0f} MB", said)
    yield ""
    yield f"What they ask, over the same files (at most {MOST_OF_BARE} times bare DuckDB's seconds):"
    yield ""
    yield from _table("query", "seconds", "bare", "ratio", "bar")
    for one in got.questions:
        ratio = one.lake / one.bare
        yield _row(f"`{one.name}`", f"{one.lake:.3f}", f"{one.bare:.3f}", f"{ratio:.2f}", _bar(ratio <= MOST_OF_BARE))


def _needs_posts(section: Section) -> Section:
    """Leave a section out where there are no real posts to make others of."""

    def written(folder: Path) -> Iterator[str]:
        if REAL_POSTS.exists():
            return section(folder)
        return iter(("Not measured: the real posts that it is made from are not beside this checkout.",))

    return written


TITLES: Final[Mapping[str, str]] = {
    "start": "Start",
    "import": "Import",
    "peers": "Beside other programs",
    "memory": "Memory",
    "postgres": "PostgreSQL",
    "lake": "The lake",
    "x-search": "X's search",
    "bursts": "Bursts and seasons",
    "charts": "Charts",
}
SECTIONS: Final[Mapping[str, Section]] = {
    "start": start,
    "import": _needs_posts(imports),
    "peers": _needs_posts(peers),
    "memory": _needs_posts(memory),
    "postgres": _needs_posts(postgres),
    "lake": lake,
    "x-search": x_search,
    "bursts": bursts,
    "charts": charts,
}
