"""What keepers of services are told means the very paths that were meant, whatever stands in their names."""

import os
import plistlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell.cli import run
from groundswell.service import Unwritable, kind_here, program_here, tell
from groundswell.service.program import Program
from groundswell.service.task_scheduler import LONGEST

UGLY = (
    "/home/ann/news desk",
    "/home/ann/50% of it",
    '/home/ann/the "real" one',
    "/home/ann/it's",
    "/home/ann/$HOME ${HOME}",
    "/home/ann/back\\slash",
    "/home/ann/ends with\\",
    "/home/ann/ends with ",
    "/home/ann/%n%h%%",
    "/home/ann/تجربة ünï",
    "/home/ann/a;b#c &d|e",
    "/home/ann/<&amp;>",
)
WINDOWS = (
    "C:\\Users\\Ann\\news",
    "C:\\Program Files (x86)\\news desk",
    "C:\\R&D\\news desk",
    "C:\\100% sure\\%TEMP%\\x",
    "C:\\a^b & c!\\d",
    "C:\\تجربة\\ü",
    "C:\\folder\\",
)


def made(folder: str) -> Program:
    """Make a program that lies in a folder, with its config there."""
    separator = "\\" if folder[1:2] == ":" else "/"
    words = (f"{folder}{separator}groundswell", "run", "--config", f"{folder}{separator}config.yaml")
    return Program(words, folder, "groundswell-news")


def keys_of(unit: str) -> dict[str, str]:
    """Read a unit's keys as systemd does: a line each, spaces at its ends gone."""
    lines = [line for line in unit.splitlines() if "=" in line]
    assert not [line for line in lines if line.endswith("\\")], "it would go on in the next line"
    return {key: value.strip() for key, _, value in (line.partition("=") for line in lines)}


def words_of(command: str) -> list[str]:
    """Read a command line as systemd does: double quotes, backslashes before quotes and backslashes, %% for %."""
    assert command[0] == ":", "else $ would be a variable's"
    words, word, quoted, rest = [], "", False, iter(command[1:])
    for char in rest:
        if char == '"':
            quoted = not quoted
        elif char == "\\":
            word += next(rest)
        elif char == "%":
            assert next(rest) == "%"
            word += "%"
        elif char == " " and not quoted:
            words.append(word)
            word = ""
        else:
            word += char
    return [*words, word]


@pytest.mark.parametrize("folder", UGLY)
def test_a_unit_means_the_paths_that_were_meant(folder: str) -> None:
    program = made(folder)
    unit = keys_of(tell("systemd", program).text)
    assert words_of(unit["ExecStart"])[-4:] == list(program.words)
    assert unit["WorkingDirectory"].replace("%%", "%").removesuffix("/") == folder.removesuffix("/")
    assert (unit["Restart"], int(unit["TimeoutStopSec"]) > 5) == ("on-failure", True)


@given(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1).filter(str.isprintable))
def test_any_name_of_a_folder_comes_through(name: str) -> None:
    program = made(f"/{name}")
    assert words_of(keys_of(tell("systemd", program).text)["ExecStart"])[-4:] == list(program.words)
    assert plistlib.loads(tell("launchd", program).text.encode())["ProgramArguments"][3:] == list(program.words)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not on this machine")
