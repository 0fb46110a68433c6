"""Signed releases without a command around them: what exactly is signed, and what is no release."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.authorization.release import Release, ReleaseError, key_id, parse_release, signed, written

KEY = Ed25519PrivateKey.from_private_bytes(
    bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
)
"""RFC 8037 §A.1."""
ID = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
"""RFC 8037 §A.3."""
HASH = "0" * 64
FILES = {"grants.yaml": HASH, "café.json": HASH}


def base64url(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


HEAD = base64url('{"alg":"EdDSA","kid":"' + ID + '","typ":"release+jws"}')
PAYLOAD = base64url(
    '{"files":{"caf\\u00e9.json":"' + HASH + '","grants.yaml":"' + HASH + '"},"set":"care","version":12}'
)


def test_a_key_is_told_by_its_thumbprint():
    assert key_id(KEY.public_key()) == ID


def test_what_is_signed_and_what_is_written():
    release = signed(Release("care", 12, FILES), KEY)
    signature = base64.urlsafe_b64encode(KEY.sign(f"{HEAD}.{PAYLOAD}".encode())).rstrip(b"=").decode()
    assert release.signatures == ((HEAD, signature),)
    assert (
        written(release)
        == f"""\
{{
 "release": {{
  "set": "care",
  "version": 12,
  "files": {{
   "caf\\u00e9.json": "{HASH}",
   "grants.yaml": "{HASH}"
  }}
 }},
 "signatures": [
  {{
   "protected": "{HEAD}",
   "signature": "{signature}"
  }}
 ]
}}
"""
    )
    again = parse_release(written(release))
    assert (again, again.signatures) == (release, release.signatures)
    assert again.signers([KEY.public_key()]) == {ID}
    again.check([KEY.public_key()], 1)


def test_who_signed_does_not_sign_again():
    with pytest.raises(ReleaseError) as caught:
        signed(signed(Release("care", 12, FILES), KEY), KEY)
    told = "This key has signed the release already; a second signature is another person's."
    assert str(caught.value) == told


@pytest.mark.parametrize(
    ("head", "signature"),
    [
        (base64url('{"alg":"EdDSA","kid":"' + ID + '","typ":"JWT"}'), None),
        (base64url('{"alg":"EdDSA","kid":"' + ID + '","typ":"release+jws","crit":[]}'), None),
        (base64url("[" * 100_000), None),
        ("é", None),
        ("A", None),
        (HEAD, "A"),
        (HEAD, "é"),
        (HEAD, "AAAA"),
    ],
)
def test_a_signature_that_is_none_counts_for_nothing(head: str, signature: str | None):
    good = base64.urlsafe_b64encode(KEY.sign(f"{head}.{PAYLOAD}".encode())).rstrip(b"=").decode()
    release = Release("care", 12, FILES, ((head, good if signature is None else signature),))
    assert release.signers([KEY.public_key()]) == frozenset()
    with pytest.raises(ReleaseError) as caught:
        release.check([KEY.public_key()], 1)
    assert str(caught.value) == "1 signatures of known keys are needed, and 0 count."


def text(signatures: Any = (), **content: Any) -> str:
    return json.dumps({"release": {"set": "a", "version": 1, "files": {}, **content}, "signatures": signatures})


NO_FILE = "It is no release file."
WRONG = "A release has `set`, `version` (1 or more) and `files`."
OTHER = "A release has `set`, `version` and `files`, and signatures have `protected` and `signature`."
ONE = {"protected": "", "signature": ""}


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("", NO_FILE),
        ("[]", NO_FILE),
        ("{}", NO_FILE),
        ("[" * 100_000, NO_FILE),
        (text(1), NO_FILE),
        (text([{}]), NO_FILE),
        (text(files=[]), WRONG),
        (text(files=None), WRONG),
        (text(set=1), WRONG),
        (text(version=True), WRONG),
        (text(version="1"), WRONG),
        (text(version=0), WRONG),
        (text(files={"a": 1}), OTHER),
        (text(more=1), OTHER),
        (text([{"protected": 1, "signature": ""}]), OTHER),
        (text([{"protected": "", "signature": None}]), OTHER),
        (text([ONE] * 17), "A release has at most 16 signatures."),
    ],
)
def test_what_is_no_release_says_why(written: str, message: str):
    with pytest.raises(ReleaseError) as caught:
        parse_release(written)
    assert str(caught.value) == message


def test_the_most_signatures_and_the_first_version():
    release = parse_release(text([ONE] * 16))
    assert (release, len(release.signatures)) == (Release("a", 1, {}), 16)
