"""Signed releases: whose signatures count, which files are of it, and a gateway that takes no other grants."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from gateway.app import build_app
from gateway.authorization.release import ReleaseError, parse_release
from gateway.commands import serving_source
from gateway.composition.compose import compose
from gateway.composition.model import SubgraphInput
from gateway.releases import demanded
from gateway.settings import (
    AuthorizationSettings,
    DocumentSettings,
    IssuerSettings,
    ReleaseSettings,
    Settings,
    SettingsError,
)
from tests.gateway.library import GRANTS, SDL, library, write_files
from tests.gateway.test_cli import gateway
from tests.gateway.transport.harness import ask


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with grants, a list of codes, and the keys of two people and a stranger."""
    for name in ("anna", "bram", "eve"):
        key = Ed25519PrivateKey.generate()
        (tmp_path / f"{name}.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        (tmp_path / f"{name}.pub").write_bytes(public)
    (tmp_path / "grants.yaml").write_text(GRANTS)
    (tmp_path / "codes.json").write_text('{"A": 1}\r\n', newline="")
    return tmp_path


def sign(
    desk: Path, who: str, version: int = 12, output: str = "release.json", name: str = "library"
) -> tuple[int, str, str]:
    files = (desk / "grants.yaml", desk / "codes.json")
    return gateway(
        "grants", "sign", *files, "--key", desk / f"{who}.pem", "--output", desk / output,
        "--set", name, "--version", str(version),
    )  # fmt: skip


def verify(desk: Path, *who: str, signatures: int = 1) -> tuple[int, str, str]:
    keys = [word for name in who for word in ("--key", desk / f"{name}.pub")]
    return gateway("grants", "verify", desk / "release.json", *keys, "--signatures", str(signatures))


def wanted(desk: Path, *who: str, signatures: int = 1, name: str | None = None) -> ReleaseSettings:
    keys = tuple(str(desk / f"{name}.pub") for name in who)
    return ReleaseSettings(str(desk / "release.json"), keys, signatures, name)


def test_two_people_sign_and_both_count(desk: Path):
    told = f"{desk}/release.json: library version 12, 2 files,"
    assert sign(desk, "anna") == (0, f"{told} 1 signatures.\n", "")
    assert sign(desk, "bram") == (0, f"{told} 2 signatures.\n", "")
    status, output, problem = verify(desk, "anna", "bram", "eve", signatures=2)
    assert (status, problem) == (0, "")
    assert output.splitlines() == [
        f"{desk}/release.json: library version 12, 2 files are as they were signed.",
        f"  {desk}/anna.pub: signed",
        f"  {desk}/bram.pub: signed",
        f"  {desk}/eve.pub: did not sign",
    ]


def test_one_person_is_not_two(desk: Path):
    sign(desk, "anna")
    assert sign(desk, "anna")[0::2] == (
        1,
        "This key has signed the release already; a second signature is another person's.\n",
    )
    content = json.loads((desk / "release.json").read_text())
    content["signatures"] *= 2
    (desk / "release.json").write_text(json.dumps(content))
    told = f"{desk}/release.json: 2 signatures of known keys are needed, and 1 count.\n"
    assert verify(desk, "anna", "bram", signatures=2) == (1, "", told)


def test_a_stranger_counts_for_nothing(desk: Path):
    sign(desk, "anna")
    sign(desk, "eve")
    told = f"{desk}/release.json: 2 signatures of known keys are needed, and 1 count.\n"
    assert verify(desk, "anna", "bram", signatures=2) == (1, "", told)


def test_a_second_signature_is_for_the_same_release_only(desk: Path):
    sign(desk, "anna")
    (desk / "codes.json").write_text("{}")
    told = "is another release; sign the same files, set and version, or write elsewhere.\n"
    assert sign(desk, "bram")[0::2] == (1, f"{desk}/release.json {told}")


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("release", "version"), 13),
        (("release", "set"), "other"),
        (("release", "files", "grants.yaml"), "0" * 64),
        (("release", "files", "more.yaml"), "0" * 64),
        (("signatures", 0, "signature"), "AAAA"),
        (("signatures", 0, "signature"), "é"),
        (("signatures", 0, "protected"), "eyJhbGciOiJub25lIn0"),
        (("signatures", 0, "protected"), "[" * 40),
    ],
)
def test_whatever_is_changed_the_signature_counts_no_more(place: tuple[Any, ...], value: Any, desk: Path):
    sign(desk, "anna")
    content = json.loads((desk / "release.json").read_text())
    inner = content
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = value
    (desk / "release.json").write_text(json.dumps(content))
    told = "1 signatures of known keys are needed, and 0 count."
    assert verify(desk, "anna") == (1, "", f"{desk}/release.json: {told}\n")
    with pytest.raises(SettingsError, match=told):
        demanded(wanted(desk, "anna"), None)


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"release": {}, "signatures": []}', '{"release": {"set": "a", "version": true, "files": {}}, "signatures": []}',
     '{"release": {"set": "a", "version": 1, "files": {"a": 1}}, "signatures": []}',
     '{"release": {"set": "a", "version": 1, "files": {}, "more": 1}, "signatures": []}',
     '{"release": {"set": "a", "version": 1, "files": {}}, "signatures": [{"protected": 1, "signature": ""}]}'],
)  # fmt: skip
def test_what_is_no_release_file(text: str):
    with pytest.raises(ReleaseError):
        parse_release(text)


