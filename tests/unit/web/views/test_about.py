import html
import re

from monitor.night.alert_choices import AlertChoices, Channel
from monitor.runtime.settings import BrokerSettings, WebSettings
from monitor.score.about import constants, night_constants
from monitor.score.anchors import CURVES
from monitor.score.sources import SOURCES
from tests.fakes.full_house import a_house, everything
from tests.fakes.opened import OWN, opened
from web.leaves import everything_that_leaves

PHONE = AlertChoices(alert_channels=(Channel(name="phone", url="ntfys://ntfy.example/secret"),))


def test_every_constant_every_anchor_and_every_source_is_on_the_page() -> None:
    text = html.unescape(a_house().app().test_client().get("/about").text)
    for constant in (*constants(), *night_constants()):
        assert constant.reason in text
        assert f">{constant.value:.6g}<" in text
    for anchor in (anchor for table in CURVES for anchor in table.anchors):
        assert anchor.reason in text
    assert all(source in text for source in SOURCES.values())


def test_points_that_are_taken_off_are_not_called_a_score() -> None:
    text = a_house().app().test_client().get("/about").text
    head = re.search(r"humidity deduction</h2>.*?<thead>(.*?)</thead>", text, re.DOTALL)
    assert head is not None
    assert ">Points off<" in head[1]
    assert ">Score<" not in head[1]


def about_in(unit: str) -> str:
    house = everything()
    now_ms = house.clock.now_ms()
    house.household.choose("", {"temperature_unit": unit}, valid_from_ms=now_ms)
    return html.unescape(house.app().test_client().get("/about").text)


def test_a_house_that_reads_fahrenheit_finds_the_table_in_it() -> None:
    text = about_in("fahrenheit")
    rest = text
    # A formula holds only for the unit that it was published for, and says which.
    for formula in ("Magnus coefficient for temperatures in °C", "17.62 and 243.12 for °C"):
        assert formula in text
        rest = rest.replace(formula, "")
    assert "°C" not in rest
    assert not re.search(r">K<|>K/K<|per K\b|(?<!\d\d)\d K\b", rest)
    for row in (
        r">68</th><td>100</td><td>the upper end of common advice, and at least 64 °F",
        r"Dew point above which heat feels hotter</th><td>62.24</td><td>°F",
        r"Sd of temperature</th><td>0.9</td><td>°F",
        r"Effective warming per degree of dew point above it</th><td>0.25</td><td>°F/°F",
        r"LED 2700 K \(warm white\)</th>",
    ):
        assert re.search(row, text), row
    assert "fading out from 64 to 57 °F" in text


def test_a_house_that_reads_celsius_finds_no_other_unit_there() -> None:
    text = about_in("celsius")
    assert "°F" not in text
    assert "<td>16.8</td><td>°C</td>" in text


def ways(
    broker: BrokerSettings | None = None,
    web: WebSettings | None = None,
    alerts: AlertChoices | None = None,
    *,
    has_login: bool = True,
) -> dict[str, bool]:
    found = everything_that_leaves(
        broker or BrokerSettings(),
        web or WebSettings(),
        alerts or AlertChoices(),
        1,
        2,
        has_login=has_login,
    )
    return {f"{way.where}; {way.when}": way.is_out for way in found}


def test_by_default_nothing_leaves() -> None:
    assert not any(ways().values())


def test_each_channel_leaves_and_keeps_its_secret() -> None:
    found = ways(alerts=PHONE)
    (out,) = [way for way, is_out in found.items() if is_out]
    assert out.startswith("phone (ntfys://…)")
    assert "secret" not in str(found)


def test_a_broker_elsewhere_and_pages_on_the_network_are_told() -> None:
    found = ways(BrokerSettings(host="10.0.0.5"), WebSettings(host="192.168.1.5"))
    assert all(found.values())
    assert "10.0.0.5, port 1884" in str(found)
    assert "unencrypted" in str(found)
    assert "1 kiosk link and 2 program tokens" in str(found)


def test_the_page_follows_what_is_configured() -> None:
    house = everything()
    browser = opened(house)
    assert "Nothing leaves this box." in browser.get("/privacy").text
    sent = {"name": "phone", "url": "ntfys://ntfy.example/secret"}
    browser.post("/settings/alerts/channels", data=sent, headers=OWN)
    text = browser.get("/privacy").text
    assert "This is everything that leaves this box." in text
    assert "phone (ntfys://…)" in text


def test_where_nobody_logs_in_no_password_is_spoken_of() -> None:
    assert "whoever has the household’s password" in str(ways())
    assert "password" not in str(ways(has_login=False))
