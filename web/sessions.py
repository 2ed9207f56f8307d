"""Signed-in browsers: a random cookie outside, its digest in the store."""

from collections.abc import Callable
from typing import Final

from monitor.runtime.clock import Clock
from monitor.store.access_rows import AccessRows, Account, Session, Token
from web.tokens import SECRET_BYTES, digest, secret_text

DAY_MS: Final = 86_400_000
# Judgement: a phone that looks in once a month stays signed in; a forgotten one does not.
UNSEEN_DAYS: Final = 30
LONGEST_DAYS: Final = 365
# Judgement: once a day is exact enough for thirty days, and spares the card.
NOTE_EVERY_MS: Final = DAY_MS
COOKIE_MAX_AGE_S: Final = LONGEST_DAYS * 86_400


class Sessions:
    """Begins, finds and ends sessions.

    Any method may raise StoreUnavailableError; then nobody is let in.
    """

    def __init__(
        self, rows: AccessRows, *, clock: Clock, random_bytes: Callable[[int], bytes]
    ) -> None:
        self._rows = rows
        self._clock = clock
        self._random_bytes = random_bytes

    def begin(self, account: Account, *, instead_of: str | None = None) -> str | None:
        """Return the cookie of a new session of a person; the one it replaces ends.

        None if the account's password is not the one in force any more.
        """
        self.end(instead_of)
        cookie = self._new_cookie()
        began = self._rows.add_session(
            digest(cookie), password=account.password, now_ms=self._clock.now_ms()
        )
        return cookie if began else None

    def begin_kiosk(self, token: Token, *, instead_of: str | None = None) -> str:
        """Return the cookie of a new session that ends with its token."""
        self.end(instead_of)
        cookie = self._new_cookie()
        self._rows.add_kiosk_session(
            digest(cookie), token_id=token.token_id, now_ms=self._clock.now_ms()
        )
        return cookie

    def find(self, cookie: str | None) -> Session | None:
        """Return the session of a cookie, None if there is none or it has expired."""
        if not cookie:
            return None
        key = digest(cookie)
        session = self._rows.session(key)
        now_ms = self._clock.now_ms()
        if session is None or _is_over(session, now_ms):
            return None
        if now_ms - session.seen_ms >= NOTE_EVERY_MS:
            self._rows.see_session(key, now_ms)
        return session

    def end(self, cookie: str | None) -> None:
        """End the session of a cookie, if there is one."""
        if cookie:
            self._rows.end_session(digest(cookie))

    def end_peoples(self) -> None:
        """Sign out every browser that logged in by password."""
        self._rows.end_peoples_sessions()

    def drop_expired(self) -> None:
        """Remove what find would not return any more."""
        now_ms = self._clock.now_ms()
        self._rows.drop_sessions(
            unseen_since_ms=now_ms - UNSEEN_DAYS * DAY_MS,
            made_before_ms=now_ms - LONGEST_DAYS * DAY_MS,
        )

    def _new_cookie(self) -> str:
        return secret_text(self._random_bytes(SECRET_BYTES))


def _is_over(session: Session, now_ms: int) -> bool:
    return (
        now_ms - session.seen_ms > UNSEEN_DAYS * DAY_MS
        or now_ms - session.made_ms > LONGEST_DAYS * DAY_MS
    )
