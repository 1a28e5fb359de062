"""Tables other than the register: personal columns leave, and what they say leaves the free text; nothing else changes."""

import pandas as pd

from layers.intake.problems import MASK, Origin
from layers.intake.readers import read_layer
from layers.intake.traces import without_people
from layers.names import get_layer

LAYER = get_layer("settlement_checks")


def _rows(**columns):
    return pd.DataFrame({name: pd.array(values, dtype="string") for name, values in columns.items()}, index=[4, 5])


def test_personal_columns_leave_and_their_values_in_texts_are_masked():
    rows = _rows(
        check_code=["1", "2"], owner_name=["演甲子", "示乙丑"], finding=["演甲子家没有入住", "演甲子不在本行"], owner_unit=["演示局", "演示局"]
    )
    safe, problems = without_people(rows, LAYER, origin=Origin(LAYER.name, "自查.xlsx"))
    assert "owner_name" not in safe
    assert safe["finding"].tolist() == [f"{MASK}家没有入住", "演甲子不在本行"]
    assert safe["owner_unit"].tolist() == ["演示局", "演示局"]
    assert (problems["rule"].tolist(), problems["row"].tolist(), problems["value"].tolist()) == (["personal_value"], [4], [MASK])


def test_numbers_that_tell_a_person_are_masked_without_any_personal_column():
    rows = _rows(check_code=["1", "2"], measure=["电话 13800000000 联系", "按 522326101200 村整改"])
    safe, _ = without_people(rows, LAYER, origin=Origin(LAYER.name, "自查.xlsx"))
    assert safe["measure"].tolist() == [f"电话 {MASK} 联系", "按 522326101200 村整改"]


def test_a_file_of_checks_is_read_without_its_people(tmp_path):
    path = tmp_path / "自查.csv"
    path.write_text("安置点编号,自查内容,自查结果,责任单位,责任人,存在问题\nAZ1,地灾治理,有问题,演示局,演甲子,演甲子负责治理\n", encoding="utf-8")
    found = read_layer(path, "settlement_checks")
    assert found.info["rows_kept"] == 1
    assert not {"owner_name", "person_key"} & set(found.frame.columns)
    assert not any("演甲子" in str(cell) for cell in found.frame.to_numpy().ravel())
    assert not any("演甲子" in str(cell) for cell in found.problems.to_numpy().ravel())
