"""Bytes through everything: gate, translation, writing, SSE, streams, exchanges.

    python tests/fuzz/hunt.py --seconds 600              # mutated seeds, always the same for the same --seed
    python tests/fuzz/hunt.py --atheris --seconds 600    # led by coverage: pip install '.[fuzz]'

Findings are written to `--findings` (a folder), one file an input, and printed with the traceback; the exit code is 1.
`test_hunt.py` runs a share of the first form with fixed seeds.

The first byte of an input chooses what happens to the rest, the second the route.
"""

from __future__ import annotations

import argparse
import copy
import json
import random
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).parents[1])  # the tests' folder, not this one

from benchmarks import payloads
from fuzz import drive, nasty, speak
from respeak.sse import encode

SLOW = 5.0
"""Seconds after which an input is a finding: inputs are small."""

MODES = ("request", "response", "error", "event", "stream", "gathered", "exchange")
ROUTES = [(source, target) for source in drive.DIALECTS for target in drive.TARGETS]


def one(data: bytes) -> str:
    """Do what the input asks for; one word for what happened. Raises whatever is a finding."""
    mode = MODES[data[0] % len(MODES)] if data else "request"
    source, target = ROUTES[data[1] % len(ROUTES)] if len(data) > 1 else ROUTES[0]
    return DOES[mode](data[2:], source, target)


def _payload(kind: str) -> Callable[[bytes, str, str], str]:
    def translate(data: bytes, source: str, target: str) -> str:
        return drive.translate(kind, data, source, target)

    return translate


