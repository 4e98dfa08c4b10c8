"""How a code gets to its telephone."""

from __future__ import annotations

import os
from collections.abc import Callable

import structlog
from sqlalchemy.orm import Session

from matching.accounts.phones import Deliver
from matching.people.masking import mask_phone
from web.extensions import services

log = structlog.get_logger()

#: Makes the sender of one unit of work.
Delivery = Callable[[Session], Deliver]


def to_file(_session: Session) -> Deliver:
    """Codes go to ``notices/codes.txt`` in the data directory, which only its owner may read."""

    def deliver(phone: str, code: str) -> None:
        folder = services().settings.data_dir / "notices"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(folder / "codes.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "a", encoding="utf-8") as file:
            file.write(f"{services().clock.now().isoformat()} {mask_phone(phone)} {code}\n")
        log.info("code_written")

    return deliver


#: The one place that says how codes are sent.
delivery: Delivery = to_file
