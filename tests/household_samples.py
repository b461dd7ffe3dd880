"""样例文书 (sample papers) of application, records, service and files, with invented people."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from reports.forms import Letter, Person
from reports.forms_household import (
    AcceptanceNotice,
    Authority,
    Authorizing,
    ConfirmationNotice,
    IncomeFound,
    MemberSeen,
    OfficePromise,
    PersonMet,
    Posted,
    Posting,
    PropertyFound,
    Visitor,
    VisitSheet,
)
from reports.forms_records import (
    Announcement,
    ArchiveCover,
    DefaultRecord,
    Enclosed,
    Filed,
    ObjectionPaper,
    Receipt,
    RepairApplication,
    TransferLetter,
    TrustRecord,
)
from tests.press_samples import GROUNDS, HOUSEHOLD, LETTER, REMEDY

APPLICANT = Person(name="欧阳䶮𬭎", relation="户主", identity="370881********0017")

OFFICE_PROMISE = OfficePromise(
    **LETTER,
    **HOUSEHOLD,
    clerk="李敏",
    post="便民服务中心社会救助窗口",
    manners=("热情接待，耐心解答，使用文明用语。", "对家庭情况和个人信息依法保密，不收取任何费用。"),
    procedure=("一次性告知所需材料，不要求提供能够通过信息共享取得的材料。", "两名以上工作人员入户，主动出示证件。"),
    time_limit="自受理之日起三十个工作日内办结，并告知办理结果和依据",
    complaints="0000-5550100",
    complaint_ways="也可以到清河县民政局社会救助股当面反映",
)
AUTHORITY = Authority(
    **{**LETTER, "addressee": "清河县民政局"},
    **HOUSEHOLD,
    applicant="欧阳䶮𬭎",
    sheet="共同生活家庭成员",
    persons=(
        Authorizing(name="欧阳䶮𬭎", relation="本人", identity="370881********0017"),
        Authorizing(name="欧阳小宝", relation="子女", identity="370881********0035", guardian="欧阳䶮𬭎"),
    ),
    purpose="审核确认最低生活保障资格和定期核查",
    scope=("户籍、婚姻登记、社会保险缴纳情况。", "不动产、车船、市场主体登记情况。", "银行存款、证券、商业保险情况。"),
    asked=("公安、税务、人力资源社会保障、自然资源、市场监督管理等单位。", "银行、保险、证券等金融机构。"),
    since=date(2026, 9, 7),
    until_event="不再申请、享受社会救助的，授权终止",
)
THIRD_AUTHORITY = replace(
    AUTHORITY,
    sheet="共同生活家庭成员以外的赡养抚养扶养义务人",
    persons=(Authorizing(name="欧阳建国", relation="兄弟", identity="370881********0052"),),
    until=date(2027, 9, 6),
    until_event="",
)
ACCEPTED = AcceptanceNotice(
    **LETTER,
    variant="受理",
    category="最低生活保障",
    applied_on=date(2026, 9, 1),
    accepted_on=date(2026, 9, 4),
    time_limit="自受理之日起30个工作日内作出决定；特殊情况下可以延长至45个工作日",
    received=("最低生活保障申请书", "家庭经济状况核对授权书"),
    known=("户籍信息", "婚姻登记信息", "社会保险缴纳信息"),
)
SUPPLEMENT = replace(
    ACCEPTED,
    variant="补正",
    accepted_on=None,
    time_limit="",
    missing=("王小明的用工单位工资证明。", "王小明的就学证明。"),
    within="请于收到本通知书之日起10个工作日内补齐",
    how="送交平安镇便民服务中心3号窗口，或者拍照上传",
)
REJECTED = replace(
    ACCEPTED,
    variant="不予受理",
    accepted_on=None,
    time_limit="",
    received=(),
    reasons=("您家庭已在清河县城关镇享受最低生活保障，不能重复申请。",),
    grounds=GROUNDS,
    remedies=REMEDY,
)
VISIT = VisitSheet(
    **LETTER,
    **HOUSEHOLD,
    address="清河县平安镇河西村2组18号",
    way="入户调查",
    visited_on=date(2026, 9, 5),
    visitors=(
        Visitor(name="李敏", office="平安镇社会救助工作人员"),
        Visitor(name="周海", office="平安镇民政办科员"),
    ),
    met=(PersonMet(name="欧阳䶮𬭎", relation="本人"),),
    members=(
        MemberSeen(name="欧阳䶮𬭎", relation="户主", identity="370881********0017", condition="患高血压，在家务农"),
        MemberSeen(name="古丽·买买提", relation="配偶", identity="370881********0026", condition="身体健康，灵活就业"),
    ),
    income=(
        IncomeFound(kind="工资性收入", fen=120000, basis="配偶在镇上打零工，有雇主说明"),
        IncomeFound(kind="经营净收入", fen=35050, basis="种植小麦3亩"),
    ),
    assets=(PropertyFound(kind="房屋", detail="砖瓦房3间，约80平方米，自有"),),
    living=("室内有电视机、冰箱各1台，无空调。", "日常饮食正常，冬季以煤炉取暖。"),
    spending=("每月药费约260元",),
    finding="家庭收入主要来自零工和种植，与本人申报一致",
    remarks="去年秋收受灾，收成减半",
)
POSTING = Posting(
    **{**LETTER, "addressee": "河西村村民"},
    variant="公示",
    since=date(2026, 9, 8),
    until=date(2026, 9, 15),
    rows=(
        Posted(name="欧阳䶮𬭎", persons=3, fen=142000),
        Posted(name="古丽·买买提", persons=1, fen=70050),
    ),
)
CONFIRMED = ConfirmationNotice(
    **LETTER,
    **HOUSEHOLD,
    variant="确认",
    applied_on=date(2026, 8, 3),
    persons=("欧阳䶮𬭎", "古丽·买买提"),
    fen=142000,
    since=date(2026, 10, 1),
    duties=("家庭人口、收入、财产状况发生变化的，及时告知乡镇人民政府。", "配合定期核查。"),
    grounds=("《最低生活保障审核确认办法》（民发〔2021〕57号）第二十一条。",),
)
NOT_CONFIRMED = replace(
    CONFIRMED,
    variant="不予确认",
    persons=(),
    fen=None,
    since=None,
    duties=(),
    reasons=("家庭共2人，人均月收入1210.00元，高于当地最低生活保障标准每人每月950元。",),
    remedies=REMEDY,
)
TRUST = TrustRecord(
    **LETTER,
    household="370881101-0042",
    item="主动报告家庭变化",
    fact="2026年8月20日，本人就业后第3日主动到镇便民服务中心报告工资收入",
    happened_on=date(2026, 8, 20),
    found_on=date(2026, 8, 20),
    evidence=("窗口登记单，2026年8月20日。", "劳动合同复印件。"),
    found_by="李敏",
    reviewed_by="赵立新",
    ends_on=date(2028, 8, 19),
    view="情况属实",
)
DEFAULT = DefaultRecord(
    **LETTER,
    household="370881101-0042",
    item="隐瞒家庭收入",
    fact="2026年3月至7月，家庭成员在县城就业，累计工资收入12800.00元，未向乡镇人民政府报告",
    happened_on=date(2026, 3, 1),
    found_on=date(2026, 8, 3),
    evidence=("社会保险缴纳记录，2026年3月至7月。", "用工单位工资发放表复印件。"),
    found_by="李敏",
    reviewed_by="赵立新",
    ends_on=date(2027, 8, 2),
    view="本人称不知道临时工资需要报告",
    asked_on=date(2026, 8, 10),
)
REPAIR = RepairApplication(
    **{**LETTER, "addressee": "清河县民政局", "organ": "平安镇人民政府"},
    applicant=APPLICANT,
    decision="清河民失〔2026〕3号",
    decided_by="清河县民政局",
    decided_on=date(2026, 5, 8),
    fact="隐瞒家庭成员就业收入",
    earliest=date(2026, 8, 8),
    ends_on=date(2027, 5, 8),
    conditions=("已经履行决定书确定的义务。", "最短公示期限届满后没有新的失信行为。"),
    promises=("今后如实申报家庭人口、收入、财产状况，发生变化及时报告。",),
)
OBJECTION = ObjectionPaper(
    **{**LETTER, "addressee": "清河县民政局", "organ": "平安镇人民政府"},
    variant="申请",
    objector="欧阳䶮𬭎",
    record="失信行为记录表（清河民录〔2026〕5号），记载2026年3月隐瞒收入",
    wrong=("2026年3月的工资属于他人，社会保险记录系同名造成。",),
    filed_on=date(2026, 9, 2),
    wanted="删除该项记录",
    enclosed=("身份证复印件。",),
)
ANSWER = replace(
    OBJECTION,
    addressee="欧阳䶮𬭎",
    organ="清河县民政局",
    variant="答复",
    marked_on=date(2026, 9, 2),
    decided_on=date(2026, 9, 4),
    result="异议部分成立",
    reasons=("经核对社会保险登记，2026年3月的缴费记录不属于本人。", "4月至7月的缴费记录与工资发放表一致。"),
    grounds=("《中华人民共和国个人信息保护法》第四十六条。",),
    measure="更正记录的起始月份，其余内容维持",
    remedies=REMEDY,
)
RECEIPT = Receipt(
    **{**LETTER, "number": "送〔2026〕118号"},
    paper="社会救助金调整（停发）决定书",
    paper_number="清河民决〔2026〕7号",
)
SERVED = replace(
    RECEIPT,
    way="留置送达",
    place="清河县平安镇河西村2组18号",
    served_on=date(2026, 9, 8),
    refusal="本人认为金额有误，拒绝签收",
    witnesses=("河西村村民委员会 王建国", "河西村村民委员会 刘芳"),
    server="李敏、周海",
    note="送达过程有录像",
)
ANNOUNCEMENT = Announcement(
    **LETTER,
    paper="《减发社会救助金决定书》",
    paper_number="清河民决〔2026〕7号",
    posted_on=date(2026, 9, 7),
    places=("清河县民政局公告栏", "清河县人民政府网站"),
    days=30,
    until=date(2026, 10, 8),
    collect="平安镇便民服务中心3号窗口，工作日上午9时至下午5时",
)
ARCHIVE = ArchiveCover(
    **{**LETTER, "addressee": "欧阳䶮𬭎户最低生活保障审批卷", "number": "清河民档〔2026〕42号"},
    archive="J045-2026-SP-0042",
    category="审批类",
    household="370881101-0042",
    persons=("欧阳䶮𬭎", "古丽·买买提"),
    since=date(2023, 6, 1),
    until=date(2026, 9, 4),
    keep="退出后三年",
    pages=12,
    filed_by="李敏",
    checked_by="赵立新",
    papers=(
        Filed(title="最低生活保障申请书", author="欧阳䶮𬭎", on=date(2023, 6, 1), first_page=1),
        Filed(
            title="社会救助诚信承诺书",
            number="清河民诺〔2023〕9号",
            author="欧阳䶮𬭎",
            on=date(2023, 6, 1),
            first_page=4,
        ),
        Filed(
            title="入户调查表",
            number="清河民调〔2023〕9号",
            author="平安镇",
            on=date(2023, 6, 9),
            first_page=7,
            note="附照片",
        ),
    ),
)
TRANSFER = TransferLetter(
    **{**LETTER, "addressee": "清河县公安局"},
    matter="王某等人涉嫌伪造证明材料骗取最低生活保障金",
    persons=(APPLICANT,),
    facts=("2025年1月至2026年6月，使用伪造的残疾证领取最低生活保障金共计21600.00元。",),
    grounds=("《中华人民共和国社会救助法》第七十七条。", "《中华人民共和国行政处罚法》第二十七条。"),
    request="请依法审查是否构成犯罪，并将处理结果书面函告",
    approved_by="清河县民政局局长孙卫东",
    approved_on=date(2026, 9, 6),
    enclosed=(Enclosed(title="询问笔录", pages=6, original="复印件"), Enclosed(title="残疾证鉴别意见", pages=2)),
)
SAMPLES: dict[str, Letter] = {
    "F03": OFFICE_PROMISE, "F04": AUTHORITY, "F04义务人": THIRD_AUTHORITY, "F05受理": ACCEPTED, "F05补正": SUPPLEMENT,
    "F05不予受理": REJECTED, "F06": VISIT, "F07": POSTING, "F08确认": CONFIRMED, "F08不予确认": NOT_CONFIRMED,
    "F09": TRUST, "F10": DEFAULT, "F26": REPAIR, "F28申请": OBJECTION, "F28答复": ANSWER, "F30空白": RECEIPT,
    "F30留置": SERVED, "F31": ANNOUNCEMENT, "F32": ARCHIVE, "F33": TRANSFER,
}  # fmt: skip
