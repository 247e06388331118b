"""The program's door: from here on, even while its modules are imported, Ctrl-C ends it with one line."""

import os
import signal
import sys
import threading

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
    _leave(code)


def _leave(code: int) -> None:
    """End the process, also while a thread is in the midst of a library's work: that takes an orderly end badly.

    Whatever the command had open is closed by now: nothing can be lost.
    """
    if threading.active_count() > 1:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)


if __name__ == "__main__":
    main()
