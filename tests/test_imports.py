"""Who may import whom: groundswell everything, collector storage, storage and analysis none of ours."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ALLOWED = {
    "groundswell": {"groundswell", "collector", "storage", "analysis"},
    "collector": {"collector", "storage"},
    "storage": {"storage"},
    "analysis": {"analysis"},
}
VAGUE = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}


def modules(package: str) -> list[Path]:
    """List a package's modules."""
    return sorted((ROOT / package).rglob("*.py"))


def imported_in(file: Path) -> Iterator[str]:
    """Name the top-level packages that a module imports, wherever in it."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield ((node.module or "").partition(".")[0] if node.level == 0 else file.relative_to(ROOT).parts[0])


@pytest.mark.parametrize("package", ALLOWED)
def test_a_package_imports_only_what_it_may(package: str) -> None:
    assert modules(package)
    wrong = {
        f"{file.relative_to(ROOT)} imports {name}"
        for file in modules(package)
        for name in imported_in(file)
        if name in {*ALLOWED, "tests"} - ALLOWED[package]
    }
    assert wrong == set()


def test_no_module_has_a_name_that_says_nothing() -> None:
    named = {path.stem for package in ALLOWED for path in (ROOT / package).rglob("*")}
    assert named & VAGUE == set()
