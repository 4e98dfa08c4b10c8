import subprocess
import sys

import pytest

from matching.errors import DomainError
from matching.places import regions


def test_a_code_is_found_in_every_form_that_sheets_use():
    for form in ("431222", "431222000000", "431222000"):
        assert regions.get(form).name == "沅陵县"
    for form in ("4312", "431200", "431200000000"):
        assert regions.get(form).name == "怀化市"
    assert regions.get("430000").code == regions.get("43").code == "43"
    assert regions.get("431222114000").name == "官庄镇"


@pytest.mark.parametrize(
    "code", ["", "999999", "43122", "4312220", "沅陵", "43122２", "431222999", "٤٣", "43\x00"]
)
def test_an_unknown_code_is_refused_with_the_code_it_was(code):
    with pytest.raises(DomainError) as refused:
        regions.get(code)
    assert refused.value.code == "region_unknown"
    assert refused.value.facts == {"region": code}
    assert regions.county_of(code) is None


def test_levels_parents_and_children_hang_together():
    county = regions.get("431222")
    assert (county.level, county.parent) == ("county", "4312")
    assert [region.code for region in regions.ancestors("431222114")] == ["43", "4312", "431222"]
    assert "431222" in [child.code for child in regions.children("431200")]
    assert len(regions.children("43")) == 14
    assert all(child.parent == "431222" for child in regions.children("431222"))
    assert regions.children("431222114264") == []
    assert len(regions.provinces()) == 31


def test_county_prefecture_and_province_have_six_digits_whatever_the_code():
    assert regions.county_of("431222114264") == "431222"
    assert regions.county_of("431200") is None
    assert regions.prefecture_of("431222114") == "431200"
    assert regions.prefecture_of("430000") is None
    assert regions.province_of("431222") == "430000"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("怀化", "4312"),
        ("怀化市", "4312"),
        ("沅陵", "431222"),
        ("沅陵县", "431222"),
        ("湘西", "4331"),
        ("麻阳", "431226"),
        ("广西", "45"),
        ("北京", "11"),
        (" 怀 化 市 ", "4312"),
        ("吉林", "22"),
        ("吉林市", "2202"),
    ],
)
def test_full_and_short_names_lead_to_the_region(name, code):
    assert regions.find(name).code == code


def test_a_name_of_several_counties_is_nobodys_until_one_says_where():
    assert regions.find("鼓楼区") is None
    assert regions.find("鼓楼区", within="3201").code == "320106"
    assert regions.find("洪江区", within="431200").code == "431271"
    assert (
        regions.find("洪江", within="431200") is None
        or regions.find("洪江", within="431200").code == "431281"
    )


def test_the_five_cells_of_an_export_give_the_village():
    village = regions.resolve(["湖南省", "怀化市", "沅陵县", "官庄镇", "黄壤坪村"])
    assert (village.level, village.code) == ("village", "431222114264")


def test_an_empty_or_unknown_cell_is_passed_over():
    assert regions.resolve(["湖南省", "", "沅陵县", "不存在乡", None]).code == "431222"
    assert regions.resolve(["湖南省怀化市", "沅陵"]).code == "431222"
    assert regions.resolve(["", "没有"]) is None


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("湖南省怀化市沅陵县官庄镇界亭驿3组", "431222114"),
        ("怀化市鹤城区迎丰街道办", "431202004"),
        ("广东东莞厚街镇某路1号", "441900122"),
        ("现住湖南省凤凰县廖家桥镇", "433123101"),
        ("北京市朝阳区三里屯", "110105004"),
        ("重庆市忠县", "500233"),
        ("湖北仙桃", "429004"),
        ("长沙市长沙县", "430121"),
    ],
)
def test_an_address_gives_the_deepest_region_it_begins_with(address, code):
    assert regions.parse_address(address).code == code


@pytest.mark.parametrize("address", ["", "朝阳区三里屯", "某公司二楼", "😀\x00", "a" * 10_000])
def test_an_address_that_names_no_region_for_sure_gives_none(address):
    assert regions.parse_address(address) is None


def test_cities_without_counties_and_counties_without_cities_are_read_as_people_say_them():
    assert regions.full_name("110105") == "北京市朝阳区"
    assert regions.full_name("429004") == "湖北省仙桃市"
    assert regions.full_name("500233") == "重庆市忠县"
    assert regions.full_name("441900122") == "广东省东莞市厚街镇"
    assert regions.county_of("441900") == "441900"


def test_a_point_is_the_countys_and_survives_a_change_of_code():
    assert regions.point("431222114") == regions.point("431222") == pytest.approx((110.39, 28.45), abs=0.01)
    assert regions.point("430182") == pytest.approx((112.55, 28.28), abs=0.01)  # 宁乡, a county until 2017
    assert regions.point("431271") is None
    assert regions.get("431271").longitude is None


def test_neighbours_are_of_the_same_prefecture_or_near():
    near = regions.neighbours("431222")
    assert {"431202", "431230"} <= near, "the same prefecture, however far"
    assert "433122" in near, "泸溪 is in another prefecture, 35 km away"
    assert "430102" not in near
    assert "431222" not in near
    assert all(county in regions.neighbours(other) for county in ["431222"] for other in near)


def test_counties_directly_under_a_province_are_no_neighbours_by_that_alone():
    assert "429021" not in regions.neighbours("429004"), "神农架 is 300 km from 仙桃"


def test_neighbours_of_something_that_is_no_county_are_refused():
    with pytest.raises(DomainError):
        regions.neighbours("431200")


def test_townships_and_villages_are_not_read_for_a_county():
    code = (
        "from matching.places import regions as r\n"
        "r.get('431222000000'); r.find('怀化'); r.neighbours('431222')\n"
        "r.parse_address('湖南省怀化市沅陵县')\n"
        "print(r._names.cache_info().currsize)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "3"


def test_every_parent_in_the_tables_exists():
    for size, shorter in ((4, 2), (6, 4), (9, 6), (12, 9)):
        above = regions._names(shorter)
        assert not [code for code in regions._names(size) if code[:shorter] not in above]


def test_a_county_that_became_a_city_is_known_by_its_former_code():
    assert regions.get("430521").code == "430582"  # 邵东
    assert regions.county_of("431121000000") == "431181"  # 祁阳
    assert regions.get("430521101").name == regions.get("430582101").name


def test_a_village_that_no_table_has_leads_to_what_lies_above_it():
    assert regions.nearest("520602999201").code == "520602"
    assert regions.nearest("431222999999").code == "431222"
    assert regions.nearest("431222").code == "431222"
    assert regions.nearest("99") is None
    assert regions.nearest("") is None
