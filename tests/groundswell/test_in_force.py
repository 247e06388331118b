"""Which config is in force: what is read of a file that somebody is writing."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from groundswell.in_force import InForce
from groundswell.options import Settings

BEFORE = "campaigns: {c: {title: Before, tags: ['#c']}}\n"
AFTER = "campaigns: {c: {title: After, tags: ['#c']}}\n"
LONG_AGO = datetime(2026, 11, 1, tzinfo=UTC)


class WrittenWhenRead(type(Path())):  # type: ignore[misc] # the class of this machine's paths
    """A file that another program writes between any look at it and the reading of it."""

    def read_bytes(self) -> bytes:
        self.write_text(AFTER, encoding="utf-8")
        return super().read_bytes()  # type: ignore[no-any-return] # see above


def put(file: Path, text: str, at: datetime) -> None:
    """Write a file as it would stand after it was written at some time."""
    file.write_text(text, encoding="utf-8")
    os.utime(file, (at.timestamp(), at.timestamp()))


def test_a_file_written_between_the_look_at_it_and_the_reading_waits_until_it_has_settled(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    file = tmp_path / "config.yaml"
    put(file, BEFORE, LONG_AGO)
    settings = Settings(WrittenWhenRead(file), None)
    in_force = InForce(settings, Settings(file, None).config(), lambda: now)
    assert in_force.changed() is None
    assert in_force.refused == ""
    settled = InForce(Settings(file, None), in_force.config, lambda: now + timedelta(minutes=1))
    changed = settled.changed()
    assert changed is not None
    assert changed.campaigns["c"].title == "After"
