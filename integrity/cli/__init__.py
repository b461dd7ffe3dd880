"""命令行 (command line): what an officer or the keeper of the machine does without the pages.

`console` is what all commands share; the other modules hold the commands, one a subject; `integrity.__main__` puts them
together. A command reads its arguments, calls one use case and says what came of it; nothing is decided here.
"""
