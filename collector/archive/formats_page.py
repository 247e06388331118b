"""docs/formats.md, made by reading a folder of archives: `python -m collector.archive.formats_page FOLDER FILE`."""

import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from collector.archive.errors import ArchiveError
from collector.archive.files import Document, documents
from collector.archive.forms import FORMS, Form, JsonForm, TableForm
from collector.archive.survey import survey

_INTRODUCTION: Final = """\
# What archives come in

Made by `make docs` from a run over real archives; do not edit it by hand.

`groundswell import PATH` takes files, folders and zip files; `.gz`, `.zst`, `.bz2` and `.xz` are unpacked on the way.
A form is recognised by its content, whatever the file is called, and can be named with `--format`. A file is read as a
stream: its size does not matter, but for spreadsheets, which are read whole. A line, row or post that cannot be read
costs itself alone, is kept, counted and named.

Other tables come in by a mapping in config.yaml: see [platforms/archives.md](platforms/archives.md).
"""


def formats_page(folder: Path) -> str:
    """Write the page from a run over all files of a folder."""
    return "\n".join([_INTRODUCTION, *_forms(), "", *_files(folder), "", *_fields()]) + "\n"


def _forms() -> Iterator[str]:
    yield "## Forms\n"
    yield "| `--format` | what it is | platform | times to | known by |"
    yield "| --- | --- | --- | --- | --- |"
    for name, form in FORMS.items():
        yield f"| `{name}` | {form.name} | {form.platform} | {form.resolution} s | {_mark_of(form)} |"


def _mark_of(form: Form) -> str:
    if isinstance(form, TableForm):
        return "the columns " + ", ".join(f"`{column}`" for column in sorted(form.columns))
    return "the keys of its JSON values"


def _files(folder: Path) -> Iterator[str]:
    yield "## What came of real files\n"
    yield "Every file was imported by itself into an empty store. *Read*: posts that the file returns; *distinct*:"
    yield "each counted once, and how many of these are reposts; *referred to*: further posts that are known only"
    yield "because one of these shows them; *unparsed*: lines, rows and posts that could not be read; *gone*:"
    yield "deletions that it tells.\n"
    yield "| file | form | read | distinct | reposts | referred to | unparsed | gone |"
    yield "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |"
    refused: defaultdict[str, list[str]] = defaultdict(list)
    for document in documents(folder):
        if document.path.suffix == ".md":
            continue
        name = document.path.relative_to(folder).as_posix() + (f"/{document.member}" if document.member else "")
        try:
            yield _row(name, document)
        except ArchiveError as error:
            refused[str(error)].append(name)
    yield "\nThe other files there hold no posts, or none that could be told apart, and were refused by name:\n"
    for why, names in refused.items():
        yield f"- {why}: {', '.join(f'`{name}`' for name in names)}"


def _row(name: str, document: Document) -> str:
    found = survey(document)
    numbers = (found.read, found.found, found.reposts, found.referred, found.unparsed, found.gone)
    return f"| `{name}` | {found.form.name} | {' | '.join(f'{number:,}' for number in numbers)} |"


def _fields() -> Iterator[str]:
    yield "## Field by field\n"
    yield "Nothing is dropped silently: a field is stored, or passed over for a reason that stands here, or it is"
    yield "unknown, and then it is counted by run (table `unknown_fields`) and `groundswell doctor` tells of it. What"
    yield "was passed over is still in the payload, which is kept whole unless config.yaml says otherwise."
    for name, form in FORMS.items():
        yield f"\n### {form.name} (`{name}`)"
        if isinstance(form, JsonForm):
            yield from _fields_of_json(form)
        elif isinstance(form, TableForm):
            yield from _fields_of_table(form)


def _fields_of_json(form: JsonForm) -> Iterator[str]:
    fates: dict[str, dict[str, str]] = {}
    for known in form.known:
        for kind, field, why in known.rows():
            fates.setdefault(kind, {}).setdefault(field, why)
    for kind, fields in fates.items():
        yield from _fates(kind, fields)


def _fields_of_table(form: TableForm) -> Iterator[str]:
    yield from _fates("A row", {**dict.fromkeys(sorted(form.read), ""), **form.passed_over})


def _fates(kind: str, fields: Mapping[str, str]) -> Iterator[str]:
    stored = [f"`{field}`" for field, why in fields.items() if not why]
    reasons: defaultdict[str, list[str]] = defaultdict(list)
    for field, why in fields.items():
        if why:
            reasons[why].append(f"`{field}`")
    yield f"\n**{kind}**: {', '.join(stored) or 'nothing of it is stored'}\n"
    for why, names in reasons.items():
        yield f"- not {', '.join(names)}: {why}"


def main() -> None:
    """Write the page to the file that is named second, from the folder that is named first."""
    folder, page = map(Path, sys.argv[1:])
    page.write_text(formats_page(folder), encoding="utf-8")


if __name__ == "__main__":
    main()
