"""A party that is blocked, comes from elsewhere or asks too often, at the shipped gateway, which is never restarted."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA256

from issuer.participants import Participant, ParticipantsFile
from tests.gateway.library import token
from tests.harness import Reply
from tests.security.stand import Authority, Certificate, stand


def write(folder: Path, text: str) -> None:
    (folder / "next").write_text(text)
    (folder / "next").replace(folder / "participants.yaml")


def refused(reply: Reply) -> tuple[int, str]:
    return reply.status, reply.json()["errors"][0]["extensions"]["code"]


def soon(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline, "it never held"


def test_a_party_is_limited_kept_out_and_blocked_at_once(tmp_path: Path) -> None:
    write(tmp_path, "participants: {}")
    with stand(tmp_path, authorization={"participants": "participants.yaml"}, tls=False) as running:
        one, two = token(), token(sub="other")
        assert (running.ask(one).status, running.ask(two).status) == (200, 200)

        write(tmp_path, "participants: {party: {rate: 0.01, burst: 2}}")
        soon(lambda: running.ask(one).status == 429)
        limited = running.ask(one)
        assert (limited.status, limited.codes) == (429, ["RATE_LIMITED"])
        assert 1 <= int(limited.headers["retry-after"]) <= 100
        assert running.ask(two).status == 200

        write(tmp_path, "participants: {party: {addresses: [192.0.2.0/24]}}")
        soon(lambda: running.ask(one).status == 403)
        assert running.ask(one).codes == ["NOT_ALLOWED"]
        assert running.ask(two).status == 200

        write(tmp_path, "participants: {party: {blocked: true}}")
        soon(lambda: "blocked" in running.ask(one).json().get("errors", [{"message": ""}])[0]["message"])
        assert (running.ask(one).status, running.ask(one).codes) == (403, ["NOT_ALLOWED"])
        assert running.ask(token(sub="x", act={"sub": "party"})).status == 403

        write(tmp_path, "participants: {}")
        soon(lambda: running.ask(one).status == 200)


def test_behind_a_proxy_the_address_is_the_one_that_the_proxy_tells(tmp_path: Path) -> None:
    write(tmp_path, "participants: {party: {addresses: [192.0.2.0/24]}}")
    proxies = {"addresses": ["127.0.0.1"], "address_header": "X-Forwarded-For"}
    rules = {"participants": "participants.yaml"}
    with stand(tmp_path, authorization=rules, listen={"proxies": proxies}, tls=False) as running:
        assert running.ask(token(), headers={"X-Forwarded-For": "203.0.113.9, 192.0.2.7"}).status == 200
        for junk in ("fe80::1%é", "192.0.2.7, fe80::1%é", "fe80::1%é, 127.0.0.1"):
            assert refused(running.ask(token(), headers={"X-Forwarded-For": junk})) == (403, "NOT_ALLOWED")
        assert running.ask(token(), headers={"X-Forwarded-For": "192.0.2.7, 203.0.113.9"}).status == 403
        assert running.ask(token()).status == 403


def test_a_claim_of_an_address_without_a_proxy_is_nothing(tmp_path: Path) -> None:
    write(tmp_path, "participants: {party: {addresses: [192.0.2.0/24]}}")
    with stand(tmp_path, authorization={"participants": "participants.yaml"}, tls=False) as running:
        for header in ("X-Forwarded-For", "X-Real-IP", "Forwarded", ":address"):
            try:
                status = running.ask(token(), headers={header: "192.0.2.7"}).status
            except ValueError:
                continue  # a name that http.client itself does not send
            assert status == 403


def test_a_party_that_asks_for_decisions_by_its_certificate_is_blocked_at_once(tmp_path: Path) -> None:
    """It brings no token, so that nothing but the connection says who it is."""
    authority = Authority(tmp_path / "certificates")
    own, other = authority.issue("1"), authority.issue("2")
    file = ParticipantsFile(tmp_path / "participants.json")
    for number, certificate in (("1", own), ("2", other)):
        fingerprint = certificate.certificate.fingerprint(SHA256()).hex()
        file.add(
            Participant(
                f"agb:1234567{number}", number, "Een", "Zorgaanbieder", certificate=fingerprint, rate=0.01, burst=2
            )
        )
    point = {"url": "https://pdp.example", "certificates": [own.thumbprint, other.thumbprint]}
    rules = {"participants": str(file.access_file)}
    asked = {
        "subject": {"type": "branch", "id": "12", "properties": {"scopes": ["stock:read"]}},
        "action": {"name": "query"},
        "resource": {"type": "graphql:field", "id": "Book.title"},
    }
    with stand(tmp_path, authorization=rules, decision_point=point, authority=authority) as running:

        def answered(certificate: Certificate | None) -> tuple[int, Any]:
            connection = running.connect(certificate)
            try:
                sent = {"Content-Type": "application/json"}
                connection.request("POST", "/access/v1/evaluation", body=json.dumps(asked), headers=sent)
                answer = connection.getresponse()
                content = json.loads(answer.read())
            finally:
                connection.close()
            told = content["decision"] if answer.status == 200 else content["errors"][0]["extensions"]["code"]
            return answer.status, told

        assert answered(None) == (403, "INVALID_CLIENT_CERTIFICATE")
        assert [answered(own) for _ in range(3)] == [(200, True), (200, True), (429, "RATE_LIMITED")]
        assert answered(other) == (200, True)
        file.block("agb:12345672", blocked=True)
        soon(lambda: answered(other)[0] == 403)
        assert answered(other) == (403, "NOT_ALLOWED")
