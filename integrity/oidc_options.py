"""统一身份认证的设置 (options of the identity provider), read and checked once, when the program starts."""

from __future__ import annotations

from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from integrity.errors import Invalid
from integrity.oidc_wire import LOCAL, place
from integrity.settings import Settings

BACK: Final = "/login/oidc/back"
"""Where browsers come back to."""


class Options(NamedTuple):
    """设置 (options): `places` are scheme, host and port of every address at which the provider may be asked.

    `trust` says that several factors there replace the code of the telephone, `levels` which `acr` means them.
    """

    issuer: str
    client_id: str
    secret: str
    redirect: str
    claim: str
    scope: str
    places: frozenset[tuple[str, str, int]]
    ca: Path | None
    trust: bool
    levels: frozenset[str]


def options_of(chosen: Settings) -> Options | None:
    """The options; None where no provider is named. Raises Invalid, which stops the start, naming the setting."""
    if not chosen.oidc_issuer:
        return None
    issuer = _issuer(chosen.oidc_issuer)
    if not chosen.oidc_client_id:
        raise Invalid("没有设置 CHENGXIN_OIDC_CLIENT_ID（身份服务给本程序的编号）")
    if "openid" not in chosen.oidc_scope.split():
        raise Invalid("CHENGXIN_OIDC_SCOPE 应当含有 openid")
    return Options(
        chosen.oidc_issuer, chosen.oidc_client_id, _secret(chosen.oidc_client_secret_file),
        _redirect(chosen.oidc_redirect), chosen.oidc_code_claim, chosen.oidc_scope,
        frozenset({issuer, *(_host(one) for one in _listed(chosen.oidc_hosts))}), _there(chosen.oidc_ca_file),
        chosen.oidc_trust_mfa, frozenset(_listed(chosen.oidc_mfa_acr)),
    )  # fmt: skip


def _issuer(url: str) -> tuple[str, str, int]:
    found = place(url)
    if not _kept_from_others(found) or urlsplit(url).query:
        raise Invalid("CHENGXIN_OIDC_ISSUER 应为 https 的网址，不带问号和井号")
    return found


def _redirect(url: str) -> str:
    if not _kept_from_others(place(url)) or urlsplit(url).path != BACK or urlsplit(url).query:
        raise Invalid(f"CHENGXIN_OIDC_REDIRECT 应为本程序的 https 网址，以 {BACK} 结尾")
    return url


def _kept_from_others(found: tuple[str, str, int]) -> bool:
    scheme, host, _ = found
    return scheme == "https" or (scheme == "http" and host in LOCAL)


def _host(name: str) -> tuple[str, str, int]:
    found = place(f"https://{name}")
    if not found[1] or "/" in name or "?" in name:
        raise Invalid(f"CHENGXIN_OIDC_HOSTS 中的“{name}”不是主机名")
    return found


def _listed(text: str) -> list[str]:
    return [one.strip() for one in text.split(",") if one.strip()]


def _secret(file: Path | None) -> str:
    """The secret in a file; "" where there is none. Raises Invalid for an empty one, and one that others can read."""
    there = _there(file)
    if there is None:
        return ""
    if there.stat().st_mode & 0o077:
        raise Invalid(f"文件 {there} 别人也能读取，请改为只有运行本程序的用户可读（chmod 600）")
    found = there.read_text(encoding="utf-8").strip()
    if not found:
        raise Invalid(f"文件 {there} 是空的，应有身份服务给的密钥")
    return found


def _there(file: Path | None) -> Path | None:
    if file is not None and not file.is_file():
        raise Invalid(f"没有找到文件 {file}（统一身份认证的设置）")
    return file