@pytest.mark.parametrize("folder", UGLY)
def test_systemd_itself_takes_the_unit(tmp_path: Path, folder: str) -> None:
    """Of what it finds wrong only one thing may remain: that there is no such program, by its very name.

    Where a shell starts the program not even that.
    """
    (tmp_path / "run").mkdir(mode=0o700)
    unit = tmp_path / "groundswell-news.service"
    unit.write_text(tell("systemd", made(folder)).text, encoding="utf-8")
    done = subprocess.run(
        [str(shutil.which("systemd-analyze")), "--user", "verify", str(unit)],
        env={**os.environ, "XDG_RUNTIME_DIR": str(tmp_path / "run"), "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )
    if "Failed to initialize manager" in done.stderr:
        pytest.skip("systemd-analyze cannot make a user's manager here")
    said = [line for line in done.stderr.splitlines() if "groundswell" in line]
    missing = f"groundswell-news.service: Command {folder}/groundswell is not executable: No such file or directory"
    assert said == ([] if set(folder) & set("\\\"'") else [missing])


@pytest.mark.parametrize("name", ["plain", "it's", 'a "b" =c', "back\\slash $HOME"])
def test_the_words_of_a_unit_start_the_program(tmp_path: Path, name: str) -> None:
    program = tmp_path / name / "groundswell"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n', encoding="utf-8")
    program.chmod(0o700)
    words = (str(program), "run", "--config", f"{tmp_path}/{name}/config.yaml")
    command = words_of(keys_of(tell("systemd", Program(words, str(tmp_path), "groundswell")).text)["ExecStart"])
    done = subprocess.run(command, capture_output=True, check=True, encoding="utf-8")
    assert done.stdout.splitlines() == list(words[1:])


@pytest.mark.parametrize("folder", UGLY)
def test_an_agent_hands_its_words_on_through_the_shell(tmp_path: Path, folder: str) -> None:
    (tmp_path / ".config").mkdir()
    (tmp_path / ".config/groundswell.env").write_text('TOKEN="a b$c"\n'.replace("$", "\\$"), encoding="utf-8")
    script = "import os, sys; print(os.environ.get('TOKEN')); print(*sys.argv[1:], sep='\\n')"
    program = Program((sys.executable, "-c", script, folder), folder, "groundswell-news")
    agent = plistlib.loads(tell("launchd", program).text.encode())
    done = subprocess.run(
        agent["ProgramArguments"], env={"HOME": str(tmp_path)}, capture_output=True, check=True, encoding="utf-8"
    )
    assert done.stdout.splitlines() == ["a b$c", folder]
    assert agent["WorkingDirectory"] == folder
    assert agent["KeepAlive"] == {"SuccessfulExit": False}
    assert agent["Label"] == "org.groundswell-news"


def prompted(line: str) -> str:
    """Read a line as a command prompt does: a caret takes its meaning from what follows; it knows no \\"."""
    said, quoted, rest = "", False, iter(line)
    for char in rest:
        if char == '"':
            quoted = not quoted
        if char == "^" and not quoted:
            said += next(rest)
            continue
        assert quoted or char not in "&|<>", f"{char} would have a meaning in {line}"
        assert char != "%", f"a variable could be put in {line}"
        said += char
    return said


def arguments(line: str) -> list[str]:
    """Read a command line as programs for Windows do."""
    words, word, quoted, at, begun = [], "", False, 0, False
    while at < len(line):
        slashes = len(line[at:]) - len(line[at:].lstrip("\\"))
        after = line[at + slashes : at + slashes + 1]
        if after == '"':
            word += "\\" * (slashes // 2)
            begun = True
            if slashes % 2:
                word += '"'
            else:
                quoted = not quoted
            at += slashes + 1
        elif slashes:
            word, at, begun = word + "\\" * slashes, at + slashes, True
        elif line[at] in " \t" and not quoted:
            if begun:
                words.append(word)
            word, at, begun = "", at + 1, False
        else:
            word, at, begun = word + line[at], at + 1, True
    return [*words, word] if begun else words


@pytest.mark.parametrize("folder", WINDOWS)
def test_a_task_means_the_paths_that_were_meant(folder: str) -> None:
    program = made(folder)
    words = arguments(prompted(tell("task-scheduler", program).text.rstrip("\n")))
    options = dict(zip(words[2::2], words[3::2], strict=True))
    assert words[:2] == ["schtasks", "/Create"]
    assert (options["/TN"], options["/SC"]) == ("groundswell-news", "MINUTE")
    assert arguments(options["/TR"]) == list(program.words)


def test_a_task_that_is_too_long_is_told() -> None:
    program = made("C:\\" + "deep\\" * 60)
    assert "longer path" not in tell("task-scheduler", program).steps[0]
    assert f"Windows takes {LONGEST}" in tell("task-scheduler", program).steps[0]


@pytest.mark.parametrize("name", ["a\nb", "a\x1b[31m", "a\rb"])
def test_a_path_that_no_line_can_hold_is_refused(name: str) -> None:
    with pytest.raises(Unwritable):
        made(f"/home/{name}")


def test_the_keeper_of_each_system() -> None:
    assert [kind_here(platform) for platform in ("linux", "darwin", "win32")] == [
        *("systemd", "launchd", "task-scheduler")
    ]


def test_the_program_is_named_by_absolute_paths() -> None:
    program = program_here(Path("config.yaml"), None)
    assert os.access(program.words[0], os.X_OK)
    assert program.words[-2:] == ("--config", str(Path.cwd() / "config.yaml"))
    assert program.folder == str(Path.cwd())


@pytest.mark.parametrize("kind", ["systemd", "launchd", "task-scheduler"])
def test_the_command_prints_and_installs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert run(["service", "--kind", kind, "--config", "news/config.yaml"]) == 0
    out, err = capsys.readouterr()
    assert str(tmp_path / "news/config.yaml") in out
    assert "groundswell-news" in out + err
    assert "Start it" in err
    assert "news/config.yaml is not there yet: write it with `groundswell init`." in err
    assert list(tmp_path.iterdir()) == []
