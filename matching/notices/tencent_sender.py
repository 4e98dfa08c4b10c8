"""Messages through Tencent Cloud SMS (腾讯云短信, API 2021-01-11) by its official client.

The only file that knows that client.  A gateway sends texts that it has approved: each kind of notice has a
template there, whose {1}, {2} … are the placeholders of :mod:`matching.notices.words` in their order.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from tencentcloud.common.credential import Credential
from tencentcloud.common.exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.sms.v20210111 import models
from tencentcloud.sms.v20210111.sms_client import SmsClient
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from matching.notices.port import Message, SenderBusy, SenderRefused, SenderUnsure

#: One of the regions that serve SMS; it does not decide where messages may go.
REGION = "ap-guangzhou"
COUNTRY = "+86"
#: Messages to one phone that are looked through for a reference.
LOOKED_THROUGH = 100
#: The gateway counts calls of the account in seconds: later it takes more.
BUSY = ("RequestLimitExceeded", "LimitExceeded.DeliveryFrequencyLimit", "ServerNetworkError")
#: The answer leaves open whether the message went out.
UNCLEAR = ("InternalError", "ClientNetworkError")
#: Begins of the codes that say no.
REFUSED = (
    "AuthFailure",
    "FailedOperation",
    "InvalidParameter",
    "LimitExceeded",
    "MissingParameter",
    "UnauthorizedOperation",
    "UnsupportedOperation",
)
# Its own log lines hold phones and texts.
logging.getLogger("tencentcloud_sdk_common").setLevel(logging.CRITICAL)


class TencentSender:
    """The gateway behind the port.

    Args:
        url: address of the gateway.
        secret_id, secret_key: the account's key.
        app_id: the application's number there (SmsSdkAppId).
        signature: approved signature, without brackets.
        templates: kind of notice → number of its approved template.
        seconds: longest wait for a connection and for each part of an answer.
    """

    #: A second call with the same reference is a second message.
    safe_to_repeat = False

    def __init__(
        self,
        *,
        url: str,
        secret_id: str,
        secret_key: str,
        app_id: str,
        signature: str,
        templates: Mapping[str, str],
        seconds: float,
    ) -> None:
        address = urlsplit(url)
        http = HttpProfile(protocol=address.scheme, endpoint=address.netloc, reqTimeout=seconds)
        self._client = SmsClient(Credential(secret_id, secret_key), REGION, ClientProfile(httpProfile=http))
        self._app_id = app_id
        self._signature = signature
        self._templates = templates

    def send(self, message: Message) -> str:
        """Hand a message over; see the port."""
        template = self._templates.get(message.template)
        if template is None:
            raise SenderRefused("template_missing")
        request = models.SendSmsRequest()
        request.PhoneNumberSet = [COUNTRY + message.to]
        request.SmsSdkAppId = self._app_id
        request.SignName = self._signature
        request.TemplateId = template
        request.TemplateParamSet = list(message.values.values())
        request.SessionContext = message.reference
        try:
            answer = self._client.SendSms(request)
        except TencentCloudSDKException as error:
            raise _told(error) from None
        return _taken(answer.SendStatusSet)

    def find(self, to: str, reference: str, since: datetime) -> str | None:
        """Ask for what went to this phone; a gateway that does not say cannot tell."""
        request = models.PullSmsSendStatusByPhoneNumberRequest()
        request.PhoneNumber = COUNTRY + to
        request.SmsSdkAppId = self._app_id
        request.BeginTime = int(since.timestamp())
        request.Offset, request.Limit = 0, LOOKED_THROUGH
        try:
            answer = self._client.PullSmsSendStatusByPhoneNumber(request)
        except TencentCloudSDKException:
            return None
        statuses = answer.PullSmsSendStatusSet or []
        return next((str(one.SerialNo) for one in statuses if one.SessionContext == reference), None)


def _taken(statuses: list[Any] | None) -> str:
    if not statuses or len(statuses) != 1:
        raise SenderUnsure("answer_unreadable")
    (status,) = statuses
    if status.Code == "Ok" and status.SerialNo:
        return str(status.SerialNo)
    raise _error(str(status.Code))


def _told(error: TencentCloudSDKException) -> Exception:
    if any(isinstance(cause, NewConnectionError | ConnectTimeoutError) for cause in _causes(error)):
        return SenderBusy("not_reached")
    return _error(str(error.code))


def _error(code: str) -> Exception:
    if code.startswith(BUSY):
        return SenderBusy(code)
    if code.startswith(UNCLEAR) or not code.startswith(REFUSED):
        return SenderUnsure(code)
    return SenderRefused(code)


def _causes(error: BaseException) -> Iterator[object]:
    """Everything an error came from; its client wraps one in another without naming the cause."""
    todo: list[object] = [error]
    while todo:
        one = todo.pop()
        yield one
        if isinstance(one, BaseException):
            todo += [each for each in (one.__context__, getattr(one, "reason", None), *one.args) if each]
