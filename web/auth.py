"""Who may come in: the first run, the household's password, kiosk and API tokens."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from monitor.runtime.clock import Clock
from monitor.runtime.logging import line
from monitor.runtime.passwords import SALT_BYTES, typed_code
from monitor.store.access_rows import AccessRows, Account, SetupCode, Token, TokenKind
from monitor.store.handover import Access, NewPassword
from web.errors import TooBusyError
from web.hashing import Hashing
from web.login_limit import LoginLimit
from web.sessions import Sessions
from web.tokens import SECRET_BYTES, device_of, digest, secret_text, signed_device

# Source: docs/operations.md.
CODE_VALID_S: Final = 30 * 60
CODE_TRIES: Final = 5
DEVICE_BYTES: Final = 16  # judgement: 128 bits name a browser; its signature protects it
_log = logging.getLogger(__name__)


class Answer(StrEnum):
    """What came of a password or a code."""

    WELCOME = "welcome"
    WRONG = "wrong"
    WAIT = "wait"
    NO_CODE = "no_code"
    BUSY = "busy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """How an attempt ended; cookies only with WELCOME, wait_s only with WAIT."""

    answer: Answer
    wait_s: float = 0.0
    session: str = ""
    device: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """The browser that asks: source_of its address, and its cookies as they came."""

    source: str
    session: str | None = None
    device: str | None = None


class Auth:
    """Decides about every secret that is shown to the dashboard; threads may share it.

    Any method may raise StoreUnavailableError (nobody is let in) and, where a password
    or code is checked, TooBusyError.
    """

    def __init__(
        self,
        rows: AccessRows,
        *,
        clock: Clock,
        random_bytes: Callable[[int], bytes],
        hashing: Hashing,
    ) -> None:
        self.sessions: Final = Sessions(rows, clock=clock, random_bytes=random_bytes)
        self._rows = rows
        self._clock = clock
        self._random_bytes = random_bytes
        self._hashing = hashing
        self._limit = LoginLimit(clock.monotonic_s())
        self._limit_turn = threading.Lock()
        self._is_set_up = False

    def is_set_up(self) -> bool:
        """Tell whether the household has a password; once it has, it keeps one."""
        if not self._is_set_up:
            self._is_set_up = self._rows.account() is not None
        return self._is_set_up

    def log_in(self, password: str, caller: Caller) -> Attempt:
        """Check the household's password and begin a session."""
        account = self._rows.account()
        if account is None:
            return Attempt(answer=Answer.WRONG)
        return self._refusal(password, caller, account) or self._welcome(caller, account)

    def set_up(self, code: str, password: str, caller: Caller) -> Attempt:
        """Set the first password for the one-time code and begin a session."""
        wait_s = self._wait_s(caller, None)
        if wait_s > 0.0:
            return Attempt(answer=Answer.WAIT, wait_s=wait_s)
        kept = self._rows.code()
        if kept is None or not self._is_in_time(kept) or not self._rows.take_try(kept):
            return Attempt(answer=Answer.NO_CODE)
        try:
            is_right = self._matches(typed_code(code), kept.code, caller, None)
        except TooBusyError:
            self._rows.give_try_back(kept, CODE_TRIES)
            raise
        if not is_right:
            return Attempt(answer=Answer.WRONG)
        account = self._new_account(self._hashed(password, is_known=False))
        if not self._rows.finish_setup(account, kept):
            return Attempt(answer=Answer.NO_CODE)
        _log.info(line("household password set", by="setup code", source=caller.source))
        return self._welcome(caller, account)

    def change_password(self, old: str, new: str, caller: Caller) -> Attempt:
        """Replace the password; every other browser must log in again."""
        account = self._rows.account()
        if account is None:
            return Attempt(answer=Answer.WRONG)
        refusal = self._refusal(old, caller, account)
        if refusal is not None:
            return refusal
        changed = self._new_account(self._hashed(new, is_known=self._is_known(caller, account)))
        if not self._rows.replace_account(account, changed):
            return Attempt(answer=Answer.WRONG)
        _log.info(line("household password set", by="its page", source=caller.source))
        return self._welcome(caller, changed)

    def apply(self, wish: Access) -> None:
        """Do what root asked for with `nightroom setup-code` or `nightroom password`."""
        if isinstance(wish, NewPassword):
            self._rows.set_account(self._new_account(wish.password))
            _log.info(line("household password set", by="nightroom password"))
        elif not self.is_set_up():
            self._rows.put_code(
                SetupCode(
                    code=wish.code,
                    boot_id=wish.boot_id,
                    made_s=wish.made_s,
                    tries_left=CODE_TRIES,
                )
            )

    def make_token(self, kind: TokenKind, name: str) -> str:
        """Return the secret of a new token; it is shown once and kept as a digest."""
        secret = secret_text(self._random_bytes(SECRET_BYTES))
        self._rows.add_token(digest(secret), kind=kind, name=name, now_ms=self._clock.now_ms())
        return secret

    def tokens(self) -> tuple[Token, ...]:
        """Return the tokens in force, newest first."""
        return self._rows.tokens()

    def token(self, secret: str, kind: TokenKind) -> Token | None:
        """Return the token with this secret, None if there is none of this kind."""
        return self._rows.token(digest(secret), kind)

    def revoke_token(self, token_id: int) -> None:
        """Withdraw a token; what it opened is closed at once, a live page within seconds."""
        self._rows.revoke_token(token_id)

    def _refusal(self, password: str, caller: Caller, account: Account) -> Attempt | None:
        wait_s = self._wait_s(caller, account)
        if wait_s > 0.0:
            return Attempt(answer=Answer.WAIT, wait_s=wait_s)
        if not self._matches(password, account.password, caller, account):
            return Attempt(answer=Answer.WRONG)
        return None

    def _matches(self, secret: str, kept: str, caller: Caller, account: Account | None) -> bool:
        """Check a secret; where the machine is too busy to, it was no guess."""
        known = self._known_browser(caller, account)
        try:
            return self._hashing.matches(secret, kept, is_known=known is not None)
        except TooBusyError:
            with self._limit_turn:
                self._limit.give_back(known or caller.source, is_known=known is not None)
            raise

    def _wait_s(self, caller: Caller, account: Account | None) -> float:
        known = self._known_browser(caller, account)
        with self._limit_turn:
            verdict = self._limit.ask(
                known or caller.source, self._clock.monotonic_s(), is_known=known is not None
            )
        if verdict.is_news:
            _log.warning(line("guesses limited", source=caller.source, wait_s=verdict.wait_s))
        return verdict.wait_s

    def _known_browser(self, caller: Caller, account: Account | None) -> str | None:
        if account is None or not caller.device:
            return None
        return device_of(caller.device, account.device_key)

    def _welcome(self, caller: Caller, account: Account) -> Attempt:
        session = self.sessions.begin(account, instead_of=caller.session)
        if session is None:
            # The password was replaced while this one was being checked.
            return Attempt(answer=Answer.WRONG)
        known = self._known_browser(caller, account)
        with self._limit_turn:
            self._limit.forgive(known or caller.source, is_known=known is not None)
        device = known or secret_text(self._random_bytes(DEVICE_BYTES))
        return Attempt(
            answer=Answer.WELCOME,
            session=session,
            device=signed_device(device, account.device_key),
        )

    def _hashed(self, password: str, *, is_known: bool) -> str:
        salt = self._random_bytes(SALT_BYTES)
        return self._hashing.hashed(password, salt, is_known=is_known)

    def _is_known(self, caller: Caller, account: Account) -> bool:
        return self._known_browser(caller, account) is not None

    def _new_account(self, hashed: str) -> Account:
        return Account(
            password=hashed,
            device_key=self._random_bytes(SECRET_BYTES),
            changed_ms=self._clock.now_ms(),
        )

    def _is_in_time(self, code: SetupCode) -> bool:
        if code.boot_id != self._clock.boot_id():
            return False
        return 0.0 <= self._clock.boottime_s() - code.made_s <= CODE_VALID_S
