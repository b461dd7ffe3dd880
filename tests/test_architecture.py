"""房屋规则 (rules of the house): direction of imports, one commit, one clock, shape of the code."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCES = sorted(
    path
    for package in ("integrity", "reports", "scheduler")
    for path in (ROOT / package).rglob("*.py")
    if "versions" not in path.parts
)
FLOORS = (
    ("integrity.terms", "integrity.office_terms", "integrity.errors", "integrity.settings"),
    ("integrity.rules",),
    ("integrity.records", "integrity.vault", "integrity.key_seal", "integrity.files", "integrity.areas_file"),
    ("integrity.work",),
    ("integrity.database", "integrity.permissions"),
    ("integrity",),
    ("scheduler",),
    ("integrity.web", "integrity.cli", "integrity.__main__"),
)
"""From the ground up: a module imports its own floor and the floors below it."""
FORBIDDEN_IN_RULES = {"sqlalchemy", "sqlmodel", "os", "random", "time", "datetime.now", "fastapi", "weasyprint"}
BANNED_NAMES = {"utils", "helpers", "common", "base", "manager", "handler", "service", "services"}
MAX_FILE, MAX_FUNCTION, MAX_POSITIONAL = 400, 40, 5


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


MODULES = {module_of(path): path for path in SOURCES}


def imports_of(module: str, tree: ast.Module) -> Iterator[str]:
    """The modules of this project that a module imports, by full name."""
    package = module if MODULES[module].name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parts = package.split(".")
            base = ".".join(parts[: len(parts) - node.level + 1]) if node.level else ""
            source = ".".join(part for part in (base, node.module or "") if part)
            for alias in node.names:
                inner = f"{source}.{alias.name}"
                yield inner if inner in MODULES else source


def floor_of(module: str) -> int:
    best, length = -1, -1
    for number, names in enumerate(FLOORS):
        for name in names:
            if (module == name or module.startswith(name + ".")) and len(name) > length:
                best, length = number, len(name)
    return best


@pytest.mark.parametrize("module", MODULES)
def test_imports_point_downwards(module: str) -> None:
    for used in imports_of(module, tree_of(MODULES[module])):
        if module.split(".")[0] == "reports":
            assert not used.startswith(("integrity", "scheduler")), f"the press knows paper, not the scheme: {used}"
        elif used in MODULES and not used.startswith("reports"):
            assert floor_of(used) <= floor_of(module), f"{module} imports {used} from a higher floor"


def test_there_is_no_circle_of_imports() -> None:
    graph = {
        module: {used for used in imports_of(module, tree_of(path)) if used in MODULES and used != module}
        for module, path in MODULES.items()
    }
    done: set[str] = set()

    def walk(module: str, trail: tuple[str, ...]) -> None:
        assert module not in trail, "circle: " + " → ".join((*trail[trail.index(module) :], module))
        if module in done:
            return
        for used in graph[module]:
            walk(used, (*trail, module))
        done.add(module)

    for module in graph:
        walk(module, ())


@pytest.mark.parametrize("module", [name for name in MODULES if name.startswith("integrity.rules")])
def test_rules_know_no_database_clock_or_web(module: str) -> None:
    tree = tree_of(MODULES[module])
    used = {name.split(".")[0] for name in imports_of(module, tree)}
    assert not used & FORBIDDEN_IN_RULES
    assert not [call for call in calls(tree) if call.endswith((".now", ".today", ".utcnow"))]


def calls(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)


@pytest.mark.parametrize("module", MODULES)
def test_one_place_commits(module: str) -> None:
    if module in ("integrity.work", "integrity.migrations.env"):
        return
    found = [call for call in calls(tree_of(MODULES[module])) if call.endswith(".commit")]
    assert not found, "Work commits, nobody else"


@pytest.mark.parametrize("module", MODULES)
def test_one_place_reads_the_clock(module: str) -> None:
    if module == "integrity.work":
        return
    wall = ("datetime.now", "date.today", "time.time", "datetime.utcnow", "datetime.today")
    assert not [call for call in calls(tree_of(MODULES[module])) if call.endswith(wall)], "the clock is injected"


def test_only_the_press_knows_its_tools() -> None:
    for module, path in MODULES.items():
        if module.startswith("reports"):
            continue
        used = {name.split(".")[0] for name in imports_of(module, tree_of(path))}
        assert not used & {"weasyprint", "pydyf", "fontTools"}, module


@pytest.mark.parametrize("module", MODULES)
def test_the_shape_budget_holds(module: str) -> None:
    path = MODULES[module]
    assert path.read_text(encoding="utf-8").count("\n") <= MAX_FILE, f"{path} is too long"
    assert not set(module.split(".")) & BANNED_NAMES
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef):
            assert (node.end_lineno or 0) - node.lineno + 1 <= MAX_FUNCTION, f"{module}.{node.name} is too long"
            positional = [arg for arg in node.args.args if arg.arg not in ("self", "cls")]
            assert len(positional) <= MAX_POSITIONAL or is_registered(node), f"{module}.{node.name} takes too many"


def is_registered(node: ast.FunctionDef) -> bool:
    """A route or a command: its parameters are the fields of a form, not an interface between modules."""
    return bool(node.decorator_list)


@pytest.mark.parametrize("module", MODULES)
def test_imports_stand_at_the_top(module: str) -> None:
    for node in ast.walk(tree_of(MODULES[module])):
        if isinstance(node, ast.FunctionDef):
            inner = [one for one in ast.walk(node) if isinstance(one, ast.Import | ast.ImportFrom)]
            assert not inner, f"{module}.{node.name} imports inside"


def test_the_rule_on_gradual_withdrawal_is_found_by_its_name() -> None:
    headings = {module: (ast.get_docstring(tree_of(path)) or "").split("\n")[0] for module, path in MODULES.items()}
    found = [module for module, heading in headings.items() if "渐退" in heading]
    assert "integrity.rules.withdrawal" in found