def _stream(data: bytes, source: str, target: str) -> str:
    cuts = [len(data) * part // 7 for part in range(1, 7)]
    drive.bytes_of_stream(data, cuts, source, target)
    return "streamed"


def _gathered(data: bytes, source: str, target: str) -> str:
    """Events as another program parsed them: a list of anything at all."""
    try:
        events = json.loads(data)
    except (ValueError, RecursionError):
        return "no JSON"
    listed = events if isinstance(events, list) else [events]
    drive.gathered(listed, source)
    drive.stream(listed, source, target)
    return "gathered"


_ASKED = {"responses": {"model": "m", "input": "x", "stream": True}}
_ASKED["chat"] = {"model": "m", "messages": [{"role": "user", "content": "x"}], "stream": True}  # type: ignore[dict-item]


def _exchange(data: bytes, source: str, target: str) -> str:
    """An upstream's answer: the route's target is the client's upstream."""
    client = source if not drive.DIALECTS[source].source_only else "chat"
    for status in (200, 429):
        drive.exchange(_ASKED[drive.DIALECTS[client].family], status, data, client, target)
    return "exchanged"


DOES: dict[str, Callable[[bytes, str, str], str]] = {
    **{kind: _payload(kind) for kind in ("request", "response", "error", "event")},
    "stream": _stream,
    "gathered": _gathered,
    "exchange": _exchange,
}

# Seeds and their mutation -------------------------------------------------------------------------------------------


FIXTURES = Path(__file__).parents[2] / "fixtures"


def of_fixtures() -> list[tuple[str, bytes]]:
    """The inputs of the fixtures, which hold every field that a table speaks of: mode and bytes."""
    out = []
    for file in sorted(FIXTURES.glob("*/*.json")):
        for case in json.loads(file.read_text(encoding="utf-8"))["cases"]:
            said, kind = case["input"], file.parent.name
            if kind != "stream":
                out.append((kind, json.dumps(said).encode()))
            elif isinstance(said, list) and all(isinstance(event, dict) for event in said):
                out.append(("gathered", json.dumps(said).encode()))
                out.append(("stream", b"".join(map(encode, said))))
    return out


def seeds(drawn: random.Random) -> list[bytes]:
    """Valid payloads of every kind, streams, and the small ones of the nasty inputs; for any mode."""
    out = []
    for family in ("responses", "chat"):
        bodies = [payloads.request(family, "small"), payloads.responses_request(6, 40, 2)]
        bodies += [payloads.chat_request(6, 40, 2), payloads.answer(family, 80)]
        out += [json.dumps(body).encode() for body in bodies]
        for what in ("text", "arguments", "reasoning"):
            events = payloads.stream(family, what, 3)
            out.append(b"".join(map(encode, events)))
            out.append(json.dumps(events).encode())
        small = (nasty.NASTY[name](family) for name in nasty.NASTY if not name.startswith(("a million", "a hundred")))
        out += [text.encode() for text in small if len(text) < 20_000]
    for dialect in drive.TARGETS:
        for kind in drive.KINDS:
            said = [speak.speaker(dialect, kind, drawn, careless=1).payload() for _ in range(6)]
            out += [json.dumps(payload).encode() for payload in said]
            out.append(json.dumps(said).encode())
            out.append(b"".join(b"data: " + json.dumps(payload).encode() + b"\n\n" for payload in said))
    return out


TOKENS = (
    *(b'""', b"null", b"[]", b"{}", b"true", b"-1", b"1e400", b"NaN", b'"\\ud800"', b"18446744073709551616", b"1.5"),
    *(
        b"\n",
        b"\r",
        b"\r\n",
        b"\n\n",
        b"data: ",
        b"data:[DONE]\n\n",
        b"event: x\n",
        b":",
        b"\xef\xbb\xbf",
        b"\xff",
        b"\x00",
    ),
    *(
        b'"type":',
        b'"role":',
        b'"content":',
        b'"id":',
        b'"index":',
        b'"delta":',
        b'"error":',
        b'"__proto__":1,',
        b'"":1,',
    ),
)


def mutated(data: bytes, drawn: random.Random, others: list[bytes]) -> bytes:
    """The bytes with a few changes: values of the JSON exchanged, or bytes of it."""
    if drawn.random() < 0.6:
        try:
            return _changed_json(data, drawn)
        except (ValueError, RecursionError):
            pass  # no JSON, or nested too deeply to be changed here
    out = bytearray(data)
    for _ in range(drawn.randrange(1, 6)):
        at = drawn.randrange(len(out) + 1)
        end = min(len(out), at + drawn.randrange(12))
        match drawn.randrange(5):
            case 0:
                out[at:end] = b""
            case 1:
                out[at:at] = drawn.choice(TOKENS)
            case 2:
                out[at:end] = drawn.choice(TOKENS)
            case 3:
                other = drawn.choice(others)
                start = drawn.randrange(len(other) + 1)
                out[at:end] = other[start : start + drawn.randrange(200)]
            case _:
                out[at:end] = bytes(drawn.randrange(256) for _ in range(end - at))
    return bytes(out)


def _changed_json(data: bytes, drawn: random.Random) -> bytes:
    """The document, or one line of a stream, with some values exchanged for other ones. Raises ValueError."""
    lines = data.split(b"\n")
    number = drawn.randrange(len(lines))
    prefix = b"data: " if lines[number].startswith(b"data: ") else b""
    value = json.loads(lines[number].removeprefix(prefix))
    places = list(_places(value))
    if not places:
        raise ValueError("nothing to change")
    for _ in range(drawn.randrange(1, 4)):
        holder, key = drawn.choice(places)
        match drawn.randrange(4):
            case 0 if isinstance(holder, dict):
                holder.pop(key, None)
            case 1 if isinstance(holder, dict):
                holder[drawn.choice(speak.KEYS)] = copy.deepcopy(drawn.choice(speak.NASTY))
            case _:
                other, name = drawn.choice(places)
                held = other.get(name) if isinstance(other, dict) else drawn.choice(other or [None])
                put = copy.deepcopy(drawn.choice((*speak.NASTY, *speak.STRINGS, held)))
                if isinstance(holder, dict) or key < len(holder):
                    holder[key] = put
    lines[number] = prefix + json.dumps(value).encode()
    return b"\n".join(lines)


def _places(value: object) -> Iterator[tuple[dict | list, object]]:  # type: ignore[type-arg]
    """Every place of a JSON value: what holds it, and its key."""
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield value, key  # type: ignore[misc]
        yield from _places(value[key])  # type: ignore[index]


# Running ------------------------------------------------------------------------------------------------------------


def run(seconds: float, seed: int, inputs: int | None = None) -> tuple[Counter[str], list[tuple[bytes, str]]]:
    """Try inputs for so long, or so many of them; what happened how often, and the findings."""
    drawn = random.Random(seed)
    pool, meant = seeds(drawn), of_fixtures()
    counts: Counter[str] = Counter()
    findings: dict[str, tuple[bytes, str]] = {}
    end = time.monotonic() + seconds
    while time.monotonic() < end and (inputs is None or counts.total() < inputs):
        mode, body = drawn.choice(meant) if drawn.random() < 0.5 else (drawn.choice(MODES), drawn.choice(pool))
        if drawn.random() < 0.95:
            body = mutated(body, drawn, pool)
        data = bytes((MODES.index(mode), drawn.randrange(256))) + body
        begun = time.monotonic()
        trouble = attempt(data, counts)
        took = time.monotonic() - begun
        if trouble is None and took > SLOW:
            trouble = f"took {took:.1f} s"
        if trouble is not None:
            findings.setdefault(_kind_of(trouble), (data, trouble))
    return counts, list(findings.values())


def attempt(data: bytes, counts: Counter[str]) -> str | None:
    """One input; the traceback if it is a finding."""
    try:
        counts[one(data)] += 1
    except Exception:  # whatever it is, that is what is looked for
        counts["finding"] += 1
        return traceback.format_exc()
    return None


def _kind_of(trouble: str) -> str:
    """Findings of one place are one: the last lines of the library in the traceback."""
    lines = [line.strip() for line in trouble.splitlines()]
    places = [line for line in lines if line.startswith("File ") and "/respeak/" in line]
    return "|".join([*places[-2:], lines[-1][:40]])


def led_by_coverage(seconds: float) -> None:
    """Hand over to atheris, which instruments the library and never comes back."""
    import atheris

    atheris.instrument_all()
    folder = Path("fuzz-corpus")
    folder.mkdir(exist_ok=True)
    for number, body in enumerate(seeds(random.Random(1))):
        for mode in range(len(MODES)):
            (folder / f"seed-{number}-{mode}").write_bytes(bytes((mode, number % 256)) + body)
    for number, (name, body) in enumerate(of_fixtures()):
        (folder / f"fixture-{number}").write_bytes(bytes((MODES.index(name), number % 256)) + body)
    atheris.Setup([sys.argv[0], str(folder), f"-max_total_time={int(seconds)}", "-max_len=20000", "-timeout=20"], one)
    atheris.Fuzz()


def main() -> None:
    parser = argparse.ArgumentParser(description="bytes through everything")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--atheris", action="store_true", help="led by coverage")
    parser.add_argument("--findings", type=Path, default=Path("fuzz-findings"), metavar="FOLDER")
    chosen = parser.parse_args()
    if chosen.atheris:
        led_by_coverage(chosen.seconds)
    counts, findings = run(chosen.seconds, chosen.seed)
    print(f"{counts.total()} inputs in {chosen.seconds:g} s: {dict(counts.most_common())}")
    for number, (data, trouble) in enumerate(findings):
        chosen.findings.mkdir(exist_ok=True)
        (chosen.findings / str(number)).write_bytes(data)
        print(f"--- {chosen.findings / str(number)}\n{trouble}".encode("utf-8", "backslashreplace").decode())
    sys.exit(bool(findings))


if __name__ == "__main__":
    main()
