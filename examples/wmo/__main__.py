"""`python -m examples.wmo join | token`: a Wmo register beside a running iWlz network, and a gateway over both.

What joining takes is all here: a database, the register's process, and a gateway.yaml in which one subgraph, one issuer and
another grants file stand beside what was there. Nobody else is told or restarted.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import json
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg
import jwt
import yaml
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from jwt.algorithms import ECAlgorithm

from examples.wmo.register import AUDIENCE, REGISTER
from registers.common import shell
from registers.common.client_key import client_key, load_secret
from registers.common.logs import configure_logs
from registers.common.migrations import migrate
from registers.common.server import Listen, run

HERE = Path(__file__).parent
ISSUER = "https://vertrouwen.wmo.example"
GEMEENTEN, AANBIEDERS = ("0363", "0518", "0344"), ("51510101", "66600011")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m examples.wmo", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--state", type=Path, default=Path(".iwlz"), help="the state of a running network")
    commands = parser.add_subparsers(dest="command", required=True)
    join = commands.add_parser("join", help="serve the register, and a gateway over five registers")
    join.add_argument("--port", type=int, default=8090, help="of the gateway; 0 takes a free one")
    token = commands.add_parser("token", help="print an access token of the Wmo's own issuer")
    token.add_argument("--as", dest="party", required=True, help="gemeente:0363, bsn:… or agb:…")
    asked = parser.parse_args()
    place = Place(asked.state.resolve())
    if asked.command == "token":
        print(place.token(asked.party))
    else:
        place.join(asked.port)


class Place:
    """The state folder of the network that is joined, and our own folder in it."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self.own = state / "wmo"
        self.own.mkdir(mode=0o700, exist_ok=True)
        self.key_file, self.key_set = self.own / "issuer.pem", self.own / "jwks.json"
        if not self.key_file.exists():
            key = ec.generate_private_key(ec.SECP256R1())
            self.key_file.touch(mode=0o600)
            self.key_file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
            public: dict[str, Any] = json.loads(ECAlgorithm.to_jwk(key.public_key()))
            self.key_set.write_text(json.dumps({"keys": [{**public, "kid": "wmo", "alg": "ES256", "use": "sig"}]}))

    @property
    def settings(self) -> dict[str, Any]:
        """The gateway.yaml of the network."""
        return yaml.safe_load((self.state / "gateway" / "gateway.yaml").read_text())

    def token(self, party: str) -> str:
        """A token for a party: in reality a trust supplier's work, who has seen their certificate."""
        claim, _, code = party.partition(":")
        kind = {"gemeente": "Gemeente", "bsn": "Burger", "agb": "Zorgaanbieder"}[claim]
        grants = yaml.safe_load((HERE / "../../network/grants.yaml").read_text())["scopes"].values()
        scopes = [*(names[0] for names in grants), "registers/wmoregister/voorzieningen/voorziening:read"]
        now = int(time.time())
        claims = {
            "iss": ISSUER,
            "aud": self.settings["authorization"]["issuers"][0]["audience"],
            "sub": party,
            "jti": str(uuid.uuid4()),
            "iat": now,
            "nbf": now,
            "exp": now + 600,
            "instantie_type": kind,
            claim: code,
            "scope": " ".join(scopes),
        }
        key: Any = load_pem_private_key(self.key_file.read_bytes(), None)
        return jwt.encode(claims, key, "ES256", headers={"kid": "wmo", "typ": "at+jwt"})

    def join(self, port: int) -> None:
        # Whoever ends us before the register listens for signals itself must not leave the gateway behind.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        admin = json.loads((self.state / "run.json").read_text())["database_url"]
        database = asyncio.run(prepare(admin, load_secret(self.state / "client-key")))
        unix = self.own / "wmo.sock"
        settings_file = self.own / "gateway.yaml"
        settings_file.write_text(yaml.safe_dump(self.joined(unix, port), sort_keys=False))
        command = [sys.executable, "-m", "gateway", "serve", "--settings", str(settings_file)]
        gateway = subprocess.Popen([*command, "--config", str(HERE / "supergraph.yaml")])  # noqa: S603 - our own
        configure_logs()
        settings = shell.Settings(
            database_url=database,
            secret=load_secret(self.state / "client-key"),
            gateway_jwks=str(self.state / "gateway" / "jwks.json"),
            unix=unix,
        )
        try:
            run(shell.register_app(REGISTER, settings), Listen(unix=unix, port=None, host="127.0.0.1"))
        finally:
            gateway.terminate()
            gateway.wait()

    def joined(self, unix: Path, port: int) -> dict[str, Any]:
        """The network's gateway.yaml with one subgraph and one issuer more, and our grants, which extend its own."""
        settings = self.settings
        issuers = settings["authorization"]["issuers"]
        own = {"issuer": ISSUER, "jwks": str(self.key_set), "audience": issuers[0]["audience"], "types": ["at+jwt"]}
        return {
            **settings,
            "listen": {"host": "127.0.0.1", "port": port},
            "grants": str(HERE / "grants.yaml"),
            "authorization": {**settings["authorization"], "issuers": [*issuers, own]},
            "subgraphs": {
                **settings["subgraphs"],
                "wmo": {"url": f"http+unix://{quote(str(unix), safe='')}/graphql", "audience": AUDIENCE},
            },
        }


