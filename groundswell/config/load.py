"""From a file to a Config: text, document, sections; and every fault on the way with its line and cure."""

import re
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from groundswell.config.document import read_document
from groundswell.config.errors import ConfigError, ConfigNotFound, Fault
from groundswell.config.model import Config, StoreSection
from groundswell.config.refusals import blame

LARGEST: Final = 1_000_000
_STORE: Final = re.compile(r"""\burl["']?\s*:\s*["']?((?:sqlite|postgresql)://[^"'\s#,}]+)""")


def load(file: Path) -> Config:
    """Read a config.yaml; raises ConfigError with all that is wrong in it, ConfigNotFound for no file."""
    return read(_content_of(file), file)


def read(content: bytes, file: Path) -> Config:
    """Read the bytes of a config.yaml, as `parse` reads its text; raises ConfigError."""
    return parse(_text_in(content, file), file)


def parse(text: str, file: Path) -> Config:
    """Read the text of a config.yaml; relative paths in it are read from the folder of `file`.

    Raises ConfigError with all that is wrong in it, and nothing else.
    """
    document = read_document(text)
    if isinstance(document.tree, dict):
        try:
            config = Config.model_validate(document.tree, context={"folder": file.absolute().parent})
        except ValidationError as error:
            for problem in error.errors(include_url=False, include_input=False):
                blame(document, problem)
        else:
            if not document.faults:
                return config
    elif not document.faults:
        document.blame((), "it is no list of sections", "write `campaigns:` first, and a space after each colon")
    raise ConfigError(file, document.faults)


def store_of(file: Path) -> str:
    """Name the store of a config.yaml that is refused for something else; raises ConfigError if there is no telling."""
    named = _STORE.search(_text_in(_content_of(file), file))
    try:
        section = StoreSection.model_validate(
            {"url": named[1]} if named else {}, context={"folder": file.absolute().parent}
        )
    except ValidationError as error:
        fault = Fault(0, "store.url", "it is not the address of a store", "name it with --store")
        raise ConfigError(file, [fault]) from error
    return section.url


def _content_of(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(LARGEST + 1)
    except (FileNotFoundError, NotADirectoryError) as error:
        cure = "write one with `groundswell init`, or name another with --config"
        raise ConfigNotFound(file, [Fault(0, "", "there is no such file", cure)]) from error
    except OSError as error:
        what = f"it cannot be read: {error.strerror}"
        raise ConfigError(file, [Fault(0, "", what, "name a file that you may read with --config")]) from error


def _text_in(content: bytes, file: Path) -> str:
    if len(content) > LARGEST:
        raise ConfigError(file, [Fault(0, "", "it is larger than 1 MB", "name the config.yaml with --config")])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigError(file, [Fault(line, "", "it is not UTF-8", "save it as UTF-8 text")]) from error
