"""What can go wrong on an alert's way to a person.

    ChannelError                a channel that an alert could not be told through; it is tried again
    ├── AppriseMissing          Apprise is not installed
    ├── SecretMissing           a value that an address needs is not in the environment
    ├── NoChannel               Apprise does not take the address
    └── NotTold                 the channel did not take the message

No message holds a secret: an address is named as config.yaml writes it.
"""


class ChannelError(Exception):
    """Anything that keeps an alert from being told through a channel."""


class AppriseMissing(ChannelError):
    """Apprise is not installed."""


class SecretMissing(ChannelError):
    """A value that an address needs is not in the environment."""


class NoChannel(ChannelError):
    """Apprise does not take the address."""


class NotTold(ChannelError):
    """The channel did not take the message."""
