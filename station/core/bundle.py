"""The recipe bundle: a signed directory with fixed file names. Reading refuses; writing is atomic.

    manifest.json              the recipe, with size and SHA-256 of each other file
    manifest.sig               64 bytes, Ed25519 over the exact bytes of manifest.json
    vae.onnx, tower.onnx       the two networks
    calibration.safetensors    maps, bank, fixture reference
    golden.safetensors         frames with known verdicts: the self-test
    gallery.safetensors        golden parts' pictures, for the window
    CARD.md                    for people

Order of the checks: sizes, signature, schema, hashes, operators. Each file is read once, and those bytes are used.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from station.core.errors import BundleError, ConfigError, StorageError
from station.core.onnx_ops import check_ops
from station.core.recipe import FileSpec, Recipe, decode_recipe, encode_recipe, recipe_number, recipe_sha256

MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
VAE, TOWER = "vae.onnx", "tower.onnx"
CALIBRATION, GOLDEN, GALLERY = "calibration.safetensors", "golden.safetensors", "gallery.safetensors"
CARD = "CARD.md"
CONTENT = (VAE, TOWER, CALIBRATION, GOLDEN, GALLERY, CARD)
_MANIFEST_LIMIT = 1 << 20
_FILE_LIMIT = 512 << 20
_SIGNATURE_BYTES = 64


class Bundle(NamedTuple):
    """A bundle that passed all checks."""

    recipe: Recipe
    manifest: bytes
    files: dict[str, bytes]  # exactly the bytes that were verified
    sha256: str  # of the manifest: the bundle's name
    number: int  # its first 32 bits: recipe id on the PLC link
    key_id: str  # of the key that signed it


def read_bundle(directory: Path, trust: Path) -> Bundle:
    """Read and verify a bundle.

    Args:
        directory: the bundle.
        trust: directory of *.pub files, each a public key of 32 bytes in hex.

    Raises:
        BundleError: names the file and what is wrong.
    """
    _refuse_unexpected(directory)
    manifest = _read(directory, MANIFEST, _MANIFEST_LIMIT)
    signature = _read(directory, SIGNATURE, _SIGNATURE_BYTES)
    key_id = _verify(manifest, signature, directory, trust)
    recipe = decode_recipe(manifest, str(directory / MANIFEST))
    if set(recipe.files) != set(CONTENT):
        wrong = ", ".join(sorted(set(recipe.files) ^ set(CONTENT)))
        raise BundleError(f"{directory / MANIFEST}: files: must list exactly {', '.join(CONTENT)}; wrong: {wrong}")
    files = {name: _read_verified(directory, name, recipe.files[name]) for name in CONTENT}
    for name in (VAE, TOWER):
        check_ops(files[name], str(directory / name))
    sha256 = recipe_sha256(manifest)
    return Bundle(recipe, manifest, files, sha256, recipe_number(sha256), key_id)


def write_bundle(
    directory: Path, recipe: Recipe, files: Mapping[str, bytes], key: Ed25519PrivateKey, replace: bool = False
) -> Bundle:
    """Sign and write a bundle; either the whole bundle stands there afterwards, or nothing new.

    Args:
        directory: where it shall stand.
        recipe: its `files` are filled in here.
        files: content by fixed name, all of `CONTENT`.
        key: signs.
        replace: an older bundle there may be replaced.

    Raises:
        BundleError: the recipe or a file is not fit to be read again.
        StorageError: the disk refuses.
    """
    if set(files) != set(CONTENT):
        raise BundleError(f"{directory}: a bundle holds exactly {', '.join(CONTENT)}, not {', '.join(sorted(files))}")
    listed = {name: FileSpec(len(content), hashlib.sha256(content).hexdigest()) for name, content in files.items()}
    manifest = encode_recipe(msgspec.structs.replace(recipe, files=listed))
    settled = decode_recipe(manifest)
    for name in (VAE, TOWER):
        check_ops(files[name], name)
    if directory.exists() and not replace:
        raise BundleError(f"{directory}: exists already; choose another directory, or allow to replace it")
    content = {**files, MANIFEST: manifest, SIGNATURE: key.sign(manifest)}
    try:
        _write_directory(directory, content)
    except OSError as error:
        raise StorageError(f"{directory}: cannot be written: {error.strerror or error}") from error
    sha256 = recipe_sha256(manifest)
    return Bundle(settled, manifest, dict(files), sha256, recipe_number(sha256), key_fingerprint(key.public_key()))


def generate_key(path: Path) -> str:
    """Write a new private key (mode 0600) and, beside it, the public key as *.pub; returns the key id.

    Raises:
        ConfigError: there is a key already: overwriting would orphan all bundles that it signed.
        StorageError: the disk refuses.
    """
    public = path.with_suffix(".pub")
    if path.exists() or public.exists():
        raise ConfigError(f"{path}: a key exists already; remove it by hand if no bundle needs it any more")
    key = Ed25519PrivateKey.generate()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(key.private_bytes_raw().hex() + "\n")
        public.write_text(key.public_key().public_bytes_raw().hex() + "\n", encoding="ascii")
    except OSError as error:
        raise StorageError(f"{path}: cannot be written: {error.strerror}") from error
    return key_fingerprint(key.public_key())


def load_private_key(path: Path) -> Ed25519PrivateKey:
    """Read a private key written by `generate_key`.

    Raises:
        ConfigError: no such file, or no key in it.
    """
    try:
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(path.read_text(encoding="ascii").strip()))
    except FileNotFoundError as error:
        raise ConfigError(f"{path}: there is no such key; make one with: saiken-export keygen --key {path}") from error
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: holds no Ed25519 private key (32 bytes in hex)") from error


def key_fingerprint(key: Ed25519PublicKey) -> str:
    """16 hex digits that name a public key."""
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()[:16]


def trusted_keys(trust: Path) -> list[Ed25519PublicKey]:
    """All public keys in a directory of *.pub files, by file name.

    Raises:
        BundleError: none there, or a file that holds no key.
    """
    keys = [_public_key(path) for path in sorted(trust.glob("*.pub"))]
    if not keys:
        raise BundleError(f"{trust}: no trusted key (*.pub) there; copy the exporter's public key into it")
    return keys


def _public_key(path: Path) -> Ed25519PublicKey:
    try:
        return Ed25519PublicKey.from_public_bytes(bytes.fromhex(path.read_text(encoding="ascii").strip()))
    except (OSError, ValueError) as error:
        raise BundleError(f"{path}: holds no Ed25519 public key (32 bytes in hex)") from error


def _verify(manifest: bytes, signature: bytes, directory: Path, trust: Path) -> str:
    keys = trusted_keys(trust)
    for key in keys:
        with contextlib.suppress(InvalidSignature):
            key.verify(signature, manifest)
            return key_fingerprint(key)
    raise BundleError(
        f"{directory / SIGNATURE}: is not by one of the {len(keys)} trusted keys in {trust}, or {MANIFEST} was altered"
    )


def _refuse_unexpected(directory: Path) -> None:
    try:
        names = {path.name for path in directory.iterdir()}
    except OSError as error:
        raise BundleError(f"{directory}: is no bundle directory: {error.strerror}") from error
    for name in sorted(names - {MANIFEST, SIGNATURE, *CONTENT}):
        raise BundleError(f"{directory / name}: does not belong into a bundle")


def _read(directory: Path, name: str, limit: int) -> bytes:
    """The whole file, opened once; links and special files are refused."""
    path = directory / name
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError as error:
        what = "the bundle is not signed" if name == SIGNATURE else "the bundle is incomplete"
        raise BundleError(f"{path}: is missing; {what}") from error
    except OSError as error:
        raise BundleError(f"{path}: cannot be opened: {error.strerror}") from error
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise BundleError(f"{path}: is no plain file")
        if status.st_size > limit:
            raise BundleError(f"{path}: has {status.st_size} bytes; at most {limit} are allowed")
        return file.read(limit)


def _read_verified(directory: Path, name: str, spec: FileSpec) -> bytes:
    content = _read(directory, name, _FILE_LIMIT)
    if len(content) != spec.bytes:
        raise BundleError(f"{directory / name}: has {len(content)} bytes, the manifest says {spec.bytes}")
    if hashlib.sha256(content).hexdigest() != spec.sha256:
        raise BundleError(f"{directory / name}: was altered: its SHA-256 is not the manifest's")
    return content


def _write_directory(directory: Path, content: Mapping[str, bytes]) -> None:
    directory.parent.mkdir(parents=True, exist_ok=True)
    fresh = directory.with_name(f".{directory.name}.{os.getpid()}.new")
    former = directory.with_name(f".{directory.name}.{os.getpid()}.old")
    try:
        fresh.mkdir()
        for name, data in content.items():
            _write_synced(fresh / name, data)
        _sync(fresh)
        if directory.exists():
            directory.rename(former)
        try:
            fresh.rename(directory)
        except OSError:
            if former.exists():
                former.rename(directory)
            raise
        _sync(directory.parent)
        shutil.rmtree(former, ignore_errors=True)  # only now: until here it is the way back
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _write_synced(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
