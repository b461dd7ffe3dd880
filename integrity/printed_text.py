"""印件文字 (text of a printed file), without blanks: run as a child, so that no other command loads the PDF reader."""

from __future__ import annotations

import sys

import pypdfium2


def main() -> None:
    """Print the text of each page of the file that the command line names."""
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    with pypdfium2.PdfDocument(sys.argv[1]) as pdf:
        for page in pdf:
            print("".join(page.get_textpage().get_text_bounded().split()))


if __name__ == "__main__":
    main()
