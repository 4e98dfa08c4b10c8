"""What everybody may see: the list of vacancies, one vacancy, and the switches for print and colours."""

from web.public.views import blueprint

__all__ = ["blueprint"]
