"""Invented notices of the benchmark: two real forms of the press, every one with other people, places, amounts, facts.

Each is a letter of the press and, for the peers that do not read our templates, the same words as `Words`.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta

from reports.forms import DecisionNotice, Letter, Payment, Remedy, WithdrawalNotice
from reports.wording import cn_date, cn_month, sentence, yuan

SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏"
)
GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰萍红鹏辉凤洁梅琳素云莲真环雪荣爱妹香月莺媛瑞凡佳嘉琼勤珍贞莉"
    "毅俊峰保东文利清飞彬富顺信子安康健世广志义兴良海山仁波宁贵福生龙元全国胜学祥才发武新成林树炯晟骥骞翀垚𬭎䶮㛃堃淼"
)
PLACES = "河东西南北上下前后大小新老石桥柳杨槐松庙岭坡沟湾塘堰集铺店寨堡庄屯营泉井安宁和兴福永长清"
WORK = ("县城", "邻县工业园", "省城", "镇上", "外省", "市里", "开发区", "乡卫生院")
TRADES = ("制衣厂", "物流公司", "饭店", "建筑工地", "超市", "快递站点", "食品厂", "养殖场", "家政公司", "电子厂")
PROOFS = ("本人说明", "工资发放流水", "用工单位证明", "劳动合同", "社会保险缴费记录", "入户调查记录")


def _name(draw: random.Random) -> str:
    return draw.choice(SURNAMES) + "".join(draw.choices(GIVEN, k=draw.choice((1, 2, 2, 2))))


def _place(draw: random.Random) -> str:
    return "".join(draw.sample(PLACES, 2))


def _fact(draw: random.Random, member: str, month: date) -> str:
    wage = draw.randint(150_000, 690_000)
    return (
        f"家庭成员{member}自{cn_month(month)}起在{draw.choice(WORK)}{_place(draw)}{draw.choice(TRADES)}就业，"
        f"月工资收入{yuan(wage)}，有{'、'.join(draw.sample(PROOFS, 2))}。"
    )


def _shared(draw: random.Random, serial: int) -> dict[str, object]:
    town, county = f"{_place(draw)}镇", "清河县"
    return {
        "number": f"清河民核〔2026〕{serial + 1}号",
        "addressee": _name(draw),
        "organ": f"{county}{town}人民政府",
        "on": date(2026, 9, 1) + timedelta(days=draw.randint(0, 29)),
        "contact": _name(draw),
        "phone": f"0000-555{draw.randint(0, 9999):04d}",
        "rules": "370800-2026-07",
        "service": f"送〔2026〕{serial + 1}号",
        "household": f"370881{draw.randint(101, 129)}-{serial % 10_000:04d}",
        "category": draw.choice(("城乡最低生活保障", "特困人员救助供养", "最低生活保障边缘家庭救助")),
        "remedies": Remedy(organ=f"{county}人民政府", days=60, court=f"{county}人民法院", months=6),
        "grounds": (
            f"《中华人民共和国社会救助法》第四十七条、第{draw.choice('四五六')}十八条。",
            f"《最低生活保障审核确认办法》（民发〔2021〕57号）第三十{draw.choice('一二三')}条。",
        ),
    }


def decision(serial: int) -> DecisionNotice:
    """减发决定书 (F15), the `serial`-th."""
    draw = random.Random(serial)
    common = _shared(draw, serial)
    members = [_name(draw) for _ in range(draw.randint(2, 4))]
    months = [date(2026, draw.randint(1, 8), 1) for _ in members]
    old = draw.randint(900, 2400) * 100
    income = draw.randint(95_100, 160_000)
    return DecisionNotice(
        **common,  # type: ignore[arg-type]
        facts=(
            *(_fact(draw, member, month) for member, month in zip(members[:3], months, strict=False)),
            f"家庭共{len(members) + 1}人，2026年6月至8月人均月收入为{yuan(income)}，"
            f"高于当地最低生活保障标准每人每月{yuan(draw.randint(700, 950) * 100)}。",
        ),
        heard=f"您于{cn_date(date(2026, 9, draw.randint(1, 20)))}口头陈述，要求扣除必要的就业成本。"
        f"经复核，已按每月{yuan(draw.randint(100, 400) * 100)}扣除交通和伙食费用。",
        change="减发",
        persons=tuple(members),
        old_fen=old,
        new_fen=draw.randint(20_000, old - 100),
        since=date(2026, 11, 1),
    )


def withdrawal(serial: int) -> WithdrawalNotice:
    """渐退告知书 (F16), the `serial`-th, with a table of the household and one of payments."""
    draw = random.Random(serial)
    common = _shared(draw, serial)
    month = date(2026, draw.randint(1, 8), 1)
    whole = draw.randint(900, 2400) * 100
    amounts = (whole, whole // 2, whole // 2)
    months = (date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1))
    persons = draw.randint(2, 5)
    notes = ("全额发放", "减半发放", "减半发放，次月退出")
    return WithdrawalNotice(
        **common,  # type: ignore[arg-type]
        head=str(common["addressee"]),
        sex=draw.choice("男女"),
        identity=f"370881********{draw.randint(0, 9999):04d}",
        age=draw.randint(20, 80),
        persons=persons,
        address=f"{str(common['organ'])[:-4]}{_place(draw)}村{draw.randint(1, 9)}组{draw.randint(1, 199)}号",
        household_phone=f"139****{draw.randint(0, 9999):04d}",
        change=f"{_fact(draw, _name(draw), month)}家庭人均月收入为{yuan(draw.randint(95_100, 140_000))}，"
        "超过当地最低生活保障标准，未超过标准的1.5倍。",
        months=3,
        since=months[0],
        until=date(2027, 1, 31),
        scope=f"全户{persons}人。",
        exit="就业后收入超过标准。",
        approved=date(2026, 9, draw.randint(1, 28)),
        schedule=tuple(
            Payment(month=when, fen=fen, note=note) for when, fen, note in zip(months, amounts, notes, strict=True)
        ),
        ends=("财产状况不再符合规定。", f"{common['addressee']}书面要求退出。"),
        recheck=date(2027, 1, draw.randint(5, 25)),
    )


FORMS = {"F15": decision, "F16": withdrawal}


def notices(form: str, first: int, count: int) -> list[Letter]:
    """`count` notices from the `first`-th on."""
    make = FORMS[form]
    return [make(serial) for serial in range(first, first + count)]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: shares of the width, rows of cells; a cell is its kind (`th`, `td`, `middle`, `amount`) and its text."""

    shares: tuple[int, ...]
    rows: tuple[tuple[tuple[str, str], ...], ...]
    head: int = 0
    joined: int = 0
    """Columns that the first cell of the last row takes, if more than one."""


