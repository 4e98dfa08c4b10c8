"""Sentences for the codes of this room."""

from __future__ import annotations

from matching.accounts.employer_codes import AccountClass, NoCode, PaperKind, RegistrationRefusal, Standing
from matching.accounts.models import OrganisationKind, Role

ROLES = {
    Role.JOBSEEKER: "求职者",
    Role.EMPLOYER: "用人单位",
    Role.COMPANY: "劳务服务公司",
    Role.COORDINATOR: "协管员",
    Role.COUNTY: "县级管理",
    Role.PREFECTURE: "市级管理",
    Role.AUDITOR: "审计",
    Role.ADMINISTRATOR: "系统管理员",
}
KINDS = {
    OrganisationKind.OFFICE: "主管部门",
    OrganisationKind.COMPANY: "劳务服务公司",
    OrganisationKind.EMPLOYER: "用人单位",
}
STANDING = {
    Standing.WAITING: "等待核实",
    Standing.APPROVED: "已核实",
    Standing.REFUSED: "没有通过",
    Standing.ENDED: "已终止",
}
ACCOUNT_CLASS = {
    AccountClass.DIRECT: "单位自己招人",
    AccountClass.COMMERCIAL: "人力资源机构,受单位委托",
}
NO_CODE = {
    NoCode.FAMILY_FARM: "家庭农场,还没有代码",
    NoCode.SMALL_TRADE: "个人小店、小摊",
    NoCode.HOUSEHOLD: "家里请人帮忙",
}
PAPER = {PaperKind.LICENCE: "营业执照或其他证明", PaperKind.COMMISSION: "委托书"}
#: Why a registration did not pass, as the employer reads it.
REGISTRATION_REFUSAL = {
    RegistrationRefusal.PAPER_UNREADABLE: "证件照片看不清,请重新拍。",
    RegistrationRefusal.PAPER_OVER: "证件过期了,请换有效的。",
    RegistrationRefusal.NAME_DIFFERS: "名称或代码和证件不一样。",
    RegistrationRefusal.NOT_ENTITLED: "没有看出你能代表这家单位。",
    RegistrationRefusal.NOT_FOUND: "没有查到这家单位。",
}
ERRORS = {
    "login_form": "登录名要用 3 到 40 个小写字母、数字、点或横线,以字母或数字开头。",
    "login_taken": "登录名 {login} 已经有人用了,换一个。",
    "role_unknown": "没有“{role}”这种角色。",
    "organisation_required": "这个角色要属于一个组织,请选组织。",
    "organisation_name_missing": "请写组织的名称。",
    "organisation_kind_unknown": "没有“{kind}”这种组织。可用:office(主管部门)、company(劳务公司)、employer(用人单位)。",
    "organisation_exists": "“{organisation}”已经登记过了。",
    "organisation_unknown": "没有找到组织“{organisation}”。",
    "organisation_ambiguous": "有几个组织,请用 --for 说明是哪一个:{names}。",
    "organisation_none": "还没有登记组织。请先运行 flask organisation add 名称 --kind office --region 区划代码。",
    "region_without_prefecture": "区划代码 {region} 不属于任何市州,请写到市或县。",
    "region_unknown": "没有区划代码 {region}。请核对后再写。",
    "password_short": "密码至少 {shortest} 位。",
    "password_long": "密码最多 {longest} 位。",
    "password_common": "这个密码太容易猜到,换一个。",
    "password_wrong": "原来的密码不对,再试一次。",
    "too_many_tries": "试得太多了,请 {minutes} 分钟后再试。",
    "phone_not_mobile": "手机号是 11 位数字,再看一遍。",
    "code_wait_minute": "刚发过,等一分钟再要。",
    "code_wait_hour": "要得太勤了,过一小时再来。",
    "code_wait_day": "今天要的太多了,明天再来。",
    "code_wrong": "验证码不对,再看一遍。",
    "code_dead": "验证码过期了,再要一个。",
    "user_unknown": "没有这个用户。",
    "employer_name_missing": "请写单位的名称。",
    "credit_code_form": "信用代码是 18 位,再看一遍。",
    "no_code_missing": "没有信用代码的,请选为什么没有。",
    "county_not_served": "请选所在的县。",
    "employer_phone_form": "电话不对,再看一遍。",
    "agency_missing": "替别家招人的,请写机构名称和许可证号。",
    "paper_missing": "请上传营业执照的照片。",
    "commission_missing": "替别家招人的,请上传委托书。",
    "paper_empty": "这个文件是空的,换一个。",
    "paper_too_large": "文件最多 {megabytes} MB,换一个小的。",
    "paper_form": "这不是照片或扫描件,换一个。",
    "employers_enough": "正在核实的登记太多了,等核实完再登记。",
    "registration_decided": "这次登记不用重新填写。",
    "employer_registration_unknown": "没有找到这次登记。",
    "organisation_name_taken": "已有同名的组织,但信用代码不同或不是用人单位,不能通过。请核对后退回。",
    "employer_unknown": "没有找到这个单位,请重新选。",
    "setup_link_spent": "这个链接已经用过或过期了。请在服务器上重新启动,取得新的链接。",
    "key_file_missing": "找不到密钥文件 {path}。没有它,加密的资料打不开。",
    "key_file_readable_by_others": "密钥文件 {path} 别人也能读。请运行 chmod 600 {path}。",
    "key_file_damaged": "密钥文件 {path} 损坏,读不出来。请用备份恢复。",
    "key_missing": "缺少密钥 {key},打不开这条加密资料。",
    "sealed_value_damaged": "有一条加密资料损坏,打不开(密钥 {key})。",
}
