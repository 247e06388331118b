"""Lists of ids as people have them: what is read, what is named, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.archive.errors import NoIds, RoundedIds
from collector.archive.id_list import IdList, read_ids

A, B, C = "1190000000000123457", "1190000000000123458", "20"
IDS = st.integers(1, 10**19 - 1).filter(lambda one: one % 10 != 0).map(str)


@pytest.mark.parametrize(
    "lines",
    [
        [A, B, C],
        ["id", A, B, C],
        ["\ufefftweet_id\n", f'"{A}"\n', f"'{B}\n", f"{C},\r\n"],
        ["# from the campaign", "", "  ", "ID_STR", f" {A}", f"{B}\t", "# more", C],
    ],
)
def test_ids_are_read_from_whatever_is_put_around_them(lines: list[str]) -> None:
    assert read_ids(lines) == IdList((A, B, C))


def test_an_id_that_comes_again_is_counted_once_and_told() -> None:
    assert read_ids([A, B, A, A]) == IdList((A, B), repeated=2)


def test_what_is_no_id_is_counted_and_the_first_of_it_named() -> None:
    odd = ["abc", "0", "012", "12345678901234567890", "-5", "٣٤٥", "1.5", "id"]
    told = read_ids([A, *odd])
    assert (told.ids, told.not_ids) == ((A,), 8)
    assert told.named == ("line 2: abc", "line 3: 0", "line 4: 012", "line 5: 12345678901234567890", "line 6: -5")


@pytest.mark.parametrize("word", ["1.19E+18", "1,19E+18", "1.19e18", "1E+18", '"1.19E+18"'])
def test_ids_of_which_a_spreadsheet_made_numbers_are_refused(word: str) -> None:
    with pytest.raises(RoundedIds, match=r"rounded the ids \(line 2: 1"):
        read_ids([A, word, B])


def test_ids_that_a_spreadsheet_rounded_and_wrote_out_are_refused() -> None:
    rounded = ["1190000000000120000", "1190000000000340000"]
    with pytest.raises(RoundedIds, match="all end in zeros"):
        read_ids(rounded)
    assert read_ids([*rounded, A]).ids == (*rounded, A)
    assert read_ids(rounded[:1]).ids == (rounded[0],)


def test_a_file_of_something_else_is_no_list() -> None:
    with pytest.raises(NoIds, match=r'line 1: \{"id": "1"\}'):
        read_ids(['{"id": "1"}', "{}"])
    assert read_ids([]) == IdList(())


@given(st.lists(IDS, max_size=20), st.sampled_from(["{}\n", '"{}"\r\n', " {} ,", "'{}'"]))
def test_every_id_comes_out_once_in_its_order_as_it_went_in(ids: list[str], form: str) -> None:
    told = read_ids([form.format(one) for one in ids])
    assert told.ids == tuple(dict.fromkeys(ids))
    assert len(told.ids) + told.repeated == len(ids)
    assert told.not_ids == 0


@given(st.lists(st.text(max_size=30) | IDS, max_size=20))
def test_whatever_stands_in_it_only_ids_come_out_and_nothing_is_lost_in_silence(lines: list[str]) -> None:
    try:
        told = read_ids(lines)
    except (NoIds, RoundedIds):
        return
    assert all(one.isascii() and one.isdigit() and 1 <= int(one) < 10**19 for one in told.ids)
    passed_over = len(lines) - len(told.ids) - told.repeated - told.not_ids
    said = [line for line in lines if any(letter.isdigit() for letter in line) and "#" not in line]
    assert 0 <= passed_over <= len(lines) - len(said)
