"""Mapping files: which header of a sheet is which field, and which spelling is which code.

A mapping is data (TOML); the format is described in ``docs/data-dictionary.md``.  The families that ship with
the project and the files that users write are read by the same loader.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from collections.abc import Mapping as Table
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from matching.errors import DomainError
from matching.sheets.cells import Cell, compact, parts
from matching.sheets.problems import CellProblem

_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^】]*】")
_JOINERS = re.compile(r"[+&和及]")
_CREATES = ("always", "with_name", "never")
_KEYS = frozenset(
    [
        "name", "title", "entity", "creates", "adults_only", "keys", "distinctive", "ignore", "headers",
        "lists", "codes", "constants", "template",
    ]
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Field:
    """How a field of an entity is read.

    Args:
        parser: a name in ``cells.PARSERS``, or ``code`` / ``codes`` (one or several of a list), or ``raw``.
        codes: name of the code list for ``code`` and ``codes``.
        hint: one line for the template's second sheet.
        longest: characters that are kept at most; a longer text is left out with ``too_long``.
    """

    parser: str
    codes: str | None = None
    hint: str = ""
    longest: int = 1000


@dataclass(frozen=True, slots=True)
class CodeList:
    """The spellings of one code list.

    Args:
        canonical: code → the spelling that templates and exports use, in the list's order.
        spellings: comparable spelling → code; the code ``""`` means "understood, but nothing is stated".
    """

    canonical: Table[str, str]
    spellings: Table[str, str]

    def code(self, cell: Cell) -> str | None:
        """The code of a cell that holds one value; None where nothing is stated.

        Raises:
            CellProblem: ``code_unknown``.
        """
        found = compact(cell)
        if not found:
            return None
        return self._look_up(found) or None

    def codes(self, cell: Cell) -> tuple[str, ...] | None:
        """The codes of a cell with several values, in the list's order; ``()`` for a stated "none".

        Raises:
            CellProblem: ``code_unknown`` if any one of them is unknown.
        """
        found = compact(cell)
        if not found:
            return None
        try:
            held = {self._look_up(found)}
        except CellProblem:
            listed = _JOINERS.sub(",", cell) if isinstance(cell, str) else cell
            held = {self._look_up(compact(part)) for part in parts(listed)}
        return tuple(code for code in self.canonical if code in held)

    def _look_up(self, found: str) -> str:
        for candidate in (found, _BRACKETS.sub("", found)):
            code = self.spellings.get(_comparable(candidate))
            if code is not None:
                return code
        raise CellProblem("code_unknown")


def _comparable(spelling: str) -> str:
    """``01``, ``1`` and ``1.0`` are one spelling."""
    return spelling.lstrip("0") or "0" if spelling.isascii() and spelling.isdigit() else spelling


def code_list(spellings: Table[str, Iterable[str]], base: CodeList | None = None) -> CodeList:
    """Make a code list from ``code → spellings`` (the first is canonical), on top of ``base``."""
    canonical = dict(base.canonical) if base else {}
    known = dict(base.spellings) if base else {}
    for code, ways in spellings.items():
        written = list(ways)
        if code and written:
            canonical.setdefault(code, written[0])
        known.update({_comparable(compact(way)): code for way in written})
    return CodeList(canonical, known)


@dataclass(frozen=True, slots=True)
class Schema:
    """What an entity's mapping files may speak of.

    Args:
        entity: ``person``, ``vacancy`` or ``settlement``.
        fields: field name → how it is read.
        lists: the shared code lists.
    """

    entity: str
    fields: Table[str, Field]
    lists: Table[str, CodeList] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Mapping:
    """One header family.

    Args:
        name, title: stable name and Chinese name.
        schema: the entity it fills.
        headers: field → spellings of its header, the preferred first.
        keys: groups of fields; one whole group must be in the sheet.
        creates: ``always``, ``with_name`` (new persons only where a name column is) or ``never``.
        adults_only: rows of people under 16 are rejected.
        distinctive: headers that only this family has.
        ignore: headers that are known and not wanted.
        lists: field → name of another code list than the schema's.
        codes: this family's own or widened code lists.
        constants: field → value that holds for each row.
    """

    name: str
    title: str
    schema: Schema
    headers: Table[str, tuple[str, ...]]
    keys: tuple[tuple[str, ...], ...] = ()
    creates: str = "always"
    adults_only: bool = False
    distinctive: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    lists: Table[str, str] = field(default_factory=dict)
    codes: Table[str, CodeList] = field(default_factory=dict)
    constants: Table[str, str] = field(default_factory=dict)
    template: tuple[str, ...] = ()

    def list_for(self, name: str) -> CodeList:
        """The code list by which a field of this family is read."""
        listed = self.lists.get(name) or self.schema.fields[name].codes or name
        return self.codes.get(listed) or self.schema.lists[listed]


def load_lists(path: Path) -> dict[str, CodeList]:
    """Read a file of shared code lists: ``[list]`` tables of ``code = ["spelling", …]``."""
    return {name: code_list(table) for name, table in _toml(path.read_text("utf-8"), path.name).items()}


def load_families(folder: Path, schema: Schema) -> dict[str, Mapping]:
    """All mapping files of a folder by name, in the order of their file names (``codes.toml`` is not one)."""
    paths = sorted(path for path in folder.glob("*.toml") if path.name != "codes.toml")
    families = [load_mapping(path, schema) for path in paths]
    return {family.name: family for family in families}


def load_mapping(path: Path, schema: Schema) -> Mapping:
    """Read one mapping file.

    Raises:
        DomainError: ``mapping_unreadable`` (no such file, not UTF-8), ``mapping_invalid`` with ``where``
            (a key or line) and ``why``.
    """
    try:
        content = path.read_text("utf-8-sig")
    except (OSError, UnicodeError) as error:
        raise DomainError("mapping_unreadable", file=path.name) from error
    return parse_mapping(content, schema, path.stem)


def parse_mapping(content: str, schema: Schema, name: str = "mapping") -> Mapping:
    """Make a mapping of a file's text; see :func:`load_mapping`."""
    plain = _toml(content, name)
    for key in plain:
        if key not in _KEYS:
            raise _invalid(key, "unknown key")
    if plain.get("entity", schema.entity) != schema.entity:
        raise _invalid("entity", f"expected {schema.entity}")
    if plain.get("creates", "always") not in _CREATES:
        raise _invalid("creates", "expected " + ", ".join(_CREATES))
    headers = {key: _strings(way, f"headers.{key}") for key, way in _table(plain, "headers").items()}
    if not headers:
        raise _invalid("headers", "missing")
    keys = tuple(_strings(group, "keys") for group in plain.get("keys", []))
    constants = {key: str(value) for key, value in _table(plain, "constants").items()}
    lists = {key: str(value) for key, value in _table(plain, "lists").items()}
    for known in (*headers, *constants, *lists, *(name for group in keys for name in group)):
        if known not in schema.fields:
            raise _invalid(known, "unknown field")
    codes = _own_codes(_table(plain, "codes"), schema)
    for listed in lists.values():
        if listed not in codes and listed not in schema.lists:
            raise _invalid(f"lists.{listed}", "unknown code list")
    return Mapping(
        name=str(plain.get("name", name)),
        title=str(plain.get("title", plain.get("name", name))),
        schema=schema,
        headers=headers,
        keys=keys,
        creates=plain.get("creates", "always"),
        adults_only=bool(plain.get("adults_only", False)),
        distinctive=_strings(plain.get("distinctive", []), "distinctive"),
        ignore=_strings(plain.get("ignore", []), "ignore"),
        lists=lists,
        codes=codes,
        constants=constants,
        template=_strings(plain.get("template", []), "template"),
    )


def _own_codes(tables: Table[str, Any], schema: Schema) -> dict[str, CodeList]:
    codes = {}
    for name, table in tables.items():
        base = schema.lists.get(name)
        if not isinstance(table, dict):
            raise _invalid(f"codes.{name}", "expected a table")
        ways = {code: _strings(way, f"codes.{name}.{code}") for code, way in table.items()}
        known = set().union(*(one.canonical for one in schema.lists.values()))
        for code in ways:
            if code and code not in (base.canonical if base else known):
                raise _invalid(f"codes.{name}.{code}", "unknown code")
        codes[name] = code_list(ways, base)
    return codes


def _toml(content: str, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        raise _invalid(name, str(error)) from error


def _table(plain: dict[str, Any], key: str) -> dict[str, Any]:
    table = plain.get(key, {})
    if not isinstance(table, dict):
        raise _invalid(key, "expected a table")
    return table


def _strings(value: object, where: str) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise _invalid(where, "expected a list of texts")
    return tuple(value)


def _invalid(where: str, why: str) -> DomainError:
    return DomainError("mapping_invalid", where=where, why=why)
