import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.errors import DomainError
from matching.occupations.catalogue import (
    catalogue,
    closeness,
    closeness_packed,
    level,
    pack,
    parent,
    title_key,
    unpack,
)

codes = st.sampled_from(sorted(entry.code for entry in catalogue()))


def test_every_parent_is_there_even_where_the_table_lacks_it():
    for missing in ("1-06-01-00", "2-01-04-00", "2-02-32-00", "5-02-03-00"):
        assert missing in catalogue()
        assert catalogue().children(missing)
    for entry in catalogue():
        assert all(code in catalogue() for code in catalogue().parents(entry.code))


def test_names_carry_no_flag():
    assert catalogue().name("4-09-10-01") == "园林绿化工"
    assert not [
        entry.name for entry in catalogue() if entry.name.endswith(("工L", "员L", "员S", "/S", "师S"))
    ]
    assert catalogue().get("2-02-02-03").flags == "LS"


def test_levels_follow_from_the_form_of_the_code():
    assert [level(code) for code in ("6-00-00-00", "6-05-00-00", "6-05-01-00", "6-05-01-03")] == [1, 2, 3, 4]
    assert catalogue().parents("6-05-01-03") == ["6-00-00-00", "6-05-00-00", "6-05-01-00"]
    assert parent("6-00-00-00") is None
    assert len(catalogue().children()) == 8


@given(codes)
def test_packing_loses_nothing(code):
    assert unpack(pack(code)) == code
    assert 0 < pack(code) < 2**31


@pytest.mark.parametrize("text", ["6050103", "6-05-01", "a-05-01-03", "6-05-01-3", "6-05-01-03-01"])
def test_what_is_no_code_is_refused(text):
    with pytest.raises(DomainError):
        pack(text)


def test_an_unknown_code_has_no_name():
    with pytest.raises(DomainError) as refused:
        catalogue().name("9-99-99-99")
    assert refused.value.code == "occupation_unknown"


@pytest.mark.parametrize(
    ("a", "b", "shared"),
    [
        ("6-05-01-03", "6-05-01-03", 4),
        ("6-05-01-03", "6-05-01-02", 3),
        ("6-05-01-03", "6-05-04-01", 2),
        ("6-05-01-03", "6-18-02-04", 1),
        ("6-05-01-03", "4-03-02-01", 0),
        ("6-05-01-03", None, 0),
        (None, None, 0),
    ],
)
def test_closeness_counts_shared_levels(a, b, shared):
    assert closeness(a, b) == closeness(b, a) == shared


@given(st.lists(codes, min_size=1, max_size=8), st.lists(codes, min_size=1, max_size=8))
def test_a_block_of_packed_codes_has_the_closeness_of_its_pairs(left, right):
    block = closeness_packed(np.array([pack(a) for a in left])[:, None], np.array([pack(b) for b in right]))
    assert block.dtype == np.int8
    assert block.tolist() == [[closeness(a, b) for b in right] for a in left]


def test_search_puts_the_equal_name_first():
    assert catalogue().search("缝纫工")[0] == "6-05-01-03"
    assert catalogue().search("踩电车")[0] == "6-05-01-03"
    assert catalogue().search("") == []
    assert len(catalogue().search("工", limit=3)) == 3


def test_a_title_key_ignores_width_case_and_punctuation():
    assert title_key("ＣＮＣ 操作工/（学徒）") == title_key("cnc操作工学徒")
