"""What the dashboard does without what it has left out of its memory."""

import os
import subprocess
import sys
from pathlib import Path

from monitor.cli.processes import LEAN
from monitor.runtime.passwords import is_password
from web.installed import NOT_INSTALLED, product_version
from web.tokens import digest, signed_device

UNITS = Path(__file__).parents[3] / "systemd"
# As nightroom-web is started, and then somebody logs in.
LOGIN = """
import sys
import web.__main__
from monitor.runtime.passwords import hash_password
from web.tokens import digest, signed_device
assert sys.modules["_hashlib"] is None
print(digest("a secret").hex(), signed_device("a" * 22, b"k" * 32))
print(hash_password("a lamp, a fan, a cat", b"s" * 16))
assert sys.modules["_hashlib"] is None
"""
# As nightroom-web is started: what it has not loaded, and that it loads what is asked for.
ASKED_FOR_LATER = """
import sys
import web.__main__
from web.lean import LATER
print(sorted(name for name in LATER if getattr(sys.modules[name], "__spec__", None)))
import difflib
import email.utils
import msgspec
from werkzeug.routing import Map, Rule
print(difflib.get_close_matches("lamp", ["fan", "lamps"]))
print(email.utils.formataddr(("A cat", "cat@example.org")))
print(msgspec.json.schema(int), msgspec.inspect.type_info(int))
print(repr(Map([Rule("/lamp")])))
"""


def test_secrets_are_digested_and_hashed_to_the_same_without_openssl() -> None:
    # Counting lines would load OpenSSL before anything can leave it out.
    plain = {name: value for name, value in os.environ.items() if "COV" not in name}
    done = subprocess.run(
        [sys.executable, "-c", LOGIN], capture_output=True, text=True, check=True, env=plain
    )
    digested, hashed = done.stdout.splitlines()
    assert digested == f"{digest('a secret').hex()} {signed_device('a' * 22, b'k' * 32)}"
    assert is_password("a lamp, a fan, a cat", hashed)
    assert not is_password("a lamp, a fan, a dog", hashed)


def test_what_was_left_for_later_is_loaded_when_somebody_asks_for_it() -> None:
    plain = {name: value for name, value in os.environ.items() if "COV" not in name}
    done = subprocess.run(
        [sys.executable, "-c", ASKED_FOR_LATER],
        capture_output=True,
        text=True,
        check=True,
        env=plain,
    )
    assert done.stdout.splitlines() == [
        "[]",
        "['lamps']",
        "A cat <cat@example.org>",
        "{'type': 'integer'} IntType(gt=None, ge=None, lt=None, le=None, multiple_of=None)",
        "Map([<Rule '/lamp' -> None>])",
    ]


def test_a_distribution_says_its_version_by_its_folder(tmp_path: Path) -> None:
    (tmp_path / "lamp-1.2.post1.dist-info").mkdir()
    assert product_version("lamp", ["/nowhere", str(tmp_path)]) == "1.2.post1"
    assert product_version("fan", [str(tmp_path)]) == NOT_INSTALLED


def test_the_services_have_the_memory_settings_of_the_demo() -> None:
    set_by_units = [
        f"{name}={value}" in unit.read_text(encoding="utf-8")
        for unit in UNITS.glob("*.service")
        for name, value in LEAN.items()
        if "PYTHONSAFEPATH" in unit.read_text(encoding="utf-8")
    ]
    assert len(set_by_units) >= 3 * len(LEAN)
    assert all(set_by_units)
