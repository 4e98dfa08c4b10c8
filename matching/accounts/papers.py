"""Papers that show who an employer is: known by their content, sealed, opened by staff only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from matching.accounts.employer_codes import PaperKind
from matching.accounts.models import EmployerAccount, EmployerPaper
from matching.crypto import Keyring
from matching.errors import FileRefused

SEAL_PAPER = "employer.paper"
#: A photo of a cheap telephone has 2 to 4 MB.
MOST_MEGABYTES = 6
#: First bytes of a file → what it is; its name and what the browser says of it do not count (ASVS 5.2.2).
SIGNS: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"%PDF-", "application/pdf"),
)
ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "application/pdf": "pdf"}


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper as it came in."""

    kind: PaperKind
    content: bytes


@dataclass(frozen=True, slots=True)
class PaperLine:
    """A stored paper in a list."""

    public_id: str
    kind: str
    media_type: str
    size: int
    created_at: datetime


def media_type(content: bytes) -> str:
    """What a paper is, by its first bytes.

    Raises:
        FileRefused: ``paper_empty``, ``paper_too_large``, ``paper_form``.
    """
    if not content:
        raise FileRefused("paper_empty")
    if len(content) > MOST_MEGABYTES * 1024**2:
        raise FileRefused("paper_too_large", megabytes=MOST_MEGABYTES)
    for sign, name in SIGNS:
        if content.startswith(sign):
            return name
    raise FileRefused("paper_form")


def keep(
    session: Session, keyring: Keyring, row: EmployerAccount, papers: Sequence[Paper], now: datetime
) -> None:
    """Store papers, each in the place of older ones of its kind.

    Raises:
        FileRefused: as :func:`media_type`.
    """
    for paper in papers:
        found = media_type(paper.content)
        session.execute(
            delete(EmployerPaper).where(
                EmployerPaper.employer_account_id == row.id, EmployerPaper.kind == paper.kind
            )
        )
        session.add(
            EmployerPaper(
                employer_account_id=row.id,
                kind=paper.kind,
                media_type=found,
                size=len(paper.content),
                sealed=keyring.seal(paper.content, SEAL_PAPER),
                created_at=now,
            )
        )
    session.flush()


def papers_of(session: Session, row: EmployerAccount) -> list[PaperLine]:
    """The papers of a registration, without their contents."""
    columns = (EmployerPaper.public_id, EmployerPaper.kind, EmployerPaper.media_type, EmployerPaper.size)
    rows = session.execute(
        select(*columns, EmployerPaper.created_at)
        .where(EmployerPaper.employer_account_id == row.id)
        .order_by(EmployerPaper.id)
    )
    return [PaperLine(*found) for found in rows]
