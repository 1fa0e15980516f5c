"""A pytest plugin: `pytest --respeak-fixtures` runs every case of the conformance suite as a test of its own.

    pytest --respeak-fixtures --respeak-implementation "python my_gateway/protocol.py"

Nothing of respeak is imported unless it is asked for.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from respeak.conformance.cases import Case
    from respeak.conformance.harness import Program

GROUP = "respeak"
PROGRAM = pytest.StashKey["Program"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup(GROUP, "conformance of LLM gateways")
    group.addoption("--respeak-fixtures", action="store_true", help="collect the cases of respeak's conformance suite")
    group.addoption(
        "--respeak-implementation",
        metavar="CMD",
        default=None,
        help="the program to ask, a JSON object a line; respeak itself if left out",
    )
    group.addoption(
        "--respeak-filter", metavar="TEXT", default="", help="only cases whose id, route, row or code has TEXT"
    )
    group.addoption("--respeak-timeout", metavar="SECONDS", type=float, default=10.0, help="time for an answer")


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Hang the suite beside the files of the session, so that it is collected, counted and selected like them."""
    report = yield
    if isinstance(collector, pytest.Session) and collector.config.getoption("--respeak-fixtures"):
        suite = _Suite.from_parent(collector, name="respeak-fixtures", nodeid="respeak-fixtures")
        report.result = [*report.result, suite]
    return report


def pytest_sessionfinish(session: pytest.Session) -> None:
    program = session.config.stash.get(PROGRAM, None)
    if program is not None:
        program.close()


class _Suite(pytest.Collector):
    """All chosen cases."""

    def collect(self) -> Iterator[_CaseItem]:
        from respeak.conformance.cases import chosen, load

        command = self.config.getoption("--respeak-implementation")
        try:
            cases = chosen(load(), self.config.getoption("--respeak-filter"))
            if command is not None:
                _program(self.config, command)
        except ValueError as error:
            raise self.CollectError(str(error)) from None
        for case in cases:
            yield _CaseItem.from_parent(self, name=case.id, case=case)


class _Failed(Exception):
    """A case that was not answered rightly; the message is grade and details."""


class _CaseItem(pytest.Item):
    """One case as a test."""

    def __init__(self, *, case: Case, **more: Any) -> None:
        super().__init__(**more)
        self.case = case

    def runtest(self) -> None:
        from respeak.conformance.grade import Grade
        from respeak.conformance.run import answered, asked

        command = self.config.getoption("--respeak-implementation")
        result = asked(self.case, answered if command is None else _program(self.config, command))
        if result.grade is Grade.SKIPPED:
            pytest.skip(result.details[0])
        if result.failed:
            raise _Failed("\n".join([result.grade.value, *(f"  {line}" for line in result.details)]))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """What is wrong, without a traceback through respeak."""
        return str(excinfo.value) if isinstance(excinfo.value, _Failed) else super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Any, int | None, str]:
        return self.path, None, self.case.id


def _program(config: pytest.Config, command: str) -> Program:
    """The one program of the session, started for the first case. Raises ValueError when there is none of that name."""
    from respeak.conformance.harness import Program

    if PROGRAM not in config.stash:
        config.stash[PROGRAM] = Program(command, config.getoption("--respeak-timeout"))
    return config.stash[PROGRAM]
