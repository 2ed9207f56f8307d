"""waitress, but a browser that has a page already keeps its connection."""

from waitress.channel import HTTPChannel
from waitress.task import WSGITask

NOT_MODIFIED = "304"
CLOSING = b"Connection: close\r\n"


class KeepingTask(WSGITask):  # type: ignore[misc] # waitress has no annotations
    """A task whose 304 leaves the connection open.

    waitress closes after every answer without a length, and a 304 has none by RFC 9110,
    15.4.5; there nothing follows the headers, so the next answer begins where it should.
    """

    close_on_finish: bool

    def build_response_header(self) -> bytes:
        """Return status and headers."""
        asked_to_close = self.request.headers.get("CONNECTION", "").lower() == "close"
        keeps = self.version == "1.1" and not asked_to_close and not self.close_on_finish
        header: bytes = super().build_response_header()
        if keeps and self.status.startswith(NOT_MODIFIED):
            self.close_on_finish = False
            header = header.replace(CLOSING, b"", 1)
        return header


class KeepingChannel(HTTPChannel):  # type: ignore[misc] # waitress has no annotations
    """A connection served by KeepingTask."""

    task_class = KeepingTask
