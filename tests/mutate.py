"""Mutation testing: break the code at one place at a time and see whether the tests notice.

    python tests/mutate.py                      # a sample that takes about ten minutes on two cores
    python tests/mutate.py --sample 50 --seed 2 src/respeak/streams
    python tests/mutate.py --list               # what would be tried

Each mutant is one change in a copy of the tree: a comparison turned round, `and` for `or`, another number or word,
a statement, a row or an argument left out, two values of a dict swapped, another severity, a condition that always
holds. Then `respeak conformance` and the tests of that part run on the copy. A mutant that nothing notices survived;
the command fails when more than 15 % do.

Prose is not mutated (strings with spaces: what losses say is compared by the snapshots of the README and the fixtures
where it matters), nor docstrings, annotations, `__slots__`, dataclass fields, `assert`, and the notes of tables.

Survivors that are no other program: a condition of `streams/quick.py` or `quick_within.py` that sends more events the
long way, which says the same (`up.py` notes a fingerprint for it); the names of tables, which are printed only.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

ROOT = Path(__file__).parents[1]
PARTS = ("src/respeak/crossing", "src/respeak/compose.py", "src/respeak/walk.py", "src/respeak/streams")
NEEDED = ("src", "tests", "schemas", "fixtures", "pyproject.toml", "README.md")
TIMEOUT = 240
"""Seconds after which a mutant counts as noticed: it hangs."""

PYTEST = ("-m", "pytest", "-q", "-x", "-p", "no:cacheprovider")
STREAMS = ("tests/streams", "tests/fuzz/test_found.py")
REST = (
    "tests/crossing",
    "tests/profiles",
    "tests/test_plan.py",
    "tests/test_loss.py",
    "tests/test_verbs.py",
    "tests/test_translate.py",
)
SLOW = ("tests/test_mapping.py", "tests/test_properties.py")
SEVERITIES = {"BREAKING": "DEGRADING", "DEGRADING": "BREAKING", "HARMLESS": "DEGRADING"}
COMPARISONS = {
    ast.Eq: "!=",
    ast.NotEq: "==",
    ast.Lt: "<=",
    ast.LtE: "<",
    ast.Gt: ">=",
    ast.GtE: ">",
    ast.In: "not in",
    ast.NotIn: "in",
    ast.Is: "is not",
    ast.IsNot: "is",
}


@dataclass(frozen=True)
class Mutant:
    """One change: the text between two offsets of a file becomes another."""

    file: str
    line: int
    kind: str
    start: int
    end: int
    new: str
    old: str

    def __str__(self) -> str:
        old, new = (" ".join(text.split())[:70] for text in (self.old, self.new))
        return f"{self.file}:{self.line}: {self.kind}: {old or '(nothing)'}  ->  {new or '(nothing)'}"


class Finder(ast.NodeVisitor):
    """All mutants of one file."""

    def __init__(self, file: str, text: str) -> None:
        self.file, self.text = file, text
        lines = text.splitlines(keepends=True)
        self.starts = [0]
        for line in lines:
            self.starts.append(self.starts[-1] + len(line))
        self.encoded = [line.encode() for line in lines]
        self.found: list[Mutant] = []

    def at(self, line: int, column: int) -> int:
        """Offset in characters; the parser counts bytes."""
        return self.starts[line - 1] + len(self.encoded[line - 1][:column].decode())

    def span(self, node: ast.AST) -> tuple[int, int]:
        held: ast.expr = node  # type: ignore[assignment]  # every node that comes here has a place
        return self.at(held.lineno, held.col_offset), self.at(held.end_lineno or 0, held.end_col_offset or 0)

    def note(self, node: ast.AST, kind: str, new: str, span: tuple[int, int] | None = None) -> None:
        start, end = span or self.span(node)
        line = self.text.count("\n", 0, start) + 1
        self.found.append(Mutant(self.file, line, kind, start, end, new, self.text[start:end]))

    def source(self, node: ast.AST) -> str:
        start, end = self.span(node)
        return self.text[start:end]

    def visit_Module(self, node: ast.Module) -> None:
        self._block(node.body)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._block([line for line in node.body if not isinstance(line, ast.AnnAssign)])

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        for default in (*node.args.defaults, *node.args.kw_defaults):
            if default is not None:
                self.visit(default)
        self._block(node.body)

    def _block(self, body: list[ast.stmt]) -> None:
        for line in body:
            if isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant):
                continue  # a docstring
            if isinstance(line, ast.Import | ast.ImportFrom | ast.Assert):
                continue
            if isinstance(line, ast.Assign) and ast.unparse(line.targets[0]) == "__slots__":
                continue
            self.visit(line)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None and not (
            isinstance(node.target, ast.Name) and "TypeAlias" in ast.dump(node.annotation)
        ):
            self.visit(node.value)

    def visit_Expr(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Call):
            self.note(node, "statement left out", "pass")
        self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        if not isinstance(node.targets[0], ast.Name | ast.Tuple):
            self.note(node, "statement left out", "pass")
        self.generic_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self.note(node, "statement left out", "pass")
        self.generic_visit(node)

    def visit_Continue(self, node: ast.Continue) -> None:
        self.note(node, "statement left out", "pass")

    def visit_Break(self, node: ast.Break) -> None:
        self.note(node, "statement left out", "pass")

    def visit_Return(self, node: ast.Return) -> None:
        if node.value is not None and not (isinstance(node.value, ast.Constant) and node.value.value is None):
            self.note(node.value, "nothing returned", "None")
        self.generic_visit(node)

    def visit_If(self, node: ast.If) -> None:
        self.note(node.test, "always", "True")
        self.note(node.test, "never", "False")
        self.visit(node.test)
        self._block(node.body)
        self._block(node.orelse)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self.note(node.test, "always", "True")
        self.note(node.test, "never", "False")
        self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> None:
        if len(node.ops) == 1:
            left, right = self.source(node.left), self.source(node.comparators[0])
            self.note(node, "comparison", f"{left} {COMPARISONS[type(node.ops[0])]} {right}")
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        word = " or " if isinstance(node.op, ast.And) else " and "
        self.note(node, "and, or", word.join(f"({self.source(value)})" for value in node.values))
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        if isinstance(node.op, ast.Not):
            self.note(node, "not left out", f"({self.source(node.operand)})")
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        value = node.value
        if isinstance(value, bool):
            self.note(node, "constant", str(not value))
        elif isinstance(value, int):
            self.note(node, "constant", str(value + 1))
        elif isinstance(value, str) and value and " " not in value:
            self.note(node, "word", repr(value + "~"))

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        for value in node.values:
            if isinstance(value, ast.FormattedValue) and sys.version_info >= (3, 12):
                self.visit(value)  # before 3.12 places within f-strings are not told

    def visit_Name(self, node: ast.Name) -> None:
        if node.id in SEVERITIES and isinstance(node.ctx, ast.Load):
            self.note(node, "severity", SEVERITIES[node.id])

    def visit_Dict(self, node: ast.Dict) -> None:
        if len(node.values) > 1 and None not in node.keys[:2]:
            first, second = self.span(node.values[0]), self.span(node.values[1])
            if self.text[slice(*first)] != self.text[slice(*second)]:
                between = self.text[first[1] : second[0]]
                new = self.text[slice(*second)] + between + self.text[slice(*first)]
                self.note(node, "values swapped", new, (first[0], second[1]))
        self.generic_visit(node)

    def visit_Tuple(self, node: ast.Tuple) -> None:
        for element in node.elts:
            if isinstance(element, ast.Call | ast.Starred) and len(node.elts) > 1 and isinstance(node.ctx, ast.Load):
                start, end = self.span(element)
                if self.text[end : end + 1] == ",":
                    self.note(element, "row left out", "", (start, end + 1))
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        self.visit(node.func)
        for value in node.args:
            self.visit(value)
        for keyword in node.keywords:
            if keyword.arg not in ("note", "title", "why"):
                if keyword.arg in ("down", "up", "unless", "severity", "otherwise"):
                    self._left_out(keyword)
                self.visit(keyword.value)

    def _left_out(self, keyword: ast.keyword) -> None:
        """An argument of a row: it has a default, so the code still runs."""
        start, end = self.span(keyword)
        before = self.text[:start].rstrip()
        if before.endswith(","):
            self.note(keyword, "argument left out", "", (len(before) - 1, end))


def mutants(file: Path, name: str) -> list[Mutant]:
    """The mutants of a file that are other programs: what does not compile, or compiles to the same, is left out."""
    text = file.read_text(encoding="utf-8")
    finder = Finder(name, text)
    tree = ast.parse(text)
    finder.visit(tree)
    same = ast.dump(tree)
    return [mutant for mutant in dict.fromkeys(finder.found) if _differs(text, mutant, same)]


def _differs(text: str, mutant: Mutant, same: str) -> bool:
    try:
        return ast.dump(ast.parse(changed(text, mutant))) != same
    except SyntaxError:
        return False


def changed(text: str, mutant: Mutant) -> str:
    return text[: mutant.start] + mutant.new + text[mutant.end :]


def files(parts: list[str]) -> Iterator[Path]:
    for part in parts:
        place = ROOT / part
        yield from sorted(place.rglob("*.py")) if place.is_dir() else [place]


def sample(parts: list[str], size: int, seed: int) -> list[Mutant]:
    """Mutants drawn from all files alike, the same for the same seed and code."""
    every = [mutant for file in files(parts) for mutant in mutants(file, file.relative_to(ROOT).as_posix())]
    chosen = random.Random(seed).sample(every, min(size, len(every)))
    print(f"{len(chosen)} of {len(every)} mutants of {', '.join(parts)}, seed {seed}", flush=True)
    return chosen


# Trying -----------------------------------------------------------------------------------------------------------


class Copy:
    """A copy of the tree in which one mutant at a time lives."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in NEEDED:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
            else:
                shutil.copy(source, folder / name)
        shared = os.environ.get("RESPEAK_SHARED") or str(ROOT.parent / "shared")
        self.environment = {
            **os.environ,
            "PYTHONPATH": str(folder / "src"),
            "PYTHONDONTWRITEBYTECODE": "1",
            "RESPEAK_SHARED": shared if os.environ.get("RESPEAK_CORPUS") else str(folder / "none"),
        }

    def notices(self, mutant: Mutant) -> str | None:
        """Which step noticed the mutant; None if it survived."""
        file = self.folder / mutant.file
        kept = file.read_text(encoding="utf-8")
        shutil.rmtree(self.folder / ".hypothesis", ignore_errors=True)  # what failed once would fail again
        file.write_text(changed(kept, mutant), encoding="utf-8")
        try:
            return next((name for name, step in steps(mutant.file) if not self._passes(step)), None)
        finally:
            file.write_text(kept, encoding="utf-8")

    def _passes(self, step: tuple[str, ...]) -> bool:
        command = [sys.executable, *step]
        try:
            ran = subprocess.run(
                command, cwd=self.folder, env=self.environment, capture_output=True, timeout=TIMEOUT, check=False
            )
        except subprocess.TimeoutExpired:
            return False
        return ran.returncode == 0

    def sound(self) -> str | None:
        """Which step fails on the code as it is; None if all is well."""
        return next((name for name, step in steps("src/respeak/walk.py") if not self._passes(step)), None)


