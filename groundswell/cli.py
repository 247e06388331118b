"""The command line: finds the command, runs it, and turns what goes wrong into one line and an exit code.

Exit codes: 0 done, 1 failed, 2 wrong words, 130 interrupted. Results go to stdout, all else to stderr.
Nothing that starts slowly is imported here: a command's module is imported when the command is used.
"""

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Final, cast

import click

from groundswell import __version__
from groundswell.commands import COMMANDS
from groundswell.terminal import mute, one_line, speak_utf8

DONE: Final = 0
FAILED: Final = 1
WRONG_WORDS: Final = 2


class ReaderGone(Exception):
    """Whoever read our output has had enough of it (`| head`)."""


class Interrupted(Exception):
    """Ctrl-C, kept from click, which would put an empty line before ours."""


class Program(click.Group):
    """The commands of the table, each imported when it is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands in the table's order."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command; None where there is no such."""
        if cmd_name not in COMMANDS:
            return None
        module, _, function = COMMANDS[cmd_name].place.partition(":")
        return cast(click.Command, getattr(import_module(f"groundswell.commands.{module}"), function))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that the words name; a wrong one is answered by the nearest."""
        try:
            return super().resolve_command(ctx, args)
        except click.NoSuchCommand as error:
            raise click.NoSuchCommand(error.command_name, possibilities=COMMANDS, ctx=ctx) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands from the table, importing none."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.line) for name, entry in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> object:
        """Run the command, keeping from click what `run` answers better."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise ReaderGone from error
        except KeyboardInterrupt as error:
            raise Interrupted from error


@click.group(
    cls=Program,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Each command has its own --help, and takes --config PATH and --store URL.",
)
@click.version_option(__version__, prog_name="groundswell", message="%(prog)s %(version)s")
def program() -> None:
    """Watch hashtag campaigns: collect posts, measure them honestly, draw what was seen and what was not."""


def run(args: Sequence[str] | None = None) -> int:
    """Run one command line (sys.argv's by default); returns the exit code, raises only KeyboardInterrupt."""
    speak_utf8()
    try:
        code = program.main(args, prog_name="groundswell", standalone_mode=False)
        sys.stdout.flush()
    except (ReaderGone, BrokenPipeError):
        mute()
        return DONE
    except (Interrupted, click.Abort):
        raise KeyboardInterrupt from None
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return WRONG_WORDS
    except click.UsageError as error:
        return _wrong_words(error)
    except Exception as error:  # noqa: BLE001 - the outermost edge: a traceback is no answer to a user
        return _failed(error)
    return code if isinstance(code, int) else DONE


def _wrong_words(error: click.UsageError) -> int:
    command = error.ctx.command_path if error.ctx else "groundswell"
    message = one_line(error.format_message())
    click.echo(f"{command}: {message} See `{command} --help`.", err=True)
    return WRONG_WORDS


def _failed(error: Exception) -> int:
    from groundswell.words import report

    return report(error)
