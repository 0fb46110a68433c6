"""Signed releases on disk: what the settings demand of them, and the commands that make and check them.

Loaded only where there is a release: cryptography is a tenth of the start of a gateway without.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from gateway.authorization.release import Release, ReleaseError, key_id, parse_release, signed, written
from gateway.errors import OperatorError
from gateway.identity.context import read_signing_key
from gateway.settings import ReleaseSettings, SettingsError

__all__ = ["Demanded", "demanded", "files_of", "sign", "verify"]


class Demanded:
    """A release whose signatures count. Every file that decides has to be the one that was signed.

    `covers`: what has to be in it besides grants.
    """

    def __init__(self, release: Release, folder: Path, covers: Iterable[str] = ()) -> None:
        self.release = release
        self.covers = frozenset(covers)
        self._folder = folder.resolve()

    def check(self, file: Path, content: bytes) -> None:
        """Raises `SettingsError` for a file that is not as it was signed."""
        try:
            self.release.check_file(_place(file, self._folder), content)
        except ReleaseError as error:
            raise SettingsError("RELEASE_INVALID", f"release: {error}") from None


def demanded(settings: ReleaseSettings, before: Release | None) -> Demanded:
    """The release that the settings demand, whole and not older than the one that serves. Raises `SettingsError`."""
    file = Path(settings.file)
    try:
        release = _read(file)
        release.check([_public_key(Path(key)) for key in settings.keys], settings.signatures)
        for place in release.files:
            release.check_file(place, _bytes(file.parent / place))
    except (ReleaseError, OperatorError) as error:
        raise SettingsError("RELEASE_INVALID", f"release: {error}") from None
    if settings.set is not None and release.set != settings.set:
        raise SettingsError("RELEASE_INVALID", f"release: {file} is of the set {release.set}, not {settings.set}.")
    if settings.at_least is not None and release.version < settings.at_least:
        message = f"release: version {release.version} is older than {settings.at_least}, which is asked for at least."
        raise SettingsError("RELEASE_INVALID", message)
    if before is not None:
        _check_follows(release, before, named=settings.set is not None)
    return Demanded(release, file.parent, settings.covers)


def _check_follows(release: Release, before: Release, *, named: bool) -> None:
    """Numbers count within a set, so another set takes over only where the settings name it."""
    if release.set != before.set:
        if named:
            return
        message = (
            f"release: it is of the set {release.set}, and {before.set} serves; `release.set` names the one that may."
        )
        raise SettingsError("RELEASE_INVALID", message)
    if release.version < before.version:
        message = f"release: version {release.version} is older than {before.version}, which serves."
        raise SettingsError("RELEASE_INVALID", message)
    if release.version == before.version and release != before:
        # Both were signed; which of them is the newer one nobody could tell.
        message = (
            f"release: another release has the number {release.version}, and serves; a change has a number of its own."
        )
        raise SettingsError("RELEASE_INVALID", message)


def files_of(file: Path) -> Iterator[Path]:
    """The files of a release, as far as they can be told; for who watches them."""
    try:
        yield from (file.parent / place for place in _read(file).files)
    except OperatorError:
        return


def sign(files: Sequence[Path], *, key: Path, output: Path, name: str, version: int) -> str:
    """Write a release of `files`, or add a signature to the release that stands there already and says the same.

    Raises `OperatorError`.
    """
    folder = output.resolve().parent
    made = Release(name, version, {_place(file, folder): _digest(file) for file in files})
    try:
        if output.exists():
            known = _read(output)
            if known != made:
                raise OperatorError(
                    f"{output} is another release; sign the same files, set and version, or write elsewhere."
                )
            made = known
        made = signed(made, read_signing_key(key))
    except (ReleaseError, ValueError) as error:
        raise OperatorError(str(error)) from None
    output.write_text(written(made), encoding="utf-8")
    return f"{output}: {name} version {version}, {len(made.files)} files, {len(made.signatures)} signatures."


def verify(file: Path, *, keys: Sequence[Path], signatures: int) -> Iterator[str]:
    """Say who signed a release, once its files and enough signatures are right. Raises `OperatorError`."""
    release = _read(file)
    known = [_public_key(key) for key in keys]
    try:
        release.check(known, signatures)
        for place in release.files:
            release.check_file(place, _bytes(file.parent / place))
    except ReleaseError as error:
        raise OperatorError(f"{file}: {error}") from None
    yield f"{file}: {release.set} version {release.version}, {len(release.files)} files are as they were signed."
    signers = release.signers(known)
    for path, key in zip(keys, known, strict=True):
        yield f"  {path}: {'signed' if key_id(key) in signers else 'did not sign'}"


def _read(file: Path) -> Release:
    try:
        return parse_release(_bytes(file).decode("utf-8"))
    except (ReleaseError, UnicodeDecodeError) as error:
        raise OperatorError(f"{file}: {error if isinstance(error, ReleaseError) else 'It is not UTF-8.'}") from None


def _place(file: Path, folder: Path) -> str:
    """The name of a file in a release: its place from the folder of the release file, with `/`."""
    return Path(os.path.relpath(file.resolve(), folder)).as_posix()


def _digest(file: Path) -> str:
    return hashlib.sha256(_bytes(file)).hexdigest()


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise OperatorError(f"{file} cannot be read: {error.strerror}.") from None


def _public_key(path: Path) -> Ed25519PublicKey:
    try:
        key = load_pem_public_key(_bytes(path))
    except ValueError:
        raise OperatorError(f"{path} holds no readable public key.") from None
    if not isinstance(key, Ed25519PublicKey):
        raise OperatorError(f"{path} holds no Ed25519 key; releases are signed with one.")
    return key
