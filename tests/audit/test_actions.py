"""Whatever is written to the access log, the auditor reads in words.

The program is read, not run: what each call that writes a row passes as its action, also where it chooses between
several. An action put together from parts cannot be followed and is a fault of its own.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from casemgr.access.policy import Permission
from casemgr.audit.actions import ACTIONS

ROOT = Path(__file__).parents[2] / "casemgr"
# Where a row is made of what a caller or the policy names: these names only hand it on.
HANDED_ON = {
    "access/web.py": {"permission", "left", "str(action)", "str(permission)", "request.endpoint.replace('.', ':')"},
    "audit/cli.py": {"action"},
    "demo/bench_attacks.py": set(),
}


class Unclear(Exception):
    """What this expression is cannot be read off the program."""


def calls(tree: ast.Module, file: str) -> Iterator[ast.expr]:
    """The first argument of every call that writes a row of the access log."""
    rows = {"log_access", "log.Note"} | ({"Note"} if file.startswith("access/") else set())
    rows |= {"_log"} if file == "audit/cli.py" else set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in rows and node.args:
            yield node.args[0]
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]).endswith(".leaves"):
            yield node.value


def said(node: ast.expr, tree: ast.Module) -> set[str]:
    """Every action that this expression may be."""
    match node:
        case ast.Constant(value=str() as text):
            return {text}
        case ast.IfExp():
            return said(node.body, tree) | said(node.orelse, tree)
        case ast.Attribute(value=ast.Name(id="Permission")):
            return {str(getattr(Permission, node.attr))}
        case ast.Dict():
            return set().union(*(said(value, tree) for value in node.values))
        case ast.Subscript(value=ast.Name() as table):
            return said(table, tree)
        case ast.Name():
            given = [
                n.value for n in ast.walk(tree) if isinstance(n, ast.Assign) and ast.unparse(n.targets[0]) == node.id
            ]
            if given:
                return set().union(*(said(value, tree) for value in given))
    raise Unclear(ast.unparse(node))


def actions(text: str, file: str) -> set[str]:
    tree, found = ast.parse(text), set()
    for node in calls(tree, file):
        if ast.unparse(node) not in HANDED_ON.get(file, ()):
            found |= said(node, tree)
    return found


def logged(app) -> set[str]:
    found = {str(permission) for permission in Permission}
    for path in sorted(ROOT.rglob("*.py")):
        found |= actions(path.read_text(encoding="utf-8"), path.relative_to(ROOT).as_posix())
    for rule in app.url_map.iter_rules():  # what is sent to a page without a right of its own bears the page's name
        door = getattr(app.view_functions[rule.endpoint], "door", "public")
        if door is None and rule.methods - {"GET", "HEAD", "OPTIONS"}:
            found.add(rule.endpoint.replace(".", ":"))
    return found


def test_every_action_of_the_log_has_words_and_every_word_an_action(app):
    found = logged(app)
    assert {"report:print", "list:declined", "user:end-grant", "user:close", "access:password"} <= found
    assert sorted(found - ACTIONS.keys()) == []
    assert sorted(ACTIONS.keys() - found) == []


def test_an_action_put_together_from_parts_is_a_fault():
    assert actions('log_access("a:b" if x else "a:c", 1)', "x.py") == {"a:b", "a:c"}
    assert actions('T = {1: "a:b", 2: "a:c"}\nlog_access(T[x])', "x.py") == {"a:b", "a:c"}
    for text in ('log_access(f"list:{x}")', 'log_access("list:" + x)', "def f(x):\n log_access(x)"):
        with pytest.raises(Unclear):
            actions(text, "x.py")