def steps(file: str) -> list[tuple[str, tuple[str, ...]]]:
    """What runs on a mutant of a file, quickest first."""
    conformance = ("conformance", ("-m", "respeak", "conformance"))
    streams = ("streams", (*PYTEST, *STREAMS))
    rest = ("tests", (*PYTEST, *REST))
    slow = ("mapping and properties", (*PYTEST, *SLOW))
    if "/streams/" in file:
        return [conformance, streams]
    return [conformance, rest, streams, slow]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("parts", nargs="*", default=list(PARTS))
    parser.add_argument("--sample", type=int, default=240, help="how many mutants")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--list", action="store_true", help="print the sample and try nothing")
    chosen = parser.parse_args()
    tried = sample(chosen.parts, chosen.sample, chosen.seed)
    if chosen.list:
        print(*tried, sep="\n")
        return
    sys.exit(run(tried, chosen.jobs))


def run(tried: list[Mutant], jobs: int) -> int:
    """Try every mutant and print what survived; the exit code."""
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="respeak-mutants-") as folder:
        copies: SimpleQueue[Copy] = SimpleQueue()
        for number in range(jobs):
            copies.put(Copy(Path(folder) / str(number)))
        first = copies.get()
        if (broken := first.sound()) is not None:
            print(f"the tests fail without any mutant ({broken})")
            return 2
        copies.put(first)

        def one(mutant: Mutant) -> str | None:
            copy = copies.get()
            try:
                found = copy.notices(mutant)
            finally:
                copies.put(copy)
            if found is None:
                print(f"survived  {mutant}", flush=True)
            return found

        with ThreadPoolExecutor(jobs) as pool:
            outcomes = list(pool.map(one, tried))
    survivors = outcomes.count(None)
    score = 1 - survivors / len(tried)
    by_step = ", ".join(f"{name} {count}" for name, count in Counter(filter(None, outcomes)).most_common())
    print(f"{score:.1%} of {len(tried)} killed in {time.monotonic() - begun:.0f} s ({by_step}), {survivors} survived")
    return 0 if score >= 0.85 else 1


if __name__ == "__main__":
    main()
