"""读法 (programs): what is kept of a form's other papers never changes a paper."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from reports import press
from reports.filled import Filled
from reports.forms import Letter
from reports.writer import pdf, programs
from reports.writer.compose import compose
from reports.writer.sheet import CannotFollow
from tests.press_samples import DECISION, WITHDRAWAL
from tests.random_letters import any_letter, samples

SAMPLES = dict(samples())
PAPERS = 2 * programs.WATCHED
UNFIT = (ValueError, IndexError, AttributeError)
"""What a template raises for contents that no case has, such as a day that is missing beside its sum."""


def printed(item: press.Item, *, alone: bool) -> bytes:
    """One paper, set `alone` as if there were no other, or by what is kept of the others."""
    page, style, images = press.page_of(item, f"补打 第{item.letter.copy}份" if item.letter.copy else "")
    sheets = compose(Filled((page.html,)) if alone else page, style, images)
    return pdf.one(sheets, item.data, "x.json", item.fingerprint)


def agree(letter: Letter, variant: press.Variant = press.NORMAL) -> bool:
    """Is the paper the same either way? Also when neither way can follow it."""
    item = press.Item(letter, variant=variant)
    try:
        whole = printed(item, alone=True)
    except CannotFollow:
        with pytest.raises(CannotFollow):
            printed(item, alone=False)
        return True
    return printed(item, alone=False) == whole


@pytest.mark.parametrize("name", SAMPLES)
def test_papers_of_one_form_do_not_leave_anything_on_each_other(name: str) -> None:
    """The sample so often that its values count as the same in all papers, then others, then the sample again."""
    rng = random.Random(name)
    for _ in range(programs.WATCHED):
        printed(press.Item(replace(SAMPLES[name], copy=0)), alone=False)
    assert agree(replace(SAMPLES[name], copy=0))
    for _ in range(3):
        try:
            assert agree(any_letter(rng, SAMPLES[name]))
        except UNFIT:
            continue
    assert agree(replace(SAMPLES[name], addressee="欧阳䶮", copy=2))
    assert agree(SAMPLES[name], press.Variant(large=True))


@pytest.mark.parametrize("letter", [DECISION, WITHDRAWAL], ids=lambda one: one.form)
def test_values_that_differ_late_are_seen(letter: Letter) -> None:
    """After the values of a form were the same in many papers, each of them changes alone."""
    for _ in range(PAPERS):
        printed(press.Item(letter), alone=False)
    for change in (
        {"number": "清河民核〔2026〕99号"}, {"addressee": "司马相如之子"}, {"organ": "清河县民政局"},
        {"contact": "赵敏"}, {"phone": "0000-5550001"}, {"rules": ""}, {"service": ""}, {"remedies": None},
        {"grounds": (*letter.grounds, "另一条。")},
        {"grounds": ("《中华人民共和国社会救助法》<第四十八条>&“其他”。",)},
    ):  # fmt: skip
        assert agree(replace(letter, **change)), change  # type: ignore[arg-type]


def test_a_paper_bears_its_own_check_code_though_all_else_is_alike() -> None:
    """The code of a reprint may differ from the first: it is signed anew."""
    codes = [f"{number:0293d}" for number in range(PAPERS + 2)]
    made = [printed(press.Item(DECISION, code=code), alone=False) for code in codes]
    assert len(set(made)) == len(codes)
    assert made[-1] == printed(press.Item(DECISION, code=codes[-1]), alone=True)


def test_many_choices_of_a_value_that_stands_in_a_tag_are_forgotten_in_time() -> None:
    """Organs that were the same so long and then are many: what is kept stays small, and every paper is right."""
    for number in range(3 * programs.CHOICES):
        letter = replace(DECISION, organ=f"清河县{'平' * (number % 3)}第{number}镇人民政府")
        assert agree(letter) if number % 8 == 0 else printed(press.Item(letter), alone=False)
    kin = [one for one in programs._KNOWN.values() if any("第71镇" in said for key in one.programs for said in key)]
    assert not kin, "the name of the organ is not structure"
    assert max(len(one.programs) for one in programs._KNOWN.values()) <= programs.CHOICES


def test_a_file_of_a_run_does_not_depend_on_what_was_printed_before() -> None:
    letters = [
        replace(DECISION, number=f"清河民核〔2026〕{n}号", addressee=f"王{name}")
        for n, name in enumerate("甲乙丙丁戊己", 1)
    ]
    programs._KNOWN.clear()
    cold = press.render_run(letters).parts
    for _ in range(PAPERS):
        printed(press.Item(DECISION), alone=False)
    assert press.render_run(letters).parts == cold
    assert press.render_run([*letters, *letters]).parts == press.render_run([*letters, *letters]).parts
