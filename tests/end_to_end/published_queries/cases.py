"""For every published query: which party asks it, about what.

Each case searches the synthetic network for a record that fits the use case and fills the variables the way the real
client does, from a notification and from what it read before. A case that finds nothing fails: the synthetic network
must have an example of each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tests.oracle.rules.bemiddeling import r_overlapping, spec_informative
from tests.oracle.rules.levering import delivery_of
from tests.oracle.rules.words import Party, day, specs, within31
from tests.oracle.world import Row, World

HERE = Path(__file__).parent
Variables = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """`find` yields (own code, variables); the first whose answer is not empty is asked."""

    id: str
    role: str
    register: str
    find: Callable[[World, date], Iterator[tuple[str, Variables]]]

    @property
    def query(self) -> str:
        return (HERE / f"{self.id}.graphql").read_text()


def _party(role: str, code: str, today: date) -> Party:
    return Party(role, code, frozenset(), today)


def _text(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value if isinstance(value, int) else str(value)


def _vars(**values: Any) -> Variables:
    return {name: _text(value) for name, value in values.items()}


# --- Indicatieregister ------------------------------------------------------------------------------------------------


def _initial(world: World, _today: date) -> Iterator[tuple[str, Variables]]:
    for w in world.rows("WlzIndicatie"):
        office = w["initieelVerantwoordelijkZorgkantoor"]
        yield office, _vars(wlzIndicatieID=w["wlzindicatieID"], initieelVerantwoordelijkZorgkantoor=office)


def _mediated(world: World) -> Iterator[tuple[Row, Row]]:
    """(indication, mediation) pairs of which the indication exists."""
    for b in world.rows("Bemiddeling"):
        for w in world.related("Bemiddeling", b, "wlzIndicatie"):
            yield w, b


def _indication_provider(world: World, _today: date) -> Iterator[tuple[str, Variables]]:
    for w, b in _mediated(world):
        for s in specs(b, world):
            if s["instelling"]:
                yield s["instelling"], _vars(wlzIndicatieID=w["wlzindicatieID"])


def _indication_provider_production(world: World, today: date) -> Iterator[tuple[str, Variables]]:
    for code, variables in _indication_provider(world, today):
        yield code, variables | {"agbCodeInstelling": code}


def _indication_transfer(world: World, _today: date) -> Iterator[tuple[str, Variables]]:
    for w, b in _mediated(world):
        for o in world.related("Bemiddeling", b, "overdracht"):
            if o["verantwoordelijkZorgkantoor"] != b["verantwoordelijkZorgkantoor"]:
                yield o["verantwoordelijkZorgkantoor"], _vars(wlzIndicatieID=w["wlzindicatieID"])


def _indication_executing(world: World, _today: date) -> Iterator[tuple[str, Variables]]:
    for w, b in _mediated(world):
        for s in specs(b, world):
            if s["uitvoerendZorgkantoor"] != b["verantwoordelijkZorgkantoor"]:
                yield s["uitvoerendZorgkantoor"], _vars(wlzIndicatieID=w["wlzindicatieID"])


def _business_key(world: World, today: date) -> Iterator[tuple[str, Variables]]:
    for code, variables in _indication_transfer(world, today):
        w = next(x for x in world.rows("WlzIndicatie") if str(x["wlzindicatieID"]) == variables["wlzIndicatieID"])
        yield (
            code,
            _vars(**{name: w[name] for name in ("bsn", "besluitnummer", "afgiftedatum", "ingangsdatum")}),
        )


# --- Bemiddelingsregister ---------------------------------------------------------------------------------------------


def _spec_variables(s: Row, field: str) -> Variables:
    ended = {"toewijzingEinddatum": s["toewijzingEinddatum"]} if s["toewijzingEinddatum"] else {}
    return _vars(
        bemiddelingspecificatieID=s["bemiddelingspecificatieID"],
        toewijzingIngangsdatum=s["toewijzingIngangsdatum"],
        vaststellingMoment=s["vaststellingMoment"],
        dagVaststellingMoment=day(s["vaststellingMoment"]),
        **{field: s[field]},
        **ended,
    )


def _specs(world: World, field: str, ended: bool | None = None) -> Iterator[Row]:
    for s in world.rows("Bemiddelingspecificatie"):
        if s[field] and (ended is None or bool(s["toewijzingEinddatum"]) == ended):
            yield s


def _own(field: str, id_variable: str) -> Callable[[World, date], Iterator[tuple[str, Variables]]]:
    def find(world: World, _today: date) -> Iterator[tuple[str, Variables]]:
        for s in _specs(world, field):
            yield s[field], {id_variable: str(s["bemiddelingspecificatieID"]), field: s[field]}

    return find


def _full(field: str, *, ended: bool) -> Callable[[World, date], Iterator[tuple[str, Variables]]]:
    def find(world: World, today: date) -> Iterator[tuple[str, Variables]]:
        for s in _specs(world, field, ended):
            if within31(s, today):
                yield s[field], _spec_variables(s, field)

    return find


def _full_release_1(*, ended: bool) -> Callable[[World, date], Iterator[tuple[str, Variables]]]:
    def find(world: World, today: date) -> Iterator[tuple[str, Variables]]:
        for s in _specs(world, "uitvoerendZorgkantoor", ended):
            if not within31(s, today):
                continue
            variables = _vars(
                bemiddelingspecificatieID=s["bemiddelingspecificatieID"],
                uitvoerendZorgkantoor=s["uitvoerendZorgkantoor"],
                ToewijzingIngangsdatum=s["toewijzingIngangsdatum"],
            )
            last = s["toewijzingEinddatum"]
            if last:
                variables |= _vars(
                    ToewijzingEinddatum=last,
                    ToewijzingEinddatum2Jaar=last + timedelta(days=730),
                    ToewijzingEinddatum31Mei=date(last.year + 1, 5, 31),
                )
            yield s["uitvoerendZorgkantoor"], variables

    return find


def _transfer(*extra: str) -> Callable[[World, date], Iterator[tuple[str, Variables]]]:
    def find(world: World, _today: date) -> Iterator[tuple[str, Variables]]:
        for o in world.rows("Overdracht"):
            known = _vars(
                overdrachtID=o["overdrachtID"],
                verantwoordelijkZorgkantoor=o["verantwoordelijkZorgkantoor"],
                overdrachtDatum=o["overdrachtDatum"],
                overdrachtDatumMinus1Dag=o["overdrachtDatum"] - timedelta(days=1),
            )
            names = ("overdrachtID", "verantwoordelijkZorgkantoor", *extra)
            yield o["verantwoordelijkZorgkantoor"], {name: known[name] for name in names}

    return find


def _coordinator(world: World, _today: date) -> Iterator[tuple[str, Variables]]:
    for r in world.rows("Regiehouder"):
        yield r["instelling"], {"regiehouderID": str(r["regiehouderID"]), "Instelling": r["instelling"]}


def _published(world: World, _today: date) -> Iterator[tuple[str, Variables]]:
    for b in world.rows("Bemiddeling"):
        if b["wlzIndicatieID"] in world.references and specs(b, world):
            yield "62253778", _vars(wlzIndicatieID=b["wlzIndicatieID"])


def _informative(role: str, field: str) -> Callable[[World, date], Iterator[tuple[str, Row, Row]]]:
    """(own code, own allocation, allocation of another party) in one mediation, overlapping and within the window."""

    def find(world: World, today: date) -> Iterator[tuple[str, Row, Row]]:
        for x in world.rows("Bemiddelingspecificatie"):
            b = world.one("Bemiddelingspecificatie", x, "bemiddeling")
            for s in specs(b, world):
                party = _party(role, s[field] or "", today)
                strange = s[field] and x[field] != s[field] and b["verantwoordelijkZorgkantoor"] != s[field]
                if strange and spec_informative(x, world, party):
                    yield s[field], s, x

    return find


def _informed_office(world: World, today: date) -> Iterator[tuple[str, Variables]]:
    for code, _own_spec, x in _informative("ZORGKANTOOR", "uitvoerendZorgkantoor")(world, today):
        yield code, _vars(bemiddelingspecificatieID=x["bemiddelingspecificatieID"])


def _current_coordinator(world: World, today: date) -> Iterator[tuple[str, Variables]]:
    for r in world.rows("Regiehouder"):
        b = world.one("Regiehouder", r, "bemiddeling")
        for s in specs(b, world):
            party = _party("ZORGKANTOOR", s["uitvoerendZorgkantoor"], today)
            if s["uitvoerendZorgkantoor"] != b["verantwoordelijkZorgkantoor"] and r_overlapping(r, world, party):
                yield (
                    party.code,
                    _vars(
                        regiehouderID=r["regiehouderID"],
                        uzovi=party.code,
                        bemiddelingspecificatieID=s["bemiddelingspecificatieID"],
                    ),
                )


def _own_part(world: World, _today: date) -> Iterator[tuple[str, Variables]]:
    for b in world.rows("Bemiddeling"):
        yield b["verantwoordelijkZorgkantoor"], {"uzovi": b["verantwoordelijkZorgkantoor"]}


# --- Leveringsregister ------------------------------------------------------------------------------------------------


def _spec_of(levering: Row, world: World) -> Row:
    return world.one("Levering", levering, "bemiddelingspecificatie")


def _informed_provider(*, ended: bool) -> Callable[[World, date], Iterator[tuple[str, Variables]]]:
    def find(world: World, today: date) -> Iterator[tuple[str, Variables]]:
        for code, own, x in _informative("ZORGAANBIEDER", "instelling")(world, today):
            delivered = world.where("Levering", "bemiddelingspecificatieID", x["bemiddelingspecificatieID"])
            if bool(own["toewijzingEinddatum"]) == ended and delivered:
                yield code, _vars(bemiddelingspecificatieIDInformatief=x["bemiddelingspecificatieID"])

    return find


def _named(world: World, _today: date) -> Iterator[tuple[str, Variables]]:
    for va in world.rows("VerzoekAanbieder"):
        yield va["aanbieder"], _vars(verzoekAanbiederID=va["verzoekAanbiederID"], aanbieder=va["aanbieder"])


def _delivery_status(world: World, _today: date) -> Iterator[tuple[str, Variables]]:
    for levering in world.rows("Levering"):
        s = _spec_of(levering, world)
        yield s["uitvoerendZorgkantoor"], _vars(bemiddelingspecificatieID=s["bemiddelingspecificatieID"])


def _office_of(levering: Row, world: World) -> Iterable[tuple[str, Row]]:
    s = _spec_of(levering, world)
    b = world.one("Bemiddelingspecificatie", s, "bemiddeling")
    return ((b["verantwoordelijkZorgkantoor"], s), (s["uitvoerendZorgkantoor"], s))


def _part(type_name: str, key: str) -> Callable[[World, date], Iterator[tuple[str, Variables]]]:
    def find(world: World, _today: date) -> Iterator[tuple[str, Variables]]:
        for row in world.rows(type_name):
            for office, s in _office_of(delivery_of(type_name, row, world), world):
                yield office, _vars(bemiddelingspecificatieID=s["bemiddelingspecificatieID"], **{key: row[key]})

    return find


def _informed_office_delivery(world: World, today: date) -> Iterator[tuple[str, Variables]]:
    for code, variables in _informed_office(world, today):
        ids = {str(x["bemiddelingspecificatieID"]) for x in world.rows("Levering")}
        if variables["bemiddelingspecificatieID"] in ids:
            yield code, variables


ZA, ZK, CIZ = "ZORGAANBIEDER", "ZORGKANTOOR", "CIZ"
CASES: tuple[Case, ...] = (
    Case("QIR-0001-ZKi", ZK, "indicatie", _initial),
    Case("QIR-0002-ZA", ZA, "indicatie", _indication_provider),
    Case("QIR-0002-ZA.productie", ZA, "indicatie", _indication_provider_production),
    Case("QIR-0003-ZKn", ZK, "indicatie", _indication_transfer),
    Case("QIR-0004-ZKu", ZK, "indicatie", _indication_executing),
    Case("QIR-0005-ZKn", ZK, "indicatie", _business_key),
    Case("QBR-0001-ZA", ZA, "bemiddeling", _own("instelling", "bemiddelingspecificatieID")),
    Case("QBR-0002-ZA", ZA, "bemiddeling", _full("instelling", ended=True)),
    Case("QBR-0003-ZA", ZA, "bemiddeling", _full("instelling", ended=False)),
    Case("QBR-0004-ZKu", ZK, "bemiddeling", _own("uitvoerendZorgkantoor", "bemiddelingspecificatieId")),
    Case("QBR-0005-ZKu", ZK, "bemiddeling", _full("uitvoerendZorgkantoor", ended=True)),
    Case("QBR-0005-ZKu.release-1", ZK, "bemiddeling", _full_release_1(ended=True)),
    Case("QBR-0006-ZKu", ZK, "bemiddeling", _full("uitvoerendZorgkantoor", ended=False)),
    Case("QBR-0006-ZKu.release-1", ZK, "bemiddeling", _full_release_1(ended=False)),
    Case("QBR-0007-ZKn", ZK, "bemiddeling", _transfer()),
    Case("QBR-0008-ZKn", ZK, "bemiddeling", _transfer("overdrachtDatum", "overdrachtDatumMinus1Dag")),
    Case("QBR-0008-ZKn.release-1", ZK, "bemiddeling", _transfer("overdrachtDatum")),
    Case("QBR-0009-ZAr", ZA, "bemiddeling", _coordinator),
    Case("QBR-0010-CIZ", CIZ, "bemiddeling", _published),
    Case("QBR-0011-CIZ", CIZ, "bemiddeling", _published),
    Case("QBR-0012-ZKu", ZK, "bemiddeling", _informed_office),
    Case("QBR-0013-ZKu", ZK, "bemiddeling", _current_coordinator),
    Case("POL110", ZK, "bemiddeling", _own_part),
    Case("POL111", ZK, "bemiddeling", _own_part),
    Case("QLR-0001_1-ZA", ZA, "zorglevering", _informed_provider(ended=True)),
    Case("QLR-0001_2-ZA", ZA, "zorglevering", _informed_provider(ended=False)),
    Case("QLR-0002-ZA", ZA, "zorglevering", _named),
    Case("QLR-0003-ZK", ZK, "zorglevering", _delivery_status),
    Case("QLR-0004-ZK", ZK, "zorglevering", _part("Verzoek", "verzoekID")),
    Case("QLR-0006-ZK", ZK, "zorglevering", _part("Leveringperiode", "leveringperiodeID")),
    Case("QLR-0007-ZK", ZK, "zorglevering", _part("Uitstelperiode", "uitstelperiodeID")),
    Case("QLR-0008-ZK", ZK, "zorglevering", _part("Afstel", "afstelID")),
    Case("QLR-0009-ZK", ZK, "zorglevering", _informed_office_delivery),
    Case("QLR-0010-ZK", ZK, "zorglevering", _part("BehandelingPeriode", "behandelingperiodeID")),
)
