"""Two sources may read their first post at the same moment: nothing is left to be found out about types then."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FIRST = """
import sys
from {module} import {read}

class Noted(str):
    def get_note(self, _key):
        return str(self)

asked = []
def note(frame, event, _):
    if frame.f_code.co_name == "get_class_annotations":
        asked.append(event)
sys.setprofile(note)
{call}
sys.setprofile(None)
print(len(asked))
"""
"""Reads something for the first time, and says how often msgspec looked at the classes that it is made of."""

STATUS = {
    "id": "1",
    "created_at": "2024-01-01T00:00:00Z",
    "uri": "https://home.example/1",
    "account": {"id": "1", "username": "dana", "acct": "dana"},
    "content": "words",
    "visibility": "public",
}
VIEW = {"uri": "at://did:plc:a/app.bsky.feed.post/3l", "author": {"did": "did:plc:a"}, "record": {"text": "words"}}
EVENT = {"did": "did:plc:a", "time_us": 1, "kind": "commit", "commit": {"operation": "delete"}}
PAGE = {"data": {"id": "20", "text": "words", "author_id": "1", "created_at": "2021-06-26T12:00:00.000Z"}}
AT = "2024-01-01T00:00:00Z"
SIGN = (
    f'{{"at":"{AT}","started_at":"{AT}","host":"h","pid":1,"is_running":true,'
    f'"config_since":"{AT}","config_refused":"","due":{{}}}}'
)
PROBLEMS = f'[{{"at":"{AT}","job":"j","what":"w"}}]'
TWEET = {"id_str": "20", "text": "words", "user": {"id_str": "1"}}


@pytest.mark.parametrize(
    ("module", "read", "call"),
    [
        ("collector.mastodon.payload", "item", f"item({STATUS}, 'home.example')"),
        ("collector.mastodon.payload", "key_time", f"key_time({STATUS})"),
        ("collector.bluesky.payload", "items", f"list(items({VIEW}))"),
        ("collector.bluesky.payload", "items", f"list(items({{'feed': [{{'post': {VIEW}}}]}}))"),
        ("collector.bluesky.jetstream", "items", f"list(items({EVENT}))"),
        ("collector.x.payload", "items", f"list(items({PAGE}))"),
        ("collector.archive.x_v1", "items", f"list(items({TWEET}))"),
        ("collector.archive.x_v1", "items", "list(items({'delete': {'status': {'id_str': '20'}}}))"),
        ("groundswell.heartbeat", "last_beat", f"last_beat(Noted({SIGN!r}))"),
        ("groundswell.problems", "last", f"last(Noted({PROBLEMS!r}))"),
    ],
)
def test_the_first_reading_looks_at_no_class(module: str, read: str, call: str) -> None:
    script = FIRST.format(module=module, read=read, call=call)
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "0\n", "")
