"""地方样式 (regional templates): which form of a paper applies where and when, and the kept text of every used one.

`forms/地区代码/表号-起用日期.html`: the nearest region with a template of the form wins, and of its templates the one
with the latest first day that is not after the paper's date; without any the built-in form applies. A template that
fails its check stops the paper: no other form is taken instead. What was used once stays under `.kept/SHA-256.html`.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path

from sqlmodel import select

from integrity.errors import Conflict, Invalid, NotFound, Refused
from integrity.files import write_file
from integrity.permissions import require
from integrity.records.office import Audit
from integrity.rules.areas import pack_region, policy_regions
from integrity.rules.redline_words import LIST_WORDS, SCORE_WORDS
from integrity.settings import settings
from integrity.work import Work
from reports.faults import PressStopped, TemplateRefused
from reports.forms import Letter
from reports.press import Item, Variant, template_version
from reports.regional import LARGEST, RegionalForm, read
from reports.regional_fields import forms_of, sample

KEPT = ".kept"
USED = "使用地方样式"
"""The audit line of a first use; its subject is the SHA-256."""
FORBIDDEN = (*SCORE_WORDS, *LIST_WORDS)
"""Words that no paper may carry: a score is for planning inside the office only (红线 2, 6)."""
LONG, VERY_LONG = 8, 60
"""How many times over a proof says each field: a paragraph of some lines, and one of more than a page."""
_ADVICE = "请把 height 改为 min-height，缩小字号，或者去掉嵌套的表格、缩进，再试"
_NAME = re.compile(r"(F\d{2})-(\d{4}-\d{2}-\d{2})\.html")


@dataclass(frozen=True, slots=True, order=True)
class FormFile:
    """样式文件 (file of a template): region as in a pack header, form number, first day of use."""

    region: str
    form: str
    since: date
    path: Path


def described(path: Path) -> FormFile:
    """What the name of a template's file says. Raises Invalid when it is not 表号-起用日期.html."""
    found = _NAME.fullmatch(path.name)
    try:
        if found:
            return FormFile(path.parent.name, found[1], date.fromisoformat(found[2]), path)
    except ValueError:
        pass
    raise Invalid(f"地方样式的文件名“{path.parent.name}/{path.name}”应写作 表号-起用日期.html，如 F13-2026-10-01.html")


def candidates(region: str) -> Iterator[FormFile]:
    """The templates of one region. Raises Invalid for a misnamed one: it must not be passed over in silence."""
    folder = settings().regional_forms / region
    if folder.is_dir():
        for path in sorted(folder.iterdir()):
            if path.suffix.lower() in (".html", ".htm") and not path.name.startswith("."):
                yield described(path)


def applying(area: str, form: str, on: date) -> FormFile | None:
    """The template of a form in an area on a day; None when the built-in form applies. Raises Invalid."""
    for region in policy_regions(area)[:-1]:  # the last is the whole country, whose form is the built-in one
        known = [one for one in candidates(region) if one.form == form and one.since <= on]
        if known:
            return max(known)
    return None


def in_force(area: str, letter: Letter) -> RegionalForm | None:
    """The checked template for a paper that it fits. Raises TemplateRefused, Invalid."""
    found = applying(area, letter.form, letter.on)
    if found is None:
        return None
    template = load(found.path, type(letter))
    template.check(letter)  # now, so that a run of many papers goes on without this one
    return template


def load(path: Path, form: type[Letter]) -> RegionalForm:
    """Read and check one file. Raises TemplateRefused with every fault."""
    return _checked(_content(path), form, f"{path.parent.name}/{path.name}")


def _checked(content: bytes, form: type[Letter], name: str) -> RegionalForm:
    words = [word for word in FORBIDDEN if word in content.decode("utf-8", "replace")]
    worded = [f"样式中有不得写入文书的“{word}”" for word in words]
    try:
        made = read(content, form, name)
    except TemplateRefused as refused:
        raise TemplateRefused(name, [*refused.faults, *worded]) from refused
    if worded:
        raise TemplateRefused(name, worded)
    return made


def _content(path: Path) -> bytes:
    """Bytes of a plain file of bearable size; nothing is followed and nothing is waited for."""
    name = f"{path.parent.name}/{path.name}"
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        raise NotFound(f"没有找到样式文件 {path}") from None
    except OSError as error:
        raise TemplateRefused(name, [f"不能读取（不能是链接）：{error.strerror}"]) from error
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise TemplateRefused(name, ["不是普通文件"])
        return os.read(handle, LARGEST + 1)
    finally:
        os.close(handle)


