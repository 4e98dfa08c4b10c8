"""Applications with their history, referrals, questions after an interview, and filled places."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from matching.db import Base, BigId, HasId, UtcDateTime


class Referral(HasId, Base):
    """An employer asked a labour company for people; each person answers for herself."""

    __tablename__ = "referrals"

    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"), index=True)
    vacancy_id: Mapped[int] = mapped_column(ForeignKey("vacancies.id"), index=True)
    #: The labour company (or the office, where a county has none) that looks for people.
    company_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    form_token: Mapped[str] = mapped_column(String(64), unique=True)
    wanted: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(10))
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Application(HasId, Base):
    """One person and one vacancy; at most one that has not ended."""

    __tablename__ = "applications"
    __table_args__ = (
        Index(
            "ix_applications_living",
            "jobseeker_id",
            "vacancy_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_applications_vacancy_state", "vacancy_id", "state"),
        Index("ix_applications_interview", "state", "interview_at"),
    )

    #: Of the person; the vacancy may be another tenant's.
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"), index=True)
    jobseeker_id: Mapped[int] = mapped_column(ForeignKey("jobseekers.id", ondelete="CASCADE"), index=True)
    vacancy_id: Mapped[int] = mapped_column(ForeignKey("vacancies.id"))
    #: Who gets name and telephone (P5).
    employer_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    #: Made with the form: sent twice, or again after being offline, it is the same application.
    form_token: Mapped[str | None] = mapped_column(String(64), unique=True)
    state: Mapped[str] = mapped_column(String(20))
    origin: Mapped[str] = mapped_column(String(10))
    referral_id: Mapped[int | None] = mapped_column(ForeignKey("referrals.id"), index=True)
    reason: Mapped[str | None] = mapped_column(String(30))
    #: When the person agreed; before that the employer of a referral knows nothing of her.
    agreed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    interview_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: Where to come, in words: no map is needed to find it.
    interview_place: Mapped[str | None] = mapped_column(String(120))
    #: How often an interview was set: a new day is asked about anew.
    interviews: Mapped[int] = mapped_column(Integer, default=0)
    version: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    touched_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ApplicationStep(Base):
    """One move of an application: ``number`` is the application's version after it."""

    __tablename__ = "application_steps"
    __table_args__ = (UniqueConstraint("application_id", "number"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("applications.id", ondelete="CASCADE"))
    number: Mapped[int] = mapped_column(Integer)
    event: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(20))
    party: Mapped[str] = mapped_column(String(10))
    #: Who acted, where somebody signed in did.
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str | None] = mapped_column(String(30))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Placement(Base):
    """A filled place.  It is taken while its period of work has not ended."""

    __tablename__ = "placements"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"), index=True)
    application_id: Mapped[int] = mapped_column(
        ForeignKey("applications.id", ondelete="CASCADE"), unique=True
    )
    vacancy_id: Mapped[int] = mapped_column(ForeignKey("vacancies.id"), index=True)
    jobseeker_id: Mapped[int] = mapped_column(ForeignKey("jobseekers.id", ondelete="CASCADE"), index=True)
    employer_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    spell_id: Mapped[int | None] = mapped_column(
        ForeignKey("employment_spells.id", ondelete="SET NULL"), index=True
    )
    started_on: Mapped[date] = mapped_column(Date)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class InterviewQuestion(Base):
    """What came of an interview: each side is asked once for each day that was set."""

    __tablename__ = "interview_questions"
    __table_args__ = (UniqueConstraint("application_id", "interview", "side"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("applications.id", ondelete="CASCADE"))
    #: Which of the application's interviews.
    interview: Mapped[int] = mapped_column(Integer)
    side: Mapped[str] = mapped_column(String(10))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answer: Mapped[str | None] = mapped_column(String(20))
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class SavedVacancy(Base):
    """A vacancy that a person keeps to look at again."""

    __tablename__ = "saved_vacancies"

    member_id: Mapped[int] = mapped_column(ForeignKey("members.id", ondelete="CASCADE"), primary_key=True)
    vacancy_id: Mapped[int] = mapped_column(
        ForeignKey("vacancies.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ApplicationNews(Base):
    """A step that one side has yet to see on its page; written once for each step and side."""

    __tablename__ = "application_news"
    __table_args__ = (UniqueConstraint("application_id", "side", "number"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("applications.id", ondelete="CASCADE"))
    side: Mapped[str] = mapped_column(String(10))
    #: The step's number.
    number: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
