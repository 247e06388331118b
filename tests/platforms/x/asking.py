"""A request as it came, and its parameters read as X reads them."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tests.platforms.x.names import Names
from tests.platforms.x.problems import all_invalid, invalid
from tests.platforms.x.shaping import Wanted, wanted

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
ID = re.compile(r"[0-9]{1,19}")


@dataclass(frozen=True)
class Request:
    """What a client sent.

    Attributes:
        path: without the query, percent-decoded.
        params: the query's, in their order; a name may come twice.
        headers: by lower-case name.
    """

    method: str
    path: str
    params: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class Params:
    """A request's parameters; whatever is wrong with one is refused with 400."""

    def __init__(self, request: Request, allowed: Collection[str]) -> None:
        complaints = [
            (f"The query parameter [{name}] is not one of [{','.join(sorted(allowed))}]", name, value)
            for name, value in request.params
            if name not in allowed
        ]
        if complaints:
            raise all_invalid(complaints)
        self._values = dict(request.params)

    def text(self, name: str) -> str | None:
        """Read a text."""
        return self._values.get(name)

    def required(self, name: str) -> str:
        """Read a text that must be there."""
        value = self._values.get(name, "")
        if not value:
            raise invalid(f"The `{name}` query parameter can not be empty", name, value)
        return value

    def integer(self, name: str, least: int, most: int, default: int) -> int:
        """Read a number between bounds."""
        value = self._values.get(name)
        if value is None:
            return default
        if not re.fullmatch(r"-?[0-9]{1,9}", value) or not least <= int(value) <= most:
            why = f"The `{name}` query parameter value [{value}] is not between {least} and {most}"
            raise invalid(why, name, value)
        return int(value)

    def choice(self, name: str, among: Collection[str], default: str) -> str:
        """Read one of some words."""
        value = self._values.get(name, default)
        if value not in among:
            raise invalid(_not_one_of(name, value, among), name, value)
        return value

    def truth(self, name: str) -> bool:
        """Read yes or no; no where it is not there."""
        return self.choice(name, ("true", "false"), "false") == "true"

    def moment(self, name: str) -> datetime | None:
        """Read a time, to the second."""
        value = self._values.get(name)
        if value is None:
            return None
        if TIME.fullmatch(value):
            try:
                return datetime.fromisoformat(value[:19]).replace(tzinfo=UTC)
            except ValueError:
                pass
        raise invalid(f"The `{name}` query parameter value [{value}] is not a valid ISO 8601 date-time", name, value)

    def post_id(self, name: str) -> int | None:
        """Read an id, which is a number."""
        value = self._values.get(name)
        if value is None:
            return None
        return as_id(name, value)

    def ids(self, name: str, most: int) -> list[str]:
        """Read ids between commas, each as it was written."""
        values = self.required(name).split(",")
        if len(values) > most:
            why = f"The `{name}` query parameter has {len(values)} values, which is not between 1 and {most}"
            raise invalid(why, name, ",".join(values))
        for value in values:
            as_id(name, value)
        return list(dict.fromkeys(values))

    def names(self, name: str, among: Collection[str]) -> frozenset[str]:
        """Read words between commas, each of which must be known."""
        value = self._values.get(name)
        if value is None:
            return frozenset()
        said = value.split(",")
        if unknown := [(_not_one_of(name, one, among), name, one) for one in said if one not in among]:
            raise all_invalid(unknown)
        return frozenset(said)

    def wanted(self, names: Names, of_stream: bool = False) -> Wanted:
        """Read which fields and expansions are asked for."""
        fields = names.stream_fields if of_stream else names.fields
        expansions = names.stream_expansions if of_stream else names.expansions
        asked = {name: self.names(name, among) for name, among in fields.items()}
        return wanted({**asked, "expansions": self.names("expansions", expansions)})


def shaping_params(names: Names, of_stream: bool = False) -> frozenset[str]:
    """Name the parameters that choose fields."""
    return frozenset(names.stream_fields if of_stream else names.fields) | {"expansions"}


def as_id(name: str, value: str) -> int:
    """Read an id or refuse it."""
    if not ID.fullmatch(value):
        why = f"The `{name}` query parameter value [{value}] does not match ^[0-9]{{1,19}}$"
        raise invalid(why, name, value)
    return int(value)


def _not_one_of(name: str, value: str, among: Collection[str]) -> str:
    return f"The `{name}` query parameter value [{value}] is not one of [{','.join(sorted(among))}]"
