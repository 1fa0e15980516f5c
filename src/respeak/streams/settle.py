"""The finished answer of a stream, translated like any other: what the terminal event holds, and every loss.

So a stream and the same answer in one piece report the same losses, at the same places.
"""

from __future__ import annotations

from collections.abc import Callable

from respeak.codes import Code
from respeak.loss import Ledger, Loss, Place, Verdict
from respeak.plan import Job, Json
from respeak.verbs import BREAKING, HARMLESS, lost

CUT_MESSAGE = "The upstream's stream ended before the answer was finished."
CUT = lost(Code.STREAM_CUT, BREAKING, "the stream ended early; it is said as a failure")
CONTRADICTED = lost(Code.STREAM_CONTRADICTED, BREAKING, "the upstream said something else than was streamed")
UNFINISHED = lost(Code.STREAM_CUT, BREAKING, "a call was announced and no event finished it; it is left out")
HELD = lost(Code.STREAM_CUT, BREAKING, "pieces of a call came and no event said what they belong to; they are left out")
UNKNOWN_EVENT = lost(Code.UNKNOWN_EVENT_DROPPED, HARMLESS, "this type of event is in no documentation")


class Settle:
    """Call it with the finished answer of the source; it gives that of the target and keeps the losses.

    `make` begins a job, `run` does it, and `rename` says the `param` of an error body in the client's words.
    """

    def __init__(
        self,
        make: Callable[[], Job],
        run: Callable[[Json, Job], Json],
        rename: Callable[[Json, Job], None] = lambda body, job: None,
    ) -> None:
        self._make = make
        self._run = run
        self._rename = rename
        self._losses = Ledger()
        self._noted: list[tuple[Verdict, Place]] = []
        self.finished: tuple[Json, Json] | None = None

    def __call__(self, answer: Json) -> Json:
        job = self._make()
        out = self._run(answer, job)
        self._losses = job.ledger
        self.finished = answer, out
        return out

    def blank(self, answer: Json) -> Json:
        """The answer before it has begun; nothing is lost of it yet."""
        return self.apart(answer)[0]

    def apart(self, answer: Json) -> tuple[Json, list[tuple[Verdict, Place]]]:
        """What becomes of an answer that is not the finished one, and what it loses."""
        job = self._make()
        return self._run(answer, job), job.ledger.found

    def renamed(self, body: Json) -> Json:
        """An error body whose `param` names the client's own field."""
        self._rename(body, self._make())
        return body

    def withdraw(self, verdict: Verdict) -> None:
        """What the finished answer says of itself and the stream did not do."""
        self._losses.found[:] = [pair for pair in self._losses.found if pair[0] is not verdict]

    def note(self, verdict: Verdict, place: Place = None) -> None:
        """A loss of the stream itself, which the finished answer does not show."""
        self._noted.append((verdict, place))

    @property
    def refused(self) -> Loss | None:
        """The loss that leaves nothing honest to say, if there is one."""
        return self._losses.decisive("breaking")[0] if self._losses.refused else None

    @property
    def losses(self) -> Ledger:
        """What was lost: of the finished answer, then of the stream."""
        ledger = Ledger()
        ledger.found = [*self._losses.found, *self._noted]
        return ledger
