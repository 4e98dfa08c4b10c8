import pytest

from matching.errors import DomainError
from matching.occupations.catalogue import catalogue
from matching.occupations.skills import (
    BITS,
    certificates,
    name,
    occupations_of,
    parse_certificates,
    parse_skills,
    skills,
)

VOCABULARIES = [skills(), certificates()]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("缝纫、电焊", ["sewing", "welding"]),
        ("会踩缝纫机，懂烹饪", ["sewing", "cooking"]),
        ("驾驶C1", ["driving_c1"]),
        ("家政护理/育婴", ["domestic_service", "infant_care"]),
        ("种养技术", ["crop_farming", "livestock"]),
        ("会用Word和EXCEL", ["computer"]),
        (
            "竹编 砌筑 电工 叉车 养殖",
            ["bamboo_weaving", "bricklaying", "electrical", "forklift", "livestock"],
        ),
        ("无", []),
        ("不会电脑", []),
        ("", []),
    ],
)
def test_skills_are_read_from_cells(text, codes):
    assert parse_skills(text) == codes


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("电工证、焊工证", ["electrician", "welder"]),
        ("有健康证即可", ["health"]),
        ("驾驶证C1", ["driver_c1"]),
        ("持C1驾照", ["driver_c1"]),
        ("A2B2", ["driver_a2", "driver_b2"]),
        ("保安员证，养老护理员证；厨师证", ["security_guard", "elder_carer", "cook"]),
        ("sc12", []),
        ("无需证书", []),
    ],
)
def test_certificates_are_read_from_cells(text, codes):
    assert parse_certificates(text) == codes


def test_terms_that_nobody_knows_are_given_back():
    assert skills().parse("缝纫、茶艺、无").unknown == ("茶艺",)


@pytest.mark.parametrize("vocabulary", VOCABULARIES)
def test_every_term_has_a_bit_of_its_own_that_a_signed_column_holds(vocabulary):
    bits = [term.bit for term in vocabulary.terms.values()]
    assert len(set(bits)) == len(bits)
    assert max(bits) < BITS
    assert vocabulary.mask(vocabulary.terms) < 2**63


@pytest.mark.parametrize("vocabulary", VOCABULARIES)
def test_a_mask_gives_back_its_codes(vocabulary):
    some = list(vocabulary.terms)[3:9]
    assert vocabulary.codes(vocabulary.mask(some)) == some
    assert vocabulary.codes(0) == []


@pytest.mark.parametrize("vocabulary", VOCABULARIES)
def test_every_name_is_read_as_its_own_term(vocabulary):
    for term in vocabulary.terms.values():
        assert term.code in vocabulary.parse(term.name).codes
        assert all(code in catalogue() for code in term.occupations)


def test_bits_do_not_move():
    """Stored masks depend on them: a changed figure here is a data migration."""
    assert [skills().get(code).bit for code in ("sewing", "electrical", "putonghua")] == [0, 16, 61]
    assert [certificates().get(code).bit for code in ("electrician", "driver_c1", "new_farmer")] == [0, 4, 46]


def test_skills_and_certificates_share_no_code():
    assert not set(skills().terms) & set(certificates().terms)


def test_a_skill_leads_to_occupations_and_back():
    assert "6-05-01-03" in occupations_of(["sewing", "health"])
    assert "sewing" in skills().of_occupation("6-05-01-03")
    assert name("health") == "健康证"
    assert name("sewing") == "缝纫"


def test_an_unknown_code_is_refused():
    with pytest.raises(DomainError):
        name("juggling")
    with pytest.raises(DomainError):
        skills().mask(["health"])


def test_a_larger_licence_includes_the_smaller_but_not_the_other_way():
    assert certificates().including(["driver_b2"]) == ["driver_c1", "driver_c2", "driver_b2"]
    assert "driver_b2" not in certificates().including(["driver_c1", "health"])
