"""Content parts: input_text, input_image, input_file, output_text, refusal <-> text, image_url, file, refusal.

The law: mapping.md, tables R2C-PART and C2R-PART. A part that the target cannot hold is left out and judged.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from respeak.codes import Code
from respeak.loss import Place, Verdict
from respeak.plan import IMPLIED, Always, Job, Json, Row, Table, both, only_responses
from respeak.verbs import BREAKING, DEGRADING, HARMLESS, approximated, lost, refused
from respeak.walk import said


def _detail_down(value: Any, at: Place, job: Job) -> Any:
    """Copied; original becomes high (image_detail_changed)."""
    if value != "original":
        return value
    job.note(DETAIL_LOWERED, at)
    return "high"


DETAIL_LOWERED = approximated(
    Code.IMAGE_DETAIL_CHANGED, HARMLESS, 'Chat images know low, high and auto; "original" became "high"'
)
IMAGE_BY_ID = lost(Code.IMAGE_DROPPED, BREAKING, "Chat takes images by URL or data URL, not by file_id")
IMAGE_EMPTY = lost(Code.IMAGE_DROPPED, BREAKING, "the image has neither image_url nor file_id that Chat could use")
FILE_BY_URL = lost(Code.FILE_DROPPED, BREAKING, "Chat takes files by file_id or file_data, not by URL")
FILE_EMPTY = lost(Code.FILE_DROPPED, BREAKING, "the file has neither file_id nor file_data that Chat could use")
SECOND_IMAGE = lost(Code.IMAGE_DROPPED, HARMLESS, "the image goes by its image_url; Chat needs no file_id")
SECOND_FILE = lost(Code.FILE_DROPPED, HARMLESS, "the file goes by its file_id or file_data; Chat needs no URL")
NO_URL = lost(Code.IMAGE_DROPPED, BREAKING, "the image has no URL")
NO_FILE = lost(Code.FILE_DROPPED, BREAKING, "the file has neither file_id nor file_data")
ASSISTANTS_IMAGE = lost(Code.IMAGE_DROPPED, BREAKING, "assistant messages of Responses hold text and refusals only")
ASSISTANTS_FILE = lost(Code.FILE_DROPPED, BREAKING, "assistant messages of Responses hold text and refusals only")
FOREIGN_REFUSAL = lost(Code.UNKNOWN_PART_DROPPED, BREAKING, "only the assistant refuses")
UNKNOWN_PART = lost(Code.UNKNOWN_PART_DROPPED, BREAKING, "this kind of content part has no counterpart")
HIDDEN_REASONING = lost(Code.REASONING_DROPPED, DEGRADING, "reasoning text is never forwarded as visible text")
AUDIO = refused(Code.AUDIO_REFUSED, "Responses takes no audio input")
SCREENSHOT = refused(Code.ITEM_REFUSED, "Chat has no computer screenshots")

TEXT = Table(
    "text",
    (
        Row("type", "type", Always("text"), Always("input_text")),
        both("text"),
        both("prompt_cache_breakpoint"),
    ),
    "text parts of user, system, developer and tool messages",
    ("input[].content[]<input_text>", "messages[].content[]<text>"),
)

OUTPUT_TEXT = Table(
    "output_text",
    (
        Row("type", "type", Always("text"), Always("output_text")),
        both("text"),
        only_responses("annotations", lost(Code.ANNOTATIONS_DROPPED, HARMLESS, "Chat history has no annotations")),
        only_responses("logprobs", lost(Code.LOGPROBS_DROPPED, HARMLESS, "Chat history has no logprobs")),
        Row(
            None,
            "prompt_cache_breakpoint",
            up=lost(Code.CACHE_HINT_DROPPED, HARMLESS, "output_text has no prompt_cache_breakpoint"),
        ),
    ),
    "text parts of assistant messages",
    ("input[].content[]<output_text>", "messages[].content[]<text>"),
)

IMAGE = Table(
    "image",
    (
        Row("type", "type", Always("image_url"), Always("input_image")),
        both("image_url", "image_url.url"),
        both("detail", "image_url.detail", down=_detail_down),
        only_responses("file_id", IMAGE_BY_ID, note="harmless when image_url is there too"),
        both("prompt_cache_breakpoint"),
    ),
    "image parts",
    ("input[].content[]<input_image>", "messages[].content[]<image_url>"),
)

FILE = Table(
    "file",
    (
        Row("type", "type", Always("file"), Always("input_file")),
        both("file_id", "file.file_id"),
        both("filename", "file.filename"),
        both("file_data", "file.file_data"),
        only_responses("file_url", FILE_BY_URL),
        only_responses(
            "detail", lost(Code.FILE_DETAIL_DROPPED, DEGRADING, "Chat files have no detail", unless=("auto",))
        ),
        both("prompt_cache_breakpoint"),
    ),
    "file parts",
    ("input[].content[]<input_file>", "messages[].content[]<file>"),
)

REFUSAL = Table(
    "refusal",
    (Row("type", "type", Always("refusal"), Always("refusal")), both("refusal")),
    "refusal parts of assistant messages",
    ("input[].content[]<refusal>", "messages[].content[]<refusal>"),
)

ANSWER_TEXT = Table(
    "answer_text",
    (
        only_responses("type", IMPLIED),
        only_responses("text", IMPLIED, note="content of the message"),
        only_responses("annotations", IMPLIED, note="annotations of the message, shifted"),
        only_responses("logprobs", IMPLIED, note="logprobs of the choice"),
    ),
    "text parts of answers",
    ("output[].content[]<output_text>", "choices[].message.content"),
)

TABLES = (TEXT, OUTPUT_TEXT, IMAGE, FILE, REFUSAL, ANSWER_TEXT)

PARTS_DOWN: Mapping[str, str | Verdict] = {
    "input_text": "text",
    "text": "text",
    "output_text": "output_text",
    "input_image": "image",
    "input_file": "file",
    "refusal": "refusal",
    "reasoning_text": HIDDEN_REASONING,
    "summary_text": HIDDEN_REASONING,
    "computer_screenshot": SCREENSHOT,
}
"""What becomes of a Responses part, by type: its table, or the verdict on it."""

PARTS_UP: Mapping[str, str | Verdict] = {
    "text": "text",
    "image_url": "image",
    "file": "file",
    "refusal": "refusal",
    "input_audio": AUDIO,
    "thinking": HIDDEN_REASONING,
}
"""What becomes of a Chat part, by type; text of an assistant becomes `output_text`."""


def part_down(part: Json, at: Place, job: Job, assistant: bool = False) -> Json | None:
    """One Responses part as a Chat part; None when Chat cannot hold it (the loss is noted)."""
    rule = PARTS_DOWN.get(part.get("type", ""), UNKNOWN_PART)
    if rule in _TEXTS:  # which every target takes
        return said(job.plans[rule], part, at, job)
    if rule == "refusal" and not assistant:
        rule = FOREIGN_REFUSAL
    if isinstance(rule, Verdict):
        job.note(rule, at)
        return None
    if rule == "refusal":
        return said(job.plans[rule], part, at, job)
    verdict = job.target.parts.get(job.plans[rule].start["type"])
    if verdict is not None:
        job.note(verdict, at)
        return None
    one = _by_one_source(part, _SOURCES[rule], at, job)
    return None if one is None else said(job.plans[rule], one, at, job)


_TEXTS = ("text", "output_text")


class Sources(NamedTuple):
    """What an image or a file may be taken from: `taken` by Chat, or `other`, and the verdicts on that."""

    taken: tuple[str, ...]
    other: str
    beside: Verdict
    alone: Verdict
    none: Verdict


_SOURCES = {
    "image": Sources(("image_url",), "file_id", SECOND_IMAGE, IMAGE_BY_ID, IMAGE_EMPTY),
    "file": Sources(("file_id", "file_data"), "file_url", SECOND_FILE, FILE_BY_URL, FILE_EMPTY),
}


def _by_one_source(part: Json, sources: Sources, at: Place, job: Job) -> Json | None:
    """The part without a source that another one stands in for; None without any that Chat takes, and all is lost."""
    other = part.get(sources.other)
    if all(part.get(name) is None for name in sources.taken):
        job.note(sources.none if other is None else sources.alone, at)
        return None
    if other is None or not any(part.get(name) for name in sources.taken):
        return part
    job.note(sources.beside, (at, sources.other))
    return {key: value for key, value in part.items() if key != sources.other}


def parts_down(parts: list[Json], at: Place, job: Job, assistant: bool = False) -> list[Json]:
    """All parts of one content list that Chat can hold, in order."""
    if len(parts) == 1 and job.held is None:
        only = part_down(parts[0], (at, 0), job, assistant)
        return [] if only is None else [only]
    return _left([part_down(part, (at, i), job, assistant) for i, part in enumerate(parts)], at, job)


def part_up(part: Json, at: Place, job: Job, assistant: bool = False) -> Json | None:
    """One Chat part as a Responses part; None when Responses cannot hold it (the loss is noted)."""
    rule = PARTS_UP.get(part.get("type", ""), UNKNOWN_PART)
    rule = (_OF_ASSISTANT if assistant else _OF_OTHERS).get(rule, rule)
    if isinstance(rule, Verdict):
        job.note(rule, at)
        return None
    if rule == "output_text":
        return {**said(job.plans[rule], part, at, job), "annotations": []}
    special = _SPECIAL_UP.get(rule)
    return special(part, at, job) if special else said(job.plans[rule], part, at, job)


_OF_ASSISTANT: Mapping[str | Verdict, str | Verdict] = {
    "text": "output_text",
    "image": ASSISTANTS_IMAGE,
    "file": ASSISTANTS_FILE,
}
"""What the rules of parts become in assistant messages, which take no other parts (OBS-5)."""

_OF_OTHERS: Mapping[str | Verdict, str | Verdict] = {"refusal": FOREIGN_REFUSAL}


def _image_up(part: Json, at: Place, job: Job) -> Json | None:
    """An image; where none is documented, as in tool messages, nobody has checked its form."""
    held = part.get("image_url")
    if isinstance(held, str):  # some clients send the bare URL
        part = {**part, "image_url": {"url": held}}
    elif not isinstance(held, dict) or not isinstance(held.get("url"), str):
        job.note(NO_URL, at)
        return None
    out = said(job.plans["image"], part, at, job)
    out.setdefault("detail", "auto")  # required by InputImageContent
    return out


def _file_up(part: Json, at: Place, job: Job) -> Json | None:
    """A file; where none is documented, nobody has checked its form."""
    held = part.get("file")
    if not isinstance(held, dict) or not any(held.get(name) is not None for name in ("file_id", "file_data")):
        job.note(NO_FILE, at)
        return None
    return said(job.plans["file"], part, at, job)


_SPECIAL_UP: Mapping[str, Callable[[Json, Place, Job], Json | None]] = {"image": _image_up, "file": _file_up}


def parts_up(parts: list[Json], at: Place, job: Job, assistant: bool = False) -> list[Json]:
    """All parts of one content list that Responses can hold, in order."""
    return _left([part_up(part, (at, i), job, assistant) for i, part in enumerate(parts)], at, job)


def _left(parts: list[Json | None], at: Place, job: Job) -> list[Json]:
    """What could be said of a content list, each part with its place if anybody asks."""
    if job.held is not None:
        for i, part in enumerate(parts):
            if part is not None:
                job.hold(part, (at, i))
    return [part for part in parts if part is not None]
