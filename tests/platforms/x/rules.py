"""The stream's rules: what there is, what is added, what is taken out."""

import base64
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zlib import crc32

import orjson

from tests.platforms.x.answering import Answer, Context
from tests.platforms.x.asking import Params
from tests.platforms.x.names import Names
from tests.platforms.x.problems import Body, invalid
from tests.platforms.x.query import Clause, QueryError, parse
from tests.platforms.x.world import snowflake, written

MOST_RULES = 1_000
RULE_LENGTH = 1_024
LAYOUT = struct.Struct(">QH")


@dataclass(frozen=True)
class Rule:
    """A rule, and what it matches."""

    id: int
    value: str
    tag: str | None
    clause: Clause

    def shaped(self) -> Body:
        """Write it."""
        return {"id": str(self.id), "value": self.value} | ({} if self.tag is None else {"tag": self.tag})

    def named(self) -> Body:
        """Write it as a post's matching_rules do."""
        return {"id": str(self.id)} | ({} if self.tag is None else {"tag": self.tag})


@dataclass
class Rules:
    """The rules of an app, by id."""

    by_id: dict[int, Rule] = field(default_factory=dict)


def listed(context: Context, rules: Rules) -> Answer:
    """Answer with the rules that there are, the oldest first."""
    params = Params(context.request, {"ids", "max_results", "pagination_token"})
    most = params.integer("max_results", 1, MOST_RULES, MOST_RULES)
    asked = params.ids("ids", MOST_RULES) if params.text("ids") is not None else None
    after = _read_token(params)
    kept = [one for one in rules.by_id.values() if one.id > after and (asked is None or str(one.id) in asked)]
    meta: Body = {"result_count": min(most, len(kept))}
    if context.names.has_old_ones:
        meta["sent"] = written(context.now)
    if len(kept) > most:
        meta["next_token"] = _token(kept[most - 1].id)
    body: Body = {"meta": meta}
    if kept:
        body["data"] = [one.shaped() for one in kept[:most]]
    return Answer(body)


def changed(context: Context, rules: Rules) -> Answer:
    """Add rules, or take some out, as the body says."""
    params = Params(context.request, {"dry_run", "delete_all"})
    is_dry = params.truth("dry_run")
    if params.truth("delete_all"):
        return _taken_out(context, rules, {"ids": [str(one) for one in rules.by_id]}, is_dry)
    asked = _body(context.request.body)
    if ("add" in asked) == ("delete" in asked):
        raise invalid("Exactly one of `add` and `delete` must be given", "add", "")
    if "add" in asked:
        return _added(context, rules, asked["add"], is_dry)
    return _taken_out(context, rules, asked["delete"], is_dry)


def _added(context: Context, rules: Rules, asked: Any, is_dry: bool) -> Answer:
    if not isinstance(asked, list) or not all(isinstance(one, dict) and one.get("value") for one in asked):
        raise invalid("Each of `add` must have a `value`", "add", "")
    known = {(one.value, one.tag): one for one in rules.by_id.values()}
    errors: list[Body] = []
    made: list[Rule] = []
    for one in asked:
        value, tag = str(one["value"]), one.get("tag")
        rule = _rule(context, value, tag, len(rules.by_id) + len(made), known, errors)
        if rule is not None:
            made.append(rule)
            known[value, tag] = rule
    if not is_dry:
        rules.by_id |= {one.id: one for one in made}
    wrong = len(asked) - len(made)
    summary = {"created": len(made), "not_created": wrong, "valid": len(made), "invalid": wrong}
    return _summed_up(context.now, summary, [one.shaped() for one in made], errors)


def _rule(
    context: Context, value: str, tag: str | None, number: int, known: Mapping[Any, Rule], errors: list[Body]
) -> Rule | None:
    names = context.names
    if (same := known.get((value, tag))) is not None:
        errors.append({"value": value, "id": str(same.id)} | _problem(names, "duplicate-rules", "DuplicateRule"))
        return None
    if number >= MOST_RULES:
        errors.append({"value": value} | _problem(names, "rule-cap", "RulesCapExceeded"))
        return None
    try:
        clause = _read(value)
    except QueryError as error:
        why = {"value": value, "details": [str(error)]}
        errors.append(why | _problem(names, "invalid-rules", "UnprocessableEntity"))
        return None
    return Rule(snowflake(context.now, number), value, tag, clause)


def _read(value: str) -> Clause:
    if len(value) > RULE_LENGTH:
        raise QueryError(f"Rule length {len(value)} exceeds the maximum of {RULE_LENGTH} characters")
    return parse(value)


def _taken_out(context: Context, rules: Rules, asked: Any, is_dry: bool) -> Answer:
    if not isinstance(asked, dict) or not (asked.get("ids") or asked.get("values") or not rules.by_id):
        raise invalid("`delete` must have `ids` or `values`", "delete", "")
    ids, values = asked.get("ids") or [], asked.get("values") or []
    out = [one for one in rules.by_id.values() if str(one.id) in ids or one.value in values]
    missing = len(ids) + len(values) - len({str(one.id) for one in out} & set(ids))
    missing -= len({one.value for one in out} & set(values))
    if not is_dry:
        for one in out:
            del rules.by_id[one.id]
    errors = [{"detail": "Rule does not exist"} | _problem(context.names, "invalid-request", "Invalid Request")]
    return _summed_up(context.now, {"deleted": len(out), "not_deleted": missing}, [], errors * min(1, missing))


def _summed_up(now: datetime, summary: Body, data: list[Body], errors: list[Body]) -> Answer:
    body: Body = {"meta": {"sent": written(now), "summary": summary}}
    if data:
        body["data"] = data
    if errors:
        body["errors"] = errors
    return Answer(body)


def _body(body: bytes) -> dict[str, Any]:
    try:
        asked = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise invalid("The body is not valid JSON", "body", "") from error
    if not isinstance(asked, dict):
        raise invalid("The body is not an object", "body", "")
    return asked


def _problem(names: Names, kind: str, title: str) -> Body:
    return {"title": title, "type": names.problem(kind)}


def _token(after: int) -> str:
    packed = LAYOUT.pack(after, crc32(str(after).encode()) & 0xFFFF)
    return base64.b32hexencode(packed).decode().lower()


def _read_token(params: Params) -> int:
    value = params.text("pagination_token")
    if value is None:
        return 0
    if len(value) == 16 and value.isascii() and value.isalnum() and max(value.lower()) <= "v":
        after, check = LAYOUT.unpack(base64.b32hexdecode(value.upper()))
        if check == crc32(str(after).encode()) & 0xFFFF:
            return int(after)
    raise invalid(f"Invalid 'pagination_token': '{value}'.", "pagination_token", value)
