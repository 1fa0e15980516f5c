"""The printed mapping."""


def explain() -> None: ...
