"""From a scene to a report: its charts, tables and sentences, and the files they become."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pandas as pd

from analysis.ask import Ask
from analysis.charts import words
from analysis.charts.about import About, numbered
from analysis.charts.kind import Chart
from analysis.charts.numbers import to_csv
from analysis.explanation import explain
from analysis.files import put
from analysis.growth import growth
from analysis.language import Speech
from analysis.leaders import LED, NO_NAME, Led
from analysis.report.content import Cell, Report, Table
from analysis.report.methods import methods
from analysis.report.render import render
from analysis.report.summary import Numbers, known, summary
from groundswell.charts.makers import MAKERS, is_worth
from groundswell.charts.outbreaks import times_of
from groundswell.charts.scene import Scene
from groundswell.charts.stamp import report_of

_ALLOWED: Final = ("https://", "http://")
_HEADINGS: Final[dict[Led, str]] = {"links": "Links", "tags": "Tags", "accounts": "Accounts"}
_ITEMS: Final[dict[Led, str]] = {"links": "Link", "tags": "Tag", "accounts": "Account"}
_BESIDE: Final[dict[Led, str]] = {"links": "Authors", "tags": "Authors", "accounts": "Reposted"}
_OF_EPISODES: Final = ("Episode", "Onset", "Peak", "End", "Posts", "More often than before")
_UNSURE: Final = {"onset": "{moment}, or earlier", "peak": "{moment}, or not seen", "end": "{moment}, or later"}
_OF_EXAMPLES: Final = ("Episode", "Time", "Account", "Post")
_EXAMPLES: Final = (
    "Of each episode the three posts that were reposted most, as far as reposts were collected; among equals the first."
)


@dataclass(frozen=True, slots=True)
class Written:
    """Where a report and its methods are."""

    page: Path
    methods: Path


class Recorder:
    """An `Ask` that remembers what was asked."""

    def __init__(self, ask: Ask) -> None:
        """Ask through another."""
        self._ask = ask
        self.asked: dict[str, dict[str, object]] = {}

    def __call__(self, sql: str, **values: object) -> pd.DataFrame:
        """Run one SELECT; of equal ones the first is remembered."""
        self.asked.setdefault(sql, values)
        return self._ask(sql, **values)


def write_report(scene: Scene, recorder: Recorder, now: datetime, progress: Callable[[int, int], None]) -> Written:
    """Write a campaign's report and its methods into the charts' folder; `progress` is told of the charts drawn."""
    folder = scene.wanted.folder
    written = Written(report_of(scene.wanted), folder / f"{scene.slug}-methods.md")
    report = _report(scene, now, written.methods.name)
    about = scene.about_outbreaks
    page = render(report, progress).encode("utf-8")
    told = methods(report, replace(about, language="en"), scene.basis, list(recorder.asked.items())).encode("utf-8")
    put(folder, {written.page: page, written.methods: told})
    return written


def _report(scene: Scene, now: datetime, methods_file: str) -> Report:
    made = {name: make(scene) for name, make in MAKERS.items()}
    charts = [chart for chart in made.values() if is_worth(chart)]
    about = scene.about_outbreaks
    numbers = Numbers(
        frame=scene.whole,
        episodes=scene.detected.episodes,
        growth=growth(scene.whole),
        languages=made["by-language"].frame,
        platforms=made["by-platform"].frame,
        accounts=made["top-accounts"].frame,
    )
    return Report(
        summary=tuple(summary(numbers, about)),
        charts=charts,
        tables=tuple(_tables(scene, made, about)),
        coverage=(*known(scene.whole, about), *about.notes),
        made_at=now,
        checksum=_checksum(charts),
        methods=methods_file,
    )


def _checksum(charts: Sequence[Chart]) -> str:
    digest = hashlib.sha256()
    for chart in charts:
        digest.update(to_csv(chart.frame, chart.kind.columns, chart.about.zone))
    return digest.hexdigest()


def _tables(scene: Scene, made: dict[str, Chart], about: About) -> Iterator[tuple[str, Table]]:
    if about.outbreaks:
        yield "bursts", episodes_of(about)
        yield "bursts", _examples(scene, about)
    for led in LED:
        frame = made[f"top-{led}"].frame
        if not frame.empty:
            yield f"top-{led}", _leaders(frame, led, about)


def episodes_of(about: About) -> Table:
    """List the numbered episodes."""
    speech = about.speech
    rows = [
        (
            Cell(speech.number(number)),
            Cell(_edge(one.onset, about, "onset", is_seen=one.onset_seen)),
            Cell(_edge(one.peak, about, "peak", is_seen=one.is_whole)),
            Cell(_edge(one.end, about, "end", is_seen=one.end_seen)),
            Cell(words.size(one, "post", speech)),
            Cell(words.named(one, speech) or speech.say("nothing stands out, or too little came before")),
        )
        for one, number in numbered(about.outbreaks).items()
    ]
    return Table(speech.say("Episodes"), tuple(map(speech.say, _OF_EPISODES)), tuple(rows))


def _edge(moment: datetime, about: About, edge: str, *, is_seen: bool) -> str:
    """Write a moment of an episode, and that it is not sure where it is not."""
    told = about.speech.moment(moment, about.zone)
    return told if is_seen else about.speech.say(_UNSURE[edge], moment=told)


def _examples(scene: Scene, about: About) -> Table:
    """List posts that show what each numbered episode was about."""
    speech = about.speech
    numbers = {one.onset: number for one, number in numbered(about.outbreaks).items()}
    rows: list[tuple[Cell, ...]] = []
    for _, episode in scene.detected.episodes.iterrows():
        number = numbers.get(episode["onset"].to_pydatetime())
        if number is None:
            continue
        for post in explain(scene.ask, scene.slug, times_of(episode), without=scene.keys).examples.to_dict("records"):
            when = speech.moment(post["at"], about.zone)
            link = str(post["url"] or "")
            rows.append(
                (
                    Cell(speech.number(number)),
                    Cell(when, href=link if link.startswith(_ALLOWED) else ""),
                    Cell(f"@{post['author']}" if isinstance(post["author"], str) else "", is_users=True),
                    Cell(str(post["text"]), is_users=True),
                )
            )
    note = speech.say(_EXAMPLES)
    return Table(speech.say("Posts of the episodes"), tuple(map(speech.say, _OF_EXAMPLES)), tuple(rows), note)


def _leaders(frame: pd.DataFrame, led: Led, about: About) -> Table:
    speech = about.speech
    marked = {"links": "", "tags": "#", "accounts": "@"}[led]
    rows = [
        (
            Cell(
                speech.say(NO_NAME) if row["item"] == NO_NAME else f"{marked}{row['item']}",
                href=row["item"] if led == "links" and row["item"].startswith(_ALLOWED) else "",
                is_users=True,
            ),
            Cell(speech.number(int(row["posts"]))),
            Cell(_number(row["reposted" if led == "accounts" else "authors"], speech)),
        )
        for row in frame.to_dict("records")
    ]
    columns = (speech.say(_ITEMS[led]), speech.say("Posts"), speech.say(_BESIDE[led]))
    return Table(speech.say(_HEADINGS[led]), columns, tuple(rows))


def _number(count: Any, speech: Speech) -> str:
    return speech.say("unknown") if pd.isna(count) else speech.number(int(count))
