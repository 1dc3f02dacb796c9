"""Amounts in words at the sizes at which their form changes: no digit too many, and nothing that looks like nothing."""

from __future__ import annotations

import pytest

from singlepot.models.explanation.amounts import (
    in_sentence,
    natural,
    one_of,
    outcome_words,
    pence,
    pot_price_words,
    price_words,
    share_words,
    spoken_closely,
    spoken_price,
)

MILLION = "GBP million"


@pytest.mark.parametrize(
    ("amount", "money", "text"),
    [
        (0.0, MILLION, "£0.0m"),
        (5e-7, MILLION, "less than £1"),
        (-5e-7, MILLION, "less than £1"),
        (6e-7, MILLION, "£1"),
        (0.0949, MILLION, "£94,900"),
        (-0.0949, MILLION, "-£94,900"),
        (0.095, MILLION, "£0.1m"),
        (-1.25, MILLION, "-£1.2m"),
        (0.4, "GBP", "less than £1"),
        (2.0, "GBP", "£2"),
    ],
)
def test_an_amount_too_small_for_the_unit_is_in_pounds(amount: float, money: str, text: str) -> None:
    assert spoken_closely(amount, money) == text


@pytest.mark.parametrize(
    ("pounds", "text"),
    [
        (0.0, "£0"),
        (9e-7, "less than £0.000001"),
        (-9e-7, "less than £0.000001"),
        (1e-6, "£0.0000010"),
        (-1e-6, "-£0.0000010"),
        (0.001, "£0.0010"),
        (0.0994, "£0.099"),
        (0.0995, "£0.10"),
        (9.994, "£9.99"),
        (9.995, "£10"),
        (10.4, "£10"),
        (999_499.0, "£999,499"),
        (999_500.0, "£1.00m"),
        (9.994e6, "£9.99m"),
        (9.995e6, "£10.0m"),
        (-56.5e6, "-£56.5m"),
    ],
)
def test_a_price_has_three_digits_that_matter(pounds: float, text: str) -> None:
    assert spoken_price(pounds) == text


@pytest.mark.parametrize(
    ("unit", "one"),
    [("people", "person"), ("homes", "home"), ("gas", "ga"), ("glass panes", "glass panes"), ("as x", "as x")],
)
def test_one_of_a_unit_has_no_plural(unit: str, one: str) -> None:
    """Of words of three letters and more that end in one s."""
    assert one_of(unit) == one


@pytest.mark.parametrize(
    ("unit", "size", "one"),
    [("£bn", 1e9, "£1"), ("£k GVA", 1e3, "£1 GVA"), ("£", 1.0, "£1"), ("Mt CO2", 1e6, "t CO2"), ("t", 1.0, "t")],
)
def test_natural_units_are_pounds_and_tonnes(unit: str, size: float, one: str) -> None:
    assert natural(unit) == (size, one)


@pytest.mark.parametrize(
    ("low", "high", "unit", "text"),
    [
        (0.4, 0.4, "adults", "less than 1 adult"),
        (0.5, 0.5, "adults", "less than 1 adult"),
        (0.6, 0.6, "adults", "1 adult"),
        (0.4, 1.0, "adults", "less than 1 to 1 adult"),
        (1.0, 2.0, "adults", "1 to 2 adults"),
        (1200.0, 1200.0, "Adults", "1,200 Adults"),
        (1.0, 1.0, "homes", "1 home"),
        (1.0, 2.0, "homes", "1 to 2 homes"),
        (9e-7, 9e-7, "kt", "less than 0.000001 kt"),
        (1e-6, 1e-6, "kt", "0.000001 kt"),
        (1234.5, 1234.5, "kt", "1,234 kt"),
        (99.96, 99.96, "kt", "100 kt"),
        (12.34, 12.34, "kt", "12.3 kt"),
        (1.0, 1.0, "£k GVA", "£1,000 GVA"),
    ],
)
def test_people_are_whole_and_others_have_three_digits(low: float, high: float, unit: str, text: str) -> None:
    assert outcome_words(low, high, unit) == text


@pytest.mark.parametrize(
    ("share", "digits", "text"),
    [
        (0.0, 0, "0%"),
        (0.004, 0, "less than 1%"),
        (0.006, 0, "1%"),
        (0.0004, 1, "less than 0.1%"),
        (0.994, 0, "99%"),
        (0.9951, 0, "more than 99%"),
        (0.99951, 1, "more than 99.9%"),
        (1.0, 0, "100%"),
        (1.2, 0, "120%"),
    ],
)
def test_a_share_that_is_not_quite_nothing_or_all_does_not_look_like_it(share: float, digits: int, text: str) -> None:
    assert share_words(share, digits) == text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (3.0, "GBP million of 2026-27 per kt CO2", "£3,000 per t CO2, in money of 2026-27"),
        (3.0, "GBP million of 2026-27 per GBP million", "£3.00 for each £1, in money of 2026-27"),
        (2.5, "share of the target", "2.5 share of the target"),
        (0.0, "weighted share per adults", "0 weighted share per adult"),
        (1.0, "", "1"),
    ],
)
def test_a_price_is_in_the_money_of_its_pot_or_in_the_unit_of_its_stage(value: float, unit: str, text: str) -> None:
    assert price_words(value, unit, MILLION) == text


@pytest.mark.parametrize(
    ("value", "stage", "money", "text"),
    [
        (2.1, "cost", MILLION, "£1m more lowers the money that is spent by £2.10m"),
        (2.1, "burden", "GBP thousand", "£1,000 more lowers what areas lose or pay themselves, weighted, by £2,100"),
        (0.02, "concession.largest", MILLION, "£1m more lowers the largest cut of a proposed target by 2 percentage"),
        (0.02, "concession.total", MILLION, "£1m more lowers all cuts of proposed targets together, weighted, by 2 "),
        (0.02, "shortfall.total[2]", MILLION, "£1m more lowers all shortfalls together of priority 2 by 2 percentage"),
    ],
)
def test_a_pot_is_worth_money_or_percentage_points(value: float, stage: str, money: str, text: str) -> None:
    """Burdens and the totals of concessions and aims are weighted; what is largest, short or spent is not."""
    assert pot_price_words(value, stage, money).startswith(text)


def test_parts_of_a_pound_are_told_apart_up_to_three_digits() -> None:
    assert pence(0.5, 0.5) == ["50p", "50p"]
    assert pence(0.1234, 0.12349, 0.5) == ["12.34p", "12.35p", "50.00p"]
    assert pence(0.123456, 0.123457) == ["12.346p", "12.346p"]
    assert pence(10.5) == ["1,050p"]


@pytest.mark.parametrize(
    ("name", "within"),
    [("Green space", "green space"), ("Green Space", "Green Space"), ("GVA per head", "GVA per head"), ("T", "T")],
)
def test_a_name_within_a_sentence_is_small_unless_it_is_proper(name: str, within: str) -> None:
    assert in_sentence(name) == within
