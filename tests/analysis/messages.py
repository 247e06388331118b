"""All messages that charts and reports say, found in their sources."""

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from analysis.language import NOUNS

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("analysis/charts", "analysis/report", "groundswell/charts", "analysis")


def messages() -> set[str]:
    """List every message that a `say` is given, nouns by their singular."""
    found = {one for one, _ in NOUNS.values()}
    for room in ROOMS:
        for path in sorted((ROOT / room).glob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            found |= set(_of(ast.parse(path.read_text(encoding="utf-8")), importlib.import_module(name)))
    for template in (ROOT / "analysis" / "report").glob("*.jinja"):
        found |= set(_in_template(template.read_text(encoding="utf-8")))
    return found


def _of(tree: ast.Module, module: ModuleType) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _is_say(node.func) and node.args:
            yield from _values(node.args[0], module)
        elif isinstance(node, ast.Call) and len(node.args) > 1 and _is_say(node.args[0]):
            yield from _values(node.args[1], module)  # map(speech.say, _COLUMNS)


def _is_say(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "say"


def _values(node: ast.expr, module: ModuleType) -> Iterator[str]:
    """Tell what an argument may be: a text, a constant of the module or of another, any value of a table of them."""
    match node:
        case ast.Constant(str(text)):
            yield text
        case ast.IfExp(body=one, orelse=other):
            yield from _values(one, module)
            yield from _values(other, module)
        case ast.Name(name) if hasattr(module, name):
            yield from _texts(getattr(module, name))
        case ast.Attribute(ast.Name(of), name) if hasattr(module, of):
            yield from _texts(getattr(getattr(module, of), name))
        case ast.Subscript(value=table):
            yield from _values(table, module)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, tuple):
        for one in value:
            yield from _texts(one)


def _in_template(text: str) -> Iterator[str]:
    for piece in text.split('say("')[1:]:
        yield piece.partition('"')[0]
