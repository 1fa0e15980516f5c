"""Streams: what happens between the first and the last event of an answer.

`down` makes chunks of events, `up` events of chunks, `within` narrows inside a family, `legacy` says calls as
`function_call`. `gather` puts a finished answer together, `spread` takes one apart, `script` knows which events say
an item. Each stage is fed one event and gives a list: no I/O, no clock, no thread.
"""
