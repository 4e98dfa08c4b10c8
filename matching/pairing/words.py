"""A Chinese sentence for every code of the criteria table, in the words people use.

Job seekers and clerks read the same sentences, so none says "you"; what is missing says what the post wants.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from matching.errors import DomainError
from matching.occupations.catalogue import catalogue
from matching.people.codes import Care, Education, Shift, Target
from matching.places import regions
from matching.vacancies.codes import Benefit, Load

Facts = dict[str, Any]

SHIFTS = {
    Shift.DAY: "白天",
    Shift.SCHOOL_HOURS: "接送孩子的空档",
    Shift.EVENING: "晚上",
    Shift.NIGHT: "夜里",
    Shift.ROTATING: "倒班",
    Shift.FLEXIBLE: "时间自由",
    Shift.SLACK_SEASON: "农闲",
}
TARGETS = {
    Target.RELOCATED: "易地搬迁户",
    Target.LIFTED: "脱贫户",
    Target.LOW_INCOME: "低收入家庭",
    Target.ZERO_JOB: "零就业家庭",
    Target.DISABLED: "残疾人",
    Target.OLDER: "大龄人员",
    Target.LAND_LOSS: "失地农民",
    Target.LONG_UNEMPLOYED: "长期没工作的人",
}
#: A requirement of a post → how it is eased, for an estimate.
EASED = {
    "capacity": "活轻一些",
    "skills": "不要求技能",
    "certificates": "不要求证书",
    "education": "不要求文化程度",
    "shifts": "上班时间灵活些",
    "wage_floor": "工资高一些",
}
LOADS = {Load.LIGHT: "轻活", Load.MEDIUM: "不轻不重的活", Load.HEAVY: "重活", Load.VERY_HEAVY: "很重的活"}
EDUCATION = {
    Education.PRESCHOOL: "学前",
    Education.ILLITERATE: "不限",
    Education.PRIMARY: "小学",
    Education.JUNIOR: "初中",
    Education.SENIOR: "高中或中专",
    Education.COLLEGE: "大专",
    Education.BACHELOR: "本科",
}
CARE = {Care.CHILD: "孩子", Care.ELDER: "老人", Care.PATIENT: "病人"}
BENEFITS = {
    Benefit.MEALS: "包吃",
    Benefit.LUNCH: "包中饭",
    Benefit.HOUSING: "包住",
    Benefit.TRANSPORT: "有车接送",
}
PLACES = {"same_county": "就在本县", "neighbour_county": "在邻县", "away": "在外地"}


def say(code: str, facts: Facts) -> str:
    """The sentence of a reason, of a question or of a limit that is not met.

    Args:
        code: a code of ``criteria.codes()``.
        facts: what ``facts.facts_of`` gave.

    Raises:
        DomainError: ``reason_unknown``: there is no sentence for the code.
    """
    if code not in SENTENCES:
        raise DomainError("reason_unknown", reason=code)
    sentence = SENTENCES[code]
    return sentence if isinstance(sentence, str) else sentence(facts)


def _names(table: dict[Any, str], codes: Any, otherwise: str) -> str:
    return "、".join(table.get(code, str(code)) for code in codes or ()) or otherwise


def _where(facts: Facts) -> str:
    if "km" in facts:
        return f"离住处 {facts['km']} 公里"
    return PLACES[facts.get("where", "away")]


def _near(facts: Facts) -> str:
    walk = facts["walk_minutes"]
    return f"离家近,{facts['km']} 公里,走路约 {walk} 分钟" if walk <= 60 else f"离家 {facts['km']} 公里"


def _reach(facts: Facts) -> str:
    limit = f"超过愿意走的 {facts['reach_km']:g} 公里" if "reach_km" in facts else "不在愿意去的范围"
    return f"{_where(facts)},{limit}"


def _occupation(facts: Facts) -> str:
    if facts["levels"] < 4:
        return "干过类似的活"
    name = _occupation_name(facts["own"])
    return f"干过这个活:{name}" if name else "干过这个活"


def _occupation_name(code: str | None) -> str:
    known = catalogue()
    return known.name(code) if code and code in known else ""


def _destination(facts: Facts) -> str:
    code = facts.get("prefecture")
    return regions.get(str(code)).name if code else "外地"


def _yuan(figure: int) -> str:
    return f"{figure:,} 元"


SENTENCES: dict[str, str | Callable[[Facts], str]] = {
    # limits that are not met
    "other_world": "演示资料和真实资料不互相匹配",
    "not_open": "这个岗位已经不招人了",
    "not_looking": "现在不找工作",
    "age": "年龄不到,法律不允许做这个活",
    "eligibility": lambda f: f"这个岗位只招{_names(TARGETS, f['targets'], '特定人员')}",
    "capacity": lambda f: f"这是{_names(LOADS, [f['load']] if f['load'] else (), '体力活')},身体吃不消",
    "skills": "还缺岗位要求的手艺",
    "certificates": "还缺岗位要求的证书",
    "education": lambda f: (
        f"要求{_names(EDUCATION, [f['education']] if f['education'] else (), '一定')}以上文化程度"
    ),
    "shifts": lambda f: f"上班时间对不上,岗位是{_names(SHIFTS, f['shifts'], '别的时间')}",
    "wage_floor": lambda f: f"工资最多 {_yuan(f['high_yuan'])},不到想要的 {_yuan(f['floor_yuan'])}",
    "employed": "这个岗位只招还没有工作的人",
    "reach": _reach,
    # reasons
    "near": _near,
    "county": _where,
    "occupation": _occupation,
    "taught": "不会可以教",
    "nice_skills": "会的手艺正好用得上",
    "proven": "手艺证书都符合要求",
    "destination": lambda f: f"正是想去的地方:{_destination(f)}",
    "hours": lambda f: f"时间合适:{_names(SHIFTS, f['shifts'], '都可以')}",
    "care": lambda f: f"能照顾家里的{_names(CARE, f['care'], '人')}",
    "season": "农闲的时候可以干",
    "pay_floor": lambda f: f"工资达到想要的 {_yuan(f['floor_yuan'])}",
    "pay_median": lambda f: f"工资不比当地一般水平({_yuan(f['median_yuan'])})低",
    "target": lambda f: f"专门招{_names(TARGETS, f['targets'], '这类人员')}",
    "welcome": "岗位特别欢迎这样的人",
    "light": "活不重",
    "housing": "在外面有住的地方",
    "meals": lambda f: "包中饭" if f["benefits"] == [Benefit.LUNCH] else "包吃",
    "transport": "有车接送",
    "start": "很快就能上班",
    # what has to be asked
    "ask_willing": "想不想工作,还要问一下",
    "ask_age": "年龄还要核对",
    "ask_eligibility": lambda f: f"是不是{_names(TARGETS, f['targets'], '岗位要招的人')},还要核对",
    "ask_capacity": "能干多重的活,还要问一下",
    "ask_load": "活重不重没写,打电话问",
    "ask_skills": "会不会岗位要的手艺,还要问一下",
    "ask_certificates": "有没有岗位要的证书,还要问一下",
    "ask_education": "文化程度还要问一下",
    "ask_shifts": "什么时间能上班,还要问一下",
    "ask_post_shifts": "上班时间没写,打电话问",
    "ask_wage_floor": "想要多少工资,还要问一下",
    "ask_pay": "工资没写清楚,打电话问",
    "ask_employed": "现在有没有工作,还要问一下",
    "ask_reach": "愿意走多远上班,还要问一下",
    "ask_distance": lambda f: f"{PLACES[f.get('where', 'same_county')]},离家多远还要问一下",
    "ask_leave": lambda f: f"愿不愿意去{_destination(f)},还要问一下",
    "ask_destination": lambda f: f"去{_destination(f)}行不行,还要问一下",
}

ERRORS = {
    "reason_unknown": "没有“{reason}”这种理由。",
    "not_matched": "还没有匹配结果,请稍等。",
}
