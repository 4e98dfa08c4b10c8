"""How people write the names of administrative divisions: pure, no tables."""

from __future__ import annotations

import re
import unicodedata

# 省直辖县级行政区划, 市辖区 and 县 are rungs of the code tree that nobody lives in or writes down.
ARTIFICIAL = frozenset({"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"})

_PEOPLES = (
    "蒙古|回|藏|维吾尔|苗|彝|壮|布依|朝鲜|满|侗|瑶|白|土家|哈尼|哈萨克|傣|黎|傈僳|佤|畲|拉祜|水|东乡|纳西|景颇|"
    "柯尔克孜|土|达斡尔|仫佬|羌|布朗|撒拉|毛南|仡佬|锡伯|塔吉克|怒|鄂温克|德昂|保安|裕固|独龙|鄂伦春|门巴|珞巴|各"
)
_AUTONOMOUS = re.compile(rf"(?:(?:{_PEOPLES})族?)*自治(?:区|州|县|旗)$")
_COUNTY = re.compile(r"(?:市辖区|地区|林区|特区|新区|省|市|县|区|盟|旗|州)$")
_TOWNSHIP = re.compile(rf"(?:街道办事处|街道|地区|(?:(?:{_PEOPLES})族)+乡|民族乡|镇|乡)$")
_COMMITTEE = re.compile(r"(?:社区居民委员会|社区居委会|居民委员会|居委会|村民委员会|村委会)$")


def clean(name: str) -> str:
    """The name without spaces, in NFKC."""
    return "".join(unicodedata.normalize("NFKC", name).split())


def spellings(name: str, level: str) -> list[str]:
    """The ways a division may be written: the full name first, then what people leave off.

    Args:
        name: the official name.
        level: one of ``province prefecture county township village``.
    """
    forms = _village(name) if level == "village" else [name, _stem(name, level)]
    if level == "county" and name.endswith("管理区"):
        # 怀化市洪江管理区 is written 洪江管理区 and 洪江区.
        short = name.rpartition("市")[2] if "市" in name[:-3] else name
        forms += [short, short.removesuffix("管理区") + "区"]
    return list(dict.fromkeys(form for form in forms if len(form) > 1))


def _stem(name: str, level: str) -> str:
    if level == "township":
        return _TOWNSHIP.sub("", name)
    stem = _AUTONOMOUS.sub("", name)
    return stem if stem != name else _COUNTY.sub("", name)


def _village(name: str) -> list[str]:
    stem = _COMMITTEE.sub("", name)
    if stem == name:
        return [name]
    kind = "社区" if "居" in name[len(stem) :] else "村"
    bare = stem.removesuffix(kind)
    return [name, bare + kind, bare]
