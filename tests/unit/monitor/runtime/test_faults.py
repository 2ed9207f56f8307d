"""Faults in words: understood, or refused with what there is."""

import pytest

from monitor.runtime.faults import PARTS, FaultTextError, PlannedFault, parse_fault, parse_faults


def refusal_of(text: str) -> str:
    with pytest.raises(FaultTextError) as caught:
        parse_fault(text)
    return str(caught.value)


def test_part_fault_start_and_length_are_read() -> None:
    assert parse_fault("bme280 stuck-ff @2min for 5min") == PlannedFault(
        part="bme280", name="stuck-ff", start_ms=120_000, length_ms=300_000
    )


@pytest.mark.parametrize(
    ("text", "start_ms", "length_ms"),
    [
        ("tsl2591 absent", 0, None),
        ("tsl2591 absent @ 90s", 90_000, None),
        ("TSL2591 Absent FOR 1.5h", 0, 5_400_000),
        ("  tsl2591   absent  @250ms   for 10s ", 250, 10_000),
    ],
)
def test_start_and_length_may_be_left_out(text: str, start_ms: int, length_ms: int | None) -> None:
    fault = parse_fault(text)
    assert (fault.start_ms, fault.length_ms) == (start_ms, length_ms)


def test_a_fault_is_on_from_its_start_to_its_end() -> None:
    fault = parse_fault("bus stuck-00 @10s for 5s")
    assert [fault.is_on(at_ms) for at_ms in (9_999, 10_000, 14_999, 15_000)] == [
        *(False, True, True, False)
    ]
    assert parse_fault("bus stuck-00").is_on(10**12)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "expected PART FAULT"),
        ("bme280", "expected PART FAULT"),
        ("bme280 stuck-ff at 2min", "expected PART FAULT"),
        ("bme208 absent", "did you mean 'bme280'?"),
        ("microphone absent", "no part 'microphone'"),
        ("bme280 saturated", "bme280 has no fault 'saturated'"),
        ("tsl2591 stuck-f", "did you mean 'stuck-ff'?"),
        ("bme280 absent @soon", "'soon' is no time"),
        ("bme280 absent for -5s", "'-5s' is no time"),
        ("bme280 absent for 0s", "'0s' is no length"),
    ],
)
def test_a_refusal_says_what_is_wrong_and_lists_everything(text: str, words: str) -> None:
    refused = refusal_of(text)
    assert words in refused
    for part, names in PARTS.items():
        assert f"  {part}: {', '.join(names)}" in refused


def test_a_chip_plays_one_of_its_own_faults_at_a_time() -> None:
    with pytest.raises(FaultTextError, match="brown-out and bme280 frozen would be played"):
        parse_faults(("bme280 brown-out", "bme280 frozen @1h"))
    with pytest.raises(FaultTextError, match="one of its own faults at a time"):
        parse_faults(("tsl2591 frozen @20s for 1min", "tsl2591 saturated @10s for 11s"))


@pytest.mark.parametrize(
    "texts",
    [
        ("bme280 brown-out for 10s", "bme280 frozen @10s"),
        ("bme280 brown-out", "tsl2591 brown-out"),
        ("bme280 brown-out", "bme280 stuck-ff", "bus errno-5", "bme280 absent"),
        (),
    ],
)
def test_faults_after_each_other_of_two_parts_or_of_the_bus_go_together(
    texts: tuple[str, ...],
) -> None:
    assert len(parse_faults(texts)) == len(texts)
