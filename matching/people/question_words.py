"""The eight questions in everyday words, and what is known in the same words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matching.occupations import skills
from matching.people.questions import NOTHING, SKILLS, UNKNOWN
from matching.people.words import SHIFT
from matching.places import regions

ASKED = {
    "willing": "你现在想找活吗?",
    "reach": "上班走多远可以?",
    "hours": "什么时间能上班?",
    "care": "家里有人要你照看吗?",
    "leave": "愿意去外地干活吗?",
    "pay": "一个月最少要多少钱?",
    "skill": "以前干过什么活?",
    "school": "上学上到哪里?",
}
WHY = {
    "willing": "不想找,就不给你推荐。",
    "reach": "太远的活不推荐给你。",
    "hours": "时间合不上的不推荐。",
    "care": "能接送孩子、离家近的排前面。",
    "leave": "不愿意去外地,就只找近的。",
    "pay": "低于这个数的不推荐。",
    "skill": "干过的活排前面。选最拿手的。",
    "school": "要求更高学历的不推荐。",
}
SHORT = {
    "willing": "找活",
    "reach": "多远",
    "hours": "时间",
    "care": "照看家人",
    "leave": "去外地",
    "pay": "最少工资",
    "skill": "干过",
    "school": "上学",
}
SAID = {
    "willing": {"yes": "想", "no": "现在不想"},
    "reach": {
        "walk": "走路能到",
        "town": "本乡镇,来回方便",
        "county": "本县都行",
        "prefecture": "本市都行,可以住厂里",
        "anywhere": "多远都行",
    },
    "hours": {
        "day": "白天",
        "school_hours": "孩子上学的时候",
        "evening": "晚上",
        "rotating": "白天晚上轮着来也行",
        "flexible": "时间自己定,拿回家做",
        "slack_season": "农闲的时候",
        "any": "什么时间都行",
    },
    "care": {
        "none": "没有",
        "child": "孩子",
        "elder": "老人",
        "both": "孩子和老人",
        "patient": "病人",
    },
    "leave": {
        "no": "不去外地",
        "prefecture": "去本市别的县",
        "province": "去本省别的市",
        "anywhere": "哪里都行",
    },
    "school": {
        "illiterate": "没上过学",
        "primary": "小学",
        "junior": "初中",
        "senior": "高中、中专",
        "college": "大专",
        "bachelor": "本科",
    },
    "pay": {},
    "skill": {NOTHING: "都没干过"},
}
DO_NOT_KNOW = {"willing": "还没想好"}
SKILL = {
    "sewing": "踩缝纫机、做衣服",
    "electronics": "电子厂、插件",
    "cooking": "做饭、帮厨",
    "cleaning": "打扫卫生",
    "elder_care": "照顾老人",
    "infant_care": "带孩子",
    "crop_farming": "种地、种菜",
    "livestock": "养猪、养牛、养羊",
    "bricklaying": "泥工、砌墙",
    "loading": "搬东西",
    "driving_c1": "开车",
    "guarding": "看门、保安",
    "sales": "卖东西",
    "handicraft": "手工活",
}


def choice_words(question: str, choice: str) -> str:
    """One answer in words."""
    if choice == UNKNOWN:
        return DO_NOT_KNOW.get(question, "不知道")
    if choice in SAID[question]:
        return SAID[question][choice]
    if question == "pay":
        return f"{choice} 元"
    if question == "skill":
        return SKILL[choice] if choice in SKILLS else skills.name(choice)
    return f"去{regions.get(choice).name}"


def known_words(question: str, known: Mapping[str, Any], choice: str | None) -> str | None:
    """What is known, in words; None where nothing is."""
    if question == "skill" and known.get("skills"):
        return "、".join(skills.name(code) for code in known["skills"])
    if choice is not None:
        return choice_words(question, choice)
    if question == "hours" and known.get("shifts"):
        return "、".join(SHIFT[one] for one in known["shifts"])
    if question == "leave" and known.get("wanted_regions"):
        return "去" + "、".join(regions.get(code).name for code in known["wanted_regions"])
    if question == "pay" and known.get("wage_floor_cents"):
        return f"{known['wage_floor_cents'] // 100} 元"
    if question == "care" and known.get("care"):
        return "有人要照看"
    return None
