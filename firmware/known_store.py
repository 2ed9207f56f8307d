"""Pure: which store the sender listens to, which has proven what it holds, what each was sent.

Acknowledgements carry the id of the store they come from. Another one is listened to once
the known one has been silent for long: a store that was replaced, and not the first word of
somebody who has only its login. What has proven to hold our records, and says so still,
goes before what was merely heard first; so does who claims to hold less than that one does.
"""

from typing import Final

# judgement: a monitor that restarts, migrates or restores is back within 10 minutes.
STORE_SILENCE_S: Final = 600.0


class KnownStore:
    """Remembers who spoke when; times are the monotonic clock's.

    Attributes:
        name: the store that was obeyed last, None before any was.
        keeper: the store that has proven the position the card keeps, None if not known.
    """

    def __init__(self, keeper: str | None, kept_seq: int) -> None:
        self.name: str | None = None
        self.keeper = keeper
        self._name_heard_s = self._keeper_heard_s = 0.0
        self._sent_seq, self._sent_to_name_seq = kept_seq, 0

    def begin(self, keeper: str | None, kept_seq: int) -> None:
        """Take a new stream: nothing of it was sent but what is kept as proven."""
        self.keeper = keeper
        self._sent_seq, self._sent_to_name_seq = kept_seq, 0

    def sent(self, seq: int) -> None:
        """Note up to where the known store was sent our records."""
        self._sent_seq = max(self._sent_seq, seq)
        self._sent_to_name_seq = max(self._sent_to_name_seq, seq)

    def sent_to(self, store: str) -> int:
        """Return up to where a store can have our records and no twin's.

        What another one has proven says nothing of it: a twin of this card, restored from an
        older copy, may have sent it other records under these numbers.
        """
        if self.is_keeper(store):
            return self._sent_seq
        return self._sent_to_name_seq if store == self.name else 0

    def admits(self, store: str, now_s: float, since_s: float, *, is_safe: bool) -> bool:
        """Tell whether to listen to a store itself.

        Args:
            store: the one that speaks.
            now_s: the time.
            since_s: since when the broker has been there: nobody was silent before.
            is_safe: nothing can be lost by its word: it names the CRC of our own record at its
                position; or no higher one than is obeyed, and records are sent again at
                worst; or it will be refused. Else a stranger who never falls silent would
                keep out a store that is empty, or holds what a twin of this card wrote: these
                have nothing to prove it by.
        """
        if self.name in (None, store):
            return True
        if self.name != self.keeper and (is_safe or store == self.keeper):
            return True
        return _is_silent(self._name_heard_s, now_s, since_s)

    def is_keeper(self, store: str) -> bool:
        """Tell whether a store may say what our position is worth; so may all, if none did."""
        return self.keeper in (None, store)

    def is_keeper_silent(self, now_s: float, since_s: float) -> bool:
        """Tell whether the one that has proven our position has been silent for long."""
        return _is_silent(self._keeper_heard_s, now_s, since_s)

    def hear(self, store: str, now_s: float) -> None:
        """Note that a store has spoken; what is refused keeps only the keeper from silence."""
        if store == self.keeper:
            self._keeper_heard_s = now_s

    def adopt(self, store: str, now_s: float) -> bool:
        """Take a store, whose word is obeyed now, for the known one; tell if it is another."""
        before, self.name, self._name_heard_s = self.name, store, now_s
        if before not in (None, store):
            self._sent_to_name_seq = 0
        return (before or self.keeper) not in (None, store)

    def keep(self, store: str | None, now_s: float) -> None:
        """Note who has proven the position that the card keeps now, None for nobody."""
        self.keeper, self._keeper_heard_s = store, now_s


def _is_silent(heard_s: float, now_s: float, since_s: float) -> bool:
    """Tell whether one last heard then has been silent for long while the broker was there."""
    return now_s - max(heard_s, since_s) >= STORE_SILENCE_S
