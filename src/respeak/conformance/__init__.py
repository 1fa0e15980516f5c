"""The conformance suite: language-neutral cases, and what runs them on respeak or on any other program.

`cases` reads `fixtures/`, `run` and `harness` ask an implementation, `compare` says what equal means, `grade` what an
answer is worth, `report`, `junit` and `page` tell people. `fixtures/README.md` is the contract for other languages.
"""
