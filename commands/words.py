"""What commands say, and the sentences for codes that only commands raise."""

from __future__ import annotations

from functools import cache

from matching.errors import DomainError
from matching.people.words import PROBLEMS as PERSON_PROBLEMS
from matching.sheets.words import PROBLEMS as SHEET_PROBLEMS
from matching.vacancies.words import PROBLEMS as VACANCY_PROBLEMS
from web.words import errors as page_errors

ERRORS = {
    "backup_damaged": "备份文件 {file} 不完整或已损坏({where}),没有恢复任何内容。",
    "backup_key_differs": "这份备份是用另一把密钥封存的。请把当时的密钥文件放回原处(ANYE_KEYS_FILE,默认是数据目录里的 keys.json)再恢复。",
    "backup_not_ours": "{file} 不是安业的备份文件。",
    "backup_schema_differs": "备份的数据库版本是 {backup},这里是 {here}。请用做备份时的程序版本恢复,再升级。",
    "buried_left": "有 {count} 件后台工作反复失败,已停下。用 flask outbox 查看,修好后用 flask outbox --retry ID 再试。",
    "command_unknown": "没有“{command}”这个命令。用 {group} --help 看有哪些命令。",
    "confirmation_needed": "没有终端可以确认。请先在终端里预览,或加上 --yes 表示直接导入。",
    "database_busy": "数据库正被别的程序占用,等了一会儿仍未让出。请稍后再试,没有丢失内容。",
    "database_down": "连不上数据库。请检查 ANYE_DATABASE_URL 和数据库服务,再试一次。",
    "database_not_empty": "数据库里已有人员资料({people} 人)。要用备份代替它们,请加 --replace。",
    "database_not_migrated": "数据库还没有建好或不是最新的。请先运行 flask migrate。",
    "date_form": "日期“{text}”不对,请写成 2026-11-22 这样。",
    "demo_missing": "这里没有演示数据。",
    "disk_full": "磁盘满了,没有写完。请腾出空间再试。",
    "file_unreadable": "打不开文件 {file}:{why}。",
    "file_unwritable": "写不了文件 {file}:{why}。",
    "import_cancelled": "这次导入已被取消。",
    "import_not_over": "这次导入还没有结束,不能撤回。",
    "import_rows_changed_since": "这次导入的内容后来又改过,不能整批撤回。",
    "import_stalled": "后台一直没有进展。内容已经保存,后台恢复后会接着做;可用 flask outbox 查看。",
    "import_unknown": "没有这次导入:{ledger}。",
    "index_behind": "表格已经保存,但搜索服务没有回答。它恢复后索引会自动补上。",
    "internal": "程序出了意外,已记入日志。请把编号 {reference} 告诉维护人员。",
    "jobseeker_ambiguous": "有几个人的编号是“{ref}”,请写成 户编号/人编号:{choices}。",
    "jobseeker_ref_form": "身份证号不能作为参数。请用系统编号或表里的 户编号/人编号。",
    "jobseeker_unknown": "没有编号是“{ref}”的求职者。",
    "kind_unknown": "没有“{kind}”这种岗位。可用:{known}。",
    "limit_range": "--limit 要在 1 到 100 之间。",
    "mapping_unknown": "没有叫“{mapping}”的对照,也没有这个文件。可用:{known},或对照文件的路径。",
    "near_form": "--near 要写成 经度,纬度(如 110.39,28.45),并用 --within 写公里数(大于 0,最多 10000)。",
    "option_needs_value": "{option} 后面要写一个值。用 {command} --help 看怎么写。",
    "option_unknown": "没有 {option} 这个选项。用 {command} --help 看有哪些选项。",
    "option_without_value": "{option} 后面不用写值。用 {command} --help 看怎么写。",
    "people_range": "--people 要在 1 到 1,000,000 之间。",
    "queue_down": "连不上队列服务。请检查 ANYE_REDIS_URL,再试一次。",
    "settings": "设置有错:{why}",
    "side_unknown": "只能写 vacancy(一个岗位适合谁)或 jobseeker(一个人适合哪些岗位),没有“{side}”。",
    "template_kind_unknown": "没有“{kind}”的模板。可用:settlements、ledger、vacancies。",
    "vacancy_ambiguous": "有几个组织用了岗位编号“{ref}”,请写成 组织/编号:{choices}。",
    "vacancy_ref_unknown": "没有编号是“{ref}”的岗位。",
    "value_form": "{name} 的值要写成{form}。",
    "value_missing": "缺少 {name}。用 {command} --help 看怎么写。",
    "wrong_use": "多写了参数,或写法不对。用 {command} --help 看怎么写。",
}

PROBLEMS = {**VACANCY_PROBLEMS, **PERSON_PROBLEMS, **SHEET_PROBLEMS}
UNKNOWN = "没有做成({code})。"


@cache
def errors() -> dict[str, str]:
    """Code → sentence, of commands and all rooms; a room's own sentence comes first."""
    return {**ERRORS, **page_errors()}


def sentence(error: DomainError) -> str:
    """What to tell the operator."""
    words = errors().get(error.code, UNKNOWN)
    try:
        return words.format(**{"code": error.code, **error.facts})
    except (KeyError, IndexError):
        return UNKNOWN.format(code=error.code)
