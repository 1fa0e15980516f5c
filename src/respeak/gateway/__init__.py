"""A gateway: clients of either family in front, upstreams of any dialect behind (extra `gateway`).

config.py   what the operator says        app.py       the routes
relay.py    one request over HTTP         replies.py   answers as ASGI responses, streams among them
watch.py    metrics and the log           headers.py   what passes between client and upstream beside bodies
stored.py   answers that are kept         demo.py      the embedded upstream of `respeak serve --demo`
"""
