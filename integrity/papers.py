"""文书登记 (registering papers): the number, the frozen content and the ledger entry of a paper.

A number is taken last, when nothing can be missing any more, and in the same transaction as the entry: none is lost,
none is used twice, none is dated back (GB/T 9704-2012 7.2.5). What was said is kept, encrypted, under its SHA-256.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, fields, is_dataclass, replace
from datetime import date
from hashlib import sha256
from types import MappingProxyType
from typing import Any, get_args, get_origin, get_type_hints

from sqlalchemy import text
from sqlmodel import col, select

from integrity import organs, regional, seals
from integrity.errors import ChengxinError, Invalid, NotFound, Refused
from integrity.households import home
from integrity.letters_family import desk
from integrity.records.ledger import Household, LedgerHead, Notice
from integrity.records.office import NumberSeries, PaperData
from integrity.rules import redlines
from integrity.rules.policy import NotInForce
from integrity.rules.stated import unprintable
from integrity.rules.writing import document_number
from integrity.terms import PaperKind
from integrity.work import Work
from reports import forms
from reports.every import EVERY
from reports.faults import PressStopped
from reports.forms import Letter
from reports.press import check_glyphs

Draft = Callable[[str, date], Letter]
"""Makes the letter out for a number and a day."""
_MARKS = (
    "告 诺 经 权 受 访 示 确 守 失 核 结 听 述 决 渐 员 减 罚告 罚 退 催 信告 信 修告 修申 修 异 特终 回 公 卷 移 "
    "罚听 撤"
)
MARKS = MappingProxyType({PaperKind[f"F{n:02}"]: mark for n, mark in enumerate(_MARKS.split(), start=1)})
"""文书代字: what stands between the organ's prefix and 〔year〕, so that each kind has a series of its own."""
_HAN = "\u3000-\u303f\u3400-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff"
_BLANK = re.compile(f"(?<=[{_HAN}])\\s+|\\s+(?=[{_HAN}])")
_ROUND = str.maketrans("[]【】（）()", "〔〕〔〕〔〕〔〕")
_FORMS: dict[str, type[Letter]] = {form.__name__: form for form in EVERY}


def issue(work: Work, household_id: int, kind: PaperKind, subject: str, letter: Draft) -> Notice:
    """Issue a paper (制发文书): number it with today's date, freeze what it says, enter it in the ledger.

    One paper per household, kind and subject: asked again, the standing one comes back. Raises Refused, naming the
    household and what is missing, before a number is taken.
    """
    lock(work, [household_id])
    query = select(Notice).where(Notice.household_id == household_id, Notice.kind == kind, Notice.subject == subject)
    standing = work.session.exec(query).first()
    if standing is not None:
        return standing
    on = work.today
    try:
        place = home(work, household_id, on)
        series = desk(work, place.area, kind, on).organ.prefix + MARKS[kind]
        draft: Letter = tidy(letter(document_number(series, on.year, 1), on))
        series = _prefix(work, place.area, kind, draft) + MARKS[kind]
        inspect(draft)
        regional.tried(place.area, draft)  # a region's own form that it does not fit must not cost a number
    except (ChengxinError, NotInForce, PressStopped) as missing:
        raise Refused(f"户 {_number_of(work, household_id)} 的《{kind.value}》不能制发：{missing}") from missing
    final = replace(draft, number=next_number(work, series, on.year))
    digest, body = freeze(final)
    work.put(
        PaperData(sha256=digest, key_id=work.vault.current, cipher=work.vault.seal_bytes(body, f"paper_data|{digest}"))
    )
    seals.seal(work, final, digest)
    return work.append(
        household_id,
        Notice(
            happened_on=on, area=place.area, kind=kind, number=final.number, subject=subject, organ=final.organ,
            data_sha256=digest,
        ),
    )  # fmt: skip


def _prefix(work: Work, area: str, kind: PaperKind, letter: Letter) -> str:
    """机关代字 of the organ that signs: the usual one for this kind, or the county's where the county signs."""
    usual = desk(work, area, kind, letter.on).organ
    if letter.organ != usual.name:
        county = organs.county_organ(work, area[:9] + "000", letter.on)
        if county.name == letter.organ:
            return county.prefix
    return usual.prefix


def lock(work: Work, households: Collection[int]) -> None:
    """Take hold of ledgers before any series of numbers, always in this order, so that nobody waits in a circle."""
    query = select(LedgerHead.household_id).where(col(LedgerHead.household_id).in_(households))
    work.session.exec(query.order_by(col(LedgerHead.household_id)).with_for_update()).all()


def _number_of(work: Work, household_id: int) -> str:
    household = work.session.get(Household, household_id)
    if household is None:
        raise NotFound(f"没有编号为 {household_id} 的家庭")
    return household.number


def tidy(value: Any) -> Any:
    """Texts without blanks beside Chinese characters: there they mean nothing, and 仿宋 has no glyph for them."""
    if isinstance(value, str):
        return _BLANK.sub("", value).strip()
    if isinstance(value, tuple):
        return tuple(tidy(one) for one in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{one.name: tidy(getattr(value, one.name)) for one in fields(value)})
    return value


def inspect(letter: Letter) -> None:
    """Everything there, every character printable, no red line crossed? Raises Refused, PressStopped."""
    forms.check(letter)
    said = list(forms.texts(letter))
    check_glyphs(said)
    crossed = redlines.at_print(letter.form, said)
    if crossed:
        raise Refused("；".join(map(str, crossed)))


