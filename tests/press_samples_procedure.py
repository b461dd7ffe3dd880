"""程序文书样例 (samples of the papers of a procedure) with invented people, for the tests of the press."""

from __future__ import annotations

from datetime import date
from typing import Any

from reports.forms import Letter
from reports.forms_credit import FindingDecision, FindingNotice, RepairDecision, RepairNotice
from reports.forms_fines import PenaltyHearing, Revocation
from reports.forms_procedure import (
    POSTED_CAUSE,
    AmountReduction,
    MemberAdjustment,
    MemberMove,
    RecheckConclusion,
    Reduction,
    StatementRecord,
    TekunEnd,
    WithdrawalEnd,
)
from reports.forms_sanctions import (
    Enforcer,
    Instalment,
    Item,
    PenaltyDecision,
    PenaltyNotice,
    RefundOrder,
    Reminder,
)
from tests.press_samples import FACTS, GROUNDS, HOUSEHOLD, LETTER, REMEDY

COUNTY: dict[str, Any] = {**LETTER, "number": "清河民罚〔2026〕3号", "organ": "清河县民政局"}
CASE: dict[str, Any] = {
    **COUNTY,
    "household": "370881101-0042",
    "person": "欧阳䶮𬭎",
    "facts": ("2026年1月至6月在县城务工，月工资3200.00元，未向救助机关告知。", "上述期间领取最低生活保障金2400.00元。"),
    "grounds": ("《中华人民共和国社会救助法》第四十六条、第七十三条。",),
}
SPEAKING: dict[str, Any] = {
    "how": "书面或者口头均可，口头提出的由工作人员记录并向您宣读。",
    "place": "清河县民政局社会救助股（清河县人民路1号）",
    "help": "不识字、听力或者行动不便的，可以要求工作人员宣读、上门听取意见，也可以委托他人代为陈述。",
}
WITHIN = "自收到本告知书之日起五个工作日内"
EVIDENCE = ("用工单位出具的工资发放证明。", "当事人2026年8月20日的询问笔录。")
PAY: dict[str, Any] = {
    "pay_way": "持本文书到清河县农村商业银行各网点缴纳，账户名称：清河县财政局",
    "pay_within": "自收到本文书之日起十五日内",
}
INSTALMENTS = (Instalment(due=date(2026, 10, 31), fen=120000), Instalment(due=date(2026, 11, 30), fen=120000))
CONSEQUENCES = ("每日按罚款数额的百分之三加处罚款，加处罚款的数额不超过罚款的数额。", "依法申请人民法院强制执行。")
OFFICERS = (Enforcer(name="孙海（xz03）", card="15080000101"), Enforcer(name="李岚（xz05）", card="15080000107"))
DOCUMENTS = ("《行政处罚决定书》（清河民罚〔2026〕3号），已经发生法律效力。",)
EFFECTS = ("由工作人员进行批评教育。", "享受救助期间每三个月核查一次。")

