"""What pydantic refused, in words: from its errors to faults with a line and a cure."""

from collections.abc import Mapping
from difflib import get_close_matches
from types import UnionType
from typing import Any, Final, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from groundswell.config.document import Document, Way
from groundswell.config.model import Config
from groundswell.config.values import SECRETS

_SECRET: Final = ("token", "password", "passwd", "secret", "api_key", "apikey", "bearer", "credential")
_WANTED: Final = {
    "string_type": ("it is not text", 'write it in quotes: "{}"'),
    "bool_type": ("it is not true or false", "write true or false"),
    "int_type": ("it is not a whole number", "write a whole number"),
    "float_type": ("it is not a number", "write a number"),
    "tuple_type": ("it is not a list", 'write each on a line of its own: - "{}"'),
    "dict_type": (
        "it is not a section",
        "write `key: value` lines under it, indented, with a space after each colon",
    ),
    "missing": ("it is missing", "add it, as in what `groundswell init` writes"),
}
_WANTED_AS: Final = {"model_type": "dict_type", "model_attributes_type": "dict_type"}


def blame(document: Document, problem: ErrorDetails) -> None:
    """Note one of pydantic's errors as a fault of the document, unless the value has one already."""
    way: Way = tuple(part for part in problem["loc"] if part != "[key]")
    if document.is_faulty(way):
        return
    context: Mapping[str, Any] = problem.get("ctx", {})
    match problem["type"]:
        case "refused":
            _pass_on(document, way, context)
        case "extra_forbidden":
            document.blame(way, *_unknown(way))
        case kind:
            document.blame(way, *_wrong(document, way, _WANTED_AS.get(kind, kind), problem["msg"]))


def _pass_on(document: Document, way: Way, refusal: Mapping[str, Any]) -> None:
    """Note a refusal of our own, which brings its words with it (see `values.refuse`)."""
    for place, what, cure in refusal["items"]:
        document.blame((*way, place), what, cure)
    if not refusal["items"]:
        reading = document.reading(way, but=("int", "float", "timestamp"))
        document.blame(way, ": ".join(filter(None, (refusal["what"], reading))), refusal["cure"])


def _wrong(document: Document, way: Way, kind: str, message: str) -> tuple[str, str]:
    """Say what is wrong with a value that pydantic refused, and what YAML has to do with it."""
    if kind not in _WANTED:
        return message.replace("Input", "it", 1), "write such a value"
    what, cure = _WANTED[kind]
    return document.reading(way) or what, cure.format(document.written(way) or "...")


def _unknown(way: Way) -> tuple[str, str]:
    """Say of a key that no section has: what it is near to, or that it is no place for a secret."""
    key = str(way[-1])
    if any(word in key.lower().replace("-", "_") for word in _SECRET):
        return f"`{key}` looks like a secret", f"take it out: {SECRETS}"
    known = _known_keys(way[:-1])
    near = get_close_matches(key.lower().replace("-", "_"), known, 1)
    listed = f"known here: {', '.join(known)}"
    return f"there is no key `{key}`", f"do you mean `{near[0]}`? {listed}" if near else listed


def _known_keys(way: Way) -> list[str]:
    """List the keys of the section at `way`, by walking the models."""
    kind: object = Config
    for part in way:
        model = _model_in(kind)
        kind = _fields(model).get(str(part)) if model else _inside(kind)
    model = _model_in(kind)
    return list(_fields(model)) if model else []


def _fields(model: type[BaseModel]) -> dict[str, object]:
    return {field.alias or name: field.annotation for name, field in model.model_fields.items()}


def _model_in(kind: object) -> type[BaseModel] | None:
    """Find the section that a type is, or may be (`Section | None`)."""
    choices = get_args(kind) if get_origin(kind) in (Union, UnionType) else (kind,)
    return next((one for one in choices if isinstance(one, type) and issubclass(one, BaseModel)), None)


def _inside(kind: object) -> object:
    """Give the type of the values of a dict, or of the items of a tuple."""
    return next((one for one in reversed(get_args(kind)) if one is not ...), None)
