"""What the declarations print: arguments, nullability and lists to the letter, keys and the federation link."""

from __future__ import annotations

from registers.common.check import problems
from registers.common.definition import RegisterDefinition
from registers.common.mapping import Column, Mapping, Relation, Root, Table
from tests.registers.common.example import MAPPING, REGISTER, SCHEMA

SDL = SCHEMA.as_str()


def block(head: str) -> str:
    """The definition that starts with `head`."""
    return next(part for part in SDL.split("\n\n") if head in part.splitlines()[0])


def test_types() -> None:
    assert block("schema") == (
        'schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"]) {\n  query: Query\n}'
    )
    assert block("type Kamer") == (
        'type Kamer @key(fields: "kamerID") {\n'
        "  kamerID: UUID!\n"
        '  id: UUID @deprecated(reason: "kamerID")\n'
        "  naam: String!\n"
        "  nummer: Int\n"
        "  oppervlak: Float\n"
        "  gebouwd: Date\n"
        "  gemeten: DateTime\n"
        "  kleur(where: KleurFilterInput): Kleur\n"
        "  huis(where: HuisFilterInput): Huis!\n"
        "}"
    )
    assert block("type Straat") == (
        'type Straat @key(fields: "straatID") {\n'
        "  straatID: UUID!\n"
        "  huizen(where: HuisFilterInput, order: [HuisSortInput]): [Huis!]\n"
        "}"
    )
    assert block("type Query") == (
        "type Query {\n"
        "  _entities(representations: [_Any!]!): [_Entity]!\n"
        "  _service: _Service!\n"
        "  huis(where: HuisFilterInput, order: [HuisSortInput!]): [Huis!]!\n"
        "  kamer(where: KamerFilterInput, order: [KamerSortInput!]): [Kamer!]\n"
        "  versie: String!\n"
        "}"
    )


def test_inputs() -> None:
    assert block("input UuidOperationFilterInput") == (
        "input UuidOperationFilterInput {\n"
        "  and: [UuidOperationFilterInput!]\n"
        "  or: [UuidOperationFilterInput!]\n"
        "  eq: UUID\n  neq: UUID\n  in: [UUID]\n  nin: [UUID]\n"
        "  gt: UUID\n  ngt: UUID\n  gte: UUID\n  ngte: UUID\n"
        "  lt: UUID\n  nlt: UUID\n  lte: UUID\n  nlte: UUID\n"
        "}"
    )
    assert block("input KamerSortInput") == (
        "input KamerSortInput {\n"
        "  naam: SortEnumType\n"
        "  nummer: SortEnumType\n"
        "  gebouwd: SortEnumType\n"
        "  kleur: KleurSortInput\n"
        "  huis: HuisSortInput\n"
        "  bewoner: BewonerSortInput\n"
        "}"
    )


def test_schema_and_mapping_are_held_together() -> None:
    assert problems(REGISTER) == []
    broken = Mapping(
        "huizen",
        (
            Table(
                "Huis",
                "huis",
                "huisID",
                (Column("naam", "text", nullable=True),),
                (Relation("kamers", "Kleur", many=True),),
            ),
            *(table for table in MAPPING.tables if table.type not in {"Huis", "Kleur"}),
        ),
        (Root("huis", "Huis"),),
        {name: type_name for name, type_name in MAPPING.filters.items() if name != "KleurSortInput"},
    )
    assert problems(RegisterDefinition("huizen", SCHEMA, broken, REGISTER.package_dir)) != []
    texts = "\n".join(problems(RegisterDefinition("huizen", SCHEMA, broken, REGISTER.package_dir)))
    for sentence in (
        "Huis.huisID has no column in the mapping",
        "Huis.naam is never null, its column may be",
        "Huis.bewoner has no relation in the mapping",
        "Huis.kamers and its relation lead to different things",
        "Kleur has no table in the mapping",
        "KleurSortInput speaks of no type",
        "HuisFilterInput.agbCode is neither column nor relation of Huis",
        "Huis has the key huisID, which is no column",
    ):
        assert sentence in texts
