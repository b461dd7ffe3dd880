"""核验文书的命令 (commands on check codes): a code, a photograph, a PDF, typed fields; with the register or without."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from PIL import Image
from pypdf import PdfReader, PdfWriter
from typer.testing import CliRunner

from integrity import papers as paperwork
from integrity import printing, verifying
from integrity.__main__ import app
from reports import marks
from reports.forms import RecheckNotice, canonical
from reports.press import Variant, render_letter
from tests.codes_office import Sealed, notice, sealed, tampered
from tests.papers_office import papers

__all__ = ["papers", "sealed"]


def chengxin(*words: object, code: int = 0) -> str:
    """Run a command; what it said."""
    done = CliRunner().invoke(app, [str(word) for word in words])
    assert done.exit_code == code, f"{words}: {done.output} {done.exception!r}"
    return done.output


@pytest.fixture
def pdf(sealed: Sealed, tmp_path: Path) -> Path:
    """The first paper as it was printed."""
    with sealed.office.reading() as work:
        made = printing.reproduce(work, notice(sealed.office, sealed.numbers[0]))
    path = tmp_path / "paper.pdf"
    path.write_bytes(made.pdf)
    return path


def photographs(pdf: Path) -> Iterator[Image.Image]:
    """The page as a poor scan, turned, skewed, and as a small dark photograph."""
    *_, last = pypdfium2.PdfDocument(pdf.read_bytes())
    page = last.render(scale=100 / 72).to_pil().convert("L")
    yield page
    yield page.rotate(90, expand=True)
    yield page.rotate(7, expand=True, fillcolor=255, resample=Image.Resampling.BICUBIC)
    large = last.render(scale=250 / 72).to_pil().convert("L")
    yield large.point(lambda value: 40 + value // 3)


def test_a_code_is_verified_as_digits_with_blanks_as_a_photograph_and_as_a_pdf(
    sealed: Sealed, pdf: Path, tmp_path: Path
) -> None:
    code = sealed.codes[0]
    said = chengxin("verify-code", " ".join(code[at : at + 5] for at in range(0, 293, 5)), code=6)
    assert said.startswith(verifying.CODE_ONLY)
    for line in (
        f"文号：{sealed.numbers[0]}",
        "机关：任城区试验街道办事处",
        "成文日期：2026年9月2日",
        verifying.BY_EYE,
    ):
        assert line in said
    for n, image in enumerate(photographs(pdf)):
        path = tmp_path / f"photo{n}.{'jpg' if n % 2 else 'png'}"
        image.save(path)
        assert chengxin("verify-code", path, code=6).startswith(verifying.CODE_ONLY), path
    said = chengxin("verify-code", pdf)
    assert said.startswith(verifying.GENUINE)
    assert "与登记打印的文件逐字节相同" in said
    with pikepdf.open(pdf) as opened:
        opened.save(tmp_path / "again.pdf", object_stream_mode=pikepdf.ObjectStreamMode.generate)
    assert "与登记簿重新印出的逐行相同，图像相同" in chengxin("verify-code", tmp_path / "again.pdf")


def test_a_changed_code_is_false_and_so_is_one_of_another_office(sealed: Sealed) -> None:
    for code in tampered(sealed.codes[0])[::40]:
        assert chengxin("verify-code", code, code=1).startswith(verifying.FALSE)
    assert "可能没有读全" in chengxin("verify-code", sealed.codes[0][:-1], code=2)


def test_what_was_not_read_whole_is_not_called_false(sealed: Sealed, tmp_path: Path) -> None:
    code = sealed.codes[0]
    for misread in (
        code[:-1],
        code * 2,
        code + "0",
        code[:-1] + "O",
        "O" * 300,
        "甲" * 99,
        "123456789",
        "https://x/" + code,
    ):
        said = chengxin("verify-code", misread, code=2)
        assert said.startswith(verifying.UNDONE), misread
        assert "请再读一次" in said, misread
        assert verifying.FALSE not in said, misread
    assert chengxin("verify-code", f"\ufeff{code[:9]}　{code[9:]}\x1d\r\n", code=6).startswith(verifying.CODE_ONLY)
    (tmp_path / "293").write_text("no code", encoding="utf-8")
    assert chengxin("verify-code", tmp_path / "293", code=2).startswith(verifying.UNDONE)
    for option in ("--data", "--list"):
        assert "没有" in chengxin("verify-code", code, option, tmp_path / "none.json", code=2)


def test_one_changed_digit_on_the_page_is_found_with_the_register_at_hand(sealed: Sealed, tmp_path: Path) -> None:
    with sealed.office.reading() as work:
        letter = paperwork.content(work, notice(sealed.office, sealed.numbers[0]))
    assert isinstance(letter, RecheckNotice)
    day = letter.due.replace(day=letter.due.day % 28 + 1)
    changed = [replace(letter, due=day)]
    for name in ("household", "phone", "cycle"):
        text = getattr(letter, name)
        at = next(n for n, one in enumerate(text) if one.isdigit())
        changed.append(replace(letter, **{name: f"{text[:at]}{(int(text[at]) + 1) % 10}{text[at + 1 :]}"}))
    for other in changed:
        path = tmp_path / "changed.pdf"
        path.write_bytes(render_letter(other, code=sealed.codes[0]).pdf)
        said = chengxin("verify-code", path, code=1)
        assert said.startswith(verifying.FALSE)
        assert "数据文件与签发时的内容不一致" in said
        with pikepdf.open(path, allow_overwriting_input=True) as opened:
            opened.attachments["F11.json"] = pikepdf.AttachedFileSpec(opened, canonical(letter), filename="F11.json")
            opened.save(path)
        said = chengxin("verify-code", path, code=1)
        assert said.startswith(verifying.FALSE)
        assert "纸面与登记簿不符" in said


@pytest.mark.parametrize("variant", [Variant(large=True), Variant(cover=True), Variant(large=True, cover=True)])
def test_a_paper_in_another_variant_is_the_same_paper(sealed: Sealed, tmp_path: Path, variant: Variant) -> None:
    if sealed.office.engine.dialect.name == "postgresql":
        pytest.skip("how a page is laid out does not hang on the kind of database")
    with sealed.office.reading() as work:
        letter = paperwork.content(work, notice(sealed.office, sealed.numbers[0]))
    (tmp_path / "one.pdf").write_bytes(render_letter(letter, variant=variant, code=sealed.codes[0]).pdf)
    assert "逐行相同" in chengxin("verify-code", tmp_path / "one.pdf")


def test_the_data_file_and_the_attachment_of_a_pdf_are_compared(sealed: Sealed, pdf: Path, tmp_path: Path) -> None:
    data = tmp_path / "data.json"
    chengxin("code", "data", sealed.numbers[0], data, "--by", "jb01")
    said = chengxin("verify-code", sealed.codes[0], "--data", data, code=6)
    assert said.startswith(verifying.CODE_ONLY), "nobody has looked at the paper"
    assert verifying.DATA_COMPARED in said
    said = chengxin("verify-code", sealed.codes[1], "--data", data, code=1)
    assert "数据文件与签发时的内容不一致" in said
    writer = PdfWriter(clone_from=PdfReader(pdf))
    writer.add_attachment("data.json", data.read_bytes())
    with (tmp_path / "attached.pdf").open("wb") as file:
        writer.write(file)
    said = chengxin("verify-code", tmp_path / "attached.pdf")
    assert verifying.DATA_COMPARED in said
    assert said.startswith(verifying.GENUINE)
    writer = PdfWriter(clone_from=PdfReader(pdf))
    writer.add_attachment("data.json", data.read_bytes().replace(b"2026", b"2027", 1))
    with (tmp_path / "attached.pdf").open("wb") as file:
        writer.write(file)
    assert chengxin("verify-code", tmp_path / "attached.pdf", code=1).startswith(verifying.FALSE)


def test_another_office_verifies_with_the_published_list_alone(
    sealed: Sealed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chengxin(
        "code", "withdraw", sealed.numbers[1], "--replaced-by", sealed.numbers[0], "--reason", "更正", "--by", "sp01"
    )
    listed = tmp_path / "verification.json"
    said = chengxin("code", "publish", listed, "--by", "sp01")
    assert "失效文书 1 份" in said
    signer = said.split("公钥指纹 ")[1].split("）")[0]
    monkeypatch.setenv("CHENGXIN_DATABASE", f"sqlite:///{tmp_path}/nowhere/none.db")
    own = ("verify-code", "--list", listed)
    assert chengxin(*own, sealed.codes[0], "--signer", signer, code=6).splitlines()[1] == verifying.CODE_ONLY
    said = chengxin(*own, sealed.codes[1], code=1)
    assert verifying.ENDED in said
    assert f"由 {sealed.numbers[0]} 替换（更正）" in said
    assert "不是所要求的" in chengxin(*own, sealed.codes[0], "--signer", "0" * 16, code=2)
    assert "请给出核验码" in chengxin(*own, "--number", sealed.numbers[0], code=2)
    whole = json.loads(listed.read_text(encoding="utf-8"))
    listed.write_text(json.dumps(whole | {"text": whole["text"].replace("ended", "ennded")}), encoding="utf-8")
    assert "已损坏或者被改动" in chengxin(*own, sealed.codes[0], code=2)


def test_what_stands_on_paper_is_compared_with_the_code_or_with_the_register(sealed: Sealed) -> None:
    right = ("--number", sealed.numbers[0], "--organ", "任城区试验街道办事处", "--on", "2026-09-02")
    assert chengxin("verify-code", sealed.codes[0], *right, code=6).startswith(verifying.CODE_ONLY)
    assert chengxin("verify-code", *right, code=6).startswith(verifying.CODE_ONLY)
    for wrong in (("--on", "2026年9月3日"), ("--organ", "任城区民政局"), ("--number", sealed.numbers[1])):
        said = chengxin("verify-code", sealed.codes[0], *wrong, code=1)
        assert said.startswith(verifying.FALSE)
        assert "纸面为" in said
    said = chengxin("verify-code", "--number", "试街核〔2026〕99号", code=1)
    assert "登记簿中没有文号为" in said
    assert "至少要写明文号" in chengxin("verify-code", "--on", "2026-09-02", code=2)
    assert "请给出核验码" in chengxin("verify-code", code=2)


def test_a_file_without_a_code_says_what_to_do(sealed: Sealed, tmp_path: Path) -> None:
    Image.new("L", (300, 300), 255).save(tmp_path / "blank.png")
    assert "没有读到核验码" in chengxin("verify-code", tmp_path / "blank.png", code=2)
    (tmp_path / "torn.pdf").write_bytes(b"%PDF-1.7 torn")
    assert "PDF 文件已损坏" in chengxin("verify-code", tmp_path / "torn.pdf", code=2)
    (tmp_path / "text.png").write_bytes(b"no picture")
    assert "不是 PNG、JPEG 图片或者 PDF 文件" in chengxin("verify-code", tmp_path / "text.png", code=2)
    assert "没有找到文件" in chengxin("verify-code", tmp_path / "none.png", code=3)
    with Image.open(BytesIO(marks.qr("CXJZ1", "F11", "甲"))) as image:
        image.resize((400, 400)).save(tmp_path / "plain.png")
    assert "启用签名之前" in chengxin("verify-code", tmp_path / "plain.png", code=2)


def test_keys_are_listed_changed_and_revoked_by_commands(sealed: Sealed) -> None:
    old = sealed.office.vault.signs
    assert "现用" in chengxin("code", "keys")
    said = chengxin("code", "rotate", "--by", "sp01")
    assert "现用签名密钥" in said
    chengxin("code", "revoke", old, "--reason", "备份盘遗失", "--by", "sp01")
    assert "备份盘遗失" in chengxin("code", "keys")
    assert chengxin("verify-code", sealed.codes[0], code=6).startswith(verifying.CODE_ONLY)
    assert "由审批人员办理" in chengxin("code", "rotate", "--by", "jb01", code=4)
