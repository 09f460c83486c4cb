"""PDF: a .typ template compiled by typst. The data arrive as JSON; nothing of them is ever read as markup.

typst is imported at the first paper: a worker that makes none does without its memory.
"""

import json
from functools import cache

from casemgr.papers.files import FOLDER, broken, find
from casemgr.papers.model import Paper, as_data


@cache
def _fonts():
    """Those of the system and the one that typst brings, read once."""
    import typst

    return typst.Fonts(include_system_fonts=True, include_embedded_fonts=True)


def pdf(paper: Paper) -> bytes:
    """The paper as .pdf. Raises PaperError naming the template."""
    import typst

    name = f"{paper.template}.typ"
    source = find(name).read_bytes()
    try:
        # The source is compiled inside the project's folder of templates, so that it finds base.typ there.
        compiler = typst.Compiler(source, root=FOLDER, font_paths=_fonts())
        return compiler.compile(format="pdf", sys_inputs={"paper": json.dumps(as_data(paper), ensure_ascii=False)})
    except typst.TypstError as error:
        raise broken(name, str(error.message)) from None
