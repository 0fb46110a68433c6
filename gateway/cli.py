"""`gateway …`: thin commands, each calls one function, prints its result and says with its exit status how it went.

0 done, 1 refused or not possible (sentences on standard error), 2 not a command.
"""

from __future__ import annotations

import gc
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, Parameter

from gateway.cli_audit import audit_app
from gateway.cli_errors import plain_errors

__all__ = ["app", "main"]

app = App(name="gateway", help="One graph over many subgraphs: compose, check, serve.", version_flags=[])
grants_app = App(name="grants", help="Grants, and what is made from them.")
settings_app = App(name="settings", help="The configuration file gateway.yaml.")
app.command(grants_app)
app.command(settings_app)
app.command(audit_app)

Config = Annotated[Path, Parameter(help="supergraph.yaml: subgraphs with routing_url and schema.")]
SettingsFile = Annotated[Path | None, Parameter(name="--settings", help="gateway.yaml.")]


@app.command
def compose(*, config: Config, output: Path, api_schema: Path | None = None) -> None:
    """Compose the subgraphs of a supergraph.yaml into one supergraph file."""
    from gateway.commands import api_schema_text, composed

    with plain_errors():
        sdl = composed(config)
        output.write_text(sdl, encoding="utf-8")
        if api_schema is not None:
            api_schema.write_text(api_schema_text(sdl), encoding="utf-8")


@app.command
def compose_batch() -> None:
    """A JSON a line on standard input, a line each on standard output: {id, subgraphs: [{name, url, sdl}]}."""
    from gateway.composition.config import compose_batch_line

    _batch(compose_batch_line)


@app.command
def serve(
    *,
    settings: SettingsFile = None,
    supergraph: Annotated[Path | None, Parameter(help="A composed supergraph.")] = None,
    config: Annotated[Path | None, Parameter(help="supergraph.yaml, composed at the start.")] = None,
    grants: Annotated[Path | None, Parameter(help="Who may read what; without it, everybody everything.")] = None,
    host: str | None = None,
    port: Annotated[int | None, Parameter(help="0 takes a free one.")] = None,
    unix: Annotated[Path | None, Parameter(help="A unix socket, instead of or beside --port.")] = None,
) -> None:
    """Serve /graphql and the page. Options win over gateway.yaml."""
    # Nothing that is made until the gateway serves is garbage; looking for some takes a tenth of the start.
    gc.disable()
    from gateway.app import app_of
    from gateway.commands import serving_source
    from gateway.server import serve as run
    from gateway.telemetry.logs import configure_logs

    # The code stays for good. What is made of a graph does not: looking for what a former one has left behind, with everything at a
    # stand, takes a thirtieth of the time when it need not go through the code as well.
    gc.collect()
    gc.freeze()

    with plain_errors():
        source = serving_source(
            settings=settings, supergraph=supergraph, config=config, grants=grants, host=host, port=port, unix=unix
        )
        reading = source()
        configure_logs(reading.settings.telemetry.log_format)
        application = app_of(reading, source)
        run(
            application,
            reading.settings.listen,
            ready=lambda places: print(f"gateway serves {', '.join(places)}", flush=True),
            drain=application.drain,
            max_message=reading.settings.subscriptions.max_message_bytes,
            timing=reading.settings.lifecycle,
            limits=reading.settings.limits,
        )


@app.command
def plan(
    *,
    supergraph: Path,
    operation: Path,
    format: Literal["text", "json"] = "text",
    label: Annotated[list[str] | None, Parameter(help="An @override label that is on; repeat for more.")] = None,
) -> None:
    """Print the plan of an operation."""
    from gateway.commands import plan as planned

    with plain_errors():
        print(planned(supergraph, operation, format=format, labels=label or ()))


@app.command
def plan_batch() -> None:
    """A JSON a line on standard input, a line each on standard output: {id, supergraph_sdl, operation, …}."""
    from gateway.commands import plan_batch_line

    _batch(plan_batch_line)


@app.command
def check(*, config: Config, grants: Path | None = None) -> None:
    """Compose and validate everything without serving."""
    from gateway.commands import check as checked

    with plain_errors():
        for line in checked(config, grants):
            print(line)


@app.command
def explain(
    *,
    token: str,
    operation: Path,
    settings: SettingsFile = None,
    supergraph: Path | None = None,
    grants: Path | None = None,
    variables: Annotated[str, Parameter(help="A JSON object.")] = "{}",
) -> None:
    """Say which grant allows or refuses each coordinate of an operation."""
    from gateway.commands import CommandError, serving_settings
    from gateway.commands import explain as explained

    with plain_errors():
        chosen, _ = serving_settings(settings=settings, supergraph=supergraph, grants=grants)
        try:
            values = json.loads(variables)
        except ValueError:
            values = None
        if not isinstance(values, dict):
            raise CommandError("--variables needs a JSON object.")
        for line in explained(chosen, token, operation, values):
            print(line)


