"""试验 (tests): each file proves one module or one promise; `cases` holds what an official can check."""
