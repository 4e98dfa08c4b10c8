"""Names and numbers that pass every check and belong to nobody.

- Names are a common surname and one or two common syllables, drawn apart.
- ID numbers (GB 11643) carry the address code 431299: county numbers of 怀化 (4312xx) end at 81, 99 was never
  issued, so no such number can be a person's.  Checksum, birth date and sex digit are right.
- Telephone numbers begin with 154: no operator was ever given that range, so no call reaches anybody.
- Credit codes (GB 32100) carry the same address code; both check characters are right.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from random import Random

from demo.chance import likely, pick

ADDRESS = 431299
PHONE_RANGE = "154"

SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
    "余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
MALE = "伟强军勇杰涛明超刚平辉健峰磊亮华建国志文斌波宁成光清兵林海山松柏生旺福贵根长春来喜云水民"
FEMALE = "芳娟敏静丽艳娜秀英华玉梅兰红霞燕玲桂香莲翠珍凤云春菊月琴秋花彩美慧萍莉银金满妹群爱青婷雪"

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECK = "10X98765432"
_CREDIT = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
#: Coprime to 10^8, so that numbers in a row do not look like numbers in a row and none comes twice.
_PHONE_STEP = 38_196_601


def given_name(chance: Random, *, male: bool) -> str:
    """One or two syllables."""
    syllables = MALE if male else FEMALE
    first = pick(chance, syllables)
    return first if likely(chance, 0.2) else first + pick(chance, syllables)


def surname(chance: Random) -> str:
    """A common surname."""
    return pick(chance, SURNAMES)


def phone(serial: int) -> str:
    """The telephone number of this serial number; serials below 10^8 never share one."""
    return f"{PHONE_RANGE}{(serial * _PHONE_STEP + 27_182_818) % 10**8:08d}"


class IdNumbers:
    """ID numbers, each given once: the sequence digits count up per birthday and sex."""

    def __init__(self) -> None:
        self._given: Counter[tuple[date, bool]] = Counter()

    def next(self, born: date, *, male: bool) -> str:
        """The next free number of that birthday."""
        serial = self._given[born, male]
        self._given[born, male] += 1
        # 499 sequence numbers (001 to 998) per sex and day; a million people need a few dozen.
        address = ADDRESS - serial // 499
        sequence = 2 * (serial % 499) + (1 if male else 2)
        body = f"{address}{born:%Y%m%d}{sequence:03d}"
        return body + id_check(body)


def id_check(body: str) -> str:
    """Check character of the first 17 digits (ISO 7064 MOD 11-2, as GB 11643 prescribes)."""
    total = sum(int(digit) * weight for digit, weight in zip(body, _ID_WEIGHTS, strict=True))
    return _ID_CHECK[total % 11]


def credit_code(serial: int) -> str:
    """Unified social credit code of an invented business (GB 32100, GB 11714)."""
    body = f"{serial:08d}"
    total = sum(int(digit) * weight for digit, weight in zip(body, _ORGANISATION_WEIGHTS, strict=True))
    check = (11 - total % 11) % 11
    code = f"91{ADDRESS}{body}{'X' if check == 10 else check}"
    total = sum(_CREDIT.index(char) * pow(3, place, 31) for place, char in enumerate(code))
    return code + _CREDIT[(31 - total % 31) % 31]
