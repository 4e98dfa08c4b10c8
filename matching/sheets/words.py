"""Sentences for the codes of this room: why a file is refused, a sheet ignored, a cell not understood."""

from __future__ import annotations

#: Why a whole file is refused or one of its sheets ignored.
REFUSALS = {
    "file_empty": "文件是空的,没有可以导入的内容。",
    "file_too_large": "文件太大,最多 {megabytes} MB。请分成几个文件再上传。",
    "not_a_workbook": "这不是表格文件。请上传 xlsx、xls、ods 或 CSV;网页或 PDF 请先另存为 xlsx。",
    "file_encrypted": "文件加了密码,打不开。请在表格软件里取消密码后重新保存再上传。",
    "file_damaged": "文件不完整或已损坏,可能没有传完。请用表格软件打开,重新保存后再上传。",
    "file_bomb": "文件解开后大得不正常,已拒绝。请用表格软件打开,另存为新的 xlsx 再上传。",
    "cells_far_apart": "表里最远的两个单元格隔得太远,可能在很远的地方误填了内容。请删掉数据区以外的内容再上传。",
    "too_many_rows": "一张表最多 {rows} 行数据。请分成几个文件再上传。",
    "too_many_columns": "一张表最多 {columns} 列。请删掉多余的列再上传。",
    "file_too_complex": "这个文件读不完:它要用的内存或时间超过了上限。请另存为新的 xlsx,或分成几个文件再上传。",
    "encoding_unknown": "第 {line} 行有读不出的文字。请把 CSV 另存为 UTF-8 编码再上传。",
    "header_unknown": "前 {lines} 行里没有找到认识的表头。请对照模板,或用对照文件说明每一列的意思。",
    "no_person_key": "表里没有能认出人的列。请加上“{columns}”再上传({family})。",
    "mapping_unreadable": "读不出对照文件 {file}。请检查路径,并保存为 UTF-8。",
    "mapping_invalid": "对照文件有错,位置 {where}:{why}。",
}

#: Why something asked for cannot be done.
ERRORS = REFUSALS | {
    "import_unknown": "没有找到这次导入。",
    "same_import_running": "同一个文件正在导入,不用再传一次。",
    "import_not_yours": "这次导入是别的组织做的,只有它自己能办理。",
    "import_needs_organisation": "您的账号不属于任何组织,不能办理。请管理员给账号指定组织。",
    "import_rows_gone": "这次导入的原始行已按期删除,不能再下载。",
    "import_not_waiting": "这次导入不在等待确认,不能再确认。",
    "import_already_over": "这次导入已经结束,不能取消。",
    "import_not_over": "这次导入还没有结束,不能收回。",
    "import_rows_changed_since": "第 {line} 行导入后又被改过,不能整批收回。",
    "import_undo_gone": "这次导入的原始记录已按期删除,不能收回。",
    "import_chunk_missing": "这次导入的一部分内容找不到了,请重新上传。",
}

#: What is wrong with one row, whatever it is about.
PROBLEMS = {
    "code_unknown": "填写的内容不在可以识别的范围内,这一项没有导入。",
    "too_long": "内容太长,这一项没有导入。",
    "phone_form": "电话号码不对:手机要 11 位,座机要带区号。这一项没有导入。",
    "credit_code": "统一社会信用代码不对:要 18 位并通过校验。这一项没有导入。",
    "region_unknown": "没有这个区划。请填 6、9 或 12 位区划代码,或核对地名。",
    "duplicate_in_file": "这个文件里前面已经有同一条,这一行没有导入。",
}

#: What a level means to the reader of a list of problems.
LEVELS = {
    "rejected": "整行未导入",
    "left_out": "这一项未导入",
    "held": "已导入,改好后才公开",
    "warning": "已导入,请核对",
}

#: Kind of a sheet → what it is called.
KINDS = {"settlements": "安置点表", "ledger": "人员台账", "vacancies": "岗位表"}

#: Where an import stands.
STATES = {
    "received": "已收到,等待读取",
    "reading": "正在读取",
    "checked": "等待确认",
    "queued": "已确认,等待写入",
    "applying": "正在写入",
    "done": "已完成",
    "cancelled": "已取消",
    "refused": "文件被拒绝",
    "taken_back": "已收回",
}
