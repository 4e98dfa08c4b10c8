"""A workbook with a password is refused for what it is, not as a damaged one."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path

import msoffcrypto
import pytest

from matching.errors import FileRefused
from matching.sheets.reading import read_workbook
from matching.sheets.words import REFUSALS
from tests.sheets.locked import PASSWORD, locked_xls, locked_xlsx
from tests.sheets.makers import read_all

pytestmark = pytest.mark.wide

ROWS = [["姓名", "身份证号"], *([f"测试{n}", f"{n:018}"] for n in range(300))]
MAKERS = [(locked_xls, "a.xls"), (locked_xlsx, "a.xlsx")]


@pytest.mark.parametrize(("make", "name"), MAKERS)
def test_a_locked_workbook_is_refused_with_a_sentence_of_its_own(
    tmp_path: Path, make: Callable[..., Path], name: str
) -> None:
    with pytest.raises(FileRefused) as refused:
        read_all(make(tmp_path / name, ROWS))
    assert refused.value.code == "file_encrypted"
    assert "密码" in REFUSALS["file_encrypted"]


@pytest.mark.parametrize(("make", "name"), MAKERS)
def test_a_locked_workbook_in_memory_is_refused_alike(
    tmp_path: Path, make: Callable[..., Path], name: str
) -> None:
    """Uploads are read from memory, without a name that ends in .xls."""
    with os.fdopen(os.memfd_create("upload", 0), "w+b") as file:
        file.write(make(tmp_path / name, ROWS).read_bytes())
        file.flush()
        with pytest.raises(FileRefused) as refused, read_workbook(file.fileno()) as book:
            list(book)
    assert refused.value.code == "file_encrypted"


@pytest.mark.parametrize(("make", "name"), MAKERS)
def test_the_samples_open_with_their_password_and_hold_the_rows(
    tmp_path: Path, make: Callable[..., Path], name: str
) -> None:
    """So that what was refused above is a real one."""
    unlocked = tmp_path / f"open-{name}"
    with make(tmp_path / name, ROWS).open("rb") as file, io.BytesIO() as out:
        locked = msoffcrypto.OfficeFile(file)
        locked.load_key(password=PASSWORD)
        locked.decrypt(out)
        unlocked.write_bytes(out.getvalue())
    ((title, lines),) = read_all(unlocked)
    assert title == "表1"
    assert [line.cells for line in lines] == ROWS
