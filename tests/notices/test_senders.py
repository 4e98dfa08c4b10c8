"""The two adapters behind the port, the gateway's over its real wire format."""

import fcntl
import io
import logging
import socket
import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import timedelta

import pytest

from config import SettingsError, load
from config.logs import configure
from config.settings import described
from matching.bootstrap import Services
from matching.clock import FixedClock
from matching.notices.file_sender import FileSender
from matching.notices.kinds import Kind, State
from matching.notices.port import Message, SenderBusy, SenderRefused, SenderUnsure
from tests.architecture.sources import ROOT
from tests.notices.gateway import APP_ID, SECRET_ID, SECRET_KEY, gateway
from tests.notices.posts import PHONE, notice, tell, told_member, work
from tests.patience import patient

MESSAGE = Message(PHONE, "linked", {"phone": "12333"}, "你的手机号已连到资料。", "abc123def456")
# Its client asks for the time in a way that Python 3.12 discourages.
pytestmark = [
    pytest.mark.wide,
    pytest.mark.filterwarnings("ignore:datetime.datetime.utc:DeprecationWarning"),
]


@pytest.fixture
def far(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with gateway() as made:
        yield made
        assert made.wrong == [], "not signed as the gateway wants it"


def sender_of(far, **more):
    settings = load(far.settings(ANYE_SMS_SECONDS="0.4", **more))
    return Services(settings, FixedClock()).sender


def files(directory):
    return [path for path in sorted(directory.iterdir()) if path.suffix == ".txt"]


def test_the_default_writes_a_line_that_its_owner_alone_can_read(embedded, capsys):
    configure("debug")
    tell(embedded, told_member(embedded))
    work(embedded)
    (path,) = files(embedded.settings.data_dir / "notices")
    assert path.stat().st_mode & 0o777 == 0o600
    reference, at, to, kind, text = path.read_text().rstrip("\n").split("\t")
    assert (to, kind) == ("139****1234", "linked")
    assert text == "【安业】你的手机号已连到找工作的资料。不是你本人,请打12333。"
    assert at.startswith("2026-11-22T01:00:00")
    assert notice(embedded, 1).message_id == f"file:{reference}"
    logged = capsys.readouterr().err
    assert "notice_tried" in logged
    assert PHONE not in path.read_text() + logged
    assert "你的手机号" not in logged


def test_the_console_gets_the_line_too(tmp_path):
    console = io.StringIO()
    FileSender(tmp_path, FixedClock(), console=console).send(MESSAGE)
    assert console.getvalue() == files(tmp_path)[0].read_text()


def test_one_reference_is_one_line_also_on_the_next_day(tmp_path):
    clock = FixedClock()
    sender = FileSender(tmp_path, clock)
    assert sender.send(MESSAGE) == sender.send(MESSAGE) == "file:abc123def456"
    clock.advance(timedelta(hours=20))  # midnight passes between two tries
    assert sender.send(MESSAGE) == "file:abc123def456"
    assert len("".join(path.read_text() for path in files(tmp_path)).splitlines()) == 1


def test_one_process_writes_at_a_time(tmp_path):
    sender = FileSender(tmp_path, FixedClock())
    sender.send(MESSAGE)
    with (tmp_path / ".lock").open("r+") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        other = threading.Thread(target=sender.send, args=(replace(MESSAGE, reference="next"),))
        other.start()
        other.join(0.2)
        assert other.is_alive()
        assert sender.find(PHONE, "next", FixedClock().now()) is None
    other.join(20)
    assert sender.find(PHONE, "next", FixedClock().now()) == "file:next"


def test_a_line_that_a_crash_cut_off_swallows_no_other(tmp_path):
    sender = FileSender(tmp_path, FixedClock())
    sender.send(MESSAGE)
    with files(tmp_path)[0].open("a") as file:
        file.write("halfaline")
    sender.send(replace(MESSAGE, reference="next"))
    lines = files(tmp_path)[0].read_text().splitlines()
    assert [line.partition("\t")[0] for line in lines] == ["abc123def456", "halfaline", "next"]
    assert sender.find(PHONE, "next", FixedClock().now()) == "file:next"
    assert sender.find(PHONE, "other", FixedClock().now()) is None


def test_the_gateway_takes_a_message_and_gives_a_number(far):
    assert sender_of(far).send(MESSAGE) == "5000:1"
    assert far.taken == [
        {
            "PhoneNumberSet": ["+8613900001234"],
            "SmsSdkAppId": APP_ID,
            "SignName": "安业",
            "TemplateId": "1001",
            "TemplateParamSet": ["12333"],
            "SessionContext": "abc123def456",
        }
    ]


@pytest.mark.parametrize(
    ("answer", "error", "reason"),
    [
        (
            "LimitExceeded.PhoneNumberDailyLimit",
            SenderRefused,
            "LimitExceeded.PhoneNumberDailyLimit",
        ),
        (
            "FailedOperation.InsufficientBalanceInSmsPackage",
            SenderRefused,
            "FailedOperation.InsufficientBalanceInSmsPackage",
        ),
        ("LimitExceeded.DeliveryFrequencyLimit", SenderBusy, "LimitExceeded.DeliveryFrequencyLimit"),
        (
            {"Error": {"Code": "AuthFailure.SignatureFailure", "Message": "no"}},
            SenderRefused,
            "AuthFailure.SignatureFailure",
        ),
        ({"Error": {"Code": "RequestLimitExceeded", "Message": "slow"}}, SenderBusy, "RequestLimitExceeded"),
        ({"Error": {"Code": "InternalError.Timeout", "Message": "?"}}, SenderUnsure, "InternalError.Timeout"),
        ("Something.New", SenderUnsure, "Something.New"),
        ({"SendStatusSet": []}, SenderUnsure, "answer_unreadable"),
        (500, SenderBusy, "ServerNetworkError"),
        (503, SenderBusy, "ServerNetworkError"),
    ],
)
def test_what_the_gateway_says_decides_what_comes_next(far, answer, error, reason):
    far.answers.append(answer)
    with pytest.raises(error) as told:
        sender_of(far).send(MESSAGE)
    assert told.value.reason == reason
    assert PHONE not in str(told.value)


def test_no_answer_in_time_leaves_it_open_whether_the_message_went_out(far):
    far.silent.clear()
    started = time.monotonic()
    with pytest.raises(SenderUnsure) as told:
        sender_of(far).send(MESSAGE)
    assert told.value.reason == "ClientNetworkError"
    assert len(far.taken) == 1
    assert time.monotonic() - started < patient(10)


def test_a_gateway_that_was_not_reached_has_certainly_not_taken_it(far):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        nowhere = f"http://127.0.0.1:{closed.getsockname()[1]}"
        with pytest.raises(SenderBusy) as told:
            sender_of(far, ANYE_SMS_URL=nowhere).send(MESSAGE)
    assert told.value.reason == "not_reached"


def test_a_kind_without_an_approved_template_is_refused_before_anything_is_sent(far):
    with pytest.raises(SenderRefused, match="template_missing"):
        sender_of(far).send(replace(MESSAGE, template="hired"))
    assert far.taken == []


@pytest.mark.parametrize("tells", [True, False])
def test_the_gateway_is_asked_what_became_of_a_message(far, tells):
    far.tells = tells
    sender = sender_of(far)
    sender.send(replace(MESSAGE, reference="other"))
    sender.send(MESSAGE)
    since = FixedClock().now()
    assert sender.find(PHONE, MESSAGE.reference, since) == ("5000:2" if tells else None)
    assert sender.find(PHONE, "unknown", since) is None
    assert far.asked[0] == {
        "PhoneNumber": "+8613900001234",
        "SmsSdkAppId": APP_ID,
        "BeginTime": int(since.timestamp()),
        "Offset": 0,
        "Limit": 100,
    }


def test_a_notice_travels_through_the_gateway_and_a_5xx_is_tried_again(stack, far):
    stack.__dict__["sender"] = sender_of(far)
    far.answers.append(502)
    notice_id = tell(stack, told_member(stack))
    work(stack)
    assert (notice(stack, notice_id).state, len(far.taken)) == (State.WAITING, 1)
    stack.clock.advance(timedelta(seconds=30))
    work(stack)
    sent = notice(stack, notice_id)
    assert (sent.state, sent.message_id, len(far.taken)) == (State.SENT, "5000:2", 2)


def test_the_gateways_client_logs_no_phone(far, caplog):
    caplog.set_level(logging.DEBUG)
    sender_of(far).send(MESSAGE)
    assert PHONE not in caplog.text
    assert SECRET_KEY not in caplog.text


def test_the_gateways_client_is_loaded_only_where_it_is_configured():
    program = (
        "import sys; from config import load; from matching.bootstrap import open_services; "
        "import matching.notices.sending; open_services(load({})).sender; "
        "assert not {'tencentcloud', 'requests'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)


def test_a_gateway_needs_all_its_settings_and_all_are_told_together():
    with pytest.raises(SettingsError) as told:
        load({"ANYE_SMS_SENDER": "tencent", "ANYE_SMS_SECRET_ID": SECRET_ID})
    for name in ("SECRET_KEY", "APP_ID", "TEMPLATES"):
        assert f"ANYE_SMS_{name} is needed" in str(told.value)
    assert "SECRET_ID" not in str(told.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SENDER", "pigeon"),
        ("TEMPLATES", "linked"),
        ("DAY_BUDGET", "9"),
        ("SECONDS", "0"),
        ("URL", "ftp://x"),
    ],
)
def test_a_setting_that_cannot_be_used_stops_the_start(name, value):
    with pytest.raises(SettingsError, match=f"ANYE_SMS_{name}"):
        load({f"ANYE_SMS_{name}": value})


def test_the_gateways_key_is_never_printed(far):
    settings = load(far.settings())
    shown = {row["name"]: row["value"] for row in described(settings, {})}
    assert shown["ANYE_SMS_SECRET_KEY"] == shown["ANYE_SMS_SECRET_ID"] == "***"
    assert shown["ANYE_SMS_TEMPLATES"].startswith("linked=1001, invited=1002")
    assert SECRET_KEY not in repr(settings)


def test_every_template_in_the_settings_is_one_of_ours():
    assert {"linked", "invited", "sign_in_code"} <= set(Kind)
