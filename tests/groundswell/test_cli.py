"""The command line as a whole: exit codes, one line for what goes wrong, and what is not imported."""

import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.errors import AnalysisError
from collector.errors import CollectorError, RateLimited
from groundswell import __version__
from groundswell.cli import program, run
from groundswell.commands import COMMANDS
from groundswell.terminal import one_line, quoted
from groundswell.words import BUG_LOG, CURES, lines_of, report
from storage.errors import StorageError, StoreNotFound

ROOT = Path(__file__).resolve().parents[2]
HEAVY = {
    "pydantic",
    "sqlalchemy",
    "pandas",
    "numpy",
    "matplotlib",
    "duckdb",
    "pyarrow",
    "yaml",
    "rich",
    "alembic",
}
ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"


def started(
    *words: str, stdout: int = subprocess.PIPE, stderr: int = subprocess.PIPE, **environment: str
) -> "subprocess.Popen[bytes]":
    """Start the program in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "groundswell", *words],
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        stdout=stdout,
        stderr=stderr,
    )


def imported_by(*words: str) -> set[str]:
    """Run a command in a process of its own; returns the top-level modules that it imported."""
    code = (
        "import json, sys\nfrom groundswell.cli import program, run\nassert run(sys.argv[1:]) == 0\n"
        "print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *words],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=True,
    )
    return set(json.loads(done.stderr.splitlines()[-1]))


def test_help_imports_nothing_heavy() -> None:
    assert not imported_by("--help") & (HEAVY | {"storage", "collector", "analysis"})


def test_a_query_imports_only_what_it_needs(store: str) -> None:
    assert not imported_by("query", "SELECT 1", "--store", store, "--format", "csv") & HEAVY


def test_a_query_whose_store_the_config_names_imports_no_analysis(store: str, tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(f"campaigns: {{a: {{title: A, tags: ['#a']}}}}\nstore: {{url: '{store}'}}\n", encoding="utf-8")
    modules = imported_by("query", "SELECT 1", "--config", str(config))
    assert not modules & {"pandas", "numpy", "matplotlib", "duckdb", "pyarrow", "analysis"}


@pytest.mark.proof
def test_help_starts_within_8_times_a_bare_interpreter() -> None:
    def best(*words: str) -> float:
        times = []
        for _ in range(9):
            start = time.perf_counter()
            subprocess.run([sys.executable, *words], cwd=ROOT, stdout=subprocess.DEVNULL, check=True)
            times.append(time.perf_counter() - start)
        return min(times)

    assert best("-m", "groundswell", "--help") < 8 * best("-c", "pass")


def test_help_and_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"]) == 0
    assert "Watch hashtag campaigns" in capsys.readouterr().out
    assert run(["--version"]) == 0
    assert capsys.readouterr().out == f"groundswell {__version__}\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["qurey"], "No such command 'qurey'. Did you mean 'query'? See `groundswell --help`."),
        (
            ["query", "SELECT 1", "--fromat", "csv"],
            "Did you mean '--format'? See `groundswell query --help`.",
        ),
        (
            ["query", "SELECT 1", "--format", "pdf"],
            "'pdf' is not one of 'table', 'csv', 'json', 'parquet', 'xlsx'.",
        ),
        (["query"], "Missing argument 'SQL'."),
        (["db", "upgrad"], "Did you mean 'upgrade'? See `groundswell db --help`."),
        (["--config", "c.yaml", "query", "SELECT 1"], "No such option '--config'."),
    ],
)
def test_wrong_words_are_answered_in_one_line(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(words) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert said in err


def test_no_words_are_answered_by_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([]) == 2
    assert "Commands:" in capsys.readouterr().err


def test_what_fails_is_said_in_one_line_with_the_cure(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run(["query", "SELECT 1", "--store", str(tmp_path / "none.db")]) == 1
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert err == f"groundswell: {tmp_path / 'none.db'} is not there. {CURES[StoreNotFound]}\n"


def test_each_fault_of_a_config_is_a_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("campaigns:\n  a:\n    title: no\n    tags:\n      - #a\n", encoding="utf-8")
    assert run(["query", "SELECT 1", "--config", str(config)]) == 1
    first, second = capsys.readouterr().err.splitlines()
    title = "line 3, campaigns.a.title: YAML reads `no` as false. Write it in quotes"
    tag = "line 5, campaigns.a.tags, item 1: it is empty: YAML takes `#a` for a comment. Write it in quotes"
    assert first == f'groundswell: {config}, {title}: "no"'
    assert second == f'groundswell: {config}, {tag}: "#a"'


def leaves(kind: type[Exception]) -> set[type[Exception]]:
    """List the classes of a tree of errors that have none below them."""
    below = kind.__subclasses__()
    return {kind} if not below else {leaf for one in below for leaf in leaves(one)}


@pytest.mark.parametrize("root", [StorageError, CollectorError, AnalysisError])
def test_every_error_of_the_rooms_has_its_cure(root: type[Exception]) -> None:
    without = {
        kind.__name__
        for kind in leaves(root)
        if kind.__module__.startswith(root.__module__.partition(".")[0])
        and not any(one in CURES for one in kind.__mro__ if one is not root)
    }
    assert without <= {"QueryStopped"}  # that one is Ctrl-C


def test_a_pause_says_until_when() -> None:
    (line,) = lines_of(RateLimited(datetime(2026, 11, 23, 9, tzinfo=UTC)))
    assert line.startswith("rate limited until 2026-11-23T09:00:00+00:00. ")


def test_a_place_that_cannot_be_written_is_no_bug(
    tmp_path: Path, store: str, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "none" / "rows.csv"
    assert run(["query", "SELECT 1", "--store", store, "--output", str(target)]) == 1
    assert capsys.readouterr().err == f"groundswell: {target}.part: No such file or directory. Check the name.\n"


def test_a_bug_is_said_to_be_one_and_leaves_its_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ZeroDivisionError) as caught:
        raise ZeroDivisionError("a bin\x1b[2J of\nno width")
    assert report(caught.value) == 1
    err = capsys.readouterr().err
    assert err.startswith("groundswell: this is a bug in Groundswell, ZeroDivisionError: a bin[2J of no width. ")
    assert (err.count("\n"), "Traceback" in err) == (1, False)
    assert "raise ZeroDivisionError" in (tmp_path / BUG_LOG).read_text(encoding="utf-8")


@pytest.mark.parametrize("place", list(COMMANDS))
def test_the_table_repeats_what_each_command_says_of_itself(place: str) -> None:
    command = program.get_command(click.Context(program), place)
    assert command is not None
    assert command.name == place
    assert (command.help or "").splitlines()[0] == COMMANDS[place].line


def every_command(group: click.Group) -> list[click.Command]:
    """List a group's commands, and those of the groups in it."""
    context = click.Context(group)
    found: list[click.Command] = []
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        found += every_command(command) if isinstance(command, click.Group) else [command]
    return found


