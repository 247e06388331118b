"""What can go wrong between a platform and the store.

    CollectorError
    ├── SourceError                 what a source may raise while it is asked for pages
    │   ├── RateLimited(until)      a wait: the source answers again at `until` (its own clock)
    │   ├── Unavailable             no answer, or a broken one: tried again, later failed
    │   ├── CursorRefused           the source does not go on from this cursor: the window is begun again
    │   ├── PayloadError(payload)   an answer that cannot be read: the payload is kept
    │   └── NeedsPerson             tried again only when a person has acted; stops this source only
    │       ├── BudgetSpent         the money or the quota is used up
    │       │   ├── LimitReached    what the config lets be spent
    │       │   ├── CapReached      the platform's own quota of the month
    │       │   └── CreditsSpent    what was paid in advance
    │       ├── AccessRefused       the key, the login or the permission is not accepted
    │       │   ├── TokenRefused    the key is wrong, withdrawn or has run out
    │       │   └── NotPermitted    the key is good, and what it is asked for is not included
    │       ├── Uncounted           how many posts there are, by which a sample is drawn, is not known yet
    │       ├── BillDisagrees       the platform counts more as charged for than we know of
    │       └── QuestionRefused     the source does not take the request as it is written
    ├── Unreadable                  one line, row or post; it never leaves this package: its bytes are kept
    ├── Stopped                     the collector was told to stop while it waited
    └── archive.errors.ArchiveError a file that is not read as posts (its branch is drawn there)

A message is a fact ("HTTP 503 Service Unavailable"); what to do about it is said by the command line.
No message holds a secret.
"""

from datetime import datetime


class CollectorError(Exception):
    """Anything that the collector could not do."""


class SourceError(CollectorError):
    """Anything that a source answers instead of a page.

    Attributes:
        may_have_cost: an answer may have been given, and charged for, that did not reach us whole.
    """

    may_have_cost: bool = False


class RateLimited(SourceError):
    """The source asks for a pause.

    Attributes:
        until: aware; the source's own time from which it answers again.
        server_now: the source's clock when it said so (its Date header); None where it did not.
    """

    def __init__(self, until: datetime, message: str = "rate limited", *, server_now: datetime | None = None) -> None:
        super().__init__(message)
        self.until = until
        self.server_now = server_now


class Unavailable(SourceError):
    """The source did not answer, or not with an answer of its own (timeout, 5xx, connection lost)."""

    def __init__(self, message: str, *, may_have_cost: bool = False) -> None:
        super().__init__(message)
        self.may_have_cost = may_have_cost


class CursorRefused(SourceError):
    """The source no longer knows the cursor it was asked to go on from."""


class PayloadError(SourceError):
    """An answer came that cannot be read as a page.

    Attributes:
        payload: the bytes as received, to be kept.
    """

    may_have_cost = True

    def __init__(self, payload: bytes, message: str) -> None:
        super().__init__(message)
        self.payload = payload


class NeedsPerson(SourceError):
    """Asking again is useless until a person has acted."""


class BudgetSpent(NeedsPerson):
    """The budget, the credits or the monthly quota is used up."""


class AccessRefused(NeedsPerson):
    """The source does not accept the key, the login or what it permits."""


class LimitReached(BudgetSpent):
    """What the config lets be spent is spent, or the next answer may cost more than is left."""


class CapReached(BudgetSpent):
    """The platform's own quota of the month is used up."""


class CreditsSpent(BudgetSpent):
    """What was paid to the platform in advance is used up."""


class TokenRefused(AccessRefused):
    """The key is wrong, withdrawn, or has run out."""


class NotPermitted(AccessRefused):
    """The key is good, and does not include what it was used for."""


class Uncounted(NeedsPerson):
    """How many posts there are was never asked, and by that the budget is shared out."""


class BillDisagrees(NeedsPerson):
    """The platform counts more as charged for than we know of: our limits would not hold."""


class QuestionRefused(NeedsPerson):
    """The source does not take the request as it is written."""


class Stopped(CollectorError):
    """The collector was told to stop while it waited for a source."""


class Unreadable(CollectorError):
    """A line, a row or a post that cannot be read; the message says what is wrong with it."""
