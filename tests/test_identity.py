"""身份信息: ID numbers, names, telephones and bank cards, checked and masked. All persons are invented."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrity.errors import Invalid
from integrity.rules.identity import (
    check_bank_card,
    check_digit,
    check_id,
    check_phone,
    make_id,
    mask_id,
    mask_name,
    normal_name,
)
from integrity.terms import Sex

_BORN = st.dates(min_value=date(1900, 1, 1), max_value=date(2099, 12, 31))
_NUMBERS = st.builds(make_id, st.from_regex(r"[1-6][1-5][0-9]{4}", fullmatch=True), _BORN, st.integers(1, 999))
_LOST = "身份证号被存成数字，后几位已丢失"


def test_c01_the_check_digit_must_hold() -> None:
    found = check_id("11010519491231002X")
    assert found == ("11010519491231002X", date(1949, 12, 31), Sex.FEMALE, "居民身份证", ())
    with pytest.raises(Invalid, match="校验码"):
        check_id("110105194912310021")


@given(st.dates(min_value=date(1900, 1, 1)), st.integers(1, 999))
def test_a_made_number_is_read_back(born: date, sequence: int) -> None:
    found = check_id(make_id("370802", born, sequence))
    assert (found.born, found.sex) == (born, Sex.MALE if sequence % 2 else Sex.FEMALE)


@given(_NUMBERS, st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(number: str, place: int, step: int) -> None:
    wrong = number[:place] + str((int(number[place]) + step) % 10) + number[place + 1 :]
    with pytest.raises(Invalid):
        check_id(wrong)


@given(_NUMBERS, st.integers(0, 15))
def test_two_neighbours_exchanged_are_always_noticed(number: str, place: int) -> None:
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    if swapped != number:
        with pytest.raises(Invalid):
            check_id(swapped)


def test_spaces_full_width_digits_and_a_small_x_are_put_right() -> None:
    assert check_id(" 110105 19491231　００２x ").number == "11010519491231002X"
    assert check_id("'11010519491231002X").number == "11010519491231002X"


def test_an_old_number_of_15_digits_becomes_18_with_a_warning() -> None:
    found = check_id("110105491231002")
    assert (found.number, len(found.warnings)) == ("11010519491231002X", 1)


def test_an_old_number_with_a_sequence_for_centenarians_belongs_to_the_nineteenth_century() -> None:
    assert check_id("110105981231996").born == date(1898, 12, 31)


@pytest.mark.parametrize(
    ("area", "kind"),
    [
        ("810000", "港澳台居民居住证"),
        ("820000", "港澳台居民居住证"),
        ("830000", "港澳台居民居住证"),
        ("911124", "外国人永久居留身份证"),
    ],
)
def test_residence_permits_and_permanent_residence_cards_are_known_by_their_beginning(area: str, kind: str) -> None:
    found = check_id(make_id(area, date(1981, 8, 3), 155))
    assert (found.kind, found.warnings) == (kind, ())


@pytest.mark.parametrize("area", ["132801", "422301", "512924", "371481"])
def test_an_abolished_place_gives_no_warning(area: str) -> None:
    assert check_id(make_id(area, date(1970, 1, 31), 12)).warnings == ()


def test_a_place_that_never_was_gives_a_warning_only() -> None:
    assert "地址码" in check_id(make_id("770101", date(1970, 1, 31), 12)).warnings[0]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1.10105E+17", _LOST),
        ("3.7081e17", _LOST),
        ("110105194912310000.0", _LOST),
        ("110105194912310000", _LOST),
        (1.10105194912310e17, _LOST),
        (110105194912310000, _LOST),
        (110105491231002, "身份证号被存成数字"),
        (None, "没有填写"),
        ("  ", "没有填写"),
        ("1101051949123100", "现为16位"),
        ("1101051949123100X2", "只有末位"),
        ("11010519491231O02X", "“O”"),
        ("١١٠١٠٥١٩٤٩١٢٣١٠٠٢٢", "不能识别"),
    ],
)
def test_damaged_and_misshapen_numbers_are_refused_with_the_reason(text: object, reason: str) -> None:
    with pytest.raises(Invalid, match=reason):
        check_id(text)


def test_a_number_that_truly_ends_in_three_zeros_is_kept_with_a_warning() -> None:
    number = next(
        n
        for s in range(100, 1000, 100)
        for d in range(1, 29)
        if (n := make_id("370802", date(1960, 1, d), s))[-1] == "0"
    )
    assert "000" in check_id(number).warnings[0]


@pytest.mark.parametrize("born", ["19490231", "19491301", "00000101", "17990101"])
def test_a_birth_date_that_cannot_be_is_refused_without_showing_it(born: str) -> None:
    first17 = f"110105{born}002"
    with pytest.raises(Invalid, match="出生日期") as refused:
        check_id(first17 + check_digit(first17))
    assert born not in str(refused.value)


@pytest.mark.parametrize(
    ("area", "sequence"), [("37080", 1), ("3708021", 1), ("37080a", 1), ("370802", 0), ("370802", 1000)]
)
def test_a_number_is_not_made_from_wrong_parts(area: str, sequence: int) -> None:
    with pytest.raises(Invalid):
        make_id(area, date(1970, 1, 1), sequence)


@given(_NUMBERS)
def test_a_masked_number_hides_the_whole_date_of_birth(number: str) -> None:
    assert mask_id(number) == f"{number[:6]}********{number[-4:]}"


def test_short_texts_are_masked_altogether() -> None:
    assert mask_id("1234567890") == "*" * 10
    assert mask_id("") == ""


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("王五", "王*"),
        ("张小三", "张*三"),
        ("张王小三", "张**三"),
        ("欧阳锋", "欧阳*"),
        ("欧阳小锋", "欧阳*锋"),
        ("欧阳", "欧*"),
        ("买买提·吐尔逊", "买**·**逊"),
        ("阿·买", "阿·*"),
        ("王𠮷", "王*"),
        ("𠮷小三", "𠮷*三"),
        ("LI MING", "L* ***G"),
        ("王", "*"),
        ("", ""),
    ],
)
def test_names_are_masked_by_surname(name: str, masked: str) -> None:
    assert mask_name(name) == masked


@given(st.text(st.sampled_from("王李欧阳司马小三·𠮷"), min_size=1, max_size=12))
def test_a_masked_name_keeps_its_length_and_hides_a_character(name: str) -> None:
    masked = mask_name(name)
    assert len(masked) == len(name)
    assert "*" in masked or not name.strip("·")


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        (" 张三 ", "张三"),
        ("王　五", "王五"),
        ("王 五\u200b", "王五"),
        ("\ufeff张三", "张三"),
        ("买买提•吐尔逊", "买买提·吐尔逊"),
        ("买买提・吐尔逊", "买买提·吐尔逊"),
        ("买买提．吐尔逊", "买买提·吐尔逊"),
        ("买买提.吐尔逊", "买买提·吐尔逊"),
        ("买买提 · 吐尔逊", "买买提·吐尔逊"),
        ("John  R. Smith", "John R. Smith"),
        ("O'Neil-García", "O'Neil-García"),
        ("李〇", "李〇"),
        ("郎\uf92c", "郎\uf92c"),
    ],
)
def test_names_are_stored_in_one_form(typed: str, stored: str) -> None:
    assert normal_name(typed) == stored


@pytest.mark.parametrize(
    "rare", ["𠮷", "㛃", "\U0002b740", "\U00030000", "\U00031350", "\U0002ebf0", "\U0002ee5d", "\ufa0e", "〇"]
)
def test_c59_rare_characters_of_every_extension_are_kept_as_they_are(rare: str) -> None:
    assert normal_name(f"王{rare}") == f"王{rare}"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("王\ue863", r"自造字（U\+E863）"),
        ("王\U000f0001", r"U\+F0001"),
        ("王\U0002fffe", r"U\+2FFFE"),
        ("王\n五", r"U\+000A"),
        ("王○", "〇"),
        ("王?", "转码"),
        ("王\ufffd", "转码"),
        ("王⼀", r"U\+2F00"),
        ("张三2", r"U\+0032"),
        ("张三（大）", r"U\+FF08"),
        ("", "1至50"),
        ("　", "1至50"),
        ("王" * 51, "1至50"),
        ("·王", "开头"),
        ("王·", "间隔号"),
        ("买··提", "间隔号"),
        ("买·•提", "间隔号"),
    ],
)
def test_what_cannot_be_a_name_is_refused_with_the_code_point(name: str, reason: str) -> None:
    with pytest.raises(Invalid, match=reason):
        normal_name(name)


def test_half_a_character_is_refused_with_the_code_point() -> None:
    with pytest.raises(Invalid, match=r"U\+D842"):
        normal_name("王\ud842")


@given(st.text(st.sampled_from("王五买提·•.． 　Smith𠮷〇\u200b"), min_size=1, max_size=60))
def test_a_stored_name_is_not_changed_again(text: str) -> None:
    try:
        name = normal_name(text)
    except Invalid:
        return
    assert normal_name(name) == name


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("13800138000", "13800138000"),
        (13800138000, "13800138000"),
        ("+86 138 0013 8000", "13800138000"),
        ("138-0013-8000", "13800138000"),
        ("（0537）2345678", "0537-2345678"),
        ("01082345678", "010-82345678"),
        ("0531-82345678", "0531-82345678"),
    ],
)
def test_telephones_are_stored_in_one_form(typed: object, stored: str) -> None:
    assert check_phone(typed) == stored


@pytest.mark.parametrize("typed", ["1380013800", "12800138000", "2345678", "5372345678", 5372345678, 1.38e10, None, ""])
def test_what_cannot_be_a_telephone_is_refused(typed: object) -> None:
    with pytest.raises(Invalid, match="电话号码"):
        check_phone(typed)


def test_a_bank_card_with_a_good_luhn_digit_has_no_warning() -> None:
    assert check_bank_card("6222 0212 3456 7890 128").warnings == ()


def test_a_bank_card_with_a_bad_luhn_digit_has_a_warning_only() -> None:
    found = check_bank_card("6222021234567890123")
    assert (found.number, len(found.warnings)) == ("6222021234567890123", 1)


def test_a_bank_card_that_ends_in_zeros_is_pointed_out() -> None:
    assert "被表格软件改写" in check_bank_card("6222021234567890000").warnings[-1]


@pytest.mark.parametrize(
    "typed", ["6.22202E+18", 6.22202e18, 6222021234567890123, "622202", "622202123456789012a", None]
)
def test_what_cannot_be_a_bank_account_is_refused(typed: object) -> None:
    with pytest.raises(Invalid, match="银行账号"):
        check_bank_card(typed)
