"""Classes of city management: every one belongs to a category, no name stands twice in a large class."""

from dispatch.classify import Taxonomy
from dispatch.standards import classes_of, standard_classes


def test_every_class_has_its_category() -> None:
    categories = Taxonomy.load().categories
    assert [one for one in standard_classes() if one.category not in categories] == []
    assert {one.kind for one in standard_classes()} == {"部件", "事件"}
    names = [one[:3] for one in standard_classes()]
    assert len(names) == len(set(names)) > 100


def test_a_category_names_its_classes_and_a_group_those_of_its_members() -> None:
    assert "上水井盖" in {one.small_class for one in classes_of("cityscape.manhole")}
    assert {"上水井盖", "暴露垃圾"} <= {one.small_class for one in classes_of("cityscape")}
    assert classes_of("tax") == []
