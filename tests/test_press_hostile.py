"""恶意内容 (hostile content): no data, name, page or regional form makes the press read, call, run, hide or overlay.

What a regional form may not write is tried in test_regional.py too; here everything goes all the way to a PDF, while
every file that is opened and every socket and process that is begun is watched.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import date
from pathlib import Path

import pikepdf
import pytest

from reports import fonts, forms, press, setting
from reports.engine import TEMPLATES
from reports.faults import MissingGlyphs, PressStopped, TemplateRefused
from reports.forms import HearingNotice, Payment
from reports.regional import read
from reports.writer import pdf
from reports.writer.compose import compose
from reports.writer.sheet import CannotFollow
from tests import pdf_reading
from tests.own_time import within
from tests.press_samples import HEARING, RECHECK, WITHDRAWAL
from tests.regional_templates import END, everything
from tests.test_press import whole
from tests.writer_compare import differences

CALLS = ("socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.fork", "urllib.", "ftplib.")
_WATCHES: list[list[str]] = []


def _hook(event: str, args: tuple[object, ...]) -> None:
    """Write down what is opened or called while somebody watches; an audit hook cannot be taken away again."""
    if _WATCHES and (event == "open" or event.startswith(CALLS)):
        _WATCHES[-1].append(f"{event} {args[0]!s}")


sys.addaudithook(_hook)


def _ours(seen: str) -> bool:
    """Our templates and faces, and modules of Python that are loaded when first used."""
    event, _, name = seen.partition(" ")
    path = Path(name).absolute()
    code = path.suffix in (".py", ".pyc", ".so") or "site-packages" in path.parts
    return event == "open" and (path.is_relative_to(TEMPLATES) or path.is_relative_to(fonts.assets()) or code)


@contextmanager
def unread() -> Iterator[list[str]]:
    """Nothing outside templates and faces is opened meanwhile, nobody is called."""
    seen: list[str] = []
    _WATCHES.append(seen)
    try:
        yield seen
    finally:
        _WATCHES.pop()
    assert [one for one in seen if not _ours(one)] == []


@pytest.fixture(scope="module", autouse=True)
def _warm() -> None:
    """What is read once in the life of the process is read now."""
    for letter in (HEARING, RECHECK, WITHDRAWAL):
        press.render_letter(letter, variant=press.Variant(large=True, cover=True))
        press.render_letter(letter)


def test_the_watch_sees_a_file_a_call_and_a_process() -> None:
    with pytest.raises(AssertionError), unread():
        Path("/etc/hostname").read_bytes()
    with pytest.raises(AssertionError), unread(), socket.socket() as caller:
        caller.connect_ex(("127.0.0.1", 9))
    with pytest.raises(AssertionError), unread():
        subprocess.run(["true"], check=True)


DATA = {
    "模板语言": "{{7*7}}{% include '/etc/passwd' %}{{ cycler.__init__.__globals__ }}{# x #}",
    "模板赋值": "{% set x = 1 %}{%- raw -%}{{x}}{%- endraw -%}",
    "格式化": "%s%n{0.__class__}$(id)`id`${PATH}",
    "标签": "</p></td></table><script>fetch('http://127.0.0.1:9')</script><img src=file:///etc/passwd>",
    "注释": "<!-- 藏 --><![CDATA[甲]]><?php x ?>",
    "附件": '<link rel="attachment" href="file:///etc/passwd"><a rel="attachment" href="/etc/shadow">乙</a>',
    "样式": "<style>@import 'file:///etc/passwd';*{display:none}</style>url(file:///etc/passwd)",
    "属性": '" onload="x" style="background:url(http://127.0.0.1:9/)" x="',
    "实体": "&lt;script&gt;&amp;amp;&#x3c;b&#62;&nbsp;&a;&lol9;",
    "实体炸弹": '<!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]>&b;',
    "路径": "../../../../etc/passwd;/proc/self/environ;C:\\Windows\\win.ini;\\\\host\\share",
    "地址": "file:///etc/passwd,data:text/html;base64,PHA+,asset:qr/0,jar:file:!/x",
    "括号": ")))(((\\)(\\\\(\\051)/JS(app.alert)<</A 1>>]>>endobj%%EOF",
    "操作符": "ET Q BT/F0 9 Tf EMC BI EI stream endstream xref trailer",
    "数据": '"},{"a":[null]}\\u0000\\n</script>\'--;DROP TABLE x',
}


def _everywhere(text: str) -> forms.Letter:
    """A letter with a text in a heading of its own, in paragraphs, in table cells, at the seal and in the list."""
    schedule = (Payment(month=date(2026, 11, 1), fen=1, note=text), *WITHDRAWAL.schedule[1:])
    return replace(WITHDRAWAL, addressee=text, organ="".join(text.split()), head=text, address=text, change=text,
                   contact=text, ends=(text, text), schedule=schedule)  # fmt: skip


@pytest.mark.parametrize("text", DATA.values(), ids=DATA.keys())
@pytest.mark.parametrize("variant", [press.NORMAL, press.Variant(large=True, cover=True)], ids=["普通", "大字封面"])
def test_data_is_printed_as_it_is_written(text: str, variant: press.Variant) -> None:
    letter = _everywhere(text)
    with unread():
        try:
            paper = press.render_letter(letter, variant=variant)
        except PressStopped:  # no organ has a name of five lines
            letter = replace(letter, organ=text[:12])
            paper = press.render_letter(letter, variant=variant)
        page = press.page_of(press.Item(letter, variant=variant), "")
        with suppress(CannotFollow):  # the engine sets it then
            assert differences(compose(*page), setting.by_engine(*page)) == []
    squeezed = "".join(text.split())
    assert whole(paper.pdf).count(squeezed) >= 8
    book = pdf_reading.opened(paper.pdf)
    assert str(book.docinfo["/Author"]) == letter.organ
    assert book.open_metadata()["dc:creator"] == [letter.organ]
    (file,) = book.Root.AF
    attached = json.loads(file.EF.F.read_bytes())
    assert attached == json.loads(forms.canonical(letter))
    lifeless(book)


def lifeless(book: pikepdf.Pdf) -> None:
    """Nothing in a PDF acts, calls, or brings a file but its data."""
    assert not {"/OpenAction", "/AA", "/AcroForm", "/URI"} & set(book.Root.keys())
    for kept in book.objects:
        if isinstance(kept, pikepdf.Dictionary | pikepdf.Stream):
            assert not {"/JS", "/JavaScript", "/Launch", "/URI", "/GoToR", "/Annots", "/Movie"} & set(kept.keys())
            assert kept.get("/S") not in ("/JavaScript", "/URI", "/Launch", "/SubmitForm", "/GoToR", "/ImportData")
    assert len(book.Root.AF) == 1


NUMBERS = (
    "(", ")", "\\", ")/JS(x)", "\\)", "(()", "\\101", "<</A>>", "%%EOF", "endobj", "/etc/passwd", "../../x",
    "&lt;b&gt;", "<b>x</b>", "]]>", "{{7*7}}", "\"'", "þÿ",
)  # fmt: skip


def test_numbers_full_of_brackets_name_bookmarks_sections_and_titles() -> None:
    letters = [replace(RECHECK, number=f"{one}〔2026〕7号", addressee=one) for one in NUMBERS]
    with unread():
        run = press.render_run(letters)
        alone = [press.render_letter(letter) for letter in letters]
    book = pdf_reading.opened(run.pdf)
    with book.open_outline() as outline:
        assert [item.title for item in outline.root] == [letter.number for letter in letters]
    assert [part.entries["/T"] for part in pdf_reading.tree(book).children] == [letter.number for letter in letters]
    listed = json.loads(book.Root.AF[0].EF.F.read_bytes())
    assert [one["number"] for one in listed["letters"]] == [letter.number for letter in letters]
    for letter, paper in zip(letters, alone, strict=True):
        single = pdf_reading.opened(paper.pdf)
        assert str(single.docinfo["/Title"]) == f"{letter.title} {letter.number}"
        assert [str(name) for name in single.Root.Names.EmbeddedFiles.Names if isinstance(name, pikepdf.String)] == [
            f"{letter.form}.json"
        ]
        lifeless(single)


INVISIBLE = (
    0x00, 0x07, 0x08, 0x0A, 0x0D, 0x1B, 0x7F, 0x85, 0xAD, 0x61C, 0x180E, 0x200B, 0x200D, 0x200E, 0x200F,
    0x202A, 0x202B, 0x202C, 0x202D, 0x202E, 0x2060, 0x2066, 0x2067, 0x2068, 0x2069, 0x206A, 0xD800, 0xE000, 0xFEFF,
    0xFFF9, 0xFFFE, 0xE0041, 0xF0000, 0x10FFFF,
)  # fmt: skip


@pytest.mark.parametrize("point", INVISIBLE, ids=lambda one: f"U+{one:04X}")
def test_what_cannot_be_seen_or_turns_text_round_is_refused_by_its_code(point: int) -> None:
    for letter in (replace(RECHECK, addressee=f"欧阳{chr(point)}甲"), replace(HEARING, facts=(f"甲{chr(point)}乙",))):
        for variant in (press.NORMAL, press.Variant(cover=True)):
            with unread(), pytest.raises(MissingGlyphs, match=f"U\\+{point:04X}"):
                press.render_letter(letter, variant=variant)


PAGES = {
    "地址": '<p style="background: url(file:///etc/passwd)">甲</p>',
    "引入": "<style>@import url(file:///etc/passwd)</style><p>甲</p>",
    "字体": "<style>@font-face{font-family:x;src:url(file:///etc/passwd)}p{font-family:x}</style><p>甲</p>",
    "读文件": '<img src="file:///etc/passwd">',
    "网络": '<img src="http://127.0.0.1:9/x.png">',
    "数据地址": '<img src="data:image/svg+xml,%3Csvg/%3E">',
    "相对地址": '<img src="../../../../etc/passwd">',
    "核验码里的文件": '<div class="check"><img src="file:///etc/passwd" alt="核验码">核验码</div>',
    "图形": '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">'
    '<image href="file:///etc/passwd" width="9" height="9"/></svg>',
    "样式表": '<link rel="stylesheet" href="file:///etc/passwd"><p>甲</p>',
    "附件": '<a rel="attachment" href="file:///etc/passwd">甲</a>',
    "对象": '<object data="file:///etc/passwd"></object>',
    "嵌入": '<embed src="file:///etc/passwd">',
    "内容": "<style>p::before{content: url(file:///etc/passwd)}</style><p>甲</p>",
    "链接": '<p><a href="file:///etc/passwd">甲</a></p>',
    "标记图": '<ul><li style="list-style-image: url(file:///etc/passwd)">甲</li></ul>',
}
"""Pages as no template of ours says them, against a mistake in one."""


@pytest.mark.parametrize("markup", PAGES.values(), ids=PAGES.keys())
def test_a_page_that_names_a_file_or_an_address_is_stopped(markup: str) -> None:
    html = f'<!DOCTYPE html><html lang="zh-CN"><head><title>x</title></head><body>{markup}</body></html>'
    with unread(), pytest.raises(PressStopped):
        pdf.one(setting.set_page(html, press.STYLE, {}), b"{}", "x.json", "0" * 64)


@pytest.mark.parametrize(
    "markup",
    [
        '<p style="width: expression(alert(1)); behavior: url(file:///etc/passwd)">甲</p>',
        '<div class="sign"><div class="check"><img src="file:///etc/passwd" alt="核验码">核验码</div></div>',
        '<div class="sign"><div class="check"><img src="http://127.0.0.1:9/x" alt="核验码">核验码</div></div>',
        "<p>甲</p><script>fetch('file:///etc/passwd')</script>",
        '<base href="file:///etc/"><p>甲</p>',
        '<meta http-equiv="refresh" content="0; url=file:///etc/passwd"><p>甲</p>',
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><p>&a;</p>',
    ],
)
def test_whether_a_strange_page_is_printed_or_not_nothing_is_fetched(markup: str) -> None:
    html = f'<!DOCTYPE html><html lang="zh-CN"><head><title>x</title></head><body>{markup}</body></html>'
    with unread(), suppress(PressStopped, KeyError):
        made = pdf.one(setting.set_page(html, press.STYLE, {}), b"{}", "x.json", "0" * 64)
        assert "root:" not in whole(made)
        lifeless(pdf_reading.opened(made))


OVERLAYS = (
    "position: absolute", "position: fixed", "position: relative; top: -50mm", "float: right", "z-index: 9",
    "transform: translate(0, -50mm)", "margin-top: -50mm", "margin: -50mm", "text-indent: -99em", "opacity: 0",
    "visibility: hidden", "display: none", "color: #fff", "color: transparent", "background: #000", "overflow: hidden",
    "clip: rect(0,0,0,0)", "clip-path: inset(50%)", "letter-spacing: -1em", "line-height: 0", "line-height: 1mm",
    "font-size: 1pt", "font-size: 9000000pt", "font: 0/0 a", "height: 99999mm", "width: 0", "width: 1e9mm",
    "max-height: 0", "content: 'x'", "behavior: url(x.htc)", "width: expression(alert(1))", "width: calc(1mm)",
    "width: var(--x)", "width: attr(x)", "all: unset", "page: blank", "columns: 20", "direction: rtl",
    "unicode-bidi: bidi-override", "writing-mode: vertical-rl", "text-transform: uppercase", "white-space: nowrap",
    "string-set: copy attr(class)", "bookmark-label: 'x'", "anchor: attr(id)", "link: url(x)", "font-family: x",
    "height:0mm;;;position:absolute", "heigh\\74: 0", "/**/position: absolute", "width: 1mm !important",
)  # fmt: skip
BASE = everything(HearingNotice)


@pytest.mark.parametrize("style", OVERLAYS)
def test_a_regional_form_can_neither_hide_nor_overlay(style: str) -> None:
    for tag in ("p", "div", "span"):
        with unread(), pytest.raises(TemplateRefused):
            read(f'{BASE}<{tag} style="{style}">甲</{tag}>'.encode(), HearingNotice, "x")


@pytest.mark.parametrize("name", ["seal", "check", "sheet", "copy", "blank", "wide", "whole", "pen", "remark"])
def test_a_regional_form_cannot_take_the_place_of_our_own_parts(name: str) -> None:
    with unread(), pytest.raises(TemplateRefused, match="没有类别"):
        read(f'{BASE}<div class="{name}">甲</div>'.encode(), HearingNotice, "x")


@pytest.mark.parametrize("text", DATA.values(), ids=DATA.keys())
def test_a_regional_form_prints_data_as_it_is_written(text: str) -> None:
    form = read(BASE.encode(), HearingNotice, "../../etc/passwd")
    with unread():
        paper = press.render_letter(replace(HEARING, addressee=text, organ=text, facts=(text,)), form)
    assert whole(paper.pdf).count("".join(text.split())) >= 3
    lifeless(pdf_reading.opened(paper.pdf))


def test_markup_as_deep_as_a_form_may_be_is_printed_and_deeper_is_refused_at_once() -> None:
    nested = BASE.replace(END, "") + "<div>" * 20 + END + "</div>" * 20
    with unread():
        assert press.render_letter(HEARING, read(nested.encode(), HearingNotice, "x")).pages == 2
    with within(2):
        for deep in ("<div>" * 9_000, "<b>" * 15_000, "<table><tr><td>" * 2_000, "{{#规则版本}}" * 3_000):
            with pytest.raises(TemplateRefused):
                read((BASE + deep).encode(), HearingNotice, "x")


HUGE = {
    "长名": replace(RECHECK, addressee="阿" * 5_000),
    "长行": replace(RECHECK, place="a" * 1_500),
    "长格": replace(WITHDRAWAL, head="x" * 900, address="汉" * 900),
    "许多事实": replace(HEARING, facts=("家庭成员务工。",) * 1_200),
    "许多行": replace(WITHDRAWAL, months=600, schedule=tuple(
        Payment(month=date(2026 + n // 12, n % 12 + 1, 1), fen=n, note="按比例") for n in range(600))),
    "大额": replace(WITHDRAWAL, schedule=(Payment(month=date(2026, 1, 1), fen=10**30, note="大"),)),
}  # fmt: skip


@pytest.mark.parametrize("letter", HUGE.values(), ids=HUGE.keys())
def test_what_is_too_much_is_printed_or_refused_in_time(letter: forms.Letter) -> None:
    began = time.perf_counter()
    with unread():
        try:
            paper = press.render_letter(letter)
        except PressStopped:
            paper = None
    assert time.perf_counter() - began < 30
    if paper is not None:
        said = Counter(whole(paper.pdf))
        told = Counter("".join("".join(text for _, text in forms.texts(letter)).split()))
        assert told <= said, "a row that is broken between two pages mixes with its neighbours, but loses nothing"


def test_a_page_that_the_compiled_writer_refuses_is_stopped_by_the_engine_too() -> None:
    html = '<html lang="zh-CN"><title>x</title><body><p style="color: red">甲</p></body></html>'
    with pytest.raises(CannotFollow):
        compose(html, press.STYLE, {})
    with unread(), pytest.raises(PressStopped):
        setting.set_page(html, press.STYLE, {})
