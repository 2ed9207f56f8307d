"""Progress lines of a child, relayed once each."""

from pathlib import Path

from monitor.cli.progress import ProgressLog, ProgressMeter


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


def test_a_terminal_gets_one_bar_drawn_over_and_a_new_line_at_the_end() -> None:
    written: list[tuple[str, bool]] = []
    meter = ProgressMeter(lambda text, nl=True: written.append((text, nl)), terminal=True)
    meter.show(0.5, "night two")
    meter.show(1.0, "done")
    assert written[0][0].startswith("\r[" + "#" * 15 + "." * 15 + "]  50% night two")
    assert [nl for _, nl in written] == [False, True]


def test_elsewhere_a_line_a_quarter_is_enough() -> None:
    written: list[str] = []
    meter = ProgressMeter(written.append, terminal=False)
    for percent in range(101):
        meter.show(percent / 100, "nights")
    assert [text.split("%")[0].strip() for text in written] == ["0", "25", "50", "75", "100"]
