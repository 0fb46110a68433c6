"""`registers serve | relations | relay | migrate | seed | check | mapping | sdl | context`: one register, its data and its descriptions.

Thin: each command reads its options and calls one function. What goes wrong is one sentence on standard error and exit 1.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import importlib
import ipaddress
import os
import sys
from pathlib import Path
from typing import Annotated, Literal, NoReturn

import orjson
from cyclopts import App, Parameter

from registers.cli_inzage import inzage_app
from registers.common.definition import RegisterDefinition

__all__ = ["NAMES", "app", "load_register", "main"]

app = App(name="registers", help="The registers of the network, each its own system.", version_flags=[])

app.command(inzage_app)

NAMES = ("indicatie", "bemiddeling", "zorglevering", "client", "inzage")

Name = Literal["indicatie", "bemiddeling", "zorglevering", "client", "inzage"]
DatabaseUrl = Annotated[
    str,
    Parameter(
        env_var="IWLZ_DATABASE_URL",
        help="postgresql://user@host/database; better in the environment, where nobody else can read it.",
    ),
]
KeyFile = Annotated[
    Path | None, Parameter(help="File with the secret under which a BSN is hashed; else IWLZ_CLIENT_KEY_SECRET.")
]


def load_register(name: str) -> RegisterDefinition:
    """The definition of the register called `name`. KeyError for another name."""
    if name not in NAMES:
        raise KeyError(name)
    found = importlib.import_module(f"registers.{name}.app").REGISTER
    assert isinstance(found, RegisterDefinition)
    return found


@app.command
def serve(  # noqa: PLR0913 - the options of a command
    name: Name,
    *,
    host: str = "127.0.0.1",
    port: Annotated[int | None, Parameter(help="TCP port: for access tokens, and the page.")] = None,
    unix: Annotated[Path | None, Parameter(help="Unix socket: for the gateway; decision contexts count here.")] = None,
    database_url: DatabaseUrl,
    audience: str = "",
    gateway: Annotated[str, Parameter(help="Id URL of the gateway: `iss` of decision contexts.")] = "",
    gateway_jwks: Annotated[str, Parameter(help="File or URL with the gateway's keys.")] = "",
    issuer: Annotated[str, Parameter(help="`iss` of access tokens.")] = "",
    issuer_jwks: Annotated[str, Parameter(help="File or URL with the issuer's keys.")] = "",
    client_key_file: KeyFile = None,
    release: Annotated[tuple[str, ...], Parameter(help="Another grants release that is announced.")] = (),
    pool: int = 8,
    statement_timeout: Annotated[float, Parameter(help="Seconds.")] = 10.0,
    max_staleness: Annotated[
        float,
        Parameter(help="Seconds that relations count without a heartbeat; inf: for ever, when no stream fills them."),
    ] = 60.0,
    explorer: Annotated[
        bool | None,
        Parameter(help="GraphiQL at /, to use with an access token. Without this: on a loopback host only."),
    ] = None,
    graphiql_assets: Annotated[
        Path | None, Parameter(help="Folder with GraphiQL; else where `make run` put it in a checkout.")
    ] = None,
    dev: Annotated[bool, Parameter(help="The schema without a credential.")] = False,
    open_to_all: Annotated[
        bool, Parameter(help="With --dev: no policies, no credentials. Never with real data.")
    ] = False,
) -> None:
    """Serve one register until a signal."""
    from registers.common import shell
    from registers.common.client_key import load_secret
    from registers.common.logs import configure_logs
    from registers.common.server import Listen, ServeError, run

    if port is None and unix is None:
        _fail("Nothing to listen on: give --port, --unix, or both.")
    if open_to_all and not dev:
        _fail("--open-to-all is for development: add --dev.")
    register = _definition(name, audience)
    configure_logs()
    try:
        settings = shell.Settings(
            database_url=database_url,
            secret=load_secret(client_key_file),
            gateway_jwks=gateway_jwks,
            issuer_jwks=issuer_jwks,
            gateway=gateway or shell.GATEWAY,
            issuer=issuer or shell.ISSUER,
            unix=unix,
            dev=dev,
            open=open_to_all,
            explorer=_is_loopback(host) and port is not None if explorer is None else explorer,
            graphiql_assets=graphiql_assets,
            releases=frozenset(release),
            pool_size=pool,
            statement_timeout=statement_timeout,
            max_staleness=max_staleness,
        )
        run(shell.register_app(register, settings), Listen(host, port, unix))
    except (ServeError, ValueError, OSError) as error:
        _fail(str(error))
    except KeyboardInterrupt:
        pass


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _definition(name: str, audience: str) -> RegisterDefinition:
    register = load_register(name)
    if not audience:
        return register
    return RegisterDefinition(register.name, register.schema, register.mapping, register.package_dir, audience)


Keeper = Literal["indicatie", "zorglevering", "client"]
"""The registers that keep relations: decided elsewhere by `registers.synthetic.relaties.KEEPERS` too."""


@app.command
def relations(
    *names: Keeper,
    database_url: Annotated[
        str,
        Parameter(
            env_var="IWLZ_DATABASE_URL",
            help="For the projector's login; `{register}` in it stands for the name, when there are several.",
        ),
    ],
    source_url: Annotated[
        str, Parameter(env_var="IWLZ_RELATIONS_URL", help="BR's database, for the login that reads its stream.")
    ],
    relay_url: Annotated[
        str, Parameter(env_var="IWLZ_RELAY_URL", help="Also let that stream beat, as `registers relay` does.")
    ] = "",
    unix: Annotated[Path | None, Parameter(help="Unix socket that answers GET /health.")] = None,
    max_staleness: Annotated[float, Parameter(help="Seconds: what /health calls fresh.")] = 60.0,
    anew: Annotated[
        bool,
        Parameter(
            negative="",
            help="Only forget the relations, so that whoever follows the stream takes it from its beginning: after BR was set back or loaded anew.",
        ),
    ] = False,
) -> None:
    """Keep the zorgrelaties of one or more registers as BR's stream says they are, until a signal."""
    from registers.common.logs import configure_logs
    from registers.zorgrelaties.command import run_relations
    from registers.zorgrelaties.projector import begin_anew

    if not names:
        _fail("Name the registers whose relations are to be kept.")
    if len(names) > 1 and "{register}" not in database_url:
        _fail("Several registers, one database: write {register} in the URL.")
    configure_logs()
    urls = {name: database_url.replace("{register}", name) for name in names}
    if anew:
        for url in urls.values():
            asyncio.run(begin_anew(url))
        return
    asyncio.run(run_relations(urls, source_url, relay=relay_url, unix=unix, max_staleness=max_staleness))


