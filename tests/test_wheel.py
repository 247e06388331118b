"""The wheel: it carries all that the program needs, and runs where no checkout is."""

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from zipfile import ZipFile

import pytest

from groundswell import __version__

pytestmark = pytest.mark.proof

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("groundswell", "collector", "storage", "analysis")
PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check")
MADE = shutil.ignore_patterns("__pycache__")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built by the environment's own tools from a copy: a build in the checkout would leave things there."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    for package in PACKAGES:
        shutil.copytree(ROOT / package, source / package, ignore=MADE)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    done(*PIP, "wheel", "--no-index", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(source))
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path) -> Path:
    """The folder into which the wheel was installed, alone."""
    folder = wheel.parent / "installed"
    done(*PIP, "install", "--no-index", "--no-deps", "--target", str(folder), str(wheel))
    return folder


def done(*words: str, cwd: Path | None = None, **environment: str) -> str:
    """Run a program to its good end; returns what it said on stdout."""
    ended = subprocess.run(
        words, cwd=cwd, env={**os.environ, **environment}, capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def python(installed: Path, cwd: Path, *words: str) -> str:
    """Run Python with the wheel and the libraries; without `site`, nothing leads it to the checkout (-S)."""
    libraries = sysconfig.get_path("platlib")
    return done(sys.executable, "-S", *words, cwd=cwd, PYTHONPATH=os.pathsep.join((str(installed), libraries)))


def test_it_holds_every_file_of_the_packages_and_no_other(wheel: Path) -> None:
    files = {path.relative_to(ROOT) for package in PACKAGES for path in (ROOT / package).rglob("*") if path.is_file()}
    ours = {path.as_posix() for path in files if "__pycache__" not in path.parts}
    with ZipFile(wheel) as archive:
        carried = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert carried == ours
    needed = ("/template.yaml", ".mplstyle", ".ttf", "rev_0001_first.py")
    assert [end for end in needed if not any(name.endswith(end) for name in carried)] == []


def test_it_runs_outside_the_checkout(installed: Path, tmp_path: Path) -> None:
    where = f"import {', '.join(PACKAGES)}; print({', '.join(f'{name}.__path__[0]' for name in PACKAGES)}, sep='\\n')"
    assert python(installed, tmp_path, "-c", where).splitlines() == [str(installed / name) for name in PACKAGES]

    def do(*words: str) -> str:
        return python(installed, tmp_path, "-m", "groundswell", *words)

    assert do("--version") == f"groundswell {__version__}\n"
    do("init", "#LetItGo")
    assert "LetItGo" in (tmp_path / "config.yaml").read_text(encoding="utf-8")
    assert "Chart:" in do("demo")
    charts = do("chart", "volume", "--config", str(tmp_path / "groundswell-demo" / "config.yaml")).splitlines()
    assert [Path(chart).suffix for chart in charts] == [".png", ".svg", ".csv", ".json"]
    assert all((tmp_path / chart).stat().st_size > 0 for chart in charts)
