"""Sentences and words for the codes of this room."""

from __future__ import annotations

from matching.regulations.wording import Ground
from matching.sheets.words import PROBLEMS as SHEET_PROBLEMS
from matching.vacancies.codes import Benefit, Held, Kind, Load, PayUnit, Refusal, State, Tag
from matching.vacancies.posting import Finding, Verdict

#: What a wording is about.
GROUND = {
    Ground.SEX: "限定性别",
    Ground.FAMILY: "限定或过问婚育",
    Ground.ETHNICITY: "限定民族",
    Ground.RELIGION: "限定宗教信仰",
    Ground.ORIGIN: "限定户籍、地域或身份",
    Ground.DISABILITY: "排除残疾人",
    Ground.CARRIER: "排除病原携带者或要求查验",
    Ground.FEE: "向求职者收钱",
    Ground.PAPERS: "扣押证件",
    Ground.BAIT: "虚假许诺",
    Ground.TRAINLOAN: "招转培、培训贷",
    Ground.OTHER: "把某一类人拒之门外",
}

#: Facts that a finding can be about.
FIELD = {
    "title": "岗位名称",
    "content": "工作内容",
    "place": "工作地点",
    "pay_text": "薪资",
    "season": "季节",
    "age_reason": "年龄理由",
    "source": "信息来源",
    "using_unit": "实际用工单位",
    "term_months": "合同月数",
    "probation_cents": "试用期工资",
}
#: Code of a finding of the posting law → sentence.
FINDINGS = {
    "no_pay": "没有写明薪资,只写面议不行。",
    "missing_element": "这一项必须写明。",
    "valid_too_long": "有效期最长 90 天。",
    **{f"wording_{ground}": f"岗位里不能有{words}的内容。" for ground, words in GROUND.items()},
    "hours_day": "每天工时不能超过 8 小时;经批准实行特殊工时的,请填批准号。",
    "hours_week": "每周工时不能超过 44 小时;经批准实行特殊工时的,请填批准号。",
    "no_rest_day": "每周至少休息一天;经批准实行特殊工时的,请填批准号。",
    "pay_below_minimum": "按写明的工时算,薪资低于当地最低工资。",
    "probation_pay": "试用期工资不能低于转正工资的八成,也不能低于当地最低工资。",
    "probation_long": "试用期太长:合同不满 3 个月的不能有,不满 1 年的最多 1 个月,不满 3 年的最多 2 个月,再长的最多 6 个月。",
    "hazardous_minor": "危险、有毒或极重的活不能招不满 18 岁的人。",
    "dispatch_unit": "劳务派遣岗位要写明实际用工单位。",
    "dispatch_term": "劳务派遣合同至少 24 个月,请写明合同月数。",
    "age_suggestion": "年龄只作建议显示,不会因此隐藏岗位。",
    "age_unexplained": "写了年龄,请写明理由;年龄只作建议显示。",
    "piece_rate_open": "请写明一个人一天能做多少件,才能核对最低工资。",
}


def explained(finding: Finding) -> str:
    """A finding in full: the words, why not, the article, what to write instead."""
    sentence = FINDINGS[finding.code]
    if finding.words and finding.code.startswith("wording_"):
        sentence = f"“{finding.words}”:{sentence}"
    if finding.verdict is Verdict.DOUBTFUL:
        sentence += "这一处要由工作人员审核。"
    if finding.article:
        sentence += f"({finding.article})"
    return sentence + (f"可以这样写:{finding.better}" if finding.better else "")


#: What is wrong with one row of a vacancy sheet.
PROBLEMS = SHEET_PROBLEMS | {
    "title_missing": "没有岗位名称,这一行没有导入。",
    "kind_assumed": "没有写明岗位类别,已按企业(有输入地的按劳务协作)登记,请核对。",
    "pay_form": "看不懂薪资的写法,岗位会等待补充薪资。可以写成 3000-4500元/月、120元/天。",
    "headcount_range": "招聘人数要在 1 到 100000 之间,这一项没有导入。",
    "hours_range": "每天工时要在 24 小时以内,每周天数要在 7 天以内。这一项没有导入。",
    "age_range": "年龄不对:不能低于 16 岁,最低不能大于最高。年龄没有导入。",
    "point_range": "经纬度不在中国范围内或只填了一个,这两项没有导入。",
    "already_over": "有效期已过,岗位不会公开。",
    "number_range": "数字太大或太小,这一项没有导入。",
    "probation_pay_form": "看不懂试用期薪资的写法,这一项没有导入。可以写成 2800元/月。",
    **FINDINGS,
}

