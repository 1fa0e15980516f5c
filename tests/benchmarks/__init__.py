"""How fast respeak is, as a ratio to the JSON floor: what orjson takes to read and write the same bytes.

    python -m tests.benchmarks                        # from the root of the repository: one table
    python -m tests.benchmarks --json out.json        # and the figures for machines
    python -m tests.benchmarks --only request --quick

Medians of plain timing, gate and loss report on, payloads read afresh and the collector of cycles off while the clock
runs; floor and work take turns in the same process, so that a busy machine slows both. Payloads are generated
(`payloads.py`). Budgets are held against the ratio.

Peers stand beside it where they can do the same job at all, which is checked before they are timed (`peers.py`); those
that are not installed are left out with a line that says so. They want an `openai` of their own, so they live in an
environment of their own:

    python -m venv ../bench && ../bench/bin/pip install -e '.[bench]'
    ../bench/bin/python -m tests.benchmarks
    python -m tests.benchmarks.gateway --litellm ../bench/bin/litellm       # the gateway, a table of its own
"""
