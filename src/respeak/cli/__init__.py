"""The command line: click for the words, rich for the tables; nothing here translates."""
