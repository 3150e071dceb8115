"""How many requests run at a time."""

from __future__ import annotations


class Slots:
    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.in_use = 0
        self.stuck = 0
        """Those whose caller has its answer while a handler still runs."""

    def take(self) -> Slot | None:
        """None when all are taken."""
        if self.in_use >= self._limit:
            return None
        self.in_use += 1
        return Slot(self)

    def are_stuck(self) -> bool:
        """Whether every slot is held by a handler past its deadline."""
        return self.stuck >= self._limit


class Slot:
    """What one request holds until it is answered and its handlers have ended."""

    __slots__ = ("_is_answered", "_is_stuck", "_running", "_slots")

    def __init__(self, slots: Slots) -> None:
        self._slots = slots
        self._running = 0
        self._is_answered = False
        self._is_stuck = False

    def handler_started(self) -> None:
        self._running += 1

    def handler_ended(self) -> None:
        self._running -= 1
        self._release_when_done()

    def answered(self) -> None:
        self._is_answered = True
        self._is_stuck = self._running > 0
        if self._is_stuck:
            self._slots.stuck += 1
        self._release_when_done()

    def _release_when_done(self) -> None:
        if not self._is_answered or self._running > 0:
            return
        if self._is_stuck:
            self._slots.stuck -= 1
        self._slots.in_use -= 1
