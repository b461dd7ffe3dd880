"""设置 (settings): every setting, typed, read once from the environment (prefix CHENGXIN_) or a `.env` file."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """设置 (settings) of one installation."""

    model_config = SettingsConfigDict(env_prefix="CHENGXIN_", env_file=ROOT / ".env", extra="ignore")

    home: Path = Field(default=ROOT / "var", description="Where the data lies: database, key, papers, backups.")
    database: str = Field(default="", description="Database URL; empty means SQLite in `home`.")
    policies: Path | None = Field(default=None, description="A further directory of policy packs (政策包).")
    forms: Path | None = Field(default=None, description="Regional templates (地方样式); empty means `home`/forms.")
    key_file: Path | None = Field(default=None, description="The key file; empty means `home`/keys.toml.")
    key_secret_file: Path | None = Field(default=None, description="The secret that seals the key file, if any.")
    host: str = Field(default="127.0.0.1", description="Where `serve` listens.")
    port: int = Field(default=8000, description="Port of `serve`.")
    hosts: str = Field(default="", description="Further host names of `serve`, with commas between them.")
    actor: str = Field(default="", description="工号 of the officer at the command line.")
    passwords: Literal["djbh3", "asvs"] = Field(default="djbh3", description="Password profile: djbh3 or asvs.")
    breached_passwords: Path | None = Field(default=None, description="Leaked passwords: sorted SHA-1, one a line.")
    second_factor: Literal["roles", "all"] = Field(default="roles", description="Who logs in with a code as well.")
    evidence_mb: int = Field(default=20, ge=1, le=500, description="How large one piece of evidence may be, in MB.")
    log_to: str = Field(default="", description="Log server (syslog): tls:host:port, or tcp:127.0.0.1:port.")
    log_ca_file: Path | None = Field(default=None, description="Certificates that sign the log server's, as PEM.")
    virus_scanner: str = Field(default="", description="clamd: unix:/run/clamav/clamd.ctl or tcp:127.0.0.1:3310.")
    reveals_a_day: int = Field(default=200, ge=1, description="Full numbers an officer may see a day unremarked.")
    push_hosts: str = Field(default="", description="Hosts that notifications (推送) may go to; empty means nowhere.")
    push_ca_file: Path | None = Field(default=None, description="Certificates that sign those hosts', as PEM.")
    oidc_issuer: str = Field(default="", description="Identity provider (统一身份认证): its issuer; empty means off.")
    oidc_client_id: str = Field(default="", description="Under which name the provider knows this program.")
    oidc_client_secret_file: Path | None = Field(default=None, description="File with the secret; none: no secret.")
    oidc_redirect: str = Field(default="", description="Where the provider sends browsers back: …/login/oidc/back.")
    oidc_name: str = Field(default="统一身份认证", description="How the button of the login page is called.")
    oidc_code_claim: str = Field(default="sub", description="Which claim names the identity that accounts state.")
    oidc_scope: str = Field(default="openid", description="What is asked of the provider, with spaces between.")
    oidc_hosts: str = Field(default="", description="Further hosts of the provider's addresses, with commas.")
    oidc_ca_file: Path | None = Field(default=None, description="Certificates that sign the provider's, as PEM.")
    oidc_trust_mfa: bool = Field(default=False, description="Does the provider's second factor replace the code?")
    oidc_mfa_acr: str = Field(default="", description="Values of acr that mean several factors, with commas.")

    @property
    def database_url(self) -> str:
        """The URL of the database."""
        return self.database or f"sqlite:///{self.home / 'chengxin.db'}"

    @property
    def allowed_hosts(self) -> list[str]:
        """The host names under which the pages are served."""
        return ["127.0.0.1", "localhost", "[::1]", *(one.strip() for one in self.hosts.split(",") if one.strip())]

    @property
    def keys(self) -> Path:
        """The key file: outside the database, and never in its backup."""
        return self.key_file or self.home / "keys.toml"

    @property
    def regional_forms(self) -> Path:
        """Where regional templates lie, and the kept texts of those that were used."""
        return self.forms or self.home / "forms"

    @property
    def papers(self) -> Path:
        """Where printed papers lie."""
        return self.home / "papers"

    @property
    def styles(self) -> Path:
        """Where the built-in templates are kept in which papers were printed."""
        return self.home / "styles"

    @property
    def evidence(self) -> Path:
        """Where encrypted evidence files lie."""
        return self.home / "evidence"

    @property
    def backups(self) -> Path:
        """Where backups go."""
        return self.home / "backups"


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process."""
    return Settings()
