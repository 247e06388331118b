"""The program's door: from here on, even while its modules are imported, Ctrl-C ends it with one line."""

import signal
import sys

INTERRUPTED = 130


def main() -> None:
    """Run the command that stands in sys.argv and leave with its exit code."""
    try:
        from groundswell.cli import run

        code = run()
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        new_line = "\n" if sys.stderr.isatty() else ""
        sys.stderr.write(f"{new_line}groundswell: interrupted\n")
        code = INTERRUPTED
    sys.exit(code)


if __name__ == "__main__":
    main()
