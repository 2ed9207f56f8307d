"""Only our topics are spelled and read."""

import pytest

from monitor.contract.errors import TopicError
from monitor.contract.topics import Leaf, Topics


def test_what_is_spelled_can_be_read() -> None:
    topics = Topics(prefix="house/one")
    for leaf in Leaf:
        assert topics.read(topics.of("bed-room_2", leaf)) == ("bed-room_2", leaf)


def test_every_room_is_one_subscription() -> None:
    assert Topics().every_room(Leaf.STATE) == "nightroom/+/state"


def test_each_client_has_its_own_echo() -> None:
    assert Topics().ping("monitor") == "nightroom/ping/monitor"


@pytest.mark.parametrize("slug", ["", "Bedroom", "a/b", "+", "#", "-a", "a-", "a" * 33, "a\n"])
def test_a_room_slug_that_could_reach_other_topics_is_refused(slug: str) -> None:
    with pytest.raises(TopicError, match="room slug"):
        Topics().of(slug, Leaf.STATE)


@pytest.mark.parametrize(
    "topic",
    ["", "nightroom", "nightroom/bedroom", "nightroom/bedroom/wishes", "other/bedroom/state",
     "nightroom/BED/state", "nightroom/bedroom/state/more", "bedroom/state"],
)  # fmt: skip
def test_a_foreign_topic_is_refused(topic: str) -> None:
    with pytest.raises(TopicError):
        Topics().read(topic)
