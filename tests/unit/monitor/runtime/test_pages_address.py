import pytest

from monitor.runtime.pages_address import pages_address
from monitor.runtime.settings import WebSettings


@pytest.mark.parametrize(
    ("host", "hostname", "address"),
    [
        ("0.0.0.0", "raspberrypi", "http://raspberrypi.local:8080/"),  # noqa: S104 - only named
        ("::", "raspberrypi", "http://raspberrypi.local:8080/"),
        ("0.0.0.0", "pi.home.arpa", "http://pi.home.arpa:8080/"),  # noqa: S104 - only named
        ("127.0.0.1", "raspberrypi", "http://127.0.0.1:8080/"),
        ("fd00::7", "raspberrypi", "http://[fd00::7]:8080/"),
    ],
)
def test_the_address_is_one_that_a_browser_at_home_can_open(
    host: str, hostname: str, address: str
) -> None:
    assert pages_address(WebSettings(host=host), hostname) == address


def test_behind_a_tls_proxy_the_address_is_the_proxy_s() -> None:
    web = WebSettings(host="127.0.0.1", https=True, hosts=("night.home.arpa", "night"))
    assert pages_address(web, "raspberrypi") == "https://night.home.arpa/"
