import pytest

from firmware.simulation.bme280_codes import (
    EXAMPLE_CALIBRATION,
    Calibration,
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


def whole_numbers(
    calibration: Calibration, adc_t: int, adc_p: int, adc_h: int
) -> tuple[float, float, float]:
    """Return °C, Pa and %RH by the data sheet's other arithmetic, in whole numbers.

    Source: BST-BME280-DS002, 4.2.3 (32-bit temperature and humidity, 64-bit pressure).
    """
    t1, t2, t3 = calibration.t
    p1, p2, p3, p4, p5, p6, p7, p8, p9 = calibration.p
    h1, h2, h3, h4, h5, h6 = calibration.h
    var1 = (((adc_t >> 3) - (t1 << 1)) * t2) >> 11
    var2 = (((((adc_t >> 4) - t1) * ((adc_t >> 4) - t1)) >> 12) * t3) >> 14
    t_fine = var1 + var2
    temperature_c = ((t_fine * 5 + 128) >> 8) / 100
    var1 = t_fine - 128000
    var2 = var1 * var1 * p6 + ((var1 * p5) << 17) + (p4 << 35)
    var1 = ((var1 * var1 * p3) >> 8) + ((var1 * p2) << 12)
    var1 = (((1 << 47) + var1) * p1) >> 33
    p = 1048576 - adc_p
    p = (((p << 31) - var2) * 3125) // var1
    var1 = (p9 * (p >> 13) * (p >> 13)) >> 25
    var2 = (p8 * p) >> 19
    pressure_pa = (((p + var1 + var2) >> 8) + (p7 << 4)) / 256
    v = t_fine - 76800
    v = (((adc_h << 14) - (h4 << 20) - h5 * v + 16384) >> 15) * (
        (((((v * h6) >> 10) * (((v * h3) >> 11) + 32768)) >> 10) + 2097152) * h2 + 8192 >> 14
    )
    v -= (((v >> 15) * (v >> 15)) >> 7) * h1 >> 4
    return temperature_c, pressure_pa, (min(max(v, 0), 419430400) >> 12) / 1024


@pytest.mark.parametrize("temperature_c", [-15.0, 0.0, 18.5, 26.46, 45.0])
def test_the_data_sheets_whole_number_arithmetic_says_the_same(temperature_c: float) -> None:
    for humidity_pct, pressure_hpa in ((5.0, 860.0), (45.0, 1013.25), (95.0, 1080.0)):
        code_t = temperature_code(EXAMPLE_CALIBRATION, temperature_c, 20)
        t_fine = fine_temperature(EXAMPLE_CALIBRATION, code_t)
        code_p = pressure_code(EXAMPLE_CALIBRATION, pressure_hpa, t_fine, 20)
        code_h = humidity_code(EXAMPLE_CALIBRATION, humidity_pct, t_fine)
        told = whole_numbers(EXAMPLE_CALIBRATION, code_t, code_p, code_h)
        assert told[0] == pytest.approx(temperature_c, abs=0.01)
        assert told[1] == pytest.approx(100 * pressure_hpa, abs=1.0)
        assert told[2] == pytest.approx(humidity_pct, abs=0.02)
