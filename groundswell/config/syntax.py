"""From text to YAML nodes, and what to say of a text that is no YAML."""

import re
from typing import Final

import yaml

from groundswell.config.errors import Fault

DEEPEST: Final = 20
COMMENT: Final = re.compile(r"[ \t]*(#[^\s#].*)")
"""What YAML takes for a comment though it looks like a tag: a # with no space after it."""

_OPENED: Final = re.compile(r"""[\[,]\s*(#[^\s,\]]+)""")
_TEMPLATE: Final = "compare it with what `groundswell init` writes"


class Broken(Exception):
    """A text that YAML allows and a config does not need."""

    def __init__(self, line: int, what: str, cure: str) -> None:
        super().__init__(what)
        self.fault = Fault(line, "", what, cure)


class Composer(yaml.SafeLoader):
    """Compose nodes as SafeLoader does, but without aliases, foreign types and endless depth."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Compose one node; raises Broken for what a config does not need."""
        event = self.peek_event()  # type: ignore[no-untyped-call]
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent) or event.anchor:
            raise Broken(line, "YAML reads a word after * or & as a reference", "write that text in quotes")
        if event.tag is not None:
            raise Broken(line, "YAML reads a word after ! as the name of a type", "write that text in quotes")
        if self._depth >= DEEPEST:
            raise Broken(line, f"it is more than {DEEPEST} levels deep", _TEMPLATE)
        self._depth += 1
        try:
            return super().compose_node(parent, index)
        finally:
            self._depth -= 1


_PROBLEMS: Final = (
    (r"character '\\t'", "a tab stands before the words", "indent with spaces: YAML allows no tab there"),
    (r"character '([@`%])'", "text that begins with {0}", "write that text in quotes"),
    (
        r"mapping values are not allowed",
        "a colon where YAML expects none",
        'one key a line, a space after its colon, quotes around text with ": " in it, the keys of a section '
        "indented alike",
    ),
    (r"another document", "a second document begins", "take out the line ---"),
    (r"quoted scalar", "a quotation mark is not closed", "close it, in the same line"),
    (r"escape", "a backslash in double quotes", "write that text in single quotes"),
    (
        r"expected ',' or|expected the node content",
        "a bracket is not closed",
        'write each item on its own line: - "#tag"',
    ),
    (
        r"expected ':'",
        "a line that is neither `key: value` nor `- item`",
        "mind the colon and the space after it",
    ),
    (
        r"expected <block end>",
        "a line that does not belong to the one above",
        "indent it as its neighbours; put text that has quotation marks in it in other quotation marks",
    ),
)


def fault_of(error: yaml.YAMLError | Broken, text: str) -> Fault:
    """Turn what YAML says of a broken text into its line, what and cure."""
    if isinstance(error, Broken):
        return error.fault
    if isinstance(error, yaml.reader.ReaderError):
        line = text.count("\n", 0, error.position) + 1
        return Fault(line, "", "a control character", "take it out, or write the line anew")
    if not isinstance(error, yaml.MarkedYAMLError):
        return Fault(0, "", "it is not YAML", _TEMPLATE)
    return _swallowed(error, text) or _marked(error)


def _swallowed(error: yaml.MarkedYAMLError, text: str) -> Fault | None:
    """Find the tag in brackets that YAML takes for a comment, with all that should close them."""
    if "expected" not in str(error.problem):
        return None
    for number, line in enumerate(text.splitlines(), 1):
        if tag := _OPENED.search(line):
            return Fault(number, "", f"YAML takes `{tag[1]}` for a comment", f'write it in quotes: "{tag[1]}"')
    return None


def _marked(error: yaml.MarkedYAMLError) -> Fault:
    problem = f"{error.context or ''}: {error.problem or ''}"
    mark = _mark(error)
    line = mark.line + 1 if mark else 0
    for pattern, what, cure in _PROBLEMS:
        if match := re.search(pattern, problem):
            return Fault(line, "", what.format(*match.groups()), cure)
    return Fault(line, "", f"it is not YAML: {error.problem}", _TEMPLATE)


def _mark(error: yaml.MarkedYAMLError) -> yaml.Mark | None:
    """Name where it began for what is not closed, and where it showed for all else."""
    opened = re.search("quoted|flow", error.context or "")
    return (error.context_mark if opened else None) or error.problem_mark