def next_number(work: Work, series: str, year: int) -> str:
    """The next 文号 of a series and year. The row stays locked until the work ends: a failed work gives it back.

    Never one that the register outside the database knows of, although the database may have come from a backup.
    """
    statement = text(
        "INSERT INTO number_series (prefix, year, last) VALUES (:series, :year, :floor + 1) "
        "ON CONFLICT (prefix, year) DO UPDATE SET last = "
        "CASE WHEN number_series.last < :floor THEN :floor ELSE number_series.last END + 1 RETURNING last"
    )
    floor = work.highest_outside(series, year)
    last = int(work.session.execute(statement, {"series": series, "year": year, "floor": floor}).scalar_one())
    work.took(series, year, last)
    return document_number(series, year, last)


def coming_number(work: Work, household_id: int, kind: PaperKind) -> str:
    """The number that the next paper of a kind will bear, for a paper that names it (两书同达).

    Nobody else can take it until this work ends: the row of its series is made if need be, and stays locked.
    """
    on = work.today
    series = desk(work, home(work, household_id, on).area, kind, on).organ.prefix + MARKS[kind]
    new = text("INSERT INTO number_series (prefix, year, last) VALUES (:series, :year, 0) ON CONFLICT DO NOTHING")
    work.session.execute(new, {"series": series, "year": on.year})
    query = select(NumberSeries.last).where(NumberSeries.prefix == series, NumberSeries.year == on.year)
    last = max(work.session.exec(query.with_for_update()).one(), work.highest_outside(series, on.year))
    return document_number(series, on.year, last + 1)


def freeze(letter: Letter) -> tuple[str, bytes]:
    """(SHA-256, canonical JSON) of what a letter says; the digest is the one that the paper's check code carries."""
    data = asdict(letter)
    data.pop("copy")
    body = json.dumps([type(letter).__name__, data], ensure_ascii=False, sort_keys=True, default=str).encode()
    return sha256(body).hexdigest(), body


def thaw(body: bytes, *, copy: int = 0) -> Letter:
    """The letter again from its frozen content; `copy` makes it a reprint. Raises Invalid for an unknown form."""
    name, data = json.loads(body)
    form = _FORMS.get(name)
    if form is None:
        raise Invalid(f"不认识的文书样式 {name}")
    made: Letter = _made(form, data | {"copy": copy})
    return made


def _made(kind: Any, value: Any) -> Any:
    """A value of the annotated type out of its JSON form."""
    if value is None:
        return None
    if get_origin(kind) is tuple:
        return tuple(_made(get_args(kind)[0], one) for one in value)
    if is_dataclass(kind) and isinstance(kind, type):
        hints = get_type_hints(kind)
        # a field that was added later is not in an old content: its default holds
        return kind(**{one.name: _made(hints[one.name], value[one.name]) for one in fields(kind) if one.name in value})
    options = [one for one in get_args(kind) if one is not type(None)]
    if options:
        return _made(options[0], value)
    return date.fromisoformat(value) if kind is date else value


def content(work: Work, notice: Notice, *, copy: int = 0) -> Letter:
    """What a notice says, from its frozen content. Raises NotFound, and Invalid when it was altered."""
    return kept(work, notice, copy=copy)[0]


def called(work: Work, notice: Notice) -> str:
    """文书标题 (what a paper is called in a list): its own heading where its kind has several, as far as it is kept."""
    if "（" not in notice.kind.value:
        return notice.kind.value
    try:
        return content(work, notice).heading
    except ChengxinError:
        return notice.kind.value


def kept(work: Work, notice: Notice, *, copy: int = 0) -> tuple[Letter, bytes]:
    """What a notice says, and the frozen content itself, which is what its fingerprint is of. Raises as `content`."""
    body = data_of(work, notice)
    return thaw(body, copy=copy), body


def data_of(work: Work, notice: Notice) -> bytes:
    """数据文件 (data of a paper): the frozen content itself, whose SHA-256 is on the paper. Raises as `content`."""
    found = work.session.get(PaperData, notice.data_sha256)
    if found is None:
        raise NotFound(f"没有找到文书 {notice.number} 的内容")
    if not found.cipher:
        raise NotFound(f"文书 {notice.number} 的内容已依法销毁")
    body = work.vault.open_bytes(found.key_id, found.cipher, f"paper_data|{notice.data_sha256}")
    if sha256(body).hexdigest() != notice.data_sha256:
        raise Invalid(f"文书 {notice.number} 的内容已被改动")
    return body


def by_hand(reasons: Sequence[str]) -> str:
    """人工处理: how many cases wait for a person, with the first reasons; "" when none. The audit log has them all."""
    if not reasons:
        return ""
    first = "；".join(one[:200] for one in reasons[:8])
    return f"；人工处理 {len(reasons)} 件：{first}{'等' if len(reasons) > 8 else ''}"


def by_number(work: Work, number: str) -> Notice:
    """The notice of a 文号. Raises NotFound."""
    if unprintable(number):
        raise NotFound("文号里有不能使用的字符")
    found = work.session.exec(select(Notice).where(Notice.number == number)).first()
    if found is None:
        raise NotFound(f"没有文号为 {number} 的文书")
    return found


def unregistered(work: Work, household_id: int, said: str) -> str:
    """A number that reads as one of the organs that sign for the household, and that none of its papers bears; else "".

    Told, not refused: a paper may be older than these books.
    """
    area = home(work, household_id, work.today).area
    own = (organs.organ_of(work, area, work.today), organs.county_organ(work, area, work.today))
    number = "".join(said.split()).translate(_ROUND)
    if not any(number.startswith(one.prefix) for one in own):
        return ""
    known = select(Notice.number).where(Notice.household_id == household_id, Notice.number == number)
    return "" if work.session.exec(known).first() else f"“{said}”像本机关的文号，这一户的文书里没有它，请核对原件"
