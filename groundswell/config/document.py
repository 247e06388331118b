"""A YAML text as plain values, each still known by its line.

What YAML would turn into something that nobody meant (an empty value, 010 as 8, one of two equal keys, an
alias) is a fault here, before any section is looked at. Numbers, booleans and dates in their plain form are
left to the sections, which know what they want; `Document.reading` tells them what YAML made of it.
"""

import math
import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias, cast
from unicodedata import category

import yaml

from groundswell.config.errors import Fault
from groundswell.config.syntax import COMMENT, Broken, Composer, fault_of

Way: TypeAlias = tuple[str | int, ...]
"""The keys, and places in lists from 0, that lead to a value."""

_WHOLE: Final = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_DECIMAL: Final = re.compile(r"[-+]?[0-9]+\.[0-9]*|[-+]?\.[0-9]+")
_BOOLEANS: Final = {"yes": True, "true": True, "on": True, "no": False, "false": False, "off": False}
_CUT: Final = re.compile(r"[ \t]+(#[^\s#].*)")


@dataclass(frozen=True, slots=True)
class Plain:
    """An unquoted word that YAML holds for something else than text: a date, an odd number."""

    text: str


@dataclass(slots=True)
class Document:
    """A file's values (mappings as dicts, lists as tuples), the nodes they came from, and what is wrong."""

    text: str
    tree: object = None
    faults: list[Fault] = field(default_factory=list)
    faulty: set[Way] = field(default_factory=set)
    nodes: dict[Way, tuple[yaml.Node, int]] = field(default_factory=dict)

    def line(self, way: Way) -> int:
        """Name the line of a value, or of the nearest section around it; from 1."""
        while way and way not in self.nodes:
            way = way[:-1]
        return self.nodes[way][1] if way in self.nodes else 1

    def blame(self, way: Way, what: str, cure: str) -> None:
        """Note a fault of the value at `way`, which is then not looked at again."""
        self.faulty.add(way)
        self.faults.append(Fault(self.line(way), write_way(way), what, cure))

    def is_faulty(self, way: Way) -> bool:
        """Tell whether the value at `way`, or one around it, has a fault already."""
        return any(way[:length] in self.faulty for length in range(len(way) + 1))

    def reading(self, way: Way, but: Container[str] = ()) -> str:
        """Say what YAML made of an unquoted word; empty where it was read as text, or as a kind in `but`."""
        node = self.nodes[way][0] if way in self.nodes else None
        if not isinstance(node, yaml.ScalarNode) or node.style is not None or _kind(node) in but:
            return ""
        as_what = _meaning(node)
        return f"YAML reads `{node.value}` as {as_what}" if as_what else ""

    def written(self, way: Way) -> str:
        """Give a word as it stands in the file; empty for a list or a section."""
        node = self.nodes[way][0] if way in self.nodes else None
        return str(node.value) if isinstance(node, yaml.ScalarNode) else ""


def read_document(text: str) -> Document:
    """Read a YAML text; a text that is no YAML is a document with that one fault and no tree."""
    document = Document(text)
    try:
        root = Composer(text).get_single_node()
    except (yaml.YAMLError, Broken) as error:
        document.faults.append(fault_of(error, text))
        return document
    if root is None:
        document.blame((), "there is nothing in it", "let `groundswell init` write one to start from")
        return document
    document.nodes[()] = (root, 1)
    document.tree = _value(root, (), document)
    return document


def write_way(way: Way) -> str:
    """Write the way to a value: keys joined by points, places in a list counted from 1."""
    written = ""
    for part in way:
        if isinstance(part, int):
            written += f", item {part + 1}"
        else:
            written += f".{part}" if written else part
    return written


def _value(node: yaml.Node, way: Way, document: Document) -> object:
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, way, document)
    if isinstance(node, yaml.SequenceNode):
        return _sequence(node.value, way, document)
    return _scalar(cast(yaml.ScalarNode, node), way, document)


def _sequence(items: Sequence[yaml.Node], way: Way, document: Document) -> tuple[object, ...]:
    for place, item in enumerate(items):
        document.nodes[*way, place] = (item, item.start_mark.line + 1)
    return tuple(_value(item, (*way, place), document) for place, item in enumerate(items))


