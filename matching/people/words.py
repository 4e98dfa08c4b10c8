"""Sentences and words for the codes of this room."""

from __future__ import annotations

from matching.people.codes import (
    Capacity,
    Care,
    Channel,
    ConsentKind,
    Education,
    Health,
    IdType,
    Monitored,
    Reach,
    Relation,
    Resettlement,
    School,
    Sex,
    Shift,
    Target,
    Willingness,
    Work,
)
from matching.sheets.words import PROBLEMS as SHEET_PROBLEMS

#: What is wrong with one row of a person or settlement sheet.
PROBLEMS = SHEET_PROBLEMS | {
    "name_missing": "没有姓名(安置点表为没有名称),这一行没有导入。",
    "id_checksum": "证件号码空着、位数不对或校验码不对;显示成 5.2E+17 的号码已被表格软件改坏,请把这一列设为文本格式重新填写。",
    "id_birth_mismatch": "出生日期与身份证号里的不一致,请核对。",
    "sex_mismatch": "性别与身份证号里的不一致,请核对。",
    "settlement_unknown": "没有这个安置点。请核对名称,或勾选“新建安置点”。",
    "under_16": "未满 16 周岁,不能列入劳动力台账。",
    "second_head": "这一户前面已经有一个户主,这一行没有导入。",
    "other_county": "此人登记在别的县。已生成转移申请,由两县核对后办理。",
    "unknown_person": "系统里没有这个人,而本表只更新已有的人。请先导入带姓名的台账。",
    "income_range": "月收入不在 100 到 30000 元之间,这一项没有导入。",
    "end_before_start": "结束时间早于开始时间,结束时间没有导入。",
    "incapable_but_working": "登记为没有劳动能力却有务工情况,务工情况没有导入,请核对。",
    "student_but_working": "登记为在校生却有务工情况,务工情况没有导入,请核对。",
    "weak_but_healthy": "登记为弱劳动力,健康状况却是健康,请核对。",
    "point_range": "经纬度不在中国范围内或只填了一个,这两项没有导入。",
}

#: Why something asked for about people or settlements cannot be done.
ERRORS = {
    "not_doubles": "这两条记录的姓名或出生日期已经不一样,不能再合并。请回到名单看看。",
    "settlement_unknown": "没有这个安置点,请核对名称。",
    "settlement_exists": "“{settlement}”已经登记过了。",
    "settlement_missing": "没有找到这个安置点。",
    "other_county": "这不属于您所在的县。",
    "not_allowed": "您没有办理这件事的权限。",
    "changed_meanwhile": "别人刚刚改过这条记录,请刷新后再改。",
    "person_unknown": "没有找到这个人。",
    "household_unknown": "没有找到这一户。",
    "conflict_unknown": "这一项已经处理过了。",
    "transfer_unknown": "这条转移申请已经办结了。",
    "reason_needed": "请写明查看的理由。",
    "name_needed": "请填写姓名。",
    "id_needed": "请填写证件号码。",
    "id_form": "证件号码不对,请核对 18 位号码;其他证件请先选证件类型。",
    "person_exists": "此人已经登记过了。",
    "person_elsewhere": "此人登记在别的县,请与该县核对后办理转移。",
    "phone_wrong": "电话号码不对:手机要 11 位,座机要带区号。",
    "work_without_capacity": "登记为没有劳动能力,不能同时登记为就业。",
    "work_in_school": "登记为在校生,不能同时登记为就业。",
    "household_elsewhere": "这个户编号属于别的县。",
    "household_linked": "这一户已经关联过了。",
    "household_code_needed": "请填写户编号。",
    "household_code_taken": "这个户编号已经有一户在用。",
    "household_code_unknown": "没有这个户编号,请核对。",
    "not_a_jobseeker": "此人没有登记为求职者。",
    "receiver_needed": "要写明把资料交给哪家单位。",
    "consent_unknown": "没有这项同意。",
    "ledger_record_kept": "其中一条是本人自己登记、还没有确认的,请保留另一条。",
    "helper_code_staff": "你登录的是工作人员。请用本人的手机扫码。",
    "id_number_form": "身份证号不对,再看一遍。",
    "too_many_wrong": "试得太多了,过一小时再来。",
    "place_needed": "先选你住的地方。",
    "under_16": "没满 16 岁,不能登记。",
    "registered_enough": "最多登记 {most} 个人。",
    "registration_unknown": "这条登记已经处理过了。",
    "question_unknown": "没有这个问题。",
    "field_not_correctable": "这一条不能在这里改。",
    "correction_empty": "请写明对的是什么。",
    "corrections_enough": "等前面的办完再来。",
    "correction_unknown": "这一条已经处理过了。",
    "correction_why": "请写明为什么不改,本人会看到。",
    "choice_unknown": "请选一个答案。",
    "region_needed": "请选安置点,或填写县及以下的区划代码。",
}

