import pytest

from monitor.runtime.settings import LoginRule, Settings, SimulationSettings, WebSettings
from web.access_mode import needs_login
from web.errors import OpenToAllError

LAN = ["0.0.0.0", "::", "192.168.1.7", "fd00::7", "nightroom.local", "", "::ffff:127.0.0.1"]  # noqa: S104 - the point
LOOPBACK = ["127.0.0.1", "127.0.0.2", "::1", "localhost"]


def settings(host: str, login: LoginRule = LoginRule.AUTO, scenario: str = "demo") -> Settings:
    return Settings(
        web=WebSettings(host=host, login=login), simulation=SimulationSettings(scenario=scenario)
    )


@pytest.mark.parametrize("host", LOOPBACK)
def test_the_demo_on_this_machine_asks_for_no_login(host: str) -> None:
    assert not needs_login(settings(host))


@pytest.mark.parametrize("host", LAN)
def test_on_the_lan_even_the_demo_asks(host: str) -> None:
    assert needs_login(settings(host))


@pytest.mark.parametrize("host", [*LAN, *LOOPBACK])
def test_a_real_bedroom_always_asks(host: str) -> None:
    assert needs_login(settings(host, scenario=""))
    assert needs_login(settings(host, LoginRule.ON))


@pytest.mark.parametrize("host", LOOPBACK)
def test_a_household_may_choose_no_login_for_this_machine_alone(host: str) -> None:
    assert not needs_login(settings(host, LoginRule.OFF, scenario=""))


@pytest.mark.parametrize("host", LAN)
def test_no_login_on_the_lan_is_refused_with_the_way_out(host: str) -> None:
    with pytest.raises(OpenToAllError, match=r'login = "off" with host') as refused:
        needs_login(settings(host, LoginRule.OFF))
    assert "127.0.0.1" in str(refused.value)
    assert refused.value.exit_code == 2


def test_behind_a_proxy_others_can_reach_what_listens_on_this_machine_alone() -> None:
    proxied = WebSettings(host="127.0.0.1", https=True, login=LoginRule.OFF)
    with pytest.raises(OpenToAllError, match="https = true"):
        needs_login(Settings(web=proxied))
    demo = Settings(
        web=WebSettings(host="127.0.0.1", https=True),
        simulation=SimulationSettings(scenario="demo"),
    )
    assert needs_login(demo)
