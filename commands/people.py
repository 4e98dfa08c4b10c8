"""``flask organisation add`` and ``flask user add``: a first start without a browser."""

from __future__ import annotations

import click

from commands.frame import Group, answer, as_json_option, command, say, services
from doorbell import work
from matching.accounts.lookup import organisation_by
from matching.accounts.scope import OPERATOR
from matching.accounts.service import add_organisation, add_user

organisation = Group("organisation", help="组织:主管部门、劳务公司、用人单位。")
user = Group("user", help="登录的人。")


@command("add", organisation)
@click.argument("name")
@click.option("--kind", required=True, help="office、company 或 employer")
@click.option("--region", required=True, metavar="ADCODE", help="区划代码")
@click.option("--credit-code", help="统一社会信用代码")
@click.option("--phone", help="办公电话,显示在页脚")
@as_json_option
def add_one_organisation(
    name: str, kind: str, region: str, credit_code: str | None, phone: str | None, as_json: bool
) -> None:
    """登记一个组织。"""
    mine = services()
    with work(mine) as session:
        made = add_organisation(
            session,
            OPERATOR,
            name=name,
            kind=kind,
            region_code=region,
            credit_code=credit_code,
            phone=phone,
            now=mine.clock.now(),
        )
    result = {"id": made.public_id, "name": made.name, "kind": made.kind, "region": made.region_code}
    answer(result, as_json=as_json, text=lambda: made.public_id)


@command("add", user)
@click.argument("login")
@click.option("--role", required=True, help="administrator、prefecture、county、company、coordinator 等")
@click.option("--organisation", "owner", metavar="NAME", help="所属组织的名称或编号")
@click.option("--name", default="", help="姓名")
@as_json_option
def add_one_user(login: str, role: str, owner: str | None, name: str, as_json: bool) -> None:
    """建一个登录账号,写出只能用一次的密码。"""
    mine = services()
    with work(mine) as session:
        home = organisation_by(session, owner) if owner is not None else None
        made, password = add_user(
            session,
            OPERATOR,
            login=login,
            name=name,
            role=role,
            now=mine.clock.now(),
            organisation=home,
        )
    say("这个密码只显示这一次,第一次登录后必须改掉。")
    result = {"id": made.public_id, "login": made.login, "role": made.role, "password": password}
    answer(result, as_json=as_json, text=lambda: password)