def test_every_command_takes_a_config_and_a_store() -> None:
    for command in every_command(program):
        if command.name == "demo":  # it writes a config of its own
            continue
        taken = {name for option in command.params for name in option.opts}
        assert taken >= {"--config", "--store"}, command.name


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT to send to a process alone")
def test_ctrl_c_ends_a_query_with_one_line(store: str, tmp_path: Path) -> None:
    process = started("query", ENDLESS.replace("SELECT i FROM n", "SELECT max(i) FROM n"), "--store", store)
    while not (tmp_path / "groundswell.db-shm").exists():  # made when the store is opened
        time.sleep(0.01)
    time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=10)
    assert (process.returncode, out, err) == (130, b"", b"groundswell: interrupted\n")


def test_ctrl_c_while_modules_are_imported_ends_with_one_line() -> None:
    code = (
        "import sys\n"
        "class Impatient:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'click': raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Impatient())\n"
        "from groundswell.__main__ import main\n"
        "main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (130, b"groundswell: interrupted\n")


def test_a_reader_that_goes_away_is_no_failure(store: str) -> None:
    process = started("query", ENDLESS, "--store", store, "--format", "csv")
    assert process.stdout
    assert process.stderr
    assert process.stdout.readline() == b"i\n"
    process.stdout.close()
    assert process.wait(timeout=10) == 0
    assert process.stderr.read() == b""
    process.stderr.close()


@pytest.mark.parametrize("form", ["table", "csv", "json"])
def test_output_is_utf8_whatever_the_locale(store: str, form: str) -> None:
    process = started(
        *("query", "SELECT '#' || char(1578, 1582, 1610, 1587) AS tag", "--store", store, "--format", form),
        LC_ALL="C",
        PYTHONUTF8="0",
        PYTHONCOERCECLOCALE="0",
        PYTHONIOENCODING="ascii",
    )
    out, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (0, b"")
    assert "#تخيس" in out.decode()


@pytest.mark.parametrize(("form", "said"), [("csv", "x\r\n[31mred\r\n"), ("parquet", "no text for a terminal")])
def test_a_terminal_gets_no_controls_and_no_binary(store: str, form: str, said: str) -> None:
    master, terminal = os.openpty()
    sql = "SELECT char(27) || '[31mred' AS x"
    process = started("query", sql, "--store", store, "--format", form, stdout=terminal, stderr=terminal)
    process.wait(timeout=20)
    os.close(terminal)
    shown = os.read(master, 10_000).decode()
    os.close(master)
    assert said in shown
    assert "\x1b" not in shown


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("\x1b]0;owned\x07\x1b[31mred", "]0;owned[31mred"),
        ("two\r\nlines\u2028more", "two lines more"),
        ("\u202etxt.exe", "txt.exe"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("\x9b2J", "2J"),
    ],
)
def test_user_text_cannot_steer_a_terminal(text: str, line: str) -> None:
    assert one_line(text) == line


@given(st.text())
def test_a_text_on_a_terminal_is_one_line_without_controls(text: str) -> None:
    shown = one_line(text)
    assert shown.isprintable() or not any(ord(letter) < 32 or 127 <= ord(letter) < 160 for letter in shown)
    assert len(shown.splitlines()) <= 1
    assert one_line(shown) == shown


def test_text_written_from_the_right_is_kept_apart() -> None:
    assert quoted("خليها تخيس") == "\u2068خليها تخيس\u2069"
    assert quoted("let it go") == "let it go"