@app.command
def usage(
    *,
    url: Annotated[
        str, Parameter(help="Of the running gateway, or of its port for operators.")
    ] = "http://127.0.0.1:8000",
    token: Annotated[Path | None, Parameter(help="A file with the operators' token.")] = None,
    supergraph: Annotated[Path | None, Parameter(help="Lists the fields that nobody asked as well.")] = None,
    unused: Annotated[bool, Parameter(negative="", help="Lists only those.")] = False,
) -> None:
    """List how often each field was asked, by class of callers."""
    from gateway.assembly import load_supergraph
    from gateway.commands import CommandError
    from gateway.usage import read_usage, usage_lines

    with plain_errors():
        if unused and supergraph is None:
            raise CommandError("--unused needs a --supergraph, which says what there is.")
        schema = load_supergraph(supergraph).api if supergraph is not None else None
        for line in usage_lines(read_usage(url, token), schema, unused=unused):
            print(line)


@app.command
def catalogue(
    of: Annotated[Literal["errors", "composition"], Parameter(help="Those of serving, or of composing.")],
) -> None:
    """Print the catalogue of codes as Markdown."""
    from gateway.catalogue import composition_page, errors_table

    print(errors_table() if of == "errors" else composition_page(), end="")


@grants_app.command(name="compile")
def grants_compile(
    *,
    mapping: Annotated[Path, Parameter(help="How the register's types lie on tables (registers mapping NAME).")],
    output: Path,
    grants: Path = Path("network/grants.yaml"),
    check: Annotated[bool, Parameter(negative="", help="Write nothing; exit 1 when the files are stale.")] = False,
    supergraph: Annotated[
        Path | None, Parameter(help="Types the inputs of mutations, where the grants have some of this register.")
    ] = None,
) -> None:
    """Make the row policies of a register from the grants."""
    from gateway.authorization.command import compile_command

    raise SystemExit(compile_command(mapping, grants, output, check, supergraph))


@grants_app.command(name="schema")
def grants_schema_command() -> None:
    """Print the JSON Schema of a grants file."""
    from gateway.authorization.language.schema import grants_schema

    print(json.dumps(grants_schema(), indent=2))


@grants_app.command(name="diff")
def grants_diff(
    before: Path,
    after: Path,
    *,
    replay: Annotated[Path | None, Parameter(help="The folder of a journal: its requests are decided again.")] = None,
    supergraph: Annotated[Path | None, Parameter(help="The graph that they are decided on.")] = None,
    documents: Annotated[Path | None, Parameter(help="A manifest of trusted documents, for their texts.")] = None,
    format: Literal["text", "json"] = "text",
) -> None:
    """Say which role gains or loses which field between two grants files, and which recorded operations change their verdict.

    Exit status 0: nothing changes; 1: something does (with --replay: a verdict); 2: input that cannot be used.
    """
    from gateway.comparing import as_json, as_text, compared

    with plain_errors(status=2):
        report = compared(before, after, journal=replay, supergraph=supergraph, documents=documents)
        print(as_json(report) + "\n" if format == "json" else as_text(report), end="")
    raise SystemExit(1 if report.different else 0)


@grants_app.command(name="matrix")
def grants_matrix(grants: Path) -> None:
    """Print which role reads which field, as Markdown."""
    from gateway.authorization.command import matrix_command

    raise SystemExit(matrix_command(grants))


@grants_app.command(name="sign")
def grants_sign(
    *files: Path,
    key: Annotated[Path, Parameter(help="An Ed25519 private key (PEM, PKCS 8).")],
    output: Annotated[Path, Parameter(help="The release file; one that is there gets a further signature.")],
    set: Annotated[str, Parameter(help="The name of the set.")] = "grants",
    version: Annotated[int, Parameter(help="Counts up.")],
) -> None:
    """Sign grants, code lists or catalogues as one numbered release."""
    from gateway.releases import sign

    with plain_errors():
        print(sign(files, key=key, output=output, name=set, version=version))


@grants_app.command(name="verify")
def grants_verify(
    release: Path,
    *,
    key: Annotated[list[Path], Parameter(help="An Ed25519 public key (PEM); several may be given.")],
    signatures: Annotated[int, Parameter(help="How many of them must have signed.")] = 1,
) -> None:
    """Check the files and signatures of a release."""
    from gateway.releases import verify

    with plain_errors():
        for line in verify(release, keys=key, signatures=signatures):
            print(line)


@settings_app.command(name="schema")
def settings_schema_command() -> None:
    """Print the JSON Schema of gateway.yaml."""
    from gateway.settings import settings_schema

    print(json.dumps(settings_schema(), indent=2))


@settings_app.command(name="check")
def settings_check(file: Path) -> None:
    """Read a gateway.yaml and say whether it is one."""
    from gateway.settings import read_settings

    with plain_errors():
        read_settings(file)
        print(f"{file} is in order.")


def main() -> None:
    """Entry point of the command `gateway`."""
    try:
        app()
    except BrokenPipeError:
        # Whoever read our output has seen enough; Python must not complain when it flushes the rest.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(1) from None


def _batch(answer: Callable[[str], str]) -> None:
    for line in sys.stdin:
        if line.strip():
            print(answer(line), flush=True)
