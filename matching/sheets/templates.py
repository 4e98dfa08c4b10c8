"""Empty sheets to fill in, made from a mapping: what a template asks for is what its reader understands."""

from __future__ import annotations

from typing import BinaryIO

import xlsxwriter
from xlsxwriter.utility import xl_range_abs

from matching.sheets.mapping import Mapping

GUIDE = "填写说明"
_GUIDE_HEAD = ("列名", "说明", "可填的内容")
_FIRST_CHOICE = 2
#: Lines for which the template prepares formats and choices.
_PREPARED_LINES = 5_000
#: Columns a spreadsheet would spoil as numbers or dates.
_TEXT_PARSERS = frozenset(["raw", "digits", "phone", "credit_code", "region_code", "name"])


def template_headers(mapping: Mapping) -> list[str]:
    """The headers of the template, in its order."""
    return [mapping.headers[field][0] for field in mapping.template]


def choices(mapping: Mapping, field: str) -> list[str]:
    """What may be written in a field with a code list, in the list's order; empty for other fields."""
    spec = mapping.schema.fields[field]
    if spec.codes is None:
        return ["是", "否"] if spec.parser == "yes_no" else []
    return list(mapping.list_for(field).canonical.values())


def write_template(mapping: Mapping, file: BinaryIO) -> None:
    """Write the empty workbook of a family: header, choices per column, a second sheet that explains."""
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet, guide = book.add_worksheet(mapping.title[:25]), book.add_worksheet(GUIDE)
        bold = book.add_format({"bold": True, "bg_color": "#E8EEF4", "border": 1})
        as_text = book.add_format({"num_format": "@"})
        sheet.freeze_panes(1, 0)
        guide.write_row(0, 0, _GUIDE_HEAD, bold)
        guide.set_column(0, 1, 24)
        for column, field in enumerate(mapping.template):
            spec, header = mapping.schema.fields[field], mapping.headers[field][0]
            allowed = choices(mapping, field)
            width = max(10, 2 * len(header) + 4)
            sheet.set_column(column, column, width, as_text if spec.parser in _TEXT_PARSERS else None)
            sheet.write_string(0, column, header, bold)
            guide.write_string(column + 1, 0, header)
            guide.write_string(column + 1, 1, spec.hint)
            guide.write_row(column + 1, _FIRST_CHOICE, allowed)
            if allowed and spec.parser in ("code", "yes_no"):
                source = xl_range_abs(column + 1, _FIRST_CHOICE, column + 1, _FIRST_CHOICE + len(allowed) - 1)
                sheet.data_validation(
                    1,
                    column,
                    _PREPARED_LINES,
                    column,
                    {"validate": "list", "source": f"={GUIDE}!{source}", "error_type": "warning"},
                )
