import pytest

from firmware.simulation.bme280_codes import (
    EXAMPLE_CALIBRATION,
    fine_temperature,
    humidity_code,
    pressure_code,
    pressure_curve,
    temperature_code,
)


def test_the_data_sheets_worked_example_comes_out() -> None:
    t_fine = fine_temperature(EXAMPLE_CALIBRATION, 519888)
    assert t_fine / 5120.0 == pytest.approx(25.08, abs=0.005)
    assert pressure_curve(EXAMPLE_CALIBRATION, int(t_fine))(415148) == pytest.approx(
        100653.27, abs=0.02
    )


def test_the_way_back_finds_the_worked_examples_codes() -> None:
    assert temperature_code(EXAMPLE_CALIBRATION, 25.0825, 20) == pytest.approx(519888, abs=2)
    assert pressure_code(EXAMPLE_CALIBRATION, 1006.5327, 128422, 20) == pytest.approx(415148, abs=1)


def test_a_coarser_resolution_leaves_the_low_bits_empty() -> None:
    assert temperature_code(EXAMPLE_CALIBRATION, 21.3, 16) % 16 == 0
    assert pressure_code(EXAMPLE_CALIBRATION, 990.0, 110000.0, 18) % 4 == 0


def test_values_out_of_reach_end_at_the_last_code() -> None:
    assert temperature_code(EXAMPLE_CALIBRATION, 1000.0, 16) == 0xFFFF0
    assert temperature_code(EXAMPLE_CALIBRATION, -1000.0, 16) == 0
    assert humidity_code(EXAMPLE_CALIBRATION, -500.0, 100000.0) == 0
