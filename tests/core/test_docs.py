"""What the documents show works as shown."""

import re
from pathlib import Path

DOCS = Path(__file__).parent.parent.parent / "docs"


def test_every_python_block_of_the_plugin_page_runs(app_context):
    blocks = re.findall(r"```python\n(.*?)```", (DOCS / "plugins.md").read_text(), re.DOTALL)
    assert len(blocks) > 15
    names: dict[str, object] = {"__name__": "docs"}
    for block in blocks:
        exec(compile(block, "docs/plugins.md", "exec"), names)


def test_links_of_the_documents_lead_to_files():
    for page in [DOCS.parent / "README.md", *DOCS.glob("*.md")]:
        for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
            assert (page.parent / link).exists(), f"{page.name}: {link}"
