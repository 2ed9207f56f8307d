"""A running `nightroom demo`, for tests that use it as a person does."""

import http.client
import json
import re
import subprocess
import sys
import urllib.request
from pathlib import Path

from monitor.cli.demo_place import any_free_port
from tests.fakes.broker import wait_until
from web.guard import FORM_HEADER

DEMO = (sys.executable, "-m", "monitor", "demo")
BUILT_WITHIN_S = 240.0  # of a machine that does other things too; 25 s alone


class RunningDemo:
    """A demo in a terminal: its address, and what it printed so far."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.output = folder / "output.txt"
        self.port = any_free_port("127.0.0.1")
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [*DEMO, "--port", str(self.port), "--data-dir", str(folder / "demo"), *arguments],
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            wait_until(self._is_open, "the address is printed", BUILT_WITHIN_S)
        except BaseException:
            self.end()
            raise

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _is_open(self) -> bool:
        assert self.process.poll() is None, self.text()
        return "Ctrl-C stops everything." in self.text()  # the last of its words

    def text(self) -> str:
        return self.output.read_text(errors="replace")

    def get(self, path: str) -> bytes:
        url = self.address + path
        with urllib.request.urlopen(url, timeout=30) as answer:  # noqa: S310 - our own loopback
            body: bytes = answer.read()
            return body

    def post(self, path: str, body: bytes, kind: str = "application/x-www-form-urlencoded") -> None:
        """Send what a page of the demo would: with its visitor's cookie and its form's token."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("GET", "/bedside")
        page = connection.getresponse()
        token = re.search(rb'data-token="([^"]+)"', page.read())
        assert token
        headers = {
            "Origin": f"http://127.0.0.1:{self.port}",
            "Content-Type": kind,
            "Cookie": page.getheader("Set-Cookie", "").split(";")[0],
            FORM_HEADER: token[1].decode(),
        }
        connection.request("POST", path, body, headers)
        assert connection.getresponse().status < 400
        connection.close()

    def now(self) -> dict[str, object]:
        answer: dict[str, object] = json.loads(self.get("/api/v1/now"))
        return answer

    def wait_for_values(self) -> None:
        """Wait out the first seconds, in which no sensor has answered yet."""
        wait_until(self._has_values, "every part has said something", 60)

    def _has_values(self) -> bool:
        parts = self.now()["parts"]
        assert isinstance(parts, list)
        return all(part["condition"] not in ("waiting", "starting") for part in parts)

    def children(self) -> list[int]:
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(pid) for pid in listed.split()]

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(10)
