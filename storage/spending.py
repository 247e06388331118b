"""Money: reserved before a platform is asked, settled with what its answer brought, counted against limits.

What was reserved and never settled nor released counts as spent: the process died, or no answer came, and the platform
may have charged for it all.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, TypeAlias

from sqlalchemy import ColumnElement, Connection, case, delete, func, insert, select, update

from storage import schema
from storage.engine import any_of, insert_rows
from storage.errors import OverBudget
from storage.instant import to_text

Unit: TypeAlias = Literal["post", "user", "request"]
"""What a platform charges for: a post that was read, a user that was read, a request."""

COUNTED: Final = ("reserved", "settled")
"""The states in which a row counts as spent."""


@dataclass(frozen=True, slots=True)
class Cost:
    """So many of a unit, at a price for each in thousandths of a dollar."""

    unit: Unit
    units: int
    each: int

    @property
    def thousandths(self) -> int:
        """Multiply it out."""
        return self.units * self.each


@dataclass(frozen=True, slots=True)
class Limit:
    """The most that may be spent on some sources together from a moment on; None is no limit.

    Attributes:
        sources: those that one bill is for.
        since: the beginning of the month.
        campaign: the slug of the campaign that it holds for; None: of all together.
    """

    sources: Sequence[str]
    since: datetime
    posts: int | None = None
    thousandths: int | None = None
    campaign: str | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """What a request may cost at worst, and the limits that it must keep within."""

    run_id: int
    source: str
    at: datetime
    costs: Sequence[Cost]
    limits: Sequence[Limit] = ()


@dataclass(frozen=True, slots=True)
class Reservation:
    """What was put aside: the row of `spend` of each unit."""

    rows: Mapping[Unit, int]


@dataclass(frozen=True, slots=True)
class Read:
    """What an answer brought of a unit that is charged for.

    Attributes:
        ids: the platform's ids of what was read, each once; None for a unit without ids, of which there is one.
        free_again: what was charged for on the same day already costs nothing.
    """

    unit: Unit
    each: int
    ids: Collection[str] | None = None
    free_again: bool = True


@dataclass(frozen=True, slots=True)
class Payment:
    """What is paid in the end of a reservation; `day` is the platform's UTC day, such as '2026-11-23'."""

    reservation: Reservation
    day: str
    reads: Sequence[Read] = ()


@dataclass(frozen=True, slots=True)
class Spent:
    """What counts as spent.

    Attributes:
        open: of `thousandths`, what is reserved and not settled.
    """

    posts: int = 0
    thousandths: int = 0
    open: int = 0
    by_unit: Mapping[Unit, int] = field(default_factory=dict)


def reserve(connection: Connection, order: Order) -> Reservation:
    """Put the worst that a request may cost aside; raises OverBudget where a limit does not let it."""
    for limit in order.limits:
        _check(order, limit, read_spent(connection, limit.sources, limit.since, limit.campaign))
    table = schema.spend
    campaign_id = select(schema.runs.c.campaign_id).where(schema.runs.c.id == order.run_id).scalar_subquery()
    rows: dict[Unit, int] = {}
    for cost in order.costs:
        row = {
            "run_id": order.run_id,
            "campaign_id": campaign_id,
            "source": order.source,
            "at": to_text(order.at),
            "unit": cost.unit,
            "units": cost.units,
            "thousandths": cost.thousandths,
            "state": "reserved",
        }
        rows[cost.unit] = int(connection.execute(insert(table).returning(table.c.id).values(row)).scalar_one())
    return Reservation(rows)


def _check(order: Order, limit: Limit, spent: Spent) -> None:
    """Raise OverBudget where an order goes past a limit."""
    whose = f"for {limit.campaign}" if limit.campaign else "for all campaigns"
    thousandths = sum(cost.thousandths for cost in order.costs)
    if limit.thousandths is not None and spent.thousandths + thousandths > limit.thousandths:
        raise OverBudget(
            f"{dollars(spent.thousandths)} of the month's {dollars(limit.thousandths)} {whose} are spent,"
            f" and the next answer may cost {dollars(thousandths)}"
        )
    posts = sum(cost.units for cost in order.costs if cost.unit == "post")
    if limit.posts is not None and spent.posts + posts > limit.posts:
        raise OverBudget(
            f"{spent.posts:,} of the month's {limit.posts:,} posts {whose} are read,"
            f" and the next answer may hold {posts:,}"
        )


