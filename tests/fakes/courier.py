"""A courier whose letters arrive, fail or hang as the test says."""

from collections.abc import Callable

from monitor.alerts.channels import Answer, Letter, Outcome

ARRIVED = Answer(outcome=Outcome.SENT, words="sent")
DOWN = Answer(outcome=Outcome.RETRYABLE, words="there is no connection to the server")
REFUSED = Answer(outcome=Outcome.PERMANENT, words="the server answered 403")


class FakeFlight:
    def __init__(self, answer: Answer | None) -> None:
        self.said = answer
        self.stopped = False

    def answer(self) -> Answer | None:
        return self.said

    def stop(self) -> None:
        self.stopped = True


class FakeCourier:
    """answers is asked once a letter; None is a letter that is still under way."""

    def __init__(self, answers: Callable[[Letter], Answer | None] = lambda _: ARRIVED) -> None:
        self.answers = answers
        self.tried: list[Letter] = []
        self.arrived: list[Letter] = []
        self.flights: list[FakeFlight] = []

    def send(self, letter: Letter) -> FakeFlight:
        answer = self.answers(letter)
        self.tried.append(letter)
        if answer == ARRIVED:
            self.arrived.append(letter)
        self.flights.append(FakeFlight(answer))
        return self.flights[-1]

    @property
    def titles(self) -> list[str]:
        return [letter.title for letter in self.arrived]
