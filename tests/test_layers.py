"""Imports point one way: no module imports a later room, and only the outer rooms touch the world."""

from __future__ import annotations

import ast
from pathlib import Path

import respeak

SOURCE = Path(respeak.__file__).parent

ROOMS = (
    "codes",
    "loss",
    "errors",
    "wire",
    "models",
    "gate",
    "options",
    "plan",
    "walk",
    "compose",
    "verbs",
    "crossing",
    "streams",
    "profiles",
    "route",
    "entry",
    "translate",
    "stream",
    "sse",
    "reply",
    "memory",
    "exchange",
    "exchange_stream",
    "transport",
    "gateway",
    "mapping",
    "schemas",
    "conformance",
    "cli",
)
"""From the innermost room to the outermost; the package itself and `python -m respeak` stand outside them all."""

PURE = {*ROOMS[: ROOMS.index("memory")], "exchange", "exchange_stream"} - {"codes", "errors", "gate", "options"}
IMPURE = {"os", "time", "datetime", "random", "uuid", "secrets", "socket", "asyncio", "threading", "io", "pathlib"}


def _imports() -> list[tuple[str, str]]:
    """Pairs of (room, imported module) over the whole package."""
    pairs = []
    for path in SOURCE.rglob("*.py"):
        room = path.relative_to(SOURCE).parts[0].removesuffix(".py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                pairs += [(room, name.name) for name in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                inner = [f"{node.module}.{name.name}" for name in node.names if node.module == "respeak"]
                pairs += [(room, name) for name in inner or [node.module]]
    return pairs


def test_no_room_imports_a_later_one() -> None:
    wrong = []
    for room, imported in _imports():
        parts = imported.split(".")
        if room in ROOMS and parts[0] == "respeak" and parts[1:2] not in ([], [room], ["__version__"]):
            later = parts[1] not in ROOMS or ROOMS.index(parts[1]) > ROOMS.index(room)
            wrong += [f"{room} imports {imported}"] if later else []
    assert wrong == []


def test_every_room_has_its_place() -> None:
    rooms = {path.name.removesuffix(".py") for path in SOURCE.iterdir() if not path.name.startswith("_")}
    assert rooms - {"py.typed"} == set(ROOMS)


def test_the_core_has_no_clock_no_chance_and_no_io() -> None:
    wrong = [f"{room} imports {name}" for room, name in _imports() if room in PURE and name.split(".")[0] in IMPURE]
    assert wrong == []


def test_the_engine_knows_nothing_of_either_family() -> None:
    """It imports nothing of crossing, models or profiles."""
    engine = [(room, name) for room, name in _imports() if room in ("plan", "walk", "compose", "verbs")]
    assert [pair for pair in engine if pair[1].split(".")[1:2] in (["crossing"], ["models"], ["profiles"])] == []


def test_no_module_is_long_and_no_function_is() -> None:
    long = []
    for path in SOURCE.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        if text.count("\n") > 400:
            long.append(f"{path.name}: {text.count(chr(10))} lines")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno >= 40:
                long.append(f"{path.name}:{node.lineno} {node.name}")
    assert long == []
