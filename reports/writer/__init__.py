"""直接成版 (the compiled writer): letters composed directly, many times faster than the layout engine, and held to it.

Reading order: `sheet` (what stands where), `sorts` (which face, how wide), `lines` (breaking and justifying), `styles`
(what the style sheet says, asked of the engine), `blocks` and `tables` (paragraphs and tables), `flow` (pages),
`reading` and `programs` (what a page of a form consists of), `compose` (a filled page to sheets), `traced` (the same
out of the engine's own layout: reference and way out).
"""

VERSION = 2
"""写版程序的版本 (version of the writer): raised whenever the same filled page would be placed or written differently.

So too when the words change that the program itself puts on a page (`fragments`, `wording`, texts of the forms). It is
part of every 样式版本; `tests/test_reproduction.py` holds sample letters to it.
"""
