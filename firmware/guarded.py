"""The outermost guard around a part: a defect of one driver must not stop a night."""

import logging
from collections.abc import Callable
from typing import TypeVar

from firmware.sensors.base import Fault
from monitor.contract.record import Flag
from monitor.runtime.logging import line

log = logging.getLogger(__name__)

Answer = TypeVar("Answer")


def guarded(name: str, call: Callable[[], Answer]) -> Answer | Fault:
    """Call a part; whatever it raises is its fault, not the end of the others."""
    try:
        return call()
    except Exception as error:
        log.debug(line("part raised", part=name), exc_info=True)
        return Fault(flag=Flag.FAULT, message=f"{name} raised {type(error).__name__}: {error}")
