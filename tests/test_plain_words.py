"""明白话、大字版、明白纸 (plain words, large print, the cover): the main thing comes first, and for old eyes too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from weasyprint.formatting_structure.boxes import TextBox

from integrity.letters_texts import wording
from integrity.regional import FORBIDDEN
from reports import press
from reports.every import EVERY
from reports.faults import Incomplete
from reports.forms import HearingNotice, Letter
from reports.plain import MOST, Plain
from reports.press import Variant
from reports.regional import read as read_form
from tests import household_samples as samples
from tests import press_samples_procedure as sample
from tests.household_samples import SAMPLES
from tests.page_sight import boxes, faults, laid_out, laid_out_cover, lines
from tests.press_samples import DECISION, HEARING, LETTERS, RECHECK, WITHDRAWAL
from tests.press_samples_procedure import PROCEDURE_LETTERS
from tests.regional_templates import EXAMPLE
from tests.test_press import read, whole

ALL: list[Letter] = [*LETTERS, *PROCEDURE_LETTERS, *SAMPLES.values()]
TOLD = [letter for letter in ALL if letter.plain()]
TO_A_PERSON = pytest.mark.parametrize("letter", TOLD, ids=lambda one: f"{one.form} {one.heading}")
NOT_SENT = {"F02", "F04", "F06", "F07", "F09", "F10", "F14", "F17", "F18", "F26", "F30", "F31", "F32", "F33"}
"""Papers that a person signs, that hang in public, or that go from office to office."""
MM = 96 / 25.4
OPENINGS: list[tuple[Letter, str]] = [
    (DECISION, "您家每月的救助金从2026年11月起由1420.00元减为800.50元。"),
    (
        replace(DECISION, change="停发", new_fen=0),
        "您家的城乡最低生活保障从2026年11月起终止，救助金停发，原来每月1420.00元。",
    ),
    (replace(DECISION, change="增发", new_fen=150000), "您家每月的救助金从2026年11月起由1420.00元增加到1500.00元。"),
    (replace(DECISION, change="恢复", new_fen=142000), "您家的救助金从2026年11月起恢复发放，每月1420.00元。"),
    (replace(DECISION, change="终止", old_fen=0, new_fen=0), "您家的城乡最低生活保障从2026年11月起终止。"),
    (WITHDRAWAL, "您家的救助金从2026年11月到2027年1月继续发放3个月，一共2840.00元。"),
    (RECHECK, "请在2026年10月9日前（含当日）到平安镇便民服务中心3号窗口（平安镇人民路18号）办理定期核查。"),
    (
        HEARING,
        "现在还没有决定，先听取您的意见：自2026年11月起停止发放最低生活保障金；符合渐退条件的，渐退期内继续发放。",
    ),
    (samples.CONFIRMED, "您家申请的城乡最低生活保障已经批准，从2026年10月起每月发放1420.00元。"),
    (samples.NOT_CONFIRMED, "您家申请的城乡最低生活保障没有批准。"),
    (samples.REJECTED, "您申请的最低生活保障没有受理。"),
    (sample.CONCLUSION, "定期核查办完了，您家每月的救助金现在是1420.00元，按新情况测算是800.50元。"),
    (sample.PENALTY_NOTICE, "本机关打算对您罚款1200.00元，现在还没有决定，先听取您的意见。"),
    (sample.PENALTY, "对您罚款2400.00元，请自收到本文书之日起十五日内缴纳。"),
    (sample.REFUND_PLANNED, "本机关打算要求您退回2400.00元，现在还没有决定，先听取您的意见。"),
    (sample.REFUND, "您要退回2400.00元，请自收到本文书之日起十五日内退回。"),
    (sample.REMINDER, "您还有2000.00元没有缴，请自收到本催告书之日起十日内缴清。"),
    (replace(sample.REMINDER, person="欧阳小宝"), "欧阳小宝还有2000.00元没有缴，请自收到本催告书之日起十日内缴清。"),
    (sample.FINDING, "您的行为被认定为失信，到2027年9月6日自动结束。"),
    (sample.REPAIR_NOTICE, "从2026年12月7日起，您可以申请信用修复。"),
    (sample.REPAIR_DENIED, "您的信用修复申请没有批准。"),
    (sample.TEKUN_END, "欧阳䶮𬭎的特困人员救助供养从2026年10月起终止。"),
    (sample.WITHDRAWAL_END, "您家的渐退期到2026年9月30日为止，2026年9月的救助金600.00元照常发放。"),
    (
        sample.REVOCATION,
        "2026年8月31日的《行政处罚决定书》（2400.00元）已经撤销，您缴过的1200.00元全部退还，最迟2026年9月30日退。",
    ),
]


def plain_of(letter: Letter) -> Plain:
    plain = letter.plain()
    assert plain is not None
    return plain


def test_every_form_that_is_sent_to_a_person_has_plain_words_and_no_other() -> None:
    assert {letter.form for letter in TOLD} == {form.form for form in EVERY} - NOT_SENT
    assert sample.TEKUN_POSTING.plain() is None
    assert samples.OBJECTION.plain() is None
    assert {type(letter) for letter in ALL} == set(EVERY)


@TO_A_PERSON
def test_the_letter_opens_with_the_main_thing_before_any_article(letter: Letter) -> None:
    plain = plain_of(letter)
    printed = whole(press.render_letter(letter).pdf)
    first = re.sub(r"\s", "", plain.says[0])
    opening = f"{letter.addressee}：{first}"
    assert opening in printed
    assert not re.search("《中华人民共和国|依据|第[一二三四五六七八九十]+条", printed[: printed.index(opening)])
    assert len(plain.says) <= MOST
    assert plain.call == f"{letter.organ}，联系人{letter.contact}，电话{letter.phone}"


@pytest.mark.parametrize(("letter", "opening"), OPENINGS, ids=[f"{one.form} {text[:12]}" for one, text in OPENINGS])
def test_the_first_sentence_gives_the_sum_and_the_month(letter: Letter, opening: str) -> None:
    assert plain_of(letter).says[0] == opening


@TO_A_PERSON
def test_the_cover_says_it_all_on_one_page_without_a_number(letter: Letter) -> None:
    document, plain = laid_out_cover(letter), plain_of(letter)
    assert len(document.pages) == 1
    assert not list(faults(document))
    said = "".join(one.text for one in lines(document.pages[0]))
    for text in (letter.number, letter.heading, *plain.says, *plain.can_do, *plain.by_when, plain.call):
        assert re.sub(r"\s", "", text) in re.sub(r"\s", "", said)
    if letter.remedies:
        assert f"收到之日起{letter.remedies.days}日内" in said
    assert not [word for word in (*FORBIDDEN, "等级") if word in said]


def test_the_cover_of_a_real_hearing_stays_on_one_page_where_names_are_long() -> None:
    how = wording("hearing", date(2026, 9, 1)).one("how")
    near = "任城区济阳街道办事处（试验路北侧便民服务中心二楼5号窗口，电话0537-0000000）；或者任城区民政局（试验路1号）"
    long = replace(HEARING, how=how, place=near, organ="新疆维吾尔自治区伊犁哈萨克自治州察布查尔锡伯自治县民政局")
    assert len(laid_out_cover(long).pages) == 1
    assert "口头、书面或者打电话都可以。地点：" in plain_of(long).can_do[0]
    assert "由您签名或者捺印" in whole(press.render_letter(long).pdf), "how it is taken down stands in the letter"


def test_a_cover_comes_before_the_letter_which_keeps_its_own_page_one() -> None:
    plain, covered = press.render_letter(DECISION), press.render_letter(DECISION, variant=Variant(cover=True))
    pages = read(covered.pdf)
    assert covered.pages == plain.pages + 2 == len(pages)
    assert "明白纸" in pages[0]
    assert "—" not in pages[0]
    assert pages[1] == ""
    assert pages[2].endswith("—1—")
    assert pages[2].startswith(DECISION.heading)
    assert covered.data_sha256 == plain.data_sha256


def test_a_paper_that_goes_to_nobody_has_no_cover() -> None:
    with pytest.raises(Incomplete, match="没有明白纸"):
        press.render_letter(samples.RECEIPT, variant=Variant(cover=True))


def test_each_variant_is_a_version_of_its_own_over_the_same_data() -> None:
    variants = [Variant(large, cover) for large in (False, True) for cover in (False, True)]
    papers = [press.render_letter(HEARING, variant=variant) for variant in variants]
    assert len({paper.data_sha256 for paper in papers}) == 1
    assert len({paper.template_sha256 for paper in papers}) == len({paper.sha256 for paper in papers}) == 4
    assert [variant.name for variant in variants] == ["普通版", "附明白纸", "大字版", "大字版、附明白纸"]
    for variant, paper in zip(variants, papers, strict=True):
        assert press.version_of(HEARING, None, variant) == paper.template_sha256
        assert press.render_letter(HEARING, variant=variant).sha256 == paper.sha256


def test_a_run_mixes_variants_and_counts_the_cover_as_a_page_of_its_letter() -> None:
    letters = [replace(RECHECK, number=f"清河民核〔2026〕{n}号") for n in (1, 2, 3)]
    run = press.render_run(letters, variants=[press.NORMAL, Variant(large=True, cover=True), press.NORMAL])
    pages = read(run.pdf)
    starts = [item.first_page for item in run.items]
    assert all(start % 2 for start in starts)
    assert "明白纸" in pages[starts[1] - 1]
    assert pages[starts[1] + 1].startswith("社会救助定期核查通知书")
    assert pages[starts[1] + run.items[1].pages - 2].endswith(f"—{run.items[1].pages - 2}—")
    assert "清河民核〔2026〕3号" in pages[starts[2] - 1]


def test_a_region_s_own_form_has_the_same_variants_and_stays_its_own_version() -> None:
    form = read_form(EXAMPLE.read_bytes(), HearingNotice, EXAMPLE.name)
    usual = press.render_letter(HEARING, form)
    large = press.render_letter(HEARING, form, Variant(large=True, cover=True))
    assert large.template_sha256 == usual.template_sha256 == form.sha256
    assert large.data_sha256 == usual.data_sha256
    assert "明白纸" in read(large.pdf)[0]
    assert large.pages > usual.pages + 1


def test_a_guardian_reads_the_name_of_the_person_whom_it_is_about() -> None:
    letter = replace(sample.PENALTY_NOTICE, addressee="欧阳建国（欧阳䶮𬭎的监护人）")
    assert plain_of(letter).says[0].startswith("本机关打算对欧阳䶮𬭎罚款1200.00元")


def test_the_answer_to_a_request_on_personal_data_gives_its_result_first() -> None:
    letter = replace(
        samples.ANSWER, variant="个人信息答复", record="查阅、复制", result="予以办理", measure="已复制交付",
        reasons=(), marked_on=None, remedies=None,
    )  # fmt: skip
    assert plain_of(letter).says == ("您2026年9月2日提出的个人信息请求，结果是：予以办理。", "已复制交付。")
    assert "个人信息请求答复书" in whole(press.render_letter(letter, variant=Variant(cover=True)).pdf)


def sizes(page: Any) -> Iterator[tuple[str, float]]:
    """(class or tag of the paragraph or table, size in points) of every text."""

    def visit(box: Any, kind: str) -> Iterator[tuple[str, float]]:
        box = getattr(box, "_box", box)
        if box.element is not None and box.element_tag in ("table", "p", "h1", "h2", "div"):
            kind = box.element.get("class") or (kind if kind in ("foot", "check", "who") else box.element_tag)
        if isinstance(box, TextBox) and box.text.strip():
            yield kind, box.style["font_size"] * 0.75
        for child in getattr(box, "children", ()):
            yield from visit(child, kind)

    yield from visit(page._page_box.children[0], "")


@TO_A_PERSON
def test_large_print_is_large(letter: Letter) -> None:
    least = {
        "foot": 10.5,
        "check": 10.5,
        "seal": 12,
        "table": 14,
        "receipt": 14,
        "number": 20,
        "h1": 26,
        "who": 18,
    }
    for page in laid_out(letter, Variant(large=True)).pages:
        for kind, size in sizes(page):
            assert size >= least.get(kind, 20) - 0.01, kind


@pytest.mark.parametrize("variant", [press.NORMAL, Variant(large=True)], ids=lambda one: str(one.name))
def test_the_family_keeps_its_letter_and_signs_on_the_proof_of_service(variant: Variant) -> None:
    page = laid_out(DECISION, variant).pages[-1]
    said = "".join(one.text for one in lines(page))
    assert "送达回证另附" in said
    assert not list(boxes(page, "pen"))
    assert not list(boxes(page, "rule"))


def test_the_day_of_the_cover_is_that_of_the_letter() -> None:
    paper = press.render_letter(replace(DECISION, copy=2, on=date(2026, 9, 8)), variant=Variant(cover=True))
    assert "补打第2份" in read(paper.pdf)[0]