#: Why something asked for about vacancies cannot be done.
ERRORS = {
    "may_not_vouch": "“{organisation}”不能为用人单位担保,只有主管部门和劳务服务公司可以。",
    "vacancy_unknown": "没有找到这个岗位。",
    "vacancy_exists": "这个岗位已经登记过了。",
    "vacancy_over": "这个岗位已经结束招聘。",
    "cursor_unknown": "续读的位置不对,请去掉它,从头读起。",
    "vacancy_move_refused": "岗位现在的状态不能这样办理。",
    "posting_refused": "这个岗位有法律不允许的内容,共 {count} 处,改好后才能发布。",
    "draft_unknown": "没有找到这份草稿,可能已经发布或删掉了。",
    "drafts_enough": "草稿太多了,请先发布或删掉几份。",
    "draft_waits": "这份草稿等核实后自动发布,不能再改。想改请先收回。",
    "kind_not_for_employers": "公益性岗位由主管部门发布,请联系就业服务中心。",
    "estimates_enough": "这份草稿一小时内最多估算 {most} 次,过一会儿再看。",
    "review_reason_missing": "请写明通过的理由,至少 4 个字。",
    "nothing_to_review": "这个岗位没有等待审核的内容。",
    "not_allowed": "您没有办理这件事的权限。",
    "changed_meanwhile": "别人刚刚改过这条记录,请刷新后再改。",
}

KIND = {
    Kind.SUPPORT_WORKSHOP: "帮扶车间",
    Kind.PUBLIC_WELFARE: "公益性岗位",
    Kind.LABOUR_COOPERATION: "劳务协作",
    Kind.WORK_RELIEF: "以工代赈",
    Kind.GOVERNMENT_PROJECT: "政府投资项目",
    Kind.ENTERPRISE: "企业/园区/景区",
    Kind.COOPERATIVE: "合作社/家庭农场",
}
STATE = {
    State.DRAFT: "草稿",
    State.HELD: "等待补充",
    State.OPEN: "招聘中",
    State.PAUSED: "暂停",
    State.CLOSED: "已关闭",
    State.EXPIRED: "已过期",
}
PAY_UNIT = {
    PayUnit.MONTH: "月",
    PayUnit.DAY: "天",
    PayUnit.HOUR: "小时",
    PayUnit.PIECE: "件",
    PayUnit.YEAR: "年",
}
LOAD = {Load.LIGHT: "轻", Load.MEDIUM: "中等", Load.HEAVY: "重", Load.VERY_HEAVY: "极重"}
BENEFIT = {
    Benefit.MEALS: "包吃",
    Benefit.LUNCH: "包午餐",
    Benefit.HOUSING: "包住",
    Benefit.TRANSPORT: "班车接送",
}
TAG = {
    Tag.EVENING: "晚班",
    Tag.SCHOOL_HOURS: "方便接送孩子",
    Tag.SLACK_SEASON: "农闲可做",
    Tag.TAKE_HOME: "可带回家做",
    Tag.PIECE_WORK: "计件",
    Tag.NO_EXPERIENCE: "不会可以教",
    Tag.DISABLED_WELCOME: "适合残疾人",
    Tag.OLDER_WELCOME: "大龄可以",
    Tag.COUPLES_WELCOME: "夫妻可以",
    Tag.POINT_TO_POINT: "点对点接送",
    Tag.CERTIFIED_BASE: "认定基地",
}
HELD = {
    Held.NO_PAY: "没有写明薪资",
    Held.EMPLOYER_UNVERIFIED: "用人单位还没有核实",
    Held.VALID_TOO_LONG: "有效期超过 90 天",
    Held.MISSING_ELEMENT: "缺少必须写明的内容",
    Held.WORDING: "有法律不允许的用语",
    Held.HOURS: "工时超过法定上限",
    Held.WAGE: "工资低于最低标准",
    Held.AGE: "危险岗位不能招不满 18 岁的人",
    Held.CONTRACT: "试用期或派遣期限不合法",
    Held.REVIEW: "等待审核",
    Held.REFUSED: "审核没有通过",
    Held.CHANGE: "请按审核意见改写",
}
REFUSAL = {
    Refusal.DISCRIMINATES: "有歧视性内容",
    Refusal.CHARGES: "向求职者收钱或扣证件",
    Refusal.UNTRUE: "内容不真实",
    Refusal.PAY_TOO_LOW: "工资低于当地最低工资",
}
