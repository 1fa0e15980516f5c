"""Pydantic models of the two wire families, as readers of what the wild sends.

`base` states how tolerant they are, `unions` how an object finds its class; nothing here translates.
"""
