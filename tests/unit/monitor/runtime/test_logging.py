"""Log lines: one line whatever comes from outside."""

import io
import logging
import sys

import pytest

from monitor.runtime.logging import line, setup_logging


def test_values_are_named_and_bare_where_they_can_be() -> None:
    assert line("batch stored", records=60, took_s=0.25) == "batch stored records=60 took_s=0.25"


def test_a_hostile_value_stays_on_its_line_and_in_its_quotes() -> None:
    assert line("bad", text='a "b"\nc=d') == "bad text=\"a 'b'?c=d\""


def test_an_empty_value_is_visible_and_a_long_one_is_cut() -> None:
    assert line("x", empty="") == 'x empty=""'
    assert len(line("x", long="y" * 10_000)) < 300


@pytest.mark.parametrize(("verbose", "shown"), [(True, True), (False, False)])
def test_details_appear_only_when_asked_for(
    monkeypatch: pytest.MonkeyPatch, *, verbose: bool, shown: bool
) -> None:
    stream = io.StringIO()
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    root.handlers.clear()
    monkeypatch.setattr(sys, "stderr", stream)
    try:
        setup_logging(verbose=verbose)
        logging.getLogger("nightroom").debug("detail")
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
    assert ("detail" in stream.getvalue()) is shown
