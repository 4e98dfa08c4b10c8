"""Sentences and words for the codes of this room."""

from __future__ import annotations

from matching.sheets.words import PROBLEMS as SHEET_PROBLEMS
from matching.vacancies.codes import Benefit, Held, Kind, Load, PayUnit, State, Tag

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
}

#: Why something asked for about vacancies cannot be done.
ERRORS = {
    "may_not_vouch": "“{organisation}”不能为用人单位担保,只有主管部门和劳务服务公司可以。",
    "vacancy_unknown": "没有找到这个岗位。",
    "vacancy_exists": "这个岗位已经登记过了。",
    "vacancy_over": "这个岗位已经结束招聘。",
    "cursor_unknown": "续读的位置不对,请去掉它,从头读起。",
    "vacancy_move_refused": "岗位现在的状态不能这样办理。",
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
}
