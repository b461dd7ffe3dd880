"""事项的声明 (what every route declares): its matter of the permission table; what names none does not start.

A route is reached through `looks`, `acts`, `acting` or `looking`, which carry the matter they ask about. What is open
to whoever has not logged in, or to every holder of a token, stands in a list of its own with the reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.routing import compile_path

from integrity.permissions import RIGHTS

OPEN: Final = {
    "/health": "运行状况，供本机的监视程序查看；没有个人信息",
    "/static/{digest}/{name}": "样式、脚本和图标",
    "/login": "登录", "/login/code": "登录：动态码", "/login/password": "登录：设置新密码",
    "/login/enrol": "登录：启用动态码", "/login/prove": "再次核验身份，须已登录", "/logout": "退出登录，须已登录",
    "/api/openapi.json": "接口说明，须有凭据", "/api/{rest:path}": "没有的接口，须有凭据",
}  # fmt: skip
"""Paths that no matter guards, and why."""
PROVIDER: Final = {
    "/login/oidc": "登录：去身份服务", "/login/oidc/back": "登录：从身份服务回来",
    "/login/oidc/prove": "去身份服务再次核验身份，须已登录",
}  # fmt: skip
"""The same, there only where an identity provider is named."""
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class Door(NamedTuple):
    """入口 (a way in): what is asked, at which address, in which matter ("" for one of `OPEN`)."""

    verb: str
    path: str
    matter: str
    endpoint: str


class Undeclared(Exception):
    """没有写明事项的入口 (routes that name no matter): the program does not start with them."""


def doors(app: FastAPI) -> list[Door]:
    """Every way into the application, as it is built. Raises Undeclared when one names no matter."""
    found = [door for route in _routes(app.routes) for door in _doors(route)]
    without = sorted({f"{one.verb} {one.path}" for one in found if not one.matter and one.path not in OPEN | PROVIDER})
    if without:
        raise Undeclared("没有写明事项，不能提供：" + "、".join(without))
    return found


def verbs_at(found: Iterable[Door], path: str) -> list[str]:
    """The methods that an address answers (可用的方法); none when there is no such address."""
    taken = [one for one in found if "{rest:path}" not in one.path]
    templates = dict.fromkeys(one.path for one in taken)
    first = next((one for one in templates if compile_path(one)[0].match(path)), None)
    return sorted(one.verb for one in taken if one.path == first)


def _routes(routes: Iterable[Any]) -> Iterator[Any]:
    """The routes of an application and of what it includes, in the order in which they are asked."""
    for one in routes:
        inner = getattr(one, "original_router", None)
        if inner is None:
            yield one
        else:
            yield from _routes(inner.routes)


def _doors(route: Any) -> Iterator[Door]:
    path = str(getattr(route, "path", route))
    matter = _matter(route.dependant) if isinstance(route, APIRoute) else ""
    name = getattr(getattr(route, "endpoint", None), "__name__", "")
    for verb in sorted(getattr(route, "methods", None) or {"*"}):
        yield Door(verb, path, matter, name)


def _matter(dependant: Dependant) -> str:
    """The matter that a route, or what it depends on, is about. KeyError for no matter of the table."""
    named = getattr(dependant.call, "matter", "")
    if named:
        assert RIGHTS[named]
        return str(named)
    return next((found for one in dependant.dependencies if (found := _matter(one))), "")
