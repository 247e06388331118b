"""The stream's rules: what X is to send us, kept in step with the tags that are followed.

A key has one set of rules, whoever made them: ours are known by their tag, and others are left alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from collector.errors import PayloadError, QuestionRefused
from collector.sharing import shared_out, written
from collector.x.answers import token_of
from collector.x.client import Answer, Client

PATH: Final = "/2/tweets/search/stream/rules"
"""Neither version of X's names has another one."""
LONGEST: Final = 1_024
"""Characters of a rule."""
TAG: Final = "groundswell"
"""What the tag of each rule of ours begins with."""
_MOST: Final = 1_000
"""Rules of a key; and so many pages of them are not read."""
_DUPLICATE: Final = "/duplicate-rules"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that X has."""

    id: str
    value: str
    tag: str = ""

    @property
    def is_ours(self) -> bool:
        """Tell whether it was made here."""
        return is_ours(self.tag)


@dataclass(frozen=True, slots=True)
class Changes:
    """What brings the rules in step: ids of rules to take out, and what to put in."""

    delete: tuple[str, ...] = ()
    add: tuple[str, ...] = ()


def is_ours(tag: object) -> bool:
    """Tell by its tag whether a rule was made here."""
    return isinstance(tag, str) and tag.startswith(TAG)


def values_of(tags: Sequence[str]) -> tuple[str, ...]:
    """Write as few rules as the tags fit in."""
    return tuple(written(together) for together in shared_out(tags, len(tags) or 1, LONGEST))


def changes(there: Sequence[Rule], values: Sequence[str]) -> Changes:
    """Tell what to change so that of our rules just these are there, each once."""
    kept: dict[str, str] = {}
    delete = []
    for rule in there:
        if not rule.is_ours:
            continue
        if rule.value in values and rule.value not in kept:
            kept[rule.value] = rule.id
        else:
            delete.append(rule.id)
    return Changes(tuple(delete), tuple(value for value in dict.fromkeys(values) if value not in kept))


def keep_in_step(client: Client, tags: Sequence[str]) -> Changes:
    """Have X send the posts with any of the tags, and no others of ours; returns what had to be changed.

    Raises:
        QuestionRefused: X does not take a rule.
        SourceError: as `Client.get` does.
    """
    needed = changes(_listed(client), values_of(tags))
    if needed.delete:
        client.post("rules", PATH, {"delete": {"ids": list(needed.delete)}})
    if needed.add:
        asked = [{"value": value, "tag": TAG} for value in needed.add]
        _check(client.post("rules", PATH, {"add": asked}))
    return needed


def _listed(client: Client) -> tuple[Rule, ...]:
    """Read all rules that the key has."""
    rules: list[Rule] = []
    onward: dict[str, str] = {}
    for _ in range(_MOST):
        answer = client.get("rules", PATH, onward)
        rules += _rules_of(answer)
        token = token_of(answer)
        if token is None:
            break
        onward = {"pagination_token": token}
    return tuple(rules)


def _rules_of(answer: Answer) -> list[Rule]:
    """Read a page of rules; one without an id or a value is nobody's."""
    rows = answer.json.get("data", [])
    if not isinstance(rows, list):
        raise PayloadError(answer.body, "X answered with no rules")
    return [
        Rule(str(row["id"]), row["value"], str(row.get("tag") or ""))
        for row in rows
        if isinstance(row, dict) and row.get("id") and isinstance(row.get("value"), str)
    ]


def _check(answer: Answer) -> None:
    """Raise QuestionRefused for a rule that X did not take; one that it has already is there, and that is enough."""
    errors = answer.json.get("errors")
    for error in errors if isinstance(errors, list) else ():
        if isinstance(error, dict) and not str(error.get("type")).endswith(_DUPLICATE):
            raise QuestionRefused(f"X does not take the rule {_told(error, 'value')!r}: {_why(error)}")


def _why(error: Mapping[str, Any]) -> str:
    details = error.get("details")
    detail = details[0] if isinstance(details, list) and details else error.get("detail")
    return " ".join(str(detail or error.get("title") or "it does not say why").split())[:200]


def _told(error: Mapping[str, Any], name: str) -> str:
    return str(error.get(name) or "")[:100]
