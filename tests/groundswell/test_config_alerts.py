"""Where alerts go, in config.yaml: addresses without a secret, refused with the cure where one stands in it."""

from pathlib import Path

import pytest

from groundswell.config import ConfigError, parse

HEAD = "campaigns: {c: {title: C, tags: ['#c']}}\n"
OPEN = [
    "json://127.0.0.1:8080",
    "ntfy://groundswell-alerts-2026",
    "ntfys://ntfy.example.org/my-topic",
    "tgram://{TELEGRAM_TOKEN}/123456789",
    "mailto://me:{MAIL_PASSWORD}@example.org?smtp=mail.example.org",
    "discord://123456789012345678/{DISCORD_TOKEN}",
    "slack://{SLACK_TOKEN}/{SLACK_TOKEN_2}/{SLACK_TOKEN_3}/#general",
    "json://a.example/?+X-Api-Key={HOOK_SECRET}",
]
TELLING = {
    "mailto://me:hunter2@example.org": "a password or a token stands in it",
    "json://me:pa:hunter2@example.org": "a password or a token stands in it",
    "json://a:hunter2{X_TOKEN}@example.org": "a password or a token stands in it",
    "json://a.example/?+Authorization=hunter2": "a password or a token stands in it",
    "json://a.example/?+X-Api-Key=hunter2": "a password or a token stands in it",
    "tgram://123456789:AAEhBOhunter2weik6ad9r_QXMENQ/12345": "a part of it looks like a token",
    "discord://{DISCORD_TOKEN}/4AbCdEfGhunter2MnOpQ123": "a part of it looks like a token",
    "https://hooks.example/services/hunter2": "an address of `https` has a token in it",
    "pover://hunter2@user": "an address of `pover` has a token in it",
    "json://{HOOK_HOST}/hunter2": "`HOOK_HOST` is no name of a secret",
    "json://{hunter2 TOKEN}/": "it is no address of Apprise",
    "hunter2": "it is no address of Apprise",
}


def config(address: str) -> str:
    """Write a config.yaml that tells alerts there."""
    return f"{HEAD}alerts:\n  to:\n    - '{address}'\n"


def test_without_the_section_nobody_is_told() -> None:
    assert parse(HEAD, Path("config.yaml")).alerts.to == ()


@pytest.mark.parametrize("address", OPEN)
def test_an_address_without_a_secret_is_taken(address: str) -> None:
    assert parse(config(address), Path("config.yaml")).alerts.to == (address,)


@pytest.mark.parametrize("address", TELLING)
def test_an_address_with_a_secret_is_refused_and_not_repeated(address: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(config(address), Path("config.yaml"))
    (fault,) = caught.value.faults
    assert fault.what.startswith(TELLING[address])
    assert (fault.line, fault.key) == (4, "alerts.to, item 1")
    assert "{" in fault.cure
    assert "hunter2" not in f"{fault.what} {fault.cure} {caught.value}"
