"""What everybody may see: the list of vacancies, one vacancy, and the switches for print and colours."""

from web.public.open_data import blueprint as open_data
from web.public.reports import blueprint as reports
from web.public.status import blueprint as status
from web.public.views import blueprint

__all__ = ["blueprint", "open_data", "reports", "status"]
