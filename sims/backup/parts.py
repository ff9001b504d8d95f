"""The files of a backup: written whole, perhaps encrypted, and never believed without their checksums.

An encrypted file is AES-256-GCM in pieces of a megabyte. Each piece's nonce is its number behind seven random bytes, with a mark on
the last one, so that pieces can't be altered, moved, left out or cut off (the STREAM construction of Hoang, Reyhanitabar,
Rogaway and Vizár, 2015).
"""

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sims.errors import DomainError

PIECE = 1024 * 1024
TAG = 16
PREFIX = 7
MANIFEST = "manifest.json"


class Damaged(DomainError):
    """A backup is not what its manifest says, or the key is another one; the message names the file."""


def key_of(text: str) -> bytes | None:
    """The key that the setting BACKUP_KEY gives; None where there is none. Any text will do: 64 random digits are best."""
    return (
        hashlib.scrypt(text.encode(), salt=b"sims-backup", n=2**14, r=8, p=1, dklen=32)
        if text
        else None
    )


@contextmanager
def written(path: Path, key: bytes | None) -> Iterator[IO[bytes]]:
    """A file to write to, encrypted where there is a key, and on the disk for good behind this block. Raises `OSError`."""
    with path.open("wb") as raw:
        if key is None:
            yield raw
        else:
            sealed = _Sealing(raw, key)
            yield sealed  # type: ignore[misc]
            sealed.end()
        raw.flush()
        os.fsync(raw.fileno())


def read(path: Path, key: bytes | None) -> Iterator[bytes]:
    """What `written` wrote, in pieces. Raises `Damaged` and `OSError`."""
    with path.open("rb") as raw:
        if key is None:
            while piece := raw.read(PIECE):
                yield piece
            return
        cipher, prefix, number = AESGCM(key), raw.read(PREFIX), 0
        sealed = raw.read(PIECE + TAG)
        while True:
            following = raw.read(PIECE + TAG)
            nonce = _nonce(prefix, number, last=not following)
            try:
                yield cipher.decrypt(nonce, sealed, None)
            except (InvalidTag, ValueError) as error:
                raise Damaged(
                    f"{path} can't be read: it was altered, or SIMS_BACKUP_KEY is another one than it was made with."
                ) from error
            if not following:
                return
            sealed, number = following, number + 1


def digest(path: Path) -> str:
    """The sha256 of a file as it lies on the disk. Raises `OSError`."""
    with path.open("rb") as raw:
        return hashlib.file_digest(raw, "sha256").hexdigest()


def write_manifest(folder: Path, said: Mapping[str, Any], key: bytes | None) -> None:
    """Write the manifest; with a key it is signed by it. Raises `OSError`."""
    text = json.dumps({**said, "signature": _signature(said, key)}, indent=1)
    with written(folder / MANIFEST, None) as file:
        file.write(text.encode())


def manifest(folder: Path, key: bytes | None) -> dict[str, Any]:
    """What a backup says of itself, its files compared with it. Raises `Damaged`."""
    try:
        said: dict[str, Any] = json.loads((folder / MANIFEST).read_bytes())
        signature = said.pop("signature")
        encrypted, files = bool(said["encrypted"]), dict(said["files"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Damaged(
            f"{folder / MANIFEST} can't be read: {error}. Take another backup."
        ) from error
    if encrypted and key is None:
        raise Damaged(f"{folder} is encrypted: set SIMS_BACKUP_KEY to the key it was made with.")
    if not hmac.compare_digest(signature, _signature(said, key if encrypted else None)):
        raise Damaged(
            f"{folder / MANIFEST} was altered, or SIMS_BACKUP_KEY is another one than it was made with."
        )
    for name, sha256 in files.items():
        try:
            found = digest(folder / name)
        except OSError as error:
            raise Damaged(
                f"{folder / name} can't be read: {error}. Take another backup."
            ) from error
        if found != sha256:
            raise Damaged(
                f"{folder / name} is not the file that was written: its checksum differs."
            )
    return said


def _signature(said: Mapping[str, Any], key: bytes | None) -> str:
    text = json.dumps(said, sort_keys=True).encode()
    return hmac.new(key, text, "sha256").hexdigest() if key else hashlib.sha256(text).hexdigest()


def _nonce(prefix: bytes, number: int, *, last: bool) -> bytes:
    return prefix + number.to_bytes(4, "big") + bytes([last])


class _Sealing:
    """A file that encrypts what is written to it."""

    def __init__(self, raw: IO[bytes], key: bytes):
        self.raw, self.cipher = raw, AESGCM(key)
        self.prefix, self.number, self.held = secrets.token_bytes(PREFIX), 0, bytearray()
        raw.write(self.prefix)

    def write(self, data: bytes) -> int:
        """Encrypt every whole piece; the last one has to wait for `end`."""
        self.held += data
        while len(self.held) > PIECE:
            self._seal(bytes(self.held[:PIECE]), last=False)
            del self.held[:PIECE]
        return len(data)

    def end(self) -> None:
        """Encrypt what is left, marked as the last."""
        self._seal(bytes(self.held), last=True)

    def flush(self) -> None:
        """Nothing waits but the last piece."""

    def _seal(self, piece: bytes, *, last: bool) -> None:
        self.raw.write(
            self.cipher.encrypt(_nonce(self.prefix, self.number, last=last), piece, None)
        )
        self.number += 1
