"""Fetching the page's files: pinned, verified, idempotent, and no disaster when it cannot be done."""

from __future__ import annotations

import base64
import hashlib
import io
import os
import tarfile
from pathlib import Path

import pytest

from gateway.transport import fetch_assets
from gateway.transport.fetch_assets import FetchError, IntegrityError, Package, fetch, main, missing, read_lock

NPM = """#!/bin/sh
# npm pack NAME@VERSION --silent --ignore-scripts --pack-destination FOLDER
[ "$1" = pack ] || exit 9
echo run >> "{log}"
cp "{archive}" "$6/one.tgz"
"""


def archive(path: Path, files: dict[str, bytes]) -> str:
    """Write an npm archive; returns its integrity."""
    with tarfile.open(path, "w:gz") as tar:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return "sha512-" + base64.b64encode(hashlib.sha512(path.read_bytes()).digest()).decode()


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Package:
    """A package that a stand-in for npm packs."""
    made = tmp_path / "one.tgz"
    integrity = archive(made, {"package/dist/one.js": b"1", "package/LICENSE": b"MIT", "package/evil.js": b"x"})
    bin_ = tmp_path / "bin"
    bin_.mkdir()
    npm = bin_ / "npm"
    npm.write_text(NPM.format(archive=made, log=tmp_path / "log"))
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", f"{bin_}{os.pathsep}{os.environ['PATH']}")
    return Package("one", "1.0.0", integrity, {"package/dist/one.js": "one.js", "package/LICENSE": "one.LICENSE"})


def test_the_named_files_are_taken_and_nothing_else(package: Package, tmp_path: Path):
    vendor = tmp_path / "assets" / "vendor"
    fetch([package], vendor)
    assert sorted(file.name for file in vendor.iterdir()) == ["fetched.json", "one.LICENSE", "one.js"]
    assert missing([package], vendor) == []
    assert [file.name for file in vendor.parent.iterdir()] == ["vendor"]


def test_a_changed_or_lost_file_or_another_pin_is_missing(package: Package, tmp_path: Path):
    vendor = tmp_path / "vendor"
    assert missing([package], vendor) == [package]
    fetch([package], vendor)
    (vendor / "one.js").write_text("2")
    assert missing([package], vendor) == [package]
    fetch([package], vendor)
    (vendor / "one.LICENSE").unlink()
    assert missing([package], vendor) == [package]
    fetch([package], vendor)
    newer = Package("one", "1.0.1", package.integrity, package.files)
    assert missing([newer], vendor) == [newer]


def test_another_package_than_was_pinned_is_refused_and_leaves_what_was_there(package: Package, tmp_path: Path):
    vendor = tmp_path / "vendor"
    fetch([package], vendor)
    forged = Package("one", "1.0.0", "sha512-AAAA", package.files)
    with pytest.raises(IntegrityError, match=r"one@1\.0\.0 is not the package that was pinned"):
        fetch([forged], vendor)
    assert missing([package], vendor) == []


def test_a_package_without_the_file_is_an_error(package: Package, tmp_path: Path):
    other = Package("one", "1.0.0", package.integrity, {"package/none.js": "none.js"})
    with pytest.raises(FetchError, match=r"one@1\.0\.0 has no package/none\.js"):
        fetch([other], tmp_path / "vendor")


def test_the_command_is_idempotent(
    package: Package, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(fetch_assets, "read_lock", lambda: [package])
    monkeypatch.setattr(fetch_assets.fetch, "__defaults__", (tmp_path / "vendor",))
    monkeypatch.setattr(fetch_assets.missing, "__defaults__", (tmp_path / "vendor",))
    assert [main([]), main([]), main(["--quiet"])] == [0, 0, 0]
    assert capsys.readouterr().out == (
        "Fetched the files of the page: one 1.0.0.\nThe page's files are there already.\n"
    )
    assert (tmp_path / "log").read_text() == "run\n"


def test_without_npm_and_without_an_index_a_sentence_says_so_and_set_up_goes_on(
    package: Package, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    def fail(*_: object) -> None:
        raise FetchError("there is no npm, and pip could not install one.")

    monkeypatch.setattr(fetch_assets, "read_lock", lambda: [package])
    monkeypatch.setattr(fetch_assets.missing, "__defaults__", (tmp_path / "vendor",))
    monkeypatch.setattr(fetch_assets, "fetch", fail)
    assert main([]) == 0
    assert capsys.readouterr().err.startswith("GraphiQL's files could not be fetched (there is no npm, ")


def test_the_lock_pins_every_package_and_keeps_every_licence():
    packages = read_lock()
    assert [f"{package.name}@{package.version}" for package in packages] == [
        "react@18.3.1",
        "react-dom@18.3.1",
        "graphiql@4.1.2",
        "graphql-ws@6.4.2",
        "@graphiql/plugin-explorer@4.0.6",
    ]
    assert all(package.integrity.startswith("sha512-") for package in packages)
    assert all(any(name.endswith(".LICENSE") for name in package.files.values()) for package in packages)
