"""Memory: what a client or an upstream cannot carry, kept for it between two requests.

marks.py    the keys: what a turn is known by          turns.py     turns of Chat clients and their items
store.py    the protocol, and the in-process store     history.py   responses for upstreams without state
sqlite.py   one file, several processes                redis.py     several gateways, one memory
door.py     what a busy file may cost                  open.py      a memory by its name
"""