def settle(connection: Connection, payment: Payment) -> None:
    """Turn a reservation into what its answer did cost; what it did not bring of a unit costs nothing."""
    reads = {read.unit: read for read in payment.reads}
    table = schema.spend.c
    mine = (table.id.in_(list(payment.reservation.rows.values())), table.state == "reserved")
    still_reserved = set(connection.scalars(select(table.id).where(*mine)))
    for unit, row in payment.reservation.rows.items():
        if row not in still_reserved:
            continue
        read = reads.get(unit)
        units = 0 if read is None else _charged(connection, read, payment.day)
        thousandths = 0 if read is None else units * read.each
        _end(connection, row, units=units, thousandths=thousandths, state="settled")


def release(connection: Connection, reservation: Reservation) -> None:
    """Take back what was put aside for a request that cost nothing."""
    for row in reservation.rows.values():
        _end(connection, row, units=0, thousandths=0, state="released")


def _end(connection: Connection, row: int, **values: int | str) -> None:
    table = schema.spend
    connection.execute(update(table).where(table.c.id == row, table.c.state == "reserved").values(values))


def _charged(connection: Connection, read: Read, day: str) -> int:
    """Count how many of what was read are charged for, and remember them until the day is over."""
    if read.ids is None:
        return 1
    if not read.free_again:
        return len(read.ids)
    table = schema.billed
    connection.execute(delete(table).where(table.c.day < day, table.c.unit == read.unit))
    ids = sorted(set(read.ids))
    mine = (table.c.day == day, table.c.unit == read.unit, table.c.platform_id.in_(any_of(ids)))
    known = set(connection.scalars(select(table.c.platform_id).where(*mine))) if ids else set()
    fresh = [(day, read.unit, one) for one in ids if one not in known]
    insert_rows(connection, table, fresh)
    return len(fresh)


def read_spent(connection: Connection, sources: Sequence[str], since: datetime, campaign: str | None = None) -> Spent:
    """Add up what counts as spent on some sources from a moment on, by all campaigns or by one."""
    table, campaigns = schema.spend.c, schema.campaigns.c
    is_open = case((table.state == "reserved", table.thousandths), else_=0)
    query = (
        select(table.unit, func.sum(table.units), func.sum(table.thousandths), func.sum(is_open))
        .where(table.source.in_(list(sources)), table.at >= to_text(since), table.state.in_(COUNTED))
        .group_by(table.unit)
    )
    if campaign is not None:
        query = query.where(table.campaign_id.in_(select(campaigns.id).where(campaigns.slug == campaign)))
    rows = {unit: (int(units), int(paid), int(held)) for unit, units, paid, held in connection.execute(query)}
    return Spent(
        posts=rows.get("post", (0,))[0],
        thousandths=sum(paid for _, paid, _ in rows.values()),
        open=sum(held for _, _, held in rows.values()),
        by_unit={unit: units for unit, (units, _, _) in rows.items()},
    )


def read_paid_posts(connection: Connection, sources: Sequence[str], since: datetime, until: datetime) -> int:
    """Add up the posts that were paid for on some sources in [since, until), without what is put aside."""
    table = schema.spend.c
    mine = (table.unit == "post", table.state == "settled", *_asked(sources, since, until))
    return int(connection.scalar(select(func.coalesce(func.sum(table.units), 0)).where(*mine)) or 0)


def give_back(connection: Connection, sources: Sequence[str], since: datetime, until: datetime) -> None:
    """Take back what runs that have ended put aside in [since, until) for posts and users; a request is paid."""
    table, runs = schema.spend, schema.runs.c
    has_ended = table.c.run_id.in_(select(runs.id).where(runs.finished_at.is_not(None)))
    mine = (table.c.unit != "request", table.c.state == "reserved", has_ended, *_asked(sources, since, until))
    connection.execute(update(table).where(*mine).values(units=0, thousandths=0, state="released"))


def _asked(sources: Sequence[str], since: datetime, until: datetime) -> tuple[ColumnElement[bool], ...]:
    table = schema.spend.c
    return (table.source.in_(list(sources)), table.at >= to_text(since), table.at < to_text(until))


def dollars(thousandths: int) -> str:
    """Write an amount: $1,234.50, or $0.005 where the thousandths count."""
    whole, rest = divmod(thousandths, 1_000)
    return f"${whole:,}.{rest:03}" if rest % 10 else f"${whole:,}.{rest // 10:02}"