def check_file(path: Path) -> list[RegionalForm]:
    """The file read and tried for every form with its number. Raises Invalid, NotFound, TemplateRefused."""
    found = described(path.absolute())
    forms = forms_of(found.form)
    if not forms:
        raise Invalid(f"没有表号为 {found.form} 的文书")
    made = [load(found.path, form) for form in forms]
    for one in made:
        _tried(one, f"{path.parent.name}/{path.name}")
    return made


def region_fault(region: str) -> str:
    """Why a folder's name is no region whose papers could be replaced; "" when it is one."""
    try:
        good = pack_region(region)
    except Invalid as fault:
        return str(fault)
    return "" if good == region and region in policy_regions(region)[:-1] else f"文件夹“{region}”应写作 {good}"


def adopt(work: Work, source: Path, region: str) -> FormFile:
    """启用地方样式 (adopt a template): checked for every form of its number before it is put in its place.

    From today at the earliest: a paper that has a number already keeps to the form by which it was checked. A proof of
    every form is set, also with a long letter and in large print: what cannot be set must not cost a number. Raises
    Forbidden, Refused, Invalid, Conflict when the place is taken, NotFound, TemplateRefused.
    """
    require(work, "启用政策版本")
    if fault := region_fault(region):
        raise Invalid(fault)
    found = described(source.absolute())
    if found.since <= work.today:
        raise Refused(f"起用日期 {found.since} 应在今天之后：已经编号的文书不换样式（红线第16条）")
    made = check_file(source)
    place = settings().regional_forms / region / source.name
    if place.exists():
        raise Conflict(f"{place} 已存在；要改样式，请用新的起用日期")
    write_file(place, made[0].source.encode("utf-8"))
    work.audit("启用地方样式", made[0].sha256, f"{region}/{source.name}")
    return FormFile(region, found.form, found.since, place)


def _tried(form: RegionalForm, name: str) -> None:
    """试排 (trial): short, long and very long contents, in both sizes. Raises TemplateRefused with the first fault."""
    for length, said in ((1, "样张"), (LONG, "内容较长的样张"), (VERY_LONG, "内容很长的样张")):
        letter = sample(form.form, length)
        for large in (False, True):
            try:
                Item(letter, form, variant=Variant(large=large)).sheets()
            except PressStopped as fault:
                told = f"《{letter.title}》的{said}{'（大字版）' * large}排不出来：{fault}"
                raise TemplateRefused(name, [told, _ADVICE]) from fault


def tried(area: str, letter: Letter) -> None:
    """Set a paper in the region's own form, if there is one: what cannot be printed must not cost a number.

    Raises PressStopped, Invalid.
    """
    form = in_force(area, letter)
    if form is not None:
        Item(letter, form).sheets()


def keep(work: Work, template: RegionalForm) -> None:
    """Keep the text of a template before the ledger names it: written once, never over another. Raises Invalid."""
    path = _kept(template.sha256)
    if path.exists():
        _verified(path, template.sha256)
    else:
        write_file(path, template.source.encode("utf-8"))
    if not _used(work, template.sha256):
        work.audit(USED, template.sha256, template.name)


def kept(work: Work, letter: Letter, digest: str) -> RegionalForm | None:
    """The template with which a paper was printed; None when that was the built-in form.

    Raises NotFound when the text was kept and is gone, Invalid when it was altered, TemplateRefused.
    """
    path = _kept(digest)
    if path.exists():
        return _checked(_verified(path, digest), type(letter), f"{KEPT}/{path.name}")
    if digest != template_version(letter.template) and _used(work, digest):
        raise NotFound(f"这份文书用过的地方样式 {path} 已不在，请从备份找回后再办")
    return None


def _used(work: Work, digest: str) -> bool:
    """Was it ever printed with? The audit log knows, also when the kept text is gone."""
    query = select(Audit.id).where(Audit.action == USED, Audit.subject == digest).limit(1)
    return work.session.exec(query).first() is not None


def _kept(digest: str) -> Path:
    if not re.fullmatch("[0-9a-f]{64}", digest):
        raise Refused("样式的指纹不是 SHA-256")
    return settings().regional_forms / KEPT / f"{digest}.html"


def _verified(path: Path, digest: str) -> bytes:
    content = _content(path)
    if sha256(content).hexdigest() != digest:
        raise Invalid(f"留存的样式 {path} 已被改动，请从备份找回")
    return content
