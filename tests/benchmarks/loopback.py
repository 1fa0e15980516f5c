"""A loopback upstream and a loader, both of plain sockets: neither may be what is measured.

python tests/benchmarks/loopback.py        an upstream on a free port, which it prints; POST /SIZE answers of it
"""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass
from typing import Any

from respeak.sse import DONE, encode

from . import payloads

PIECES = 60
"""Text deltas of a streamed answer."""


def whole(family: str) -> bytes:
    """A finished answer as HTTP."""
    body = json.dumps(payloads.answer(family, 6)).encode()
    return b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(body) + body


def streamed(family: str) -> list[bytes]:
    """A streamed answer as HTTP, each event a chunk of its own."""
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
    frames = [encode(event) for event in payloads.stream(family, "text", PIECES)]
    frames += [DONE] if family == "chat" else []
    return [head, *(b"%x\r\n%b\r\n" % (len(frame), frame) for frame in frames), b"0\r\n\r\n"]


ANSWERS = {
    (path, stream): [whole(family)] if not stream else streamed(family)
    for path, family in ((b"/v1/responses", "responses"), (b"/v1/chat/completions", "chat"))
    for stream in (False, True)
}


async def upstream(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One connection: each request gets the answer of its path, streamed if it asks for that."""
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            body = await reader.readexactly(length(head))
            stream = b'"stream":true' in body or b'"stream": true' in body
            for piece in ANSWERS[head.split(b" ", 2)[1], stream]:
                writer.write(piece)
                await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


def length(head: bytes) -> int:
    """The content-length of a head."""
    found = head.lower().partition(b"content-length:")[2]
    return int(found.split(b"\r\n", 1)[0]) if found else 0


async def serve() -> None:
    server = await asyncio.start_server(upstream, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


LONGEST = 60.0
"""Seconds that a load may take."""


@dataclass
class Load:
    """What a load gave: seconds it took, and seconds of each request."""

    seconds: float
    times: list[float]

    @property
    def rate(self) -> float:
        return len(self.times) / self.seconds

    def at(self, share: float) -> float:
        """The time within which this share of the requests was answered."""
        return sorted(self.times)[min(len(self.times) - 1, int(len(self.times) * share))]


async def load(port: int, path: str, body: Any, requests: int, clients: int) -> Load:
    """Send requests over so many connections, one after the other on each. Raises what `answered` does, in a group."""
    data = json.dumps(body).encode()
    head = f"POST {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer k\r\ncontent-type: application/json\r\n"
    message = f"{head}content-length: {len(data)}\r\n\r\n".encode() + data
    times: list[float] = []
    left = requests

    async def client() -> None:
        nonlocal left
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while left > 0:
            left -= 1
            begun = time.perf_counter()
            writer.write(message)
            await answered(reader)
            times.append(time.perf_counter() - begun)
        writer.close()

    begun = time.perf_counter()
    async with asyncio.timeout(LONGEST), asyncio.TaskGroup() as group:
        for _ in range(clients):
            group.create_task(client())
    return Load(time.perf_counter() - begun, times)


async def answered(reader: asyncio.StreamReader) -> None:
    """Read one answer to its end. Raises RuntimeError unless it is 200."""
    head = await reader.readuntil(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(head.decode() + (await reader.read(500)).decode("utf-8", "replace"))
    if b"chunked" not in head.lower():
        await reader.readexactly(length(head))
        return
    while size := int(await reader.readuntil(b"\r\n"), 16):
        await reader.readexactly(size + 2)
    await reader.readexactly(2)


if __name__ == "__main__":
    asyncio.run(serve())