CONCLUSION = RecheckConclusion(
    **LETTER,
    **HOUSEHOLD,
    checked_on=date(2026, 9, 3),
    checked_by=("李敏", "赵立新"),
    means=("入户调查", "家庭经济状况信息核对"),
    old_persons=3,
    new_persons=3,
    old_income=150000,
    new_income=320000,
    old_fen=142000,
    new_fen=80050,
    facts=FACTS,
    grounds=("《最低生活保障审核确认办法》（民发〔2021〕57号）第三十一条。",),
    conclusion="有变化",
    follows="拟减发最低生活保障金，将另行书面告知并听取您的意见。",
    next_due=date(2027, 3, 3),
)
STATEMENT = StatementRecord(
    **LETTER,
    household="370881101-0042",
    about="清河民听〔2026〕5号",
    matter="拟减发最低生活保障金",
    held_on=date(2026, 9, 7),
    time="9时30分至10时05分",
    place="平安镇便民服务中心",
    way="口头",
    speaker="欧阳䶮𬭎",
    capacity="本人",
    asker="李敏",
    recorder="赵立新",
    statement=("王小明在县城务工属实，每月须支付租房和交通费用600.00元。", "希望核算收入时予以扣除。"),
    evidence=("房屋租赁合同复印件1份。", "公共汽车月票2张。"),
    review="租房和交通费用有凭证，符合扣减务工成本的规定，核定每月扣减400.00元。",
    outcome="部分采纳",
    why="超出扣减上限的200.00元不能扣减。",
    reviewer="周海燕",
)
MEMBERS = MemberAdjustment(
    **{**LETTER, "addressee": "清河县民政局"},
    **HOUSEHOLD,
    head="欧阳䶮𬭎",
    address="清河县平安镇河西村2组18号",
    moves=(
        MemberMove(
            name="王小明", identity="370881********0034", relation="子", move="减员", reason="户口迁出并独立生活",
            happened_on=date(2026, 8, 12),
        ),
        MemberMove(
            name="古丽·买买提", identity="370881********0026", relation="孙女", move="增员", reason="出生",
            happened_on=date(2026, 8, 2),
        ),
    ),
    old_persons=3,
    new_persons=3,
    old_fen=142000,
    new_fen=160000,
    since=date(2026, 10, 1),
    grounds=GROUNDS,
    opinion="经核查情况属实，建议自2026年10月起调整。",
    clerk="李敏",
)  # fmt: skip
REDUCTION = AmountReduction(
    **{**LETTER, "addressee": "清河县民政局"},
    category="城乡最低生活保障",
    since=date(2026, 11, 1),
    rows=(
        Reduction(
            household="370881101-0042", head="欧阳䶮𬭎", identity="370881********0017", persons=3, old_fen=142000,
            new_fen=80050, reason="王小明务工，收入增加", heard="2026年9月7日听取意见，部分采纳",
        ),
        Reduction(
            household="370881101-0043", head="古丽·买买提", identity="370881********0026", persons=2, old_fen=95000,
            new_fen=50000, reason="成员减少1人", heard="2026年9月3日听取意见，没有异议",
        ),
    ),
    grounds=GROUNDS,
    clerk="李敏",
    reviewer="赵立新",
)  # fmt: skip
PENALTY_NOTICE = PenaltyNotice(
    **CASE,
    **SPEAKING,
    within=WITHIN,
    evidence=EVIDENCE,
    officers=OFFICERS,
    reasons=("当事人隐瞒务工收入，事后主动说明情况，酌情从轻。",),
    gained=240000,
    times=2,
    fine=120000,
    large="属于",
    hearing_within=WITHIN,
)
PENALTY = PenaltyDecision(
    **CASE,
    **PAY,
    remedies=REMEDY,
    identity="370881********0017",
    address="清河县平安镇河西村2组18号",
    evidence=EVIDENCE,
    officers=OFFICERS,
    notice_number="清河民罚告〔2026〕2号",
    heard="当事人2026年8月28日陈述家庭困难，经复核予以采纳，减少罚款；当事人没有要求听证。",
    gained=240000,
    times=2,
    fine=240000,
    instalments=INSTALMENTS,
    consequences=CONSEQUENCES,
)
PENALTY_HEARING = PenaltyHearing(
    **{**COUNTY, "number": "清河民罚听〔2026〕1号"},
    household="370881101-0042", person="欧阳䶮𬭎", notice_number="清河民罚告〔2026〕2号", asked_on=date(2026, 9, 4),
    fine=120000, held_on=date(2026, 9, 18), earliest=date(2026, 9, 17), time="上午9时30分",
    place="清河县民政局三楼会议室（清河县人民路1号）", open="不公开", presider="周立（xz09）",
    challenge="申请回避可以在听证开始以前书面或者口头提出，并说明理由，向清河县民政局提出",
    agents="您可以亲自参加听证，也可以委托一至二人代理，代理人应当携带您签名的委托书",
    bring=("请携带身份证件和您要提交的证据。", "因故不能按时参加的，请在听证以前告知本机关。"),
    absent="没有正当理由不出席听证的，视为放弃听证权利，终止听证", help=SPEAKING["help"],
    grounds=("《中华人民共和国行政处罚法》第六十三条、第六十四条。",),
)  # fmt: skip
REVOCATION = Revocation(
    **{**COUNTY, "number": "清河民撤〔2026〕1号"},
    household="370881101-0042", person="欧阳䶮𬭎", decision="行政处罚决定书", decision_number="清河民罚〔2026〕3号",
    decision_on=date(2026, 8, 31), amount=240000, basis="清河县人民政府清政复决〔2026〕8号行政复议决定书",
    reason="认定多领金额的证据不足", paid=120000, back=120000, back_way="退回当事人本人的银行账户",
    back_by=date(2026, 9, 30), effects=("被撤销的决定不再履行，尚未缴纳的金额不再缴纳。",),
    grounds=("《中华人民共和国行政复议法》第六十四条。",),
)  # fmt: skip
REVOCATION_UNPAID = Revocation(
    **{**COUNTY, "number": "清河民撤〔2026〕2号"},
    household="370881101-0042", person="欧阳䶮𬭎", decision="责令退回决定书", decision_number="清河民退〔2026〕3号",
    decision_on=date(2026, 8, 31), amount=240000, basis="（2026）某08行初8号行政判决书", reason="认定事实不清", paid=0,
    back=0, effects=("被撤销的决定不再履行，尚未缴纳的金额不再缴纳。",),
    grounds=("《中华人民共和国行政诉讼法》第七十条。",),
)  # fmt: skip
_REFUND: dict[str, Any] = {
    **CASE,
    **PAY,
    "items": (
        Item(item="2026年1月至3月多领最低生活保障金", fen=120000, note="每月400.00元，共3个月"),
        Item(item="2026年4月至6月多领最低生活保障金", fen=120000, note="每月400.00元，共3个月"),
    ),
    "amount": 240000,
    "instalments": INSTALMENTS,
}
REFUND_PLANNED = RefundOrder(**_REFUND, **SPEAKING, within=WITHIN, stage="拟责令退回")
REFUND = RefundOrder(
    **_REFUND,
    stage="责令退回",
    remedies=REMEDY,
    notice_number="清河民退告〔2026〕2号",
    heard="当事人2026年8月28日陈述，对金额没有异议，请求分期退回，经复核予以采纳。",
    consequences=("经催告仍不履行的，依法申请人民法院强制执行。",),
)
REMINDER = Reminder(
    **COUNTY,
    **SPEAKING,
    household="370881101-0042",
    person="欧阳䶮𬭎",
    decision="责令退回决定书",
    decision_number="清河民退〔2026〕2号",
    decision_on=date(2026, 1, 9),
    served_on=date(2026, 1, 12),
    owed=240000,
    paid=40000,
    rest=200000,
    pay_way=PAY["pay_way"],
    pay_within="自收到本催告书之日起十日内",
    grounds=("《中华人民共和国行政强制法》第三十五条、第五十四条。",),
    consequences=("依法申请人民法院强制执行。",),
)
FINDING_NOTICE = FindingNotice(
    **CASE,
    **SPEAKING,
    within=WITHIN,
    documents=DOCUMENTS,
    grade="一般",
    effects=EFFECTS,
    until=date(2027, 9, 6),
)
FINDING = FindingDecision(
    **{**CASE, "number": "清河民信〔2026〕3号"},
    remedies=REMEDY,
    documents=DOCUMENTS,
    grade="一般",
    heard="当事人2026年8月28日口头陈述，承认隐瞒收入，请求从轻。经复核，认定事实清楚。",
    effects=EFFECTS,
    until=date(2027, 9, 6),
    use="上述信息只用于社会救助工作，不向社会公开公示。",
    object_how="向清河县民政局社会救助股书面或者口头提出。",
    object_within="可以随时提出，自收到异议之日起三个工作日内处理并答复。",
    notice_number="清河民信告〔2026〕3号",
    repair_number="清河民修告〔2026〕3号",
)
REPAIR_NOTICE = RepairNotice(
    **{**COUNTY, "number": "清河民修告〔2026〕3号"},
    person="欧阳䶮𬭎",
    finding_number="清河民信〔2026〕3号",
    finding_on=date(2026, 9, 7),
    grade="一般",
    earliest=date(2026, 12, 7),
    until=date(2027, 9, 6),
    conditions=("已经退回多领的救助金、缴纳罚款。", "公开作出信用承诺。"),
    how="书面提出申请，书写有困难的，由工作人员代为填写并宣读。",
    place="清河县民政局社会救助股",
    bring=("信用修复申请书。",),
    reply_within="自受理之日起十个工作日内作出决定。",
    effect="准予修复的，认定终止，解除相应措施，不再使用该信息。",
    grounds=("《信用修复管理办法》（国家发展和改革委员会令第36号）。",),
)
_REPAIR: dict[str, Any] = {
    **{**COUNTY, "number": "清河民修〔2026〕1号"},
    "remedies": REMEDY,
    "person": "欧阳䶮𬭎",
    "finding_number": "清河民信〔2026〕1号",
    "finding_on": date(2026, 2, 2),
    "applied_on": date(2026, 9, 1),
    "grounds": REPAIR_NOTICE.grounds,
}
REPAIR = RepairDecision(
    **_REPAIR,
    facts=("已退回多领的救助金2400.00元，缴纳罚款2400.00元。",),
    outcome="准予修复",
    since=date(2026, 9, 7),
    effect="原失信认定终止，解除相应措施，不再使用该信息。",
)
REPAIR_DENIED = RepairDecision(
    **_REPAIR,
    facts=("多领的救助金尚有1000.00元没有退回。",),
    outcome="不予修复",
    reason="没有履行完毕退回义务。",
    again="履行完毕后可以再次申请。",
    effect="原失信认定继续有效，至期满之日自动终止。",
)
_TEKUN: dict[str, Any] = {
    "person": "欧阳䶮𬭎",
    "posted_since": date(2026, 8, 28),
    "posted_until": date(2026, 9, 4),
    "posted_at": "河西村村务公开栏",
    "grounds": ("《特困人员认定办法》（民发〔2021〕43号）第二十四条、第二十六条。",),
}
TEKUN_POSTING = TekunEnd(
    **{**COUNTY, "addressee": "河西村村民", "on": date(2026, 8, 27)},
    **_TEKUN,
    stage="公示",
    cause=POSTED_CAUSE,
    object_how="可以到平安镇人民政府或者清河县民政局书面、口头提出，也可以拨打联系电话。",
)
TEKUN_END = TekunEnd(
    **COUNTY,
    **_TEKUN,
    stage="决定",
    cause="《特困人员认定办法》第二十四条第六项，自愿申请退出救助供养",
    remedies=REMEDY,
    facts=("本人2026年8月20日书面申请退出救助供养，与其子共同生活。",),
    heard="2026年8月20日当面听取意见，本人自愿退出。",
    posted="公示期满没有异议。",
    since=date(2026, 10, 1),
    follow="已告知可以申请最低生活保障。",
)
WITHDRAWAL_END = WithdrawalEnd(
    **COUNTY, household="370881101-0042", category="最低生活保障", since=date(2026, 4, 1), until=date(2026, 9, 30),
    last_fen=60_000, recheck=date(2026, 9, 1), next_steps=("人均收入没有超过标准的，继续给予救助。",),
    rights=("家庭情况又有变化的，现在就可以告诉工作人员。",), grounds=("《中华人民共和国社会救助法》第四十七条",),
)  # fmt: skip
PROCEDURE_LETTERS: tuple[Letter, ...] = (
    CONCLUSION, STATEMENT, MEMBERS, REDUCTION, PENALTY_NOTICE, PENALTY_HEARING, PENALTY, REFUND_PLANNED, REFUND,
    REMINDER, FINDING_NOTICE, FINDING, REPAIR_NOTICE, REPAIR, REPAIR_DENIED, TEKUN_POSTING, TEKUN_END,
    WITHDRAWAL_END, REVOCATION, REVOCATION_UNPAID,
)  # fmt: skip
