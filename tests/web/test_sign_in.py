"""Sessions live on the server: they begin with a new token, end by time, by order and by role."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from matching.accounts import service as accounts
from matching.accounts.models import AuditEvent, Role, User, UserSession
from matching.db import transaction
from tests.webapp import PASSWORD, post, token_of
from web.account.views import device_name

COOKIE = "anye_session"


def _inside(client) -> bool:
    return client.get("/account").status_code == 200


def test_a_wrong_password_and_an_unknown_login_look_alike(client, user_of) -> None:
    user = user_of(Role.COUNTY)
    wrong = post(client, "/sign-in", {"login": user.login, "password": "not this one"})
    unknown = post(client, "/sign-in", {"login": "nobody", "password": "not this one"})
    assert wrong.status_code == unknown.status_code == 422
    said = "登录名或密码不对,再看一遍。"
    assert said in wrong.get_data(as_text=True)
    assert said in unknown.get_data(as_text=True)
    assert client.get_cookie(COOKIE) is None


def test_an_error_stands_in_the_summary_and_beside_the_field(client) -> None:
    page = post(client, "/sign-in", {"login": "  ", "password": ""}).get_data(as_text=True)
    assert page.count("请输入登录名。") == 2
    assert '<a href="#login">请输入登录名。</a>' in page
    assert "<title>有错: 工作人员登录" in page


def test_what_was_typed_is_kept_but_the_password(client) -> None:
    page = post(client, "/sign-in", {"login": "someone", "password": "secret words"}).get_data(as_text=True)
    assert 'value="someone"' in page
    assert "secret words" not in page


def test_signing_in_gives_a_new_token_and_ends_the_old_one(services, sign_in_as) -> None:
    client = sign_in_as(Role.COUNTY)
    first = client.get_cookie(COOKIE).value
    answer = post_again(client)
    second = client.get_cookie(COOKIE).value
    assert answer.status_code == 303
    assert first != second
    with transaction(services.sessions, writes=False) as session:
        digests = list(session.scalars(select(UserSession.token_digest)))
    assert digests == [accounts.digest(second)]


def post_again(client):
    page = client.get("/account").get_data(as_text=True)
    token = page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
    data = {"csrf_token": token, "login": client.user.login, "password": PASSWORD}
    return client.post("/sign-in", data=data)


def test_a_token_that_was_planted_before_signing_in_is_not_taken_over(client, user_of) -> None:
    user = user_of(Role.COUNTY)
    client.set_cookie(COOKIE, "planted")
    post(client, "/sign-in", {"login": user.login, "password": PASSWORD})
    assert client.get_cookie(COOKIE).value != "planted"
    client.set_cookie(COOKIE, "planted")
    assert not _inside(client)


def test_the_form_token_of_a_visitor_does_not_outlive_signing_in(client, user_of) -> None:
    user = user_of(Role.COUNTY)
    before = token_of(client)
    client.post("/sign-in", data={"csrf_token": before, "login": user.login, "password": PASSWORD})
    assert client.post("/sign-out", data={"csrf_token": before}).status_code == 400


def test_the_cookie_holds_nothing_but_a_random_token(services, sign_in_as) -> None:
    client = sign_in_as(Role.COUNTY)
    token = client.get_cookie(COOKIE).value
    assert len(token) >= 40
    with transaction(services.sessions, writes=False) as session:
        assert token not in list(session.scalars(select(UserSession.token_digest)))


def test_a_session_ends_after_standing_idle(clock, sign_in_as) -> None:
    client = sign_in_as(Role.COUNTY)
    clock.advance(timedelta(minutes=29))
    assert _inside(client)
    clock.advance(timedelta(minutes=29))
    assert _inside(client)
    clock.advance(timedelta(minutes=31))
    assert not _inside(client)


def test_a_session_ends_after_its_hours_however_busy(clock, sign_in_as) -> None:
    client = sign_in_as(Role.COUNTY)
    for _ in range(23):
        clock.advance(timedelta(minutes=20))
        assert _inside(client)
    clock.advance(timedelta(minutes=20))
    assert not _inside(client)


def test_a_dead_cookie_is_taken_back(clock, sign_in_as) -> None:
    client = sign_in_as(Role.COUNTY)
    clock.advance(timedelta(hours=9))
    client.get("/")
    assert client.get_cookie(COOKIE) is None


def test_a_user_who_is_switched_off_is_out_at_the_next_request(services, sign_in_as) -> None:
    client = sign_in_as(Role.COUNTY)
    assert _inside(client)
    with transaction(services.sessions) as session:
        session.get(User, client.user.id).active = False
    assert not _inside(client)


def test_a_changed_role_holds_from_the_next_request(services, sign_in_as) -> None:
    client = sign_in_as(Role.COUNTY)
    with transaction(services.sessions) as session:
        session.get(User, client.user.id).role = Role.AUDITOR
    assert "审计" in client.get("/account").get_data(as_text=True)


def test_signing_out_ends_the_session_on_the_server(sign_in_as) -> None:
    client = sign_in_as(Role.COUNTY)
    token = client.get_cookie(COOKIE).value
    assert post_as(client, "/sign-out").status_code == 303
    assert client.get_cookie(COOKIE) is None
    client.set_cookie(COOKIE, token)
    assert not _inside(client)


def post_as(client, path: str, data=None):
    page = client.get("/account/password").get_data(as_text=True)
    token = page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
    return client.post(path, data={"csrf_token": token, **(data or {})})


def test_signing_out_everywhere_ends_the_other_devices(app, sign_in_as) -> None:
    one = sign_in_as(Role.COUNTY)
    other = app.test_client()
    post(other, "/sign-in", {"login": one.user.login, "password": PASSWORD})
    post_as(one, "/sign-out/everywhere")
    assert not _inside(one)
    assert not _inside(other)


def test_ten_wrong_passwords_close_the_login_for_a_while(clock, client, user_of) -> None:
    user = user_of(Role.COUNTY)
    token = token_of(client)
    for _ in range(10):
        client.post("/sign-in", data={"csrf_token": token, "login": user.login, "password": "wrong one"})
    data = {"csrf_token": token, "login": user.login, "password": PASSWORD}
    refused = client.post("/sign-in", data=data)
    assert refused.status_code == 429
    assert "试得太多了" in refused.get_data(as_text=True)
    clock.advance(timedelta(minutes=6))
    assert client.post("/sign-in", data=data).status_code == 303


def test_the_first_password_has_to_be_changed_before_anything_else(client, services, user_of) -> None:
    user = user_of(Role.COUNTY, must_change_password=True)
    answer = post(client, "/sign-in", {"login": user.login, "password": PASSWORD})
    assert answer.location == "/account/password"
    assert client.get("/account").location == "/account/password"
    changed = post_as(
        client, "/account/password", {"old": PASSWORD, "new": "a quiet river", "again": "a quiet river"}
    )
    assert changed.location == "/account"
    assert "密码改好了" in client.get("/account").get_data(as_text=True)


def test_changing_the_password_ends_other_sessions_and_renews_this_one(app, sign_in_as) -> None:
    client = sign_in_as(Role.COUNTY)
    other = app.test_client()
    post(other, "/sign-in", {"login": client.user.login, "password": PASSWORD})
    before = client.get_cookie(COOKIE).value
    post_as(client, "/account/password", {"old": PASSWORD, "new": "a quiet river", "again": "a quiet river"})
    assert client.get_cookie(COOKIE).value != before
    assert _inside(client)
    assert not _inside(other)


def test_a_refused_new_password_says_why_and_changes_nothing(client, sign_in_as) -> None:
    inside = sign_in_as(Role.COUNTY)
    for old, new, again, said in (
        ("not this", "a quiet river", "a quiet river", "原来的密码不对"),
        (PASSWORD, "short", "short", "密码至少 8 位"),
        (PASSWORD, "password", "password", "太容易猜到"),
        (PASSWORD, "a quiet river", "another river", "两次输入的新密码不一样"),
    ):
        answer = post_as(inside, "/account/password", {"old": old, "new": new, "again": again})
        assert answer.status_code == 422
        assert said in answer.get_data(as_text=True)
    assert post(client, "/sign-in", {"login": inside.user.login, "password": PASSWORD}).status_code == 303


def test_signing_in_and_failing_to_is_in_the_audit(services, client, user_of) -> None:
    user = user_of(Role.COUNTY)
    post(client, "/sign-in", {"login": user.login, "password": "wrong one"})
    post(client, "/sign-in", {"login": user.login, "password": PASSWORD})
    with transaction(services.sessions, writes=False) as session:
        actions = list(session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)))
    assert actions == ["sign_in.failed", "sign_in"]


def test_the_set_up_link_makes_the_first_administrator_once(app, services, clock) -> None:
    with transaction(services.sessions) as session:
        link = accounts.make_setup_token(session, clock.now())
    client = app.test_client()
    assert client.get(f"/setup/{link}").status_code == 200
    form = {
        "organisation": "沅陵县就业服务中心", "kind": "office", "region": "431222", "name": "试用人员",
        "login": "first", "password": "a quiet river", "again": "a quiet river",
    }  # fmt: skip
    token = token_of(client)
    refused = client.post(f"/setup/{link}", data={"csrf_token": token, **form, "region": "999999"})
    assert refused.status_code == 422
    assert "沅陵县就业服务中心" in refused.get_data(as_text=True)
    assert client.post(f"/setup/{link}", data={"csrf_token": token, **form}).status_code == 303
    assert "系统管理员" in client.get("/account").get_data(as_text=True)
    again = app.test_client().get(f"/setup/{link}")
    assert "这个链接已经用过或过期了" in again.get_data(as_text=True)


def test_a_set_up_link_that_nobody_made_makes_nobody(app, services) -> None:
    client = app.test_client()
    form = {
        "organisation": "沅陵县就业服务中心", "kind": "office", "region": "431222", "name": "试用人员",
        "login": "first", "password": "a quiet river", "again": "a quiet river",
        "csrf_token": token_of(client),
    }  # fmt: skip
    assert client.post("/setup/guessed", data=form).status_code == 422
    with transaction(services.sessions, writes=False) as session:
        assert session.scalar(select(User)) is None


def test_browsers_get_short_names() -> None:
    agent = (
        "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0 Safari/537.36"
    )
    assert device_name(agent) == "Android Chrome"
    assert device_name("curl/8") == ""
