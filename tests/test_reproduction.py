"""重印 (printing again years later): the same bytes under changed templates, on another day, in another process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from integrity import backups, print_runs, print_wishes, printing, style_copies
from integrity import papers as issuing
from integrity.errors import Invalid, NotFound, Refused
from integrity.papers import thaw
from integrity.print_choice import Home
from integrity.print_wishes import Asked
from integrity.records.chain import entry_hash, stored_values
from integrity.records.ledger import Notice, Printing
from integrity.settings import settings
from integrity.work import Office, Work
from reports import editions, engine, press, setting, writer
from reports.faults import PressStopped
from reports.filled import Filled
from reports.forms import Letter
from reports.press import NORMAL, Item, Variant, render
from reports.writer.sheet import Sheets
from tests.conftest import SetClock
from tests.papers_office import papers
from tests.print_office import counted, made, paper, street, words
from tests.random_letters import samples

__all__ = ["papers", "street"]
Street = tuple[Office, list[str]]
SAMPLES = dict(samples())


def notice_of(work: Work, number: str) -> Notice:
    return work.session.exec(select(Notice).where(Notice.number == number)).one()


def entry_of(office: Office, number: str, copy: int = 0) -> Printing:
    with office.reading() as work:
        notice = notice_of(work, number)
        query = select(Printing).where(Printing.copy_no == copy, Printing.notice_seq == notice.seq)
        return work.session.exec(query.where(Printing.household_id == notice.household_id)).one()


def printed(office: Office, number: str, asked: Asked = print_wishes.UNASKED) -> bytes:
    with office.work("jb01") as work:
        return printing.original(work, notice_of(work, number), asked).read_bytes()


def again(office: Office, number: str, copy: int = 0) -> bytes:
    with office.reading() as work:
        return printing.reproduce(work, notice_of(work, number), copy).pdf


@pytest.fixture
def newer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of templates to which the program is updated by `update`."""
    folder = tmp_path / "templates"
    for path in engine.TEMPLATES.rglob("*"):
        if path.is_file():
            (folder / path.relative_to(engine.TEMPLATES)).parent.mkdir(parents=True, exist_ok=True)
            (folder / path.relative_to(engine.TEMPLATES)).write_bytes(path.read_bytes())
    return folder


def update(monkeypatch: pytest.MonkeyPatch, folder: Path, **changes: tuple[str, str]) -> None:
    """The program of later years: other templates, nothing learnt of the old ones but what is keyed by their text."""
    for name, (old, new) in changes.items():
        path = folder / {"page": "letters/_letter.html", "style": "style/letter.css"}[name]
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new), "utf-8")
    monkeypatch.setattr(engine, "TEMPLATES", folder)
    for one in (engine._pages, engine._css, engine.sheet, press.edition):
        one.cache_clear()


