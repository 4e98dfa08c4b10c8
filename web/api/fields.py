"""Fields of what is sent to the account's side of the interface."""

from __future__ import annotations

from web.api.parameters import Parameter
from web.api.schema import ID
from web.me.wanted import OWN

_TEXT = {"type": "string", "minLength": 1}
PHONE = (
    Parameter(
        "phone",
        "Mobile number, 11 digits.",
        {"type": "string", "pattern": "^1[3-9][0-9]{9}$"},
        required=True,
    ),
)
CODE = (
    Parameter(
        "ticket", "From the answer to the request for a code.", {**_TEXT, "maxLength": 100}, required=True
    ),
    Parameter(
        "code", "The six digits that came by SMS.", {"type": "string", "pattern": "^[0-9]{6}$"}, required=True
    ),
    Parameter(
        "device", "Name of the device, for the list of one's own.", {"type": "string", "maxLength": 60}
    ),
)
IDENTITY = (
    Parameter(
        "id_number",
        "Resident ID number of the person; the ledger has to name this account's telephone.",
        {"type": "string", "pattern": "^[0-9]{17}[0-9X]$"},
        required=True,
    ),
)
APPLICATION = (
    Parameter("vacancy", "Whose vacancy it is.", {"type": "string", "pattern": ID["pattern"]}, required=True),
    Parameter(
        "key",
        "Made once for each press of the button: the same key again is the same application.",
        {"type": "string", "minLength": 8, "maxLength": 64, "pattern": "^[A-Za-z0-9_-]{8,64}$"},
        required=True,
    ),
)
EVENT = (
    Parameter(
        "event", "What the person says; one of `next`.", {"type": "string", "enum": [*OWN]}, required=True
    ),
    Parameter(
        "version",
        "Of the application as it was shown.",
        {"type": "integer", "minimum": 1, "maximum": 1_000_000_000},
        required=True,
    ),
)
CONSENT = (Parameter("agreed", "Yes or no.", {"type": "boolean"}, required=True),)