def test_a_file_that_was_changed_or_is_not_of_the_release(desk: Path):
    sign(desk, "anna")
    release = demanded(wanted(desk, "anna"), None)
    release.check(desk / "grants.yaml", GRANTS.encode())
    with pytest.raises(SettingsError, match=r"grants\.yaml is not the file that was signed"):
        release.check(desk / "grants.yaml", GRANTS.encode() + b"\n")
    with pytest.raises(SettingsError, match=r"more\.yaml is not in the release"):
        release.check(desk / "more.yaml", GRANTS.encode())
    (desk / "codes.json").write_text('{"A": 1}\n')
    assert verify(desk, "anna")[2] == f"{desk}/release.json: codes.json is not the file that was signed.\n"


def test_no_older_release_and_no_other_set_takes_over(desk: Path):
    sign(desk, "anna")
    serves = demanded(wanted(desk, "anna"), None).release
    (desk / "release.json").unlink()
    sign(desk, "anna", version=11)
    with pytest.raises(SettingsError, match="version 11 is older than 12, which serves"):
        demanded(wanted(desk, "anna"), serves)
    (desk / "release.json").unlink()
    (desk / "codes.json").write_text('{"A": 1}\n')
    sign(desk, "anna")
    with pytest.raises(SettingsError, match="another release has the number 12, and serves"):
        demanded(wanted(desk, "anna"), serves)
    with pytest.raises(SettingsError, match="is of the set library, not care"):
        demanded(wanted(desk, "anna", name="care"), None)


def test_another_set_takes_over_only_by_its_name(desk: Path):
    sign(desk, "anna")
    serves = demanded(wanted(desk, "anna"), None).release
    (desk / "release.json").unlink()
    sign(desk, "anna", version=1, name="branch")
    text = "release: it is of the set branch, and library serves; `release.set` names the one that may."
    with pytest.raises(SettingsError, match=f"^{re.escape(text)}$"):
        demanded(wanted(desk, "anna"), serves)
    assert demanded(wanted(desk, "anna", name="branch"), serves).release.version == 1


async def test_a_gateway_takes_signed_grants_only(desk: Path):
    sign(desk, "anna")
    sign(desk, "bram")
    both = wanted(desk, "anna", "bram", signatures=2)
    async with library(desk, release=both) as running:
        assert (await ask(running.app, "{ featured { title } }")).codes == ["UNAUTHENTICATED"]
    with pytest.raises(SettingsError, match="3 signatures of known keys are needed, and 2 count"):
        async with library(desk, release=wanted(desk, "anna", "bram", "eve", signatures=3)):
            pass
    (desk / "release.json").unlink()
    with pytest.raises(SettingsError, match=r"release\.json cannot be read"):
        async with library(desk, release=both):
            pass


