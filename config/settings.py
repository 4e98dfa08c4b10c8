"""Every setting in one table: read once, typed, frozen, all errors told together.

Nothing branches on the name of an environment.  A variable with our prefix that is not in the table is an
error, because a misspelt setting that is silently ignored is worse than none.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

PREFIX = "ANYE_"
#: The kernel takes 108 bytes with the closing zero; Valkey binds a temporary name beside it.
LONGEST_SOCKET_PATH = 95


class SettingsError(Exception):
    """One or more settings cannot be used; the message lists all of them."""


@dataclass(frozen=True)
class Option:
    """One row of the table of settings.

    Args:
        name: variable without the prefix.
        default: text used when the variable is not set.
        parse: text → value; raises ``ValueError`` with a sentence.
        says: what it does, for ``docs/settings.md`` and ``flask config check``.
        secret: never printed.
    """

    name: str
    default: str
    parse: Callable[[str], Any]
    says: str
    secret: bool = False


def _text(value: str) -> str:
    return value.strip()


def _flag(value: str) -> bool:
    words = {
        "1": True,
        "true": True,
        "yes": True,
        "on": True,
        "0": False,
        "false": False,
        "no": False,
        "off": False,
    }
    try:
        return words[value.strip().lower() or "0"]
    except KeyError:
        raise ValueError("is neither yes nor no") from None


def _whole(low: int, high: int) -> Callable[[str], int]:
    def parse(value: str) -> int:
        number = int(value) if value.strip().lstrip("-").isdigit() else None
        if number is None or not low <= number <= high:
            raise ValueError(f"is not a whole number from {low} to {high}")
        return number

    return parse


def _seconds(value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = -1.0
    if number <= 0:
        raise ValueError("is not a number of seconds above 0")
    return number


def _url(*schemes: str) -> Callable[[str], str]:
    def parse(value: str) -> str:
        value = value.strip()
        if value and urlsplit(value).scheme not in schemes:
            raise ValueError(f"does not start with {' or '.join(f'{scheme}:' for scheme in schemes)}")
        return value

    return parse


def _hosts(value: str) -> tuple[str, ...]:
    names = [name.strip("[]") for name in re.split(r"[\s,]+", value) if name]
    try:
        found = tuple(_host(name) for name in names)
    except ValueError:
        raise ValueError("is not a list of host names without https:// and without a port") from None
    return found


def _host(name: str) -> str:
    if ":" in name:
        return str(ip_address(name))
    bare = name.removeprefix(".").encode("idna").decode("ascii").lower()
    if not re.fullmatch(r"[a-z0-9][a-z0-9.-]*", bare):
        raise ValueError(name)
    return ("." if name.startswith(".") else "") + bare


def _one_of(*words: str) -> Callable[[str], str]:
    def parse(value: str) -> str:
        if value.strip() not in words:
            raise ValueError(f"is not one of {', '.join(words)}")
        return value.strip()

    return parse


def _pairs(value: str) -> tuple[tuple[str, str], ...]:
    pairs = [part.partition("=") for part in re.split(r"[\s,]+", value) if part]
    if any(not name or not sign or not number for name, sign, number in pairs):
        raise ValueError("is not a list of name=number, separated by commas")
    return tuple((name, number) for name, _, number in pairs)


OPTIONS = (
    Option("DATA", "var", _text, "directory of everything embedded: database, index, queue, keys, logs"),
    Option(
        "DATABASE_URL",
        "",
        _url("sqlite", "postgresql", "postgresql+psycopg"),
        "database; empty: SQLite under the data directory",
        secret=True,
    ),
    Option("SEARCH_URL", "", _url("http", "https"), "Elasticsearch; empty: embedded index", secret=True),
    Option(
        "SEARCH_PREFIX",
        "anye",
        _text,
        "first part of index names, so that two installations can share a cluster",
    ),
    Option(
        "REDIS_URL",
        "",
        _url("redis", "rediss", "unix"),
        "Redis or Valkey; empty: the socket of the launcher's own server",
        secret=True,
    ),
    Option(
        "KEYS_FILE",
        "",
        _text,
        "file of the encryption keys (mode 0600); empty: keys.json in the data directory",
    ),
    Option(
        "PUBLIC_URL",
        "",
        _url("http", "https"),
        "address that people type, for links on paper and in messages",
    ),
    Option(
        "HOSTS",
        "",
        _hosts,
        "host names that pages answer to, separated by commas, beside this machine's own and the one of "
        "ANYE_PUBLIC_URL; .example.cn stands for all below it; where neither is set, any address in digits",
    ),
    Option("HTTPS", "no", _flag, "served over HTTPS: secure cookies with the __Host- prefix, and HSTS"),
    Option(
        "TRUSTED_PROXIES",
        "0",
        _whole(0, 5),
        "number of reverse proxies in front whose X-Forwarded-For is believed",
    ),
    Option("SITE_NAME", "安业", _text, "name in the page head"),
    Option("HELP_LINE", "12333", _text, "telephone number of the help line, in every footer"),
    Option("OFFICE_PHONE", "", _text, "telephone number of the responsible office, in every footer"),
    Option("UPLOAD_MEGABYTES", "30", _whole(1, 200), "largest accepted sheet, in megabytes"),
    Option("UPLOAD_ROWS", "250000", _whole(1, 1_000_000), "most rows in one sheet"),
    Option(
        "RETENTION_DAYS",
        "30",
        _whole(1, 3650),
        "days after an import when its file and rejected rows are deleted",
    ),
    Option(
        "NOTICE_DAYS",
        "180",
        _whole(1, 3650),
        "days after which what a message was about is erased; that it was sent, to whom and when stays",
    ),
    Option("LEASE_SECONDS", "60", _seconds, "how long a worker may hold work before another takes it over"),
    Option("SWEEP_SECONDS", "10", _seconds, "how often the sweep looks for work that nobody was told of"),
    Option("DRAIN_SECONDS", "20", _seconds, "how long one job works before it makes room for others"),
    Option("SEARCH_SECONDS", "1.5", _seconds, "longest wait of a page for the search engine"),
    Option("MATCHES_KEPT", "40", _whole(20, 200), "vacancies kept per jobseeker"),
    Option("VALID_DAYS", "90", _whole(1, 90), "longest validity of a vacancy in days"),
    Option("SESSION_HOURS", "8", _whole(1, 24), "hours after which staff have to sign in again"),
    Option(
        "IDLE_MINUTES",
        "30",
        _whole(5, 240),
        "minutes without a request after which staff have to sign in again",
    ),
    Option(
        "SMS_SENDER",
        "file",
        _one_of("file", "console", "tencent"),
        "who carries messages: file (lines in the data directory, telephone numbers masked), console (the "
        "same, and on standard output, for development) or tencent (Tencent Cloud SMS)",
    ),
    Option("SMS_SIGNATURE", "安业", _text, "approved signature in front of every message, without brackets"),
    Option("SMS_DAY_BUDGET", "2000", _whole(10, 1_000_000), "messages a day; an alarm at four fifths"),
    Option("SMS_SECRET_ID", "", _text, "key id of the account at the gateway", secret=True),
    Option("SMS_SECRET_KEY", "", _text, "key of the account at the gateway", secret=True),
    Option("SMS_APP_ID", "", _text, "number of the application at the gateway (SmsSdkAppId)"),
    Option(
        "SMS_TEMPLATES",
        "",
        _pairs,
        "kind of notice=number of its approved template, separated by commas",
    ),
    Option("SMS_URL", "https://sms.tencentcloudapi.com", _url("http", "https"), "address of the gateway"),
    Option("SMS_SECONDS", "5", _seconds, "longest wait for the gateway"),
    Option(
        "SMS_LOOK_SECONDS",
        "120",
        _seconds,
        "after so long without an answer the gateway is asked what became of a message",
    ),
    Option(
        "ACCOUNT_DAYS",
        "30",
        _whole(1, 90),
        "days after which a jobseeker has to sign in again on the same telephone",
    ),
    Option(
        "PROVE_AGAIN_DAYS",
        "180",
        _whole(1, 730),
        "days without a sign-in after which the ID number is asked for again, since a number may have a new "
        "owner by then",
    ),
    Option("LOG_LEVEL", "info", _text, "debug, info, warning or error"),
    Option("LOG_FORMAT", "json", _text, "json or console"),
)


#: What a gateway needs beside its name.
GATEWAY = ("SMS_SECRET_ID", "SMS_SECRET_KEY", "SMS_APP_ID", "SMS_TEMPLATES")


@dataclass(frozen=True)
class Settings:
    """The settings of one process; a field for each row of :data:`OPTIONS`, in lower case."""

    data: str
    database_url: str
    search_url: str
    search_prefix: str
    redis_url: str
    keys_file: str
    public_url: str
    hosts: tuple[str, ...]
    https: bool
    trusted_proxies: int
    site_name: str
    help_line: str
    office_phone: str
    upload_megabytes: int
    upload_rows: int
    retention_days: int
    notice_days: int
    lease_seconds: float
    sweep_seconds: float
    drain_seconds: float
    search_seconds: float
    matches_kept: int
    valid_days: int
    session_hours: int
    idle_minutes: int
    sms_sender: str
    sms_signature: str
    sms_day_budget: int
    sms_secret_id: str = field(repr=False)
    sms_secret_key: str = field(repr=False)
    sms_app_id: str
    sms_templates: tuple[tuple[str, str], ...]
    sms_url: str
    sms_seconds: float
    sms_look_seconds: float
    account_days: int
    prove_again_days: int
    log_level: str
    log_format: str

    @property
    def data_dir(self) -> Path:
        """The data directory, absolute."""
        return Path(self.data).resolve()

    @property
    def known_hosts(self) -> tuple[str, ...]:
        """Host names that pages answer to beside this machine's own; empty: none was named."""
        public = urlsplit(self.public_url).hostname
        return (*self.hosts, *((_host(public),) if public else ()))

    @property
    def database(self) -> str:
        """The database's URL, the embedded one filled in."""
        return self.database_url or f"sqlite:///{self.data_dir / 'anye.db'}"

    @property
    def queue_socket(self) -> Path:
        """The launcher's own queue server; in a short place where the data directory's path is a long one."""
        near = self.data_dir / "valkey.sock"
        if len(os.fsencode(near)) <= LONGEST_SOCKET_PATH:
            return near
        name = hashlib.sha256(os.fsencode(near)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"anye-{name}" / "valkey.sock"

    @property
    def redis(self) -> str:
        """The queue server's URL, the launcher's socket filled in."""
        return self.redis_url or f"unix://{self.queue_socket}"

    @property
    def keys_path(self) -> Path:
        """The key file."""
        return Path(self.keys_file) if self.keys_file else self.data_dir / "keys.json"

    @property
    def embedded_search(self) -> bool:
        """Whether the index lives in the data directory."""
        return not self.search_url


def load(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings from variables.

    Args:
        environ: names → texts.

    Raises:
        SettingsError: naming every variable that is unknown or cannot be used.
    """
    known = {PREFIX + option.name: option for option in OPTIONS}
    # Names for tests and tools only are spelt ANYE_TEST_…; the product does not read them.
    errors = [
        f"{name} is not a setting"
        for name in sorted(environ)
        if name.startswith(PREFIX) and name not in known and not name.startswith(PREFIX + "TEST_")
    ]
    values: dict[str, Any] = {}
    for name, option in known.items():
        try:
            values[option.name.lower()] = option.parse(environ.get(name, option.default))
        except ValueError as error:
            errors.append(f"{name} {error}")
    if values.get("sms_sender") == "tencent":
        errors += [
            f"{PREFIX}{name} is needed to send messages" for name in GATEWAY if not environ.get(PREFIX + name)
        ]
    if errors:
        raise SettingsError("; ".join(errors))
    return Settings(**values)


def described(settings: Settings, environ: Mapping[str, str] = os.environ) -> list[dict[str, str]]:
    """Every setting with its value and where it came from; secrets only say whether they are set."""
    rows = []
    for option, column in zip(OPTIONS, fields(Settings), strict=True):
        value = getattr(settings, column.name)
        value = ", ".join(map(_word, value)) if isinstance(value, tuple) else str(value)
        rows.append(
            {
                "name": PREFIX + option.name,
                "value": _without_secret(value) if option.secret else value,
                "source": "variable" if PREFIX + option.name in environ else "default",
                "says": option.says,
            }
        )
    return rows


def _word(part: str | tuple[str, str]) -> str:
    return part if isinstance(part, str) else "=".join(part)


def _without_secret(url: str) -> str:
    if "://" not in url:
        return "***" if url else ""
    parts = urlsplit(url)
    if "@" not in parts.netloc:
        return url
    return urlunsplit(parts._replace(netloc="***@" + parts.netloc.rsplit("@", 1)[1]))
