"""What a step needs besides the names: a reason, a day and a place, a first day of work."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import HiddenField, RadioField

from matching.clock import LOCAL
from matching.placements.candidate_queries import Post
from matching.placements.codes import DECLINING, Event, Reason
from matching.placements.service import NO_DETAILS, Details
from matching.placements.words import REASON
from web.forms import Form, choices, required, text

#: A first day of work further away than this is a slip of the pen.
NEAR = timedelta(days=90)


class StepForm(Form):
    """A step that needs nothing more."""

    def prepare(self, post: Post) -> None:
        """What can be known beforehand."""

    def details(self, today: date) -> Details:
        """What was typed; what cannot be read is refused beside its field."""
        return NO_DETAILS


class DeclineForm(StepForm):
    """Why not: one of the listed reasons."""

    reason = RadioField(
        _("Why not?"),
        choices=choices({reason.value: REASON[reason] for reason in DECLINING}),
        validators=required(_("Choose a reason.")),
    )

    def details(self, today: date) -> Details:
        """The reason."""
        return Details(reason=Reason(self.reason.data))


class InterviewForm(StepForm):
    """Day, time and place of a meeting."""

    day = text(_("Day of the meeting"), message=_("Say on which day."), longest=20)
    time = text(_("Time of the meeting"), message=_("Say at what time."), longest=20)
    place = text(_("Where is it?"), message=_("Say where to come."))

    def prepare(self, post: Post) -> None:
        """The place of the work is where most meetings are."""
        self.place.data = (post.place or "")[:120]

    def details(self, today: date) -> Details:
        """The moment, in Chinese time, and the place."""
        day = self._read("day", date.fromisoformat, _("Write the day as 2026-11-25."))
        at = self._read("time", time.fromisoformat, _("Write the time as 14:30."))
        if day is None or at is None:
            return NO_DETAILS
        moment = datetime.combine(day, at.replace(tzinfo=None), LOCAL).astimezone(UTC)
        return Details(interview_at=moment, interview_place=self.place.data)

    def _read(self, name: str, parse: Any, words: Any) -> Any:
        try:
            return parse(self[name].data)
        except ValueError:
            self.refuse(self[name], str(words))
            return None


class HireForm(StepForm):
    """The first day of work; without one it is today."""

    started_on = text(_("First day of work"), longest=20)

    def details(self, today: date) -> Details:
        """The day."""
        if not self.started_on.data:
            return NO_DETAILS
        try:
            day = date.fromisoformat(self.started_on.data)
        except ValueError:
            self.refuse(self.started_on, str(_("Write the day as 2026-11-25.")))
            return NO_DETAILS
        if abs(day - today) > NEAR:
            self.refuse(self.started_on, str(_("The day has to be within three months.")))
        return Details(started_on=day)


FORMS: dict[Event, type[StepForm]] = {
    Event.DECLINE: DeclineForm,
    Event.SET_INTERVIEW: InterviewForm,
    Event.HIRE: HireForm,
}


def form_for(event: Event) -> type[StepForm]:
    """The form of a step."""
    return FORMS.get(event, StepForm)


class AskForm(Form):
    """Ask those who were chosen."""

    token = HiddenField()


class HelpForm(Form):
    """How many people the labour company should find."""

    token = HiddenField()
    wanted = text(_("How many people?"), message=_("Say how many people."), longest=6)
