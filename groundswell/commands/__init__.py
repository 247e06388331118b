"""The commands: one file a group, each a thin layer over what the other rooms do.

A command is one line in COMMANDS and one function, decorated as `groundswell.options` shows. The table
repeats the first line of the function's docstring, so that --help imports none of them (held by a test).
"""

from typing import Final, NamedTuple


class Entry(NamedTuple):
    """Where a command stands (`module:function` in this folder), and its line in --help."""

    place: str
    line: str


COMMANDS: Final = {
    "demo": Entry("demo:demo", "Collect a made campaign in fast time and draw it: no key, no network."),
    "init": Entry("init:init", "Write a commented config.yaml to start from."),
    "run": Entry("run:run", "Collect on config.yaml's schedule and redraw the charts, until stopped."),
    "collect": Entry("collect:collect", "Make one pass over the sources and the inbox now."),
    "import": Entry("importing:import_", "Bring archives of posts into the store; their format is recognised."),
    "chart": Entry("chart:chart", "Draw a campaign's charts; prints where they are."),
    "report": Entry(
        "report:report", "Write a campaign's report, one page of HTML that needs nothing else; prints where it is."
    ),
    "status": Entry("status:status", "Show coverage, holes, last runs and health."),
    "posts": Entry("posts:posts", "List the posts behind a point of a chart."),
    "shares": Entry("shares:shares", "Tell which part of a campaign's posts is in which language, or of which kind."),
    "tags": Entry("tags:tags", "Look for tags that a campaign may be missing."),
    "query": Entry("query:query", "Ask the store a question in SQL; it can only read."),
    "export": Entry("export:export", "Write out what may be passed on of the posts: their ids."),
    "reparse": Entry("reparse:reparse", "Read kept payloads again after an upgrade: the unread become posts."),
    "backup": Entry("backup:backup", "Copy the store to a file, also while the collector runs."),
    "restore": Entry("restore:restore", "Put a backup in the store's place; what was there is set aside."),
    "service": Entry("service:service", "Print what keeps the collector running; nothing is installed."),
    "doctor": Entry("doctor:doctor", "Check config, keys, clock, fonts, disk, store, collector and lake."),
    "forget": Entry("forget:forget", "Erase a post, or an account with all of its posts, for good; prints a receipt."),
    "lake": Entry("lake:lake", "Look after the lake, the Parquet copy for analysis."),
    "db": Entry("db:db", "Look after the store."),
}
