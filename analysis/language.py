"""The languages that charts and reports speak: sentences, counts, numbers, dates.

A message is the English sentence itself, with its values as `{names}`; what it is in another language stands in
`analysis/locale/LANGUAGE.po` (GNU gettext). Names of months and days, digits, and the rules of plurals are the
locale's (Unicode CLDR, by Babel).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Final, Literal, TypeAlias

from babel import Locale, UnknownLocaleError
from babel.dates import format_datetime
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from analysis.errors import UnknownLanguage
from analysis.zone import zone_of

Noun: TypeAlias = Literal[
    "post", "repost", "author", "account", "bin", "hour", "day", "time", "minute", "week", "month", "year", "hole",
    "episode",
]  # fmt: skip
NOUNS: Final[Mapping[Noun, tuple[str, str]]] = {
    "post": ("{n} post", "{n} posts"),
    "repost": ("{n} repost", "{n} reposts"),
    "author": ("{n} author", "{n} authors"),
    "account": ("{n} account", "{n} accounts"),
    "bin": ("{n} bin", "{n} bins"),
    "hour": ("{n} hour", "{n} hours"),
    "day": ("{n} day", "{n} days"),
    "time": ("{n} time", "{n} times"),
    "minute": ("{n} minute", "{n} minutes"),
    "week": ("{n} week", "{n} weeks"),
    "month": ("{n} month", "{n} months"),
    "year": ("{n} year", "{n} years"),
    "hole": ("{n} hole", "{n} holes"),
    "episode": ("{n} episode", "{n} episodes"),
}
SPOKEN: Final = ("en", "ar")
"""Languages that all messages are in; a territory may follow, as in ar-IQ: it has months and digits of its own."""
_FORMS: Final = ("zero", "one", "two", "few", "many", "other")
_DIGITS: Final = {"arab": "٠١٢٣٤٥٦٧٨٩", "arabext": "۰۱۲۳۴۵۶۷۸۹"}
_LITTLE: Final = 0.001


@dataclass(frozen=True, slots=True, eq=False)
class Speech:
    """A language as it is spoken somewhere: pure functions from values to words.

    Attributes:
        code: as config has it, such as 'en' or 'ar-IQ'.
        locale: Babel's.
        messages: from the English to what is said instead; of nouns all forms, by the singular.
    """

    code: str
    locale: Locale
    messages: Mapping[str, str | tuple[str, ...]]

    @property
    def is_right_to_left(self) -> bool:
        """Tell whether it is written from right to left."""
        return bool(self.locale.text_direction == "rtl")

    def say(self, message: str, **values: object) -> str:
        """Say a message with its values; whole numbers are written as the language does."""
        said = self.messages.get(message, message)
        told = {name: self.number(value) if isinstance(value, int) else value for name, value in values.items()}
        return str(said).format(**told)

    def count(self, number: int, noun: Noun) -> str:
        """Write a count with its noun: '1 post', '2,000 posts'."""
        one, several = NOUNS[noun]
        forms = self.messages.get(one)
        if isinstance(forms, tuple):
            return forms[_FORMS.index(self.locale.plural_form(number))].format(n=self.number(number))
        return (one if number == 1 else several).format(n=self.number(number))

    def number(self, number: float) -> str:
        """Write a number with its separators: '2,000'."""
        return self.digits(str(format_decimal(number, locale=self.locale, numbering_system="default")))

    def percent(self, share: float) -> str:
        """Write a share (0 to 1) so that little is not nothing, and almost all not all: '12.5 %'."""
        if 0 < share < _LITTLE:
            return self.say("under {share} %", share=self.number(100 * _LITTLE))
        if 1 - _LITTLE < share < 1:
            return self.say("over {share} %", share=self.number(100 * (1 - _LITTLE)))
        return self.say("{share} %", share=self.number(round(100 * share, 1)))

    def date(self, instant: datetime, zone: str) -> str:
        """Write an instant's local day: '26 Nov 2015'."""
        return self._dated(instant, zone, "d MMM y")

    def time(self, instant: datetime, zone: str) -> str:
        """Write an instant's local time of day: '14:00'."""
        return self._dated(instant, zone, "HH:mm")

    def moment(self, instant: datetime, zone: str) -> str:
        """Write an instant in local time: '26 Nov 2015 14:00'."""
        return self._dated(instant, zone, "d MMM y HH:mm")

    def weekday(self, number: int) -> str:
        """Name a weekday; 0 is Monday."""
        return str(self.locale.days["format"]["wide"][number])

    def language(self, code: str) -> str:
        """Name a language by its code, as platforms have it: 'Arabic'; what is no code stays as it is."""
        return str(self.locale.languages.get(code.replace("-", "_"), code))

    def month(self, number: int) -> str:
        """Name a month in few letters; 1 is January."""
        return str(self.locale.months["format"]["abbreviated"][number])

    def listed(self, items: list[str]) -> str:
        """Write a list with the language's comma."""
        return self.say(", ").join(items)

    def digits(self, text: str) -> str:
        """Write the digits of a text as the locale does."""
        own = _DIGITS.get(str(self.locale.default_numbering_system))
        return text.translate(str.maketrans("0123456789", own)) if own else text

    def _dated(self, instant: datetime, zone: str, pattern: str) -> str:
        local = instant.astimezone(zone_of(zone))
        return self.digits(str(format_datetime(local, pattern, locale=self.locale)))


@cache
def speech_of(code: str) -> Speech:
    """Find a language by its code, such as 'en' or 'ar-IQ'; raises UnknownLanguage."""
    try:
        locale = Locale.parse(code, sep="-")
    except (UnknownLocaleError, ValueError) as error:
        raise UnknownLanguage(code, SPOKEN) from error
    if locale.language not in SPOKEN:
        raise UnknownLanguage(code, SPOKEN)
    return Speech(code, locale, _messages(locale.language))


def _messages(language: str) -> Mapping[str, str | tuple[str, ...]]:
    """Read what a language says instead of the English."""
    if language == SPOKEN[0]:
        return {}
    with files("analysis").joinpath("locale", f"{language}.po").open("rb") as file:
        catalog = read_po(file, locale=language)
    told: dict[str, str | tuple[str, ...]] = {}
    for message in catalog:
        if not message.id or not message.string:
            continue
        if message.pluralizable:
            told[message.id[0]] = tuple(map(str, message.string))
        else:
            told[str(message.id)] = str(message.string)
    return told