#: Who did something: a jobseeker's own account.
OWN_ACCOUNT = "本人手机"

SEX = {Sex.MALE: "男", Sex.FEMALE: "女"}
ID_TYPE = {IdType.RESIDENT: "居民身份证", IdType.DISABILITY: "残疾人证", IdType.OTHER: "其他证件"}
CAPACITY = {
    Capacity.SKILLED: "技能劳动力",
    Capacity.ORDINARY: "普通劳动力",
    Capacity.WEAK: "弱劳动力或半劳动力",
    Capacity.LOST: "丧失劳动力",
    Capacity.NONE: "无劳动力",
}
EDUCATION = {
    Education.PRESCHOOL: "学龄前儿童",
    Education.ILLITERATE: "文盲或半文盲",
    Education.PRIMARY: "小学",
    Education.JUNIOR: "初中",
    Education.SENIOR: "高中(含中专、技工)",
    Education.COLLEGE: "大专(含高职高专)",
    Education.BACHELOR: "本科及以上",
}
SCHOOL = {School.NOT_IN_SCHOOL: "非在校生", School.IN_SCHOOL: "在校生"}
HEALTH = {
    Health.HEALTHY: "健康",
    Health.CHRONIC: "长期慢性病",
    Health.SERIOUS: "患有大病",
    Health.DISABLED: "残疾",
}
RELATION = {
    Relation.HEAD: "户主",
    Relation.SPOUSE: "配偶",
    Relation.SON: "儿子",
    Relation.DAUGHTER: "女儿",
    Relation.DAUGHTER_IN_LAW: "儿媳",
    Relation.SON_IN_LAW: "女婿",
    Relation.GRANDSON: "孙子",
    Relation.GRANDDAUGHTER: "孙女",
    Relation.FATHER: "父亲",
    Relation.MOTHER: "母亲",
    Relation.FATHER_IN_LAW: "岳父或公公",
    Relation.MOTHER_IN_LAW: "岳母或婆婆",
    Relation.GRANDFATHER: "祖父",
    Relation.GRANDMOTHER: "祖母",
    Relation.OTHER: "其他",
}
WILLINGNESS = {Willingness.YES: "愿意", Willingness.NO: "不愿意", Willingness.UNKNOWN: "未了解"}
WORK = {
    Work.EMPLOYED: "已就业",
    Work.UNEMPLOYED: "未就业",
    Work.FARMING: "务农",
    Work.SELF_EMPLOYED: "自主创业",
}
CHANNEL = {
    Channel.AWAY: "外出务工",
    Channel.WORKSHOP: "帮扶车间",
    Channel.PUBLIC_WELFARE: "公益性岗位",
    Channel.WORK_RELIEF: "以工代赈",
    Channel.PROJECT: "政府投资项目",
    Channel.ENTERPRISE: "园区或本地企业",
    Channel.COOPERATIVE: "合作社或家庭农场",
    Channel.SELF_EMPLOYED: "自主创业",
    Channel.FLEXIBLE: "灵活就业",
    Channel.OTHER: "其他",
}
REACH = {
    Reach.WALK: "步行可到",
    Reach.TOWN: "本乡镇",
    Reach.COUNTY: "本县",
    Reach.PREFECTURE: "本市",
    Reach.ANYWHERE: "不限",
}
SHIFT = {
    Shift.DAY: "白班",
    Shift.SCHOOL_HOURS: "接送孩子的时间之内",
    Shift.EVENING: "晚班",
    Shift.NIGHT: "夜班",
    Shift.ROTATING: "倒班",
    Shift.FLEXIBLE: "时间自由",
    Shift.SLACK_SEASON: "农闲",
}
CARE = {Care.CHILD: "照看孩子", Care.ELDER: "照顾老人", Care.PATIENT: "照顾病人或残疾人"}
RESETTLEMENT = {Resettlement.CONCENTRATED: "集中安置", Resettlement.SCATTERED: "分散安置"}
MONITORED = {
    Monitored.UNSTABLE: "脱贫不稳定户",
    Monitored.MARGINAL: "边缘易致贫户",
    Monitored.SUDDEN: "突发严重困难户",
}
TARGET = {
    Target.RELOCATED: "易地搬迁劳动力",
    Target.LIFTED: "脱贫劳动力",
    Target.LOW_INCOME: "低收入劳动力",
    Target.ZERO_JOB: "零就业家庭劳动力",
    Target.DISABLED: "持残疾证劳动力",
    Target.OLDER: "大龄劳动力",
    Target.LAND_LOSS: "失地农民",
    Target.LONG_UNEMPLOYED: "连续失业人员",
}

