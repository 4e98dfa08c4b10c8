"""A gateway on loopback that speaks Tencent Cloud's API 3.0 for SMS, and checks how it is spoken to."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SECRET_ID, SECRET_KEY, APP_ID = "id-of-the-test", "key-of-the-test", "1400006666"
TEMPLATES = {"linked": "1001", "invited": "1002", "sign_in_code": "1003"}


@dataclass
class Gateway:
    """What it took, and how it answers.

    Args:
        url: where it listens.
        answers: for each sending in turn: a status code, a code for the one phone, or a dict as ``Response``.
            Nothing left: ``Ok``.
        tells: whether it can say what became of a message.
        silent: answers of sendings wait for this; set from the start.
    """

    url: str = ""
    answers: list[int | str | dict[str, Any]] = field(default_factory=list)
    tells: bool = False
    silent: threading.Event = field(default_factory=threading.Event)
    taken: list[dict[str, Any]] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def settings(self, **more: str) -> dict[str, str]:
        """Settings that make it the sender."""
        return {
            "ANYE_SMS_SENDER": "tencent",
            "ANYE_SMS_URL": self.url,
            "ANYE_SMS_SECRET_ID": SECRET_ID,
            "ANYE_SMS_SECRET_KEY": SECRET_KEY,
            "ANYE_SMS_APP_ID": APP_ID,
            "ANYE_SMS_TEMPLATES": ",".join(f"{kind}={number}" for kind, number in TEMPLATES.items()),
            **more,
        }

    def send(self, body: dict[str, Any]) -> int | dict[str, Any]:
        """SendSms."""
        self.taken.append(body)
        number = len(self.taken)
        answer = self.answers.pop(0) if self.answers else "Ok"
        if not isinstance(answer, str):
            return answer
        status = {
            "SerialNo": f"5000:{number}" if answer == "Ok" else "",
            "PhoneNumber": body["PhoneNumberSet"][0],
            "Fee": 1 if answer == "Ok" else 0,
            "SessionContext": body["SessionContext"],
            "Code": answer,
            "Message": "send success" if answer == "Ok" else "failed",
            "IsoCode": "CN",
        }
        return {"SendStatusSet": [status]}

    def find(self, body: dict[str, Any]) -> dict[str, Any]:
        """PullSmsSendStatusByPhoneNumber."""
        self.asked.append(body)
        if not self.tells:
            return {"Error": {"Code": "UnauthorizedOperation.RequestPermissionDeny", "Message": "not opened"}}
        found = [
            {
                "UserReceiveTime": 0,
                "CountryCode": "86",
                "SubscriberNumber": body["PhoneNumber"][3:],
                "PhoneNumber": body["PhoneNumber"],
                "SerialNo": f"5000:{number}",
                "ReportStatus": "SUCCESS",
                "Description": "DELIVRD",
                "SessionContext": one["SessionContext"],
            }
            for number, one in enumerate(self.taken, 1)
            if one["PhoneNumberSet"] == [body["PhoneNumber"]]
        ]
        return {"PullSmsSendStatusSet": found}


def signed(headers: Any, body: bytes) -> bool:
    """Whether a request is signed with the key, as TC3-HMAC-SHA256 wants it."""
    moment = datetime.fromtimestamp(int(headers["X-TC-Timestamp"]), UTC).strftime("%Y-%m-%d")
    lines = f"content-type:{headers['Content-Type']}\nhost:{headers['Host']}\n"
    asked = "\n".join(("POST", "/", "", lines, "content-type;host", hashlib.sha256(body).hexdigest()))
    scope = f"{moment}/sms/tc3_request"
    told = "\n".join(
        ("TC3-HMAC-SHA256", headers["X-TC-Timestamp"], scope, hashlib.sha256(asked.encode()).hexdigest())
    )
    key = f"TC3{SECRET_KEY}".encode()
    for part in (moment, "sms", "tc3_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.new(key, told.encode(), "sha256").hexdigest()
    return headers["Authorization"] == (
        f"TC3-HMAC-SHA256 Credential={SECRET_ID}/{scope}, SignedHeaders=content-type;host, "
        f"Signature={signature}"
    )


@contextmanager
def gateway() -> Iterator[Gateway]:
    """One that listens on a free port until the end of the block."""
    made = Gateway()
    made.silent.set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if not signed(self.headers, body) or self.headers["X-TC-Version"] != "2021-01-11":
                made.wrong.append(self.headers["Authorization"])
            if self.headers["X-TC-Action"] == "SendSms":
                answer = made.send(json.loads(body))
                made.silent.wait(60)
            else:
                answer = made.find(json.loads(body))
            self.answer(answer)

        def answer(self, answer: int | dict[str, Any]) -> None:
            status = answer if isinstance(answer, int) else 200
            content = {} if isinstance(answer, int) else {"Response": {**answer, "RequestId": "r-1"}}
            raw = json.dumps(content).encode()
            try:
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)
            except OSError:
                pass  # whoever asked is dead or tired of waiting

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    made.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        made.silent.set()
        server.shutdown()
        server.server_close()
        thread.join()
