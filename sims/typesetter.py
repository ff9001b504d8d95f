"""A process of its own that sets one paper by typst: `python typesetter.py < what.json > paper.pdf`.

Typst works with threads of its own and takes much memory for a long paper. In a process of its own neither stays with a web
server, nor is missing from a worker's job, which is a fork. It is run as a file, so that it need not load SIMS.
"""

import json
import sys
from typing import Any

import typst


def main() -> int:
    """Read what is to be set, write the paper (a PDF, or the pages asked for as PNG); say on stderr why it can't be."""
    asked: dict[str, Any] = json.load(sys.stdin)
    try:
        made = typst.compile(
            asked["template"],
            root=asked["root"],
            sys_inputs={"data": asked["data"]},
            format=asked["format"],
            ignore_system_fonts=True,
            font_paths=asked["fonts"],
            ppi=96.0,
        )
    except typst.TypstError as error:
        sys.stderr.write(str(error))
        return 1
    sys.stdout.buffer.write(made[0] if isinstance(made, list) else made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