def test_a_set_counts_as_a_whole(desk: Path):
    sign(desk, "anna")
    (desk / "codes.json").write_text('{"A": 2}')
    with pytest.raises(SettingsError, match=r"codes\.json is not the file that was signed"):
        demanded(wanted(desk, "anna"), None)
    (desk / "codes.json").unlink()
    with pytest.raises(SettingsError, match=r"codes\.json cannot be read"):
        demanded(wanted(desk, "anna"), None)


def test_a_version_that_is_asked_for_at_least(desk: Path):
    sign(desk, "anna")
    asked = wanted(desk, "anna")
    assert demanded(msgspec.structs.replace(asked, at_least=12), None).release.version == 12
    with pytest.raises(SettingsError, match="version 12 is older than 13, which is asked for at least"):
        demanded(msgspec.structs.replace(asked, at_least=13), None)


COVERED = ("supergraph", "documents")


def covered(desk: Path, *names: str, covers: tuple[Any, ...] = COVERED) -> Settings:
    """Settings of a gateway over a graph and trusted documents in files, of which these were signed."""
    link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])\n'
    inputs = [SubgraphInput(name, f"http://{name}/", link + sdl) for name, sdl in SDL.items()]
    (desk / "schema.graphql").write_text(compose(inputs).supergraph_sdl or "")
    (desk / "manifest.json").write_text('{"a": "{ featured { title } }"}')
    arguments = ("--key", desk / "anna.pem", "--output", desk / "set.json", "--version", "1")
    assert gateway("grants", "sign", *(desk / name for name in names), *arguments)[0] == 0
    write_files(desk)
    return Settings(
        supergraph=str(desk / "schema.graphql"),
        grants=str(desk / "grants.yaml"),
        documents=DocumentSettings(manifest=str(desk / "manifest.json"), mode="only"),
        release=ReleaseSettings(str(desk / "set.json"), (str(desk / "anna.pub"),), covers=covers),
        authorization=AuthorizationSettings(
            issuers=(IssuerSettings("https://i.example", jwks=str(desk / "jwks.json"), audience="https://a.example"),)
        ),
    )


def test_a_graph_and_documents_that_have_to_be_signed_too(desk: Path):
    everything = ("grants.yaml", "codes.json", "schema.graphql", "manifest.json")
    for name in everything[2:]:
        (desk / name).touch()
    assert build_app(covered(desk, *everything)).lifecycle.current.release is not None
    for left_out in everything[2:]:
        (desk / "set.json").unlink()
        chosen = covered(desk, *(name for name in everything if name != left_out))
        with pytest.raises(SettingsError, match=f"{re.escape(left_out)} is not in the release"):
            build_app(chosen)
        uncovered = msgspec.structs.replace(chosen.release, covers=())  # type: ignore[type-var]
        assert build_app(msgspec.structs.replace(chosen, release=uncovered)).lifecycle.current.release is not None


async def test_a_graph_that_is_composed_at_the_start_cannot_be_signed(desk: Path):
    sign(desk, "anna")
    release = msgspec.structs.replace(wanted(desk, "anna"), covers=("supergraph",))
    with pytest.raises(SettingsError, match="a graph that is composed at the start is no signed file"):
        async with library(desk, release=release):
            pass


def test_all_files_of_a_set_are_looked_at_for_a_reload(desk: Path):
    sign(desk, "anna")
    file = desk / "gateway.yaml"
    file.write_text("supergraph: schema.graphql\nrelease: {file: release.json, keys: [anna.pub]}\n")
    files = serving_source(settings=file)().files
    assert {desk / "codes.json", desk / "grants.yaml", desk / "release.json", desk / "anna.pub"} <= set(files)