async def prepare(admin: str, secret: bytes) -> str:
    """Make and fill the register's database beside the others. Returns the URL of its application role."""
    own = _database(admin, "iwlz_wmo")
    server = await asyncpg.connect(admin)
    if not await server.fetchval("SELECT 1 FROM pg_database WHERE datname = 'iwlz_wmo'"):
        await server.execute("CREATE DATABASE iwlz_wmo ENCODING 'UTF8' TEMPLATE template0")
    await server.close()
    await migrate(own, REGISTER)
    clients = await asyncpg.connect(_database(admin, "iwlz_client"))
    people = [row["bsn"] for row in await clients.fetch("SELECT bsn FROM clientprofiel ORDER BY bsn LIMIT 20")]
    await clients.close()
    connection = await asyncpg.connect(own)
    await connection.executemany(
        "INSERT INTO maatwerkvoorziening VALUES ($1, $2, $3, $4, $5, '02', $6, $7, $8) ON CONFLICT DO NOTHING",
        [voorziening(number, bsn, secret) for number, bsn in enumerate(people)],
    )
    await connection.close()
    return _database(admin, "iwlz_wmo", user="iwlz_wmo_app")


def voorziening(number: int, bsn: str, secret: bytes) -> tuple[Any, ...]:
    """Invented support: it begins in 2020 and, for every other person, ends where Wlz care began."""
    ends = dt.date(2021, 12, 31) if number % 2 else None
    return (
        client_key(secret, bsn),
        uuid.uuid5(uuid.NAMESPACE_URL, f"{AUDIENCE}/{number}"),
        GEMEENTEN[number % len(GEMEENTEN)],
        bsn,
        AANBIEDERS[number % len(AANBIEDERS)],
        dt.date(2020, 1, 1 + number),
        ends,
        f"Besproken aan de keukentafel ({number}).",
    )


def _database(url: str, name: str, user: str = "") -> str:
    """The URL of another database on the same server, for its own user."""
    parts = urlsplit(url)
    netloc = parts.netloc
    if user:
        credentials, _, host = netloc.rpartition("@")
        password = credentials.partition(":")[2]
        netloc = f"{user}:{password}@{host}" if password else f"{user}@{host}"
    changed = urlunsplit(parts._replace(netloc=netloc, path=f"/{name}"))
    return changed if parts.netloc else changed.replace(f"{parts.scheme}:/{name}", f"{parts.scheme}:///{name}", 1)


if __name__ == "__main__":
    main()
