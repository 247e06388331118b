"""Replies held against X's own documents, as strictly as those can be read.

A document leaves every object open. Here an object whose properties are listed has those only, so that a name of the
other version, or one that X has not, is found out; problems stay open, for X says more in them than it lists.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import orjson

SPECS = Path(__file__).resolve().parents[4] / "shared" / "specs"
FILES = {"2.166": "x_openapi_2.166_tweet_names.json", "2.167": "x_openapi_2.167_post_names.json"}
TYPED_MEDIA = [{"$ref": f"#/components/schemas/{kind}"} for kind in ("Photo", "Video", "AnimatedGif")]
OPEN = ("Problem", "Error", "Media", "Photo", "Video", "AnimatedGif")


class Checks(Protocol):
    """A compiled schema."""

    def iter_errors(self, instance: Any) -> Any:
        """Find what is wrong."""


@dataclass(frozen=True)
class Validation:
    """The checks of one version's replies; without its document all is let by."""

    version: str
    document: Mapping[str, Any] | None

    @classmethod
    def of(cls, version: str) -> "Validation":
        """Read a version's document, where it and what holds replies against it are there."""
        file = SPECS / FILES[version]
        is_there = file.is_file() and find_spec("jsonschema_rs") is not None
        return cls(version, _document(file) if is_there else None)

    def complaint(self, endpoint: str, status: int, body: Any) -> str:
        """Say what is wrong with a reply; '': nothing, or nothing to hold it against.

        `endpoint` is `GET /2/tweets/{id}`; an error's body is held against the schema of its problem.
        """
        if self.document is None:
            return ""
        reference = self._of_reply(endpoint, status) if status < 400 else self._of_problem(body)
        checks = _compiled(self.version, reference)
        return "; ".join(f"{list(error.instance_path)}: {error.message[:300]}" for error in checks.iter_errors(body))

    def _of_reply(self, endpoint: str, status: int) -> str:
        assert self.document is not None
        method, path = endpoint.split(" ")
        responses = self.document["paths"][path][method.lower()]["responses"]
        return str(responses[str(status)]["content"]["application/json"]["schema"]["$ref"])

    def _of_problem(self, body: Mapping[str, Any]) -> str:
        assert self.document is not None
        problem = self.document["components"]["schemas"]["Problem"]
        known = problem["x-mapping"]
        # 2.167 lists only some of the problems that there are; the rest are held against what all have in common.
        return str(known.get(body.get("type"), "#/components/schemas/AnyProblem"))


@cache
def _compiled(version: str, reference: str) -> Checks:
    from jsonschema_rs import Draft7Validator  # noqa: PLC0415  only where there is a document to hold against

    schema = {"allOf": [{"$ref": reference}], "components": _document(SPECS / FILES[version])["components"]}
    return Draft7Validator(schema, validate_formats=True)


@cache
def _document(file: Path) -> Mapping[str, Any]:
    return strict(orjson.loads(file.read_bytes()))


def strict(document: Mapping[str, Any]) -> dict[str, Any]:
    """Make JSON Schema of an OpenAPI document, with its objects closed."""
    given = document["components"]["schemas"]
    parts = set(_parts(given, False))
    schemas = {name: _schema(one, name.endswith(OPEN) or name in parts) for name, one in given.items()}
    problem = document["components"]["schemas"]["Problem"]
    mapping = problem["discriminator"]["mapping"]
    schemas["AnyProblem"] = {
        "type": "object",
        "required": ["type", "title"],
        "properties": {name: {"type": "string"} for name in ("type", "title", "detail")},
    }
    # An entry of errors is of the kind that its type names.
    schemas["Problem"] = {"allOf": [{"$ref": "#/components/schemas/AnyProblem"}], "x-mapping": mapping}
    schemas["OneProblem"] = {
        "allOf": [
            {"if": {"properties": {"type": {"const": kind}}}, "then": {"$ref": reference}}
            for kind, reference in mapping.items()
        ]
    }
    if "Photo" in schemas:
        schemas["AnyMedia"] = {"anyOf": TYPED_MEDIA}
    for name, schema in schemas.items():
        if name.endswith(("Response", "Expansions")):
            _point_to_the_kinds(schema, "Photo" in schemas)
    return {"paths": document["paths"], "components": {"schemas": schemas}}


def _parts(schema: Any, is_part: bool) -> Iterator[str]:
    """Name the schemas that others are put together from: closed, none of them would let the others' fields by."""
    if isinstance(schema, list):
        for one in schema:
            yield from _parts(one, is_part)
    elif isinstance(schema, dict):
        if is_part and isinstance(schema.get("$ref"), str):
            yield schema["$ref"].rpartition("/")[2]
        for name, one in schema.items():
            yield from _parts(one, name == "allOf")


def _schema(schema: Any, is_open: bool) -> Any:
    if isinstance(schema, list):
        return [_schema(one, is_open) for one in schema]
    if not isinstance(schema, dict):
        return schema
    made = {
        name: _schema(value, is_open or name in {"allOf", "oneOf"})
        for name, value in schema.items()
        if name != "discriminator" and (name not in {"example", "description"} or isinstance(value, dict))
    }
    if made.get("format") == "uri":
        del made["format"]  # X itself sends addresses that are none by the letter, with letters of all scripts in them
    if made.pop("nullable", False) is True and isinstance(made.get("type"), str):
        made["type"] = [made["type"], "null"]
    if isinstance(made.get("properties"), dict) and "type" in made and not is_open:
        made.setdefault("additionalProperties", False)
    return made


def _point_to_the_kinds(schema: Any, has_kinds_of_media: bool) -> None:
    if isinstance(schema, list):
        for one in schema:
            _point_to_the_kinds(one, has_kinds_of_media)
    elif isinstance(schema, dict):
        if schema.get("$ref") == "#/components/schemas/Problem":
            schema["$ref"] = "#/components/schemas/OneProblem"
        if schema.get("$ref") == "#/components/schemas/Media" and has_kinds_of_media:
            schema["$ref"] = "#/components/schemas/AnyMedia"
        for one in schema.values():
            _point_to_the_kinds(one, has_kinds_of_media)
