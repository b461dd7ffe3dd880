"""命令行 (command line): what an officer or the keeper of the machine does without the pages.

`menu` tells them all and loads one when it is asked for; `console` is what they share; the other modules hold them, one
a subject. A command reads its arguments, calls one use case and says what came of it; nothing is decided here.
"""