@pytest.fixture(autouse=True)
def today_again(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What a test has learnt of other templates is forgotten after it."""
    yield
    monkeypatch.undo()
    for one in (engine._pages, engine._css, engine.sheet, press.edition):
        one.cache_clear()


@pytest.mark.parametrize("name", SAMPLES)
def test_every_form_can_be_set_from_its_kept_edition_alone(name: str) -> None:
    letter = SAMPLES[name]
    item = Item(letter, variant=Variant(large=True, cover=letter.plain() is not None))
    files = item.edition.contents()
    old = editions.read(files[f"{item.edition.sha256}.json"], files.__getitem__)
    assert old == item.edition
    assert render(replace(item, kept=old)).pdf == render(item).pdf


@pytest.mark.parametrize("variant", [NORMAL, Variant(large=True), Variant(large=True, cover=True)])
def test_a_page_is_set_in_the_style_of_its_edition(
    newer: Path, monkeypatch: pytest.MonkeyPatch, variant: Variant
) -> None:
    item = Item(SAMPLES["F13"], variant=variant)
    before, old = render(item), item.edition
    update(monkeypatch, newer, page=("联系人：", "经办人："), style=("text-align: center", "text-align: right"))
    after = render(item)
    assert after.template_sha256 != before.template_sha256
    assert "经办人" in "".join(words(after.pdf))
    set_again = render(replace(item, kept=old))
    assert set_again == before


def test_a_paper_is_printed_again_byte_for_byte_after_the_templates_were_changed(
    street: Street, newer: Path, monkeypatch: pytest.MonkeyPatch, clock: SetClock
) -> None:
    office, numbers = street
    plain, large = printed(office, numbers[0]), printed(office, numbers[1], Asked(large=True, cover=True))
    assert entry_of(office, numbers[1]).variant == "large+cover"
    update(monkeypatch, newer, page=("联系人：", "经办人："), style=("text-align: center", "text-align: right"))
    clock.on(date(2031, 3, 1))
    assert again(office, numbers[0]) == plain
    assert again(office, numbers[1]) == large
    assert "经办人" in "".join(words(printed(office, numbers[2])))
    with office.work("jb01") as work:
        copy = printing.reprint(work, notice_of(work, numbers[0])).read_bytes()
    said = "".join(words(copy))
    assert "补打第1份" in said
    assert "经办人" not in said, "a copy is made in the templates of its original"
    assert again(office, numbers[0], 1) == copy


def test_a_paper_of_a_run_is_printed_again_by_its_content(
    street: Street, newer: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, _ = street
    run = made(office)
    with office.reading() as work:
        names = [
            print_runs.notice_of(work, one).number for one in print_runs.items_of(work, print_runs.run_of(work, run))
        ]
    counted(office, run)
    first = again(office, names[0])
    update(monkeypatch, newer, page=("联系人：", "经办人："))
    assert again(office, names[0]) == first
    with office.reading() as work:
        found = printing.verify_copy(work, notice_of(work, names[0]), first)
        assert found is not None
        assert found.content_sha256 == printing.reproduce(work, notice_of(work, names[0])).content_sha256
        assert found.pdf_sha256 != printing.reproduce(work, notice_of(work, names[0])).sha256
        assert printing.verify_copy(work, notice_of(work, names[1]), first) is None


@pytest.mark.parametrize("suffix", [".json", ".css", ".html"])
def test_a_kept_file_that_was_altered_or_lost_is_refused(
    street: Street, newer: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    office, numbers = street
    printed(office, numbers[0])
    update(monkeypatch, newer, page=("联系人：", "经办人："))
    edition = entry_of(office, numbers[0]).edition_sha256
    path = next(one for one in sorted(settings().styles.glob(f"*{suffix}")) if suffix != ".json" or one.stem == edition)
    content = path.read_bytes()
    path.write_bytes(content.replace(b"e", b"a", 1))
    with pytest.raises(Invalid, match="已被改动"):
        again(office, numbers[0])
    path.unlink()
    with pytest.raises(NotFound, match="已不在"):
        again(office, numbers[0])
    path.symlink_to(newer / "letters/_letter.html")
    with pytest.raises(Invalid, match="不能是链接"):
        again(office, numbers[0])


def test_a_kept_template_can_do_nothing_but_say_its_words() -> None:
    item = Item(SAMPLES["F13"])
    files = {name: "{{ letter.__class__.__mro__ }}" if name == item.edition.page else text
             for name, text in item.edition.files.items()}  # fmt: skip
    with pytest.raises(PressStopped, match="不能用现在的程序填写"):
        render(replace(item, kept=replace(item.edition, files=files)))


def test_other_bytes_are_never_given_in_silence(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    office, numbers = street
    before = printed(office, numbers[0])
    real = setting.set_page

    def moved(html: Filled, style: str, images: Mapping[str, bytes], **how: bool) -> Sheets:
        sheets = real(html, style, images, **how)
        first = sheets.pages[0]
        leaves = [one._replace(y=one.y + 3) for one in first.leaves]
        return replace(sheets, pages=[replace(first, leaves=leaves, cast=None), *sheets.pages[1:]])

    monkeypatch.setattr(setting, "set_page", moved)
    with pytest.raises(Refused, match="用语或者写法"):
        again(office, numbers[0])
    monkeypatch.setattr(writer, "VERSION", writer.VERSION + 1)
    press.edition.cache_clear()
    with pytest.raises(Refused, match="写版程序印制时为 2，现在为 3"):
        again(office, numbers[0])
    monkeypatch.setattr(setting, "set_page", real)
    assert again(office, numbers[0]) == before, "a newer press that sets the same is welcome"


def test_a_paper_issued_before_its_form_got_a_field_keeps_its_fingerprint(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What an earlier release froze lacks the fields that it did not know; the paper shows the digest of that."""
    office, numbers = street
    freeze = issuing.freeze

    def earlier(letter: Letter) -> tuple[str, bytes]:
        name, data = json.loads(freeze(letter)[1])
        known = {field: value for field, value in data.items() if value}
        assert len(known) < len(data)
        body = json.dumps([name, known], ensure_ascii=False, sort_keys=True).encode()
        return sha256(body).hexdigest(), body

    with monkeypatch.context() as patched, office.work("jb01") as work:
        patched.setattr(issuing, "freeze", earlier)
        number = paper(work, notice_of(work, numbers[0]).household_id).number
    text = "".join(words(printed(office, number)))
    with office.reading() as work:
        digest = notice_of(work, number).data_sha256
    assert f"核验码{digest[:16]}" in text
    run = made(office)
    counted(office, run)
    with office.reading() as work:
        item = next(one for one in print_runs.items_of(work, print_runs.run_of(work, run)))
        assert (
            print_runs.line_of(work, print_runs.run_of(work, run), item, Home("", "", "")).paper.fingerprint
            == print_runs.notice_of(work, item).data_sha256
        )
    with office.work("jb01") as work:
        copy = printing.reprint(work, notice_of(work, number)).read_bytes()
    assert f"核验码{digest[:16]}" in "".join(words(copy))


def test_a_household_that_reads_large_print_gets_it_each_time(street: Street) -> None:
    office, numbers = street
    with office.work("jb01") as work:
        notice = notice_of(work, numbers[0])
        with pytest.raises(Invalid, match="由谁提出"):
            print_wishes.remember(work, notice.household_id, Asked(large=True), "李四")
        print_wishes.remember(work, notice.household_id, Asked(large=True), "本人")
        wish = print_wishes.wish_of(work, notice.household_id)
        assert wish is not None
        assert (wish.asked_by, wish.recorded_by, wish.asked_on) == ("本人", "jb01", work.today)
    run = made(office, asked=Asked(cover=True))
    with office.reading() as work:
        rows = print_runs.items_of(work, print_runs.run_of(work, run))
        variants = {print_runs.notice_of(work, one).number: one.variant for one in rows}
    assert variants == {number: "large+cover" if number == numbers[0] else "cover" for number in numbers}
    counted(office, run)
    with office.reading() as work:
        assert "明白纸" in words(printing.reproduce(work, notice_of(work, numbers[0])).pdf)[0]
    with office.work("jb01") as work:
        printing.reprint(work, notice_of(work, numbers[0]))
        printing.reprint(work, notice_of(work, numbers[1]))
        printing.reprint(work, notice_of(work, numbers[1]), Asked(large=True, cover=False))
        with pytest.raises(Refused, match="要别的版式，请补打"):
            printing.original(work, notice_of(work, numbers[1]), Asked(large=True))
    assert [entry_of(office, numbers[0], 1).variant] == ["large"], "what the household needs goes before the original's"
    assert [entry_of(office, numbers[1], copy).variant for copy in (1, 2)] == ["cover", "large"]


def test_a_lost_file_of_a_run_and_the_backup_bring_the_old_page_back(
    street: Street, newer: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    office, numbers = street
    before = printed(office, numbers[0])
    if office.engine.dialect.name == "sqlite":  # pg_dump must be of the server's own version: see test_backups
        folder = backups.make(office, tmp_path / "backups").folder
        kept = backups.read(folder).styles
    else:
        folder = tmp_path
        kept = style_copies.keep(settings().styles, folder)
    assert f"{entry_of(office, numbers[0]).edition_sha256}.json" in kept
    update(monkeypatch, newer, page=("联系人：", "经办人："))
    for path in settings().styles.iterdir():
        path.unlink()
    with pytest.raises(NotFound, match="已不在"):
        again(office, numbers[0])
    style_copies.bring_back(settings().styles, style_copies.check(folder, kept))
    assert again(office, numbers[0]) == before
    (folder / "styles" / kept[0]).write_text("别的", encoding="utf-8")
    with pytest.raises(Invalid, match="与清单不符"):
        style_copies.check(folder, kept)


EDITIONS = Path(__file__).parent / "editions"
"""Kept files of three editions and the frozen contents of three letters, with the digests of what was printed."""
PINNED = json.loads((EDITIONS / "letters.json").read_text("utf-8"))


@pytest.mark.parametrize("told", PINNED, ids=lambda one: one["form"])
def test_the_writer_writes_the_same_bytes_as_ever(told: dict[str, Any]) -> None:
    """Whoever changes what the writer places or writes, or the words of a form, raises `writer.VERSION`, then this."""
    kept = {path.name: path.read_bytes() for path in EDITIONS.iterdir()}
    edition = editions.read(kept[f"{told['edition']}.json"], kept.__getitem__)
    assert edition.sha256 == told["edition"]
    letter = thaw(json.dumps(told["letter"]).encode(), copy=told["copy"])
    variant = Variant(large=told["large"], cover=told["cover"])
    paper = render(Item(letter, None, told["code"], variant, edition))
    changed = "印出的与以往不同：如果是有意的，请提高 writer.VERSION，并运行 python -m tests.pin_editions"
    assert paper.content_sha256 == told["content"], changed
    differing = editions.differing(told["press"], editions.press())
    assert paper.sha256 == told["pdf"], f"{changed}{f'（{differing}）' if differing else ''}"
    assert told["press"]["writer"] == str(writer.VERSION), changed


ANOTHER_DAY = """
import sys
from datetime import datetime
from integrity.settings import settings
from integrity.work import open_office
from integrity import printing
from integrity.records.ledger import Notice
from sqlmodel import select
office = open_office(settings(), clock=lambda: datetime.fromisoformat("2033-05-06T07:08:09+08:00"))
with office.reading() as work:
    for number in sys.argv[1:]:
        notice = work.session.exec(select(Notice).where(Notice.number == number)).one()
        print(printing.reproduce(work, notice).sha256)
"""


def test_two_processes_on_two_days_give_the_same_bytes(street: Street, tmp_path: Path) -> None:
    office, numbers = street
    for number, asked in zip(numbers[:2], (Asked(), Asked(large=True, cover=True)), strict=True):
        printed(office, number, asked)
    place = {
        "CHENGXIN_DATABASE": office.engine.url.render_as_string(hide_password=False),
        "CHENGXIN_KEY_FILE": str(tmp_path / "keys.toml"), "TZ": "America/Lima", "PYTHONHASHSEED": "77",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", ANOTHER_DAY, *numbers[:2]], env=os.environ | place, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout.decode().split() == [entry_of(office, number).pdf_sha256 for number in numbers[:2]]


def test_the_new_columns_leave_the_hashes_of_old_entries_whole(street: Street) -> None:
    office, numbers = street
    printed(office, numbers[0])
    new = stored_values(entry_of(office, numbers[0]))
    added = {"variant", "edition_sha256", "content_sha256", "code_sha256"}
    old = {name: value for name, value in new.items() if name not in added}
    key = office.vault.chain
    assert entry_hash(key, b"", "printing", new | dict.fromkeys(added)) == entry_hash(key, b"", "printing", old)
    assert entry_hash(key, b"", "printing", new) != entry_hash(key, b"", "printing", old), "they are part of the chain"


def test_what_was_printed_before_editions_were_kept_says_so(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    office, numbers = street
    before = printed(office, numbers[0])
    entry = entry_of(office, numbers[0])
    past = {"variant": None, "edition_sha256": None, "content_sha256": None, "code_sha256": None}
    old = Printing(**(entry.model_dump() | past))
    monkeypatch.setattr(printing, "copy_of", lambda work, notice, copy: old)
    assert again(office, numbers[0]) == before
    old.template_sha256 = "0" * 64
    old.pdf_sha256 = "1" * 64
    with pytest.raises(Refused, match="没有留存"):
        again(office, numbers[0])
