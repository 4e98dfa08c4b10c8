"""What of a person is shown until somebody asks for more with a reason (P10).

Names 王**, telephones 138****5678, document numbers 5227**********1234.
"""

from __future__ import annotations

STAR = "*"
#: Facts that are shown one at a time, with a reason, each look audited.
UNMASKABLE = ("name", "id_number", "phone", "household_phone", "health", "disability", "difficulty")


def mask_name(name: str | None) -> str:
    """The family name and stars; a name of one character is a star."""
    if not name:
        return STAR * 2
    return name[0] + STAR * 2 if len(name) > 1 else STAR * 2


def mask_phone(phone: str | None) -> str | None:
    """The first three and the last four digits; of a short number the last two."""
    if not phone:
        return None
    if len(phone) < 11:
        return STAR * (len(phone) - 2) + phone[-2:]
    return phone[:3] + STAR * (len(phone) - 7) + phone[-4:]


def mask_id(number: str | None) -> str | None:
    """The first four and the last four characters; of a short number the last two."""
    if not number:
        return None
    if len(number) < 15:
        return STAR * (len(number) - 2) + number[-2:]
    return number[:4] + STAR * (len(number) - 8) + number[-4:]