@app.command
def relay(
    name: Literal["bemiddeling"],  # noqa: ARG001 - the one register with a stream
    *,
    database_url: DatabaseUrl,
    every: Annotated[float, Parameter(help="Seconds between heartbeats.")] = 5.0,
) -> None:
    """Let the stream of a register beat, so that its readers know that nothing is missing, until a signal."""
    from registers.common.logs import configure_logs
    from registers.zorgrelaties.command import run_relay

    configure_logs()
    asyncio.run(run_relay(database_url, every=every))


@app.command
def migrate(
    name: Literal["indicatie", "bemiddeling", "zorglevering", "client", "inzage", "all"], *, database_url: DatabaseUrl
) -> None:
    """Bring a register's database to the present form, as the owner of its tables.

    For `all`, the URL names the server; the databases are `iwlz_<register>`.
    """
    from registers.common.migrations import MigrationError
    from registers.common.migrations import migrate as run
    from registers.synthetic.command import database_urls

    urls = database_urls(database_url, names=NAMES) if name == "all" else {name: database_url}
    for register, url in urls.items():
        try:
            done = asyncio.run(run(url, load_register(register)))
        except MigrationError as error:
            _fail(f"{register}: {error}")
        words = [*done.applied, *(["row policies"] if done.policies else [])]
        print(f"{register}: {', '.join(words) if words else 'nothing to do'}")


@app.command
def seed(
    *,
    database_url: DatabaseUrl,
    clients: int = 200,
    seed: Annotated[int, Parameter(help="Which synthetic network.")] = 1,
    today: dt.date | None = None,
    replace: Annotated[bool, Parameter(help="Empty the registers first.")] = False,
    if_needed: Annotated[bool, Parameter(help="Leave a complete network of this size alone.")] = False,
    quiet: bool = False,
    client_key_file: KeyFile = None,
) -> None:
    """Load a synthetic network into all registers. The URL names the server; the databases are `iwlz_<register>`."""
    from registers.common.client_key import SECRET_VARIABLE, load_secret
    from registers.synthetic.command import database_urls, seed_command
    from registers.synthetic.load import SeedError
    from registers.synthetic.network import DEMO_SECRET

    try:
        given = client_key_file is not None or bool(os.environ.get(SECRET_VARIABLE))
        secret = load_secret(client_key_file) if given else DEMO_SECRET
        urls = database_urls(database_url)
    except (ValueError, OSError, SeedError) as error:
        _fail(str(error))
    raise SystemExit(
        seed_command(
            urls,
            clients=clients,
            seed=seed,
            secret=secret,
            today=today,
            replace=replace,
            if_needed=if_needed,
            quiet=quiet,
        )
    )


@app.command
def check(name: Literal["indicatie", "bemiddeling", "zorglevering", "client", "inzage", "all"] = "all") -> None:
    """Say whether schema and mapping of a register fit each other, and whether its policies are there."""
    from registers.common.check import problems

    found = [
        f"{item}: {text}" for item in (NAMES if name == "all" else (name,)) for text in problems(load_register(item))
    ]
    for line in found:
        print(line, file=sys.stderr)
    if found:
        raise SystemExit(1)
    print("in order")


@app.command
def mapping(name: Name) -> None:
    """Print how the types of a register lie on its tables, as JSON: what `gateway grants compile` reads."""
    print(orjson.dumps(load_register(name).mapping.as_json(), option=orjson.OPT_INDENT_2).decode())


@app.command
def sdl(name: Name) -> None:
    """Print the schema of a register, with its federation directives."""
    print(load_register(name).schema.as_str())


@app.command
def context(
    *,
    party: Annotated[str, Parameter(name="--as", help="uzovi:5050, agb:…, kvk:… or bsn:…")],
    register: Name,
    key: Annotated[Path, Parameter(help="Ed25519 private key, PEM.")],
    scope: tuple[str, ...] = (),
    gateway: str = "",
    audience: str = "",
    dev: bool = False,
) -> None:
    """Sign a decision context of half a minute, to ask a register in development what a party would see."""
    from registers.common.shell import GATEWAY
    from registers.common.signing import SigningError, development_context

    if not dev:
        _fail("A context of your own is for development: add --dev.")
    try:
        made = development_context(
            _definition(register, audience), party, key.read_bytes(), scopes=scope, gateway=gateway or GATEWAY
        )
    except (SigningError, OSError) as error:
        _fail(str(error))
    print(made)


def _fail(sentence: str) -> NoReturn:
    print(f"registers: {sentence}", file=sys.stderr)
    raise SystemExit(1)


def main() -> None:
    """The entry point."""
    app()
