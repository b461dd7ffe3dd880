"""密存 (vault): personal numbers encrypted at rest with AES-256-GCM, and searched by a blind index.

Keys lie in a file outside the database (mode 0600), each with an id that is stored beside the ciphertext. The context
(table, column, the row's salt) is bound into every ciphertext, so that one cannot be moved to another place.
The keys that sign the check codes of papers (核验码, Ed25519) lie in the same file.
"""

from __future__ import annotations

import base64
import hmac
import os
import tomllib
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from . import key_seal
from .errors import Conflict, Invalid, NotFound
from .settings import settings

_NONCE, _KEY = 12, 32


@dataclass(frozen=True, slots=True)
class Vault:
    """密钥 (keys) of one installation: `current` seals, every key still opens, `index` makes blind indexes.

    `signs` names the key in `signing` that signs check codes; "" in a key file of the time before there were any.
    """

    current: str
    keys: dict[str, bytes] = field(repr=False)
    index: bytes = field(repr=False)
    signs: str = ""
    signing: dict[str, bytes] = field(repr=False, default_factory=dict)

    @property
    def chain(self) -> bytes:
        """The key of the ledgers' hash chains (32 bytes): whoever has only the database cannot make a fitting entry."""
        return sha256(self.index + b"ledger chain").digest()

    def seal(self, plain: str, context: str) -> str:
        """The ciphertext of `plain` as text; "" stays ""."""
        return base64.b64encode(self.seal_bytes(plain.encode(), context)).decode() if plain else ""

    def open(self, key_id: str, sealed: str, context: str) -> str:
        """The plain text of `sealed`. Raises Invalid when it was altered, moved, or the key is not at hand."""
        return self.open_bytes(key_id, base64.b64decode(sealed), context).decode() if sealed else ""

    def seal_bytes(self, plain: bytes, context: str) -> bytes:
        """Nonce and ciphertext of `plain`, under the current key."""
        nonce = os.urandom(_NONCE)
        return nonce + AESGCM(self.keys[self.current]).encrypt(nonce, plain, context.encode())

    def open_bytes(self, key_id: str, sealed: bytes, context: str) -> bytes:
        """The plain bytes. Raises Invalid when altered or moved, or when the key is not at hand."""
        key = self.keys.get(key_id)
        if key is None:
            raise Invalid(f"密钥 {key_id} 不在密钥文件中，无法解密")
        try:
            return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], context.encode())
        except InvalidTag:
            raise Invalid("密文与所在位置不符或已被改动，无法解密") from None

    def blind(self, purpose: str, canonical: str) -> str:
        """The blind index of a canonical value: equal values meet, nothing can be read from it. "" stays ""."""
        if not canonical:
            return ""
        return hmac.new(self.index, f"{purpose}|{canonical}".encode(), sha256).hexdigest()


def public_key(seed: bytes) -> bytes:
    """公钥 (public key) of a signing key: 32 bytes."""
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def signing_id(seed: bytes) -> str:
    """签名密钥编号 (id of a signing key): four hexadecimal digits, out of its public key."""
    return sha256(public_key(seed)).hexdigest()[:4]


def written(vault: Vault) -> bytes:
    """The content of a key file: sealed where a secret is set (see `key_seal`)."""
    lines = [f'current = "{vault.current}"', f'index = "{vault.index.hex()}"']
    lines += [f'signs = "{vault.signs}"'] if vault.signs else []
    lines += ["", "[keys]", *(f'{name} = "{key.hex()}"' for name, key in vault.keys.items())]
    if vault.signing:
        lines += ["", "[signing]", *(f'"{name}" = "{key.hex()}"' for name, key in vault.signing.items())]
    return key_seal.closed(("\n".join(lines) + "\n").encode(), settings().key_secret_file)


def create_vault(path: Path) -> Vault:
    """Make a new key file. Raises Conflict when one is there: a key is never overwritten."""
    seed = os.urandom(_KEY)
    name = signing_id(seed)
    content = written(Vault("k1", {"k1": os.urandom(_KEY)}, os.urandom(_KEY), name, {name: seed}))
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise Conflict(f"密钥文件 {path} 已存在，不会覆盖") from None
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return load_vault(path)


def load_vault(path: Path, secret_file: Path | None = None) -> Vault:
    """The keys of a file, opened with the secret of `secret_file`, else with that of the settings.

    Raises NotFound without a file, Invalid for a damaged one and where the secret does not open it.
    """
    try:
        data = tomllib.loads(key_seal.opened(path.read_bytes(), secret_file or settings().key_secret_file).decode())
        keys = {name: bytes.fromhex(value) for name, value in data["keys"].items()}
        signing = {name: bytes.fromhex(value) for name, value in data.get("signing", {}).items()}
        vault = Vault(data["current"], keys, bytes.fromhex(data["index"]), data.get("signs", ""), signing)
    except FileNotFoundError:
        raise NotFound(
            f"没有找到密钥文件 {path}。新装的机关请运行 chengxin init；"
            "已有数据的请把封存的密钥文件放回此处，不要新建。"
        ) from None
    except (AttributeError, KeyError, TypeError, ValueError, tomllib.TOMLDecodeError) as error:
        raise Invalid(f"密钥文件 {path} 已损坏：{error}") from None
    _check(vault, path)
    return vault


def _check(vault: Vault, path: Path) -> None:
    """Raise Invalid for keys that are too short or too long, and when the current one is not among them."""
    for name, key in (*vault.keys.items(), *vault.signing.items(), ("index", vault.index)):
        if len(key) != _KEY:
            raise Invalid(f"密钥文件 {path} 已损坏：密钥 {name} 应为 {_KEY} 字节，现为 {len(key)} 字节")
    if vault.current not in vault.keys:
        raise Invalid(f"密钥文件 {path} 已损坏：现用密钥 {vault.current} 不在其中")
    if vault.signs and vault.signs not in vault.signing:
        raise Invalid(f"密钥文件 {path} 已损坏：现用签名密钥 {vault.signs} 不在其中")
    for name, seed in vault.signing.items():
        if signing_id(seed) != name:
            raise Invalid(f"密钥文件 {path} 已损坏：签名密钥 {name} 与其编号不符")