@dataclass(frozen=True, slots=True)
class Words:
    """What a notice says, in order; `body` holds (`p` or `h2`, text) and tables."""

    title: str
    number: str
    to: str
    main: str
    body: tuple[tuple[str, str] | Grid, ...]
    keep: tuple[str, ...]
    organ: str
    day: str
    receipt: str
    last: str

    def all(self) -> list[str]:
        """Every text, each once."""
        body: list[str] = []
        for part in self.body:
            if isinstance(part, Grid):
                body += [text for row in part.rows for _, text in row if text]
            else:
                body.append(part[1])
        return [self.title, self.number, self.to, self.main, *body, *self.keep, self.organ, self.day, self.receipt,
                self.last, "核验码", "印章处"]  # fmt: skip


def words(letter: Letter, version: str) -> Words:
    """The words of a notice; `version` is the template's, twelve digits."""
    told, remedies = letter.plain(), letter.remedies
    assert told is not None
    assert remedies is not None
    body = _decided(letter) if isinstance(letter, DecisionNotice) else _withdrawn(letter)
    return Words(
        letter.heading, letter.number, f"{letter.addressee}：", told.says[0], tuple(body),
        (
            f"如对本文书所载的处理不服，可以自收到之日起{remedies.days}日内向{remedies.organ}申请行政复议，"
            f"也可以自收到之日起{remedies.months}个月内依法向{remedies.court}提起行政诉讼。",
            f"联系人：{letter.contact}；联系电话：{letter.phone}。",
        ),
        letter.organ, cn_date(letter.on), f"送达回证另附，编号：{letter.service}",
        f"{letter.form}　规则版本：{letter.rules}　样式版本：{version}",
    )  # fmt: skip


