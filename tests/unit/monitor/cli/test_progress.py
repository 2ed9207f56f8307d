"""Progress lines of a child, relayed once each."""

from pathlib import Path

from monitor.cli.progress import ProgressLog


def test_each_progress_line_is_shown_once_and_half_lines_wait(tmp_path: Path) -> None:
    log, seen = tmp_path / "log", []
    follower = ProgressLog(log, lambda share, words: seen.append((share, words)))
    follower.follow()
    log.write_bytes(b"INFO starting\nprogress 0.25 night one\nprogr")
    follower.follow()
    follower.follow()
    with log.open("ab") as file:
        file.write(b"ess 1.5 \xff\nprogress many\n")
    follower.follow()
    assert seen == [(0.25, "night one"), (1.0, "\ufffd")]
