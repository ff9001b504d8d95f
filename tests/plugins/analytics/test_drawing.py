"""Charts as drawn: scales that say different numbers, boxes that stay on them, names that fit."""

import re

from plugins.analytics import drawing


def box(median):
    return {
        "low": median * 0.3,
        "lower": median * 0.6,
        "median": median,
        "upper": median * 1.5,
        "high": median * 2.5,
        "n": 9,
    }


def test_every_number_of_a_scale_is_another_one():
    for values, unit in (([0.004, 0.002], "%"), ([0.02, 0.01], "%"), ([1, 0], ""), ([0, 0], "")):
        drawn = str(drawing.trend([("Share", values)], ["May", "June"], unit=unit))
        said = re.findall(r'text-anchor="end">([^<]*)<', drawn)
        assert len(said) == len(set(said)) > 1, (values, unit, said)


def test_up_to_ten_groups_all_fit_on_the_scale_and_one_of_many_may_run_off():
    two = str(drawing.boxes([("A", box(1), ""), ("B", box(10), "")]))
    assert "→" not in two
    many = [(f"Dr {number}", box(1), "") for number in range(19)]
    assert str(drawing.boxes([*many, ("Late", box(100), "")])).count("→") == 1


def test_the_name_of_a_box_stands_above_it():
    drawn = str(drawing.boxes([("Cardiothoracic surgery", box(2), "")]))
    name = re.search(r'class="name" x="([\d.]+)%" y="([\d.]+)">', drawn)
    line = re.search(r'class="median" x1="[\d.]+%" x2="[\d.]+%" y1="([\d.]+)"', drawn)
    assert name
    assert line
    assert float(name[1]) < 5
    assert float(name[2]) < float(line[1])
