"""All templates at once: they compile, have a title, import only what they use, and hold nothing inline."""

import re

import pytest
from jinja2 import nodes

from config import ROOT

FOLDER = ROOT / "templates"
TEMPLATES = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.html"))


@pytest.fixture(scope="module")
def trees(tmp_path_factory):
    from casemgr import create_app

    folder = tmp_path_factory.mktemp("templates")
    app = create_app(
        {
            "TESTING": True,
            "SECRET_KEY": "x",
            "CASEMGR_INSTANCE": folder,
            "CASEMGR_KEY_FILE": folder / "key",
            "SQLALCHEMY_DATABASE_URI": "sqlite://",
        }
    )
    return {name: app.jinja_env.parse((FOLDER / name).read_text()) for name in TEMPLATES}


@pytest.mark.parametrize("name", TEMPLATES)
def test_template(trees, name):
    tree, text = trees[name], (FOLDER / name).read_text()
    assert " style=" not in text
    assert "<style" not in text
    assert "<script>" not in text
    assert not re.search(r"\son[a-z]+=", text)
    assert "http://" not in text.replace("http://www.w3.org", "")
    assert "|safe" not in text.replace(" ", ""), "a template never trusts text"
    extends = list(tree.find_all(nodes.Extends))
    if extends:
        assert any(block.name == "title" for block in tree.find_all(nodes.Block)), "no title"
    for each in tree.find_all(nodes.Import):
        used = re.findall(rf"\b{each.target}\.", text)
        assert used, f"{each.target} is imported and never used"