def _mapping(node: yaml.MappingNode, way: Way, document: Document) -> dict[str, object]:
    values: dict[str, object] = {}
    for key, line, value in _pairs(node, way, document):
        here = (*way, key)
        if key in values:
            what = f"`{key}` stands here and in line {document.nodes[here][1]}"
            document.faults.append(Fault(line, write_way(here), what, "keep one of the two"))
        else:
            document.nodes[here] = (value, line)
            values[key] = _value(value, here, document)
    return values


def _pairs(node: yaml.MappingNode, way: Way, document: Document) -> Iterator[tuple[str, int, yaml.Node]]:
    """Give each key that is a word with its line and value; one that YAML takes for no text is a fault."""
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode) or not _is_writable(key.value):
            document.faults.append(Fault(line, write_way(way), "a key that is no word", "write `key: value`"))
            continue
        if key.style is None and (as_what := _meaning(key)):
            what, cure = (
                f"YAML reads the key `{key.value}` as {as_what}",
                f'write it in quotes: "{key.value}"',
            )
            document.faults.append(Fault(line, write_way(way), what, cure))
        yield key.value, line, value


def _scalar(node: yaml.ScalarNode, way: Way, document: Document) -> object:
    text, kind = node.value, _kind(node)
    value: object = Plain(text)
    if kind == "str":
        _blame_cut(node, way, document)
        if not _is_writable(text):
            cure = "take the backslash out, or use single quotes"
            document.blame(way, "a control character stands in it", cure)
        value = text
    elif kind == "null":
        _blame_empty(node, way, document)
        value = None
    elif kind == "bool":
        value = _BOOLEANS[text.lower()]
    elif kind in ("int", "float"):
        value = _plain_number(text)
        if value is None:
            what = f"YAML reads `{text}` as {_meaning(node)}"
            document.blame(way, what, f'write a plain number, or text in quotes: "{text}"')
    return value


def _is_writable(text: str) -> bool:
    return all(category(letter) not in ("Cc", "Cs") or letter in "\n\t" for letter in text)


def _kind(node: yaml.ScalarNode) -> str:
    """Name what YAML holds a scalar for: 'str', 'null', 'bool', 'int', 'float', 'timestamp'..."""
    return node.tag.removeprefix("tag:yaml.org,2002:")


def _plain_number(text: str) -> int | float | None:
    """Read a number that looks like what it is; None for 010, 0x1F, 1_000 and 12:30."""
    if _WHOLE.fullmatch(text):
        return int(text)
    return float(text) if _DECIMAL.fullmatch(text) else None


def _blame_empty(node: yaml.ScalarNode, way: Way, document: Document) -> None:
    rest = _rest_of_line(document.text, node.start_mark.index)
    comment = COMMENT.match(rest)
    if node.value:
        document.blame(way, f"YAML reads `{node.value}` as nothing", "write a value, or take the line out")
    elif comment:
        tag = comment[1].split()[0].rstrip(",]")
        what = f"it is empty: YAML takes `{tag}` for a comment"
        document.blame(way, what, f'write it in quotes: "{tag}"')
    else:
        cure = "write a value, or take the line out; what belongs to it is indented under it"
        document.blame(way, "it is empty", cure)


def _blame_cut(node: yaml.ScalarNode, way: Way, document: Document) -> None:
    """Refuse `title: Let it go #now`, of which YAML keeps `Let it go`."""
    if node.style is not None:
        return
    comment = _CUT.match(_rest_of_line(document.text, node.end_mark.index))
    if comment:
        what = f"YAML takes `{comment[1].split()[0]}` for a comment"
        whole = f"{node.value} {comment[1].strip()}"
        document.blame(way, what, f'quote the whole text: "{whole}"; in a comment, put a space after #')


def _meaning(node: yaml.ScalarNode) -> str:
    """Say what YAML makes of a plain scalar; empty for text."""
    match _kind(node):
        case "str":
            return ""
        case "bool":
            return str(_BOOLEANS[node.value.lower()]).lower()
        case "int" | "float":
            return _number(node)
        case kind:
            return {"null": "nothing", "timestamp": "a date"}.get(kind, "a sign of its own")


def _number(node: yaml.ScalarNode) -> str:
    constructor = yaml.constructor.SafeConstructor()
    make = constructor.construct_yaml_int if _kind(node) == "int" else constructor.construct_yaml_float
    try:
        number = make(node)
        return f"the number {number}" if math.isfinite(number) else "no number"
    except (ValueError, OverflowError):
        return "a number"


def _rest_of_line(text: str, index: int) -> str:
    return re.split(r"[\r\n\x85\u2028\u2029]", text[index : index + 300], maxsplit=1)[0]
