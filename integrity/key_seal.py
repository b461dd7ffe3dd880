"""封装密钥 (sealing of the key file): under a secret that a key management system hands to the program as it starts.

Such a system (密钥管理系统; a vault's agent, or credentials of the service manager, bound to the machine) makes, keeps,
gives out and destroys the secret. It stands in no folder of ours and in no backup: whoever copies the key file without
it has nothing. Sealed with AES-256-GCM under a key drawn from the secret by HKDF-SHA-256.
"""

from __future__ import annotations

import base64
import binascii
import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from .errors import Invalid, NotFound

LEAST = 32
"""Bytes that a secret has at least."""
_HEAD = b"chengxin sealed keys 1\n"
_SALT, _NONCE, _KEY = 16, 12, 32
_SETTING = "CHENGXIN_KEY_SECRET_FILE"


def closed(text: bytes, secret_file: Path | None) -> bytes:
    """The text of a key file as it is written: sealed, or as it is where no secret is set. Raises as `_secret`."""
    if secret_file is None:
        return text
    salt, nonce = os.urandom(_SALT), os.urandom(_NONCE)
    sealed = AESGCM(_key(_secret(secret_file), salt)).encrypt(nonce, text, _HEAD)
    return _HEAD + base64.encodebytes(salt + nonce + sealed)


def opened(content: bytes, secret_file: Path | None) -> bytes:
    """The text of a key file that was read. Raises Invalid when it is sealed and the secret does not open it."""
    if not is_closed(content):
        return content
    if secret_file is None:
        raise Invalid(f"密钥文件已经封装：请在 {_SETTING} 写明主密钥文件，由密钥管理系统在启动时给出")
    try:
        raw = base64.b64decode(content[len(_HEAD) :])
        salt, nonce, sealed = raw[:_SALT], raw[_SALT : _SALT + _NONCE], raw[_SALT + _NONCE :]
        return AESGCM(_key(_secret(secret_file), salt)).decrypt(nonce, sealed, _HEAD)
    except (InvalidTag, ValueError, binascii.Error):
        raise Invalid("主密钥打不开密钥文件：不是封装时的那一个，或者密钥文件已被改动") from None


def is_closed(content: bytes) -> bool:
    """Is this a sealed key file?"""
    return content.startswith(_HEAD)


def _secret(file: Path) -> bytes:
    """The secret without white space around it. Raises NotFound without the file, Invalid for one that is too short."""
    try:
        secret = file.read_bytes().strip()
    except OSError:
        raise NotFound(f"读不到主密钥文件 {file}（{_SETTING}），请查密钥管理系统有没有给出") from None
    if len(secret) < LEAST:
        raise Invalid(f"主密钥文件 {file} 不足 {LEAST} 字节，不能用来封装密钥文件")
    return secret


def _key(secret: bytes, salt: bytes) -> bytes:
    return HKDF(SHA256(), _KEY, salt, b"chengxin key file").derive(secret)