#: Facts of a person, as ledgers call them.
FIELDS = {
    "name": "姓名",
    "id_type": "证件类型",
    "id_number": "证件号码",
    "phone": "联系电话",
    "household_phone": "户联系电话",
    "person_code": "人编号",
    "relation": "与户主关系",
    "sex": "性别",
    "birth_date": "出生日期",
    "age": "年龄",
    "education": "文化程度",
    "school": "在校情况",
    "capacity": "劳动技能",
    "health": "健康状况",
    "disability": "残疾情况",
    "disabled": "是否残疾",
    "difficulty": "就业困难类别",
    "household_size": "家庭人口",
    "relocated": "是否易地搬迁户",
    "resettlement": "安置方式",
    "lifted": "是否脱贫户",
    "monitored": "监测对象类别",
    "low_income": "是否低收入",
    "destitute": "是否特困",
    "work": "就业状况",
    "work_place": "务工地点",
    "employer_name": "务工单位",
    "channel": "就业渠道",
    "work_start": "务工开始日期",
    "work_end": "务工结束日期",
    "monthly_income_cents": "月收入",
    "willingness": "就业意愿",
    "training_wish": "培训意愿",
    "reach": "可接受距离",
    "shifts": "可接受班次",
    "wage_floor_cents": "期望月薪",
    "will_leave": "愿否外出",
    "wanted_regions": "意向地区",
    "care": "照料责任",
    "skills": "技能",
    "certificates": "证书",
    "settlement_name": "安置点",
    "household_code": "户编号",
}

CONSENT = {
    ConsentKind.BE_FOUND: "让用人单位找到我",
    ConsentKind.PASS_TO_EMPLOYER: "把姓名和电话给这家单位",
    ConsentKind.SENSITIVE: "登记健康和残疾情况",
    ConsentKind.HELPER_ACTS: "请协管员替我办",
}
#: To what a person agreed, or did not, in a short message: "你同意…".
CONSENT_TOLD = {
    ConsentKind.BE_FOUND: "招工的找你",
    ConsentKind.PASS_TO_EMPLOYER: "把电话给招工的",
    ConsentKind.SENSITIVE: "登记健康情况",
    ConsentKind.HELPER_ACTS: "请他替你办事",
}
#: kind → version → what is read out before the answer (first layer, at most 300 characters).
CONSENT_TEXT = {
    ConsentKind.BE_FOUND: {
        "2026-11": "单位能看到你会做什么。看不到你的名字和电话。单位想找你,会先问你。你不点头,电话不给。随时可以关掉。不同意也能找活、报名。"
    },
    ConsentKind.PASS_TO_EMPLOYER: {
        "2026-11": "你报名后,我们把你的名字和电话给“{receiver}”。只给这一家,只为这一个活。你不想去了,随时可以收回。"
    },
    ConsentKind.SENSITIVE: {
        "2026-11": "健康和残疾情况,用来看你合不合政策。只有办事的人能看,每次看都有记录。单位看不到。随时可以收回。不同意也能找活、报名。"
    },
    ConsentKind.HELPER_ACTS: {
        "2026-11": "协管员可以替你报名、替你回话。每件事都记下两个人的名字。办完会告诉你。随时可以收回。"
    },
}
