"""docs/schema.md says what the schema is, all of it, and its questions have answers."""

import re
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import inspect

from storage import schema
from storage.batch import Batch
from storage.campaign import Campaign
from storage.coverage import Key, State, Stretch
from storage.engine import reading
from storage.query import open_reader
from storage.schema_page import TOPICS, read_view_columns, write_page
from storage.views import VIEWS
from tests.blank import Database, blank_store
from tests.made import item

PAGE = Path(__file__).resolve().parents[2] / "docs" / "schema.md"
QUESTIONS = re.findall(r"```sql\n(.*?)\n```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
NOW = datetime(2024, 1, 5, tzinfo=UTC)
PLAIN = """
    added_at at body country deleted_at display_name ends_at followers following handle host id is_reply key label
    labelled_at likes model negative neutral observed_at platform positive posts query quotes replies reposts requests
    server source started_at starts_at text updated_at url value views
"""
"""Columns that may do without a meaning: their names tell it, or the beginning of the page does."""


def test_the_page_is_what_the_schema_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == write_page(read_view_columns()), "`make docs` writes it anew"


def test_each_table_stands_in_the_page_once() -> None:
    told = [table.name for tables in TOPICS.values() for table in tables]
    assert sorted(told) == sorted(schema.metadata.tables)


def test_a_store_has_what_the_page_tells_of_and_nothing_else(database: Database) -> None:
    headings = re.findall(r"^### (\w+)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    with blank_store(database) as store, reading(store.engine) as connection:
        made = [*inspect(connection).get_table_names(), *inspect(connection).get_view_names()]
    assert sorted([*headings, "alembic_version"]) == sorted(made)


def test_every_table_and_view_has_a_meaning() -> None:
    assert [table.name for table in schema.metadata.sorted_tables if not table.comment] == []
    assert [name for name, view in VIEWS.items() if not view.meaning] == []


def test_a_column_whose_name_is_not_plain_has_a_meaning() -> None:
    columns = [column for table in schema.metadata.sorted_tables for column in table.columns]
    assert {str(one) for one in columns if not (one.comment or one.foreign_keys or one.name in PLAIN.split())} == set()


def test_a_view_gives_meanings_only_to_columns_that_it_has() -> None:
    columns = read_view_columns()
    assert [name for name, view in VIEWS.items() if not set(view.columns) <= set(columns[name])] == []


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_of_the_page_has_an_answer(database: Database, question: str) -> None:
    with blank_store(database) as store:
        store.set_campaigns([Campaign("let-it-go", "Let it go", "Asia/Baghdad", ("LetItGo",))], NOW)
        run = store.begin_run("search", "", NOW)
        one = item(1, tags=("LetItGo",))
        assert one.post is not None
        linked = msgspec.structs.replace(one, post=msgspec.structs.replace(one.post, links=("https://example.org/a",)))
        day = Stretch(datetime(2024, 1, 3, tzinfo=UTC), datetime(2024, 1, 4, tzinfo=UTC), State.COMPLETE)
        key = Key("x", "search", "", "letitgo", "posts")
        store.save(Batch(run, "search", "", NOW, items=[linked], coverage=[(key, day)]))
        with open_reader(str(store.engine.url)) as reader:
            _, rows = reader.rows(question)
            assert len(list(rows)) == 1


def test_the_page_asks_questions() -> None:
    assert len(QUESTIONS) == 3
