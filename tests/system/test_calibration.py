"""A calibration on its way: household.db, monitor, broker, daemon, the stored minutes."""

from pathlib import Path

from monitor.store.household_db import HOUSEHOLD_FILE
from monitor.store.household_writer import HouseholdWriter
from tests.fakes.broker import wait_until
from tests.fakes.product import ROOM, Product

START_MS = 1_741_561_200_000  # 2025-03-09T23:00:00Z
HOURS = 8


def test_an_offset_reaches_the_daemon_and_names_itself_in_the_minutes(tmp_path: Path) -> None:
    with Product(tmp_path) as product:
        product.start("broker")
        product.start("monitor")
        wait_until((product.data_dir / "nights.db").exists, "the monitor runs")
        writer = HouseholdWriter.open(product.data_dir / HOUSEHOLD_FILE)
        writer.set_value("temperature_offset_k", -9.0, valid_from_ms=0, room=ROOM)
        writer.close()
        product.run_virtual(START_MS, START_MS + HOURS * 3_600_000)
        assert product.wait("sensors") == 0
        minutes = [record.minute for record in product.stored()]
    raw = [minute for minute in minutes if minute.cal == 0]
    calibrated = [minute for minute in minutes if minute.cal > 0]
    assert calibrated == minutes[len(raw) :]
    # Nothing else in this room falls by 9 K from one minute to the next, or makes it as moist.
    before, after = raw[-1].climate, calibrated[0].climate
    assert after.temperature_c < before.temperature_c - 8.5
    assert after.humidity_pct > 1.5 * before.humidity_pct