def _listed(items: tuple[str, ...]) -> list[tuple[str, str]]:
    return [("p", f"{place}.{sentence(item)}") for place, item in enumerate(items, 1)]


def _decided(letter: DecisionNotice) -> list[tuple[str, str] | Grid]:
    return [
        ("p", f"您家庭（户编号：{letter.household}）享受{letter.category}。经审核，现作出如下决定。"),
        ("h2", "一、决定事项"),
        ("p", f"自{cn_month(letter.since)}起{letter.change}救助金。涉及人员：{'、'.join(letter.persons)}。"
              f"每月救助金由{yuan(letter.old_fen)}调整为{yuan(letter.new_fen)}。"),
        ("h2", "二、认定的事实"), *_listed(letter.facts),
        ("h2", "三、依据"), *_listed(letter.grounds),
        ("h2", "四、听取意见情况"), ("p", sentence(letter.heard)),
        ("h2", "五、救济途径"),
    ]  # fmt: skip


def _withdrawn(letter: Letter) -> list[tuple[str, str] | Grid]:
    assert isinstance(letter, WithdrawalNotice)
    pairs = (
        ("户编号", letter.household, "救助类别", letter.category),
        ("户主", letter.head, "性别、年龄", f"{letter.sex}，{letter.age}岁"),
        ("身份证号", letter.identity, "保障人数", f"{letter.persons}人"),
        ("住址", letter.address, "家庭电话", letter.household_phone),
    )
    family = Grid((14, 35, 18, 33), tuple(tuple(zip(("th", "td", "th", "td"), row, strict=True)) for row in pairs))
    kinds = ("middle", "middle", "amount", "td")
    plan = tuple(
        tuple(zip(kinds, (str(place), cn_month(one.month), yuan(one.fen), one.note), strict=True))
        for place, one in enumerate(letter.schedule, 1)
    )
    total = yuan(sum(one.fen for one in letter.schedule))
    heads = tuple(("th", text) for text in ("序号", "发放月份", "发放金额", "说明"))
    last = (("th", "合计"), ("amount", total), ("td", ""))
    payments = Grid((10, 26, 26, 38), (heads, *plan, last), head=1, joined=2)
    return [
        ("p", "经审核，您家庭情况发生变化，符合渐退条件。为帮助您家庭平稳过渡，在渐退期内继续给予救助。"
              "现将有关事项告知如下。"),
        ("h2", "一、家庭情况"), family,
        ("h2", "二、变化情况和依据"), ("p", sentence(letter.change)), *_listed(letter.grounds),
        ("h2", "三、渐退安排"),
        ("p", f"渐退期共{letter.months}个月，自{cn_date(letter.since)}起至{cn_date(letter.until)}止，"
              f"由审批机关于{cn_date(letter.approved)}批准。渐退范围：{sentence(letter.scope)}退出情形：{sentence(letter.exit)}"),
        payments,
        ("h2", "四、提前终止渐退的情形"), *_listed(letter.ends),
        ("h2", "五、渐退期复核"),
        ("p", f"本机关定于{cn_date(letter.recheck)}对您家庭进行复核。渐退期内家庭情况再次发生变化，符合救助条件的，"
              "可以随时提出申请。"),
        ("h2", "六、救济途径"),
    ]  # fmt: skip
