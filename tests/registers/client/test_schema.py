"""The schema of the Cliëntregister: ours, in the manner of the Bemiddelingsregister."""

from __future__ import annotations

from registers.client.schema import SCHEMA
from tests.registers.listing import listed, operators, read

PUBLISHED = """
type Query
    clientprofiel(where: ClientprofielFilterInput): [Clientprofiel!]!
type Clientprofiel @key(bsn)
    clientprofielID: UUID!; bsn: String!; leefeenheid: String; huisarts: String; communicatievorm: String;
    taal: String; voorkeurContactwijze: String; bronhouder: String!; vaststellingMoment: DateTime!;
    contactgegevens(where: ClientprofielContactgegevensFilterInput, order: [ClientprofielContactgegevensSortInput!]): [ClientprofielContactgegevens!];
    contactpersoon(where: ClientprofielContactpersoonFilterInput, order: [ClientprofielContactpersoonSortInput!]): [ClientprofielContactpersoon!]
type ClientprofielContactgegevens @key(clientprofielContactgegevensID)
    clientprofielContactgegevensID: UUID!; clientprofiel: Clientprofiel!; adressoort: String!;
    straatnaam: String; huisnummer: Int; huisletter: String; huisnummertoevoeging: String; postcode: String;
    plaatsnaam: String; land: String; aanduidingWoonadres: String; emailadres: String;
    telefoonnummer01: String; landnummer01: String; telefoonnummer02: String; landnummer02: String;
    ingangsdatum: Date!; einddatum: Date; bronhouder: String; geheim: String
type ClientprofielContactpersoon @key(clientprofielContactpersoonID)
    contactgegevens(where: ClientprofielContactpersoonContactgegevensFilterInput, order: [ClientprofielContactpersoonContactgegevensSortInput!]): [ClientprofielContactpersoonContactgegevens!];
    clientprofielContactpersoonID: UUID!; relatienummer: String!; volgorde: Int; soortRelatie: String!;
    rol: String; relatie: String; geslachtsnaam: String; voorvoegselGeslachtsnaam: String;
    partnernaam: String; voorvoegselPartnernaam: String; voornamen: String; voorletters: String;
    roepnaam: String; naamgebruik: String; geslacht: String; geboortedatum: Date;
    geboortedatumgebruik: String; ingangsdatum: Date!; einddatum: Date; bronhouder: String;
    clientprofiel: Clientprofiel!
type ClientprofielContactpersoonContactgegevens @key(clientprofielContactpersoonContactgegevensID)
    clientprofielContactpersoonContactgegevensID: UUID!; contactpersoon: ClientprofielContactpersoon!;
    adressoort: String!; straatnaam: String; huisnummer: Int; huisletter: String;
    huisnummertoevoeging: String; postcode: String; plaatsnaam: String; land: String;
    aanduidingWoonadres: String; emailadres: String; telefoonnummer01: String; landnummer01: String;
    telefoonnummer02: String; landnummer02: String; ingangsdatum: Date!; einddatum: Date; bronhouder: String;
    geheim: String
input ClientprofielFilterInput
    and: [ClientprofielFilterInput!]; or: [ClientprofielFilterInput!];
    clientprofielID: UuidOperationFilterInput; bsn: StringOperationFilterInput;
    leefeenheid: StringOperationFilterInput; huisarts: StringOperationFilterInput;
    communicatievorm: StringOperationFilterInput; taal: StringOperationFilterInput;
    voorkeurContactwijze: StringOperationFilterInput; bronhouder: StringOperationFilterInput;
    vaststellingMoment: DateTimeOperationFilterInput;
    contactgegevens: ListFilterInputTypeOfClientprofielContactgegevensFilterInput;
    contactpersoon: ListFilterInputTypeOfClientprofielContactpersoonFilterInput
input ClientprofielContactgegevensFilterInput
    and: [ClientprofielContactgegevensFilterInput!]; or: [ClientprofielContactgegevensFilterInput!];
    clientprofielContactgegevensID: UuidOperationFilterInput; clientprofiel: ClientprofielFilterInput;
    adressoort: StringOperationFilterInput; straatnaam: StringOperationFilterInput;
    huisnummer: IntOperationFilterInput; huisletter: StringOperationFilterInput;
    huisnummertoevoeging: StringOperationFilterInput; postcode: StringOperationFilterInput;
    plaatsnaam: StringOperationFilterInput; land: StringOperationFilterInput;
    aanduidingWoonadres: StringOperationFilterInput; emailadres: StringOperationFilterInput;
    telefoonnummer01: StringOperationFilterInput; landnummer01: StringOperationFilterInput;
    telefoonnummer02: StringOperationFilterInput; landnummer02: StringOperationFilterInput;
    ingangsdatum: DateOperationFilterInput; einddatum: DateOperationFilterInput;
    bronhouder: StringOperationFilterInput; geheim: StringOperationFilterInput
input ClientprofielContactpersoonFilterInput
    and: [ClientprofielContactpersoonFilterInput!]; or: [ClientprofielContactpersoonFilterInput!];
    contactgegevens: ListFilterInputTypeOfClientprofielContactpersoonContactgegevensFilterInput;
    clientprofielContactpersoonID: UuidOperationFilterInput; relatienummer: StringOperationFilterInput;
    volgorde: IntOperationFilterInput; soortRelatie: StringOperationFilterInput;
    rol: StringOperationFilterInput; relatie: StringOperationFilterInput;
    geslachtsnaam: StringOperationFilterInput; voorvoegselGeslachtsnaam: StringOperationFilterInput;
    partnernaam: StringOperationFilterInput; voorvoegselPartnernaam: StringOperationFilterInput;
    voornamen: StringOperationFilterInput; voorletters: StringOperationFilterInput;
    roepnaam: StringOperationFilterInput; naamgebruik: StringOperationFilterInput;
    geslacht: StringOperationFilterInput; geboortedatum: DateOperationFilterInput;
    geboortedatumgebruik: StringOperationFilterInput; ingangsdatum: DateOperationFilterInput;
    einddatum: DateOperationFilterInput; bronhouder: StringOperationFilterInput;
    clientprofiel: ClientprofielFilterInput
input ClientprofielContactpersoonContactgegevensFilterInput
    and: [ClientprofielContactpersoonContactgegevensFilterInput!];
    or: [ClientprofielContactpersoonContactgegevensFilterInput!];
    clientprofielContactpersoonContactgegevensID: UuidOperationFilterInput;
    contactpersoon: ClientprofielContactpersoonFilterInput; adressoort: StringOperationFilterInput;
    straatnaam: StringOperationFilterInput; huisnummer: IntOperationFilterInput;
    huisletter: StringOperationFilterInput; huisnummertoevoeging: StringOperationFilterInput;
    postcode: StringOperationFilterInput; plaatsnaam: StringOperationFilterInput;
    land: StringOperationFilterInput; aanduidingWoonadres: StringOperationFilterInput;
    emailadres: StringOperationFilterInput; telefoonnummer01: StringOperationFilterInput;
    landnummer01: StringOperationFilterInput; telefoonnummer02: StringOperationFilterInput;
    landnummer02: StringOperationFilterInput; ingangsdatum: DateOperationFilterInput;
    einddatum: DateOperationFilterInput; bronhouder: StringOperationFilterInput;
    geheim: StringOperationFilterInput
input ClientprofielSortInput
    clientprofielID: SortEnumType; bsn: SortEnumType; leefeenheid: SortEnumType; huisarts: SortEnumType;
    communicatievorm: SortEnumType; taal: SortEnumType; voorkeurContactwijze: SortEnumType;
    bronhouder: SortEnumType; vaststellingMoment: SortEnumType
input ClientprofielContactgegevensSortInput
    clientprofielContactgegevensID: SortEnumType; clientprofiel: ClientprofielSortInput;
    adressoort: SortEnumType; straatnaam: SortEnumType; huisnummer: SortEnumType; huisletter: SortEnumType;
    huisnummertoevoeging: SortEnumType; postcode: SortEnumType; plaatsnaam: SortEnumType; land: SortEnumType;
    aanduidingWoonadres: SortEnumType; emailadres: SortEnumType; telefoonnummer01: SortEnumType;
    landnummer01: SortEnumType; telefoonnummer02: SortEnumType; landnummer02: SortEnumType;
    ingangsdatum: SortEnumType; einddatum: SortEnumType; bronhouder: SortEnumType; geheim: SortEnumType
input ClientprofielContactpersoonSortInput
    clientprofielContactpersoonID: SortEnumType; relatienummer: SortEnumType; volgorde: SortEnumType;
    soortRelatie: SortEnumType; rol: SortEnumType; relatie: SortEnumType; geslachtsnaam: SortEnumType;
    voorvoegselGeslachtsnaam: SortEnumType; partnernaam: SortEnumType; voorvoegselPartnernaam: SortEnumType;
    voornamen: SortEnumType; voorletters: SortEnumType; roepnaam: SortEnumType; naamgebruik: SortEnumType;
    geslacht: SortEnumType; geboortedatum: SortEnumType; geboortedatumgebruik: SortEnumType;
    ingangsdatum: SortEnumType; einddatum: SortEnumType; bronhouder: SortEnumType;
    clientprofiel: ClientprofielSortInput
input ClientprofielContactpersoonContactgegevensSortInput
    clientprofielContactpersoonContactgegevensID: SortEnumType;
    contactpersoon: ClientprofielContactpersoonSortInput; adressoort: SortEnumType; straatnaam: SortEnumType;
    huisnummer: SortEnumType; huisletter: SortEnumType; huisnummertoevoeging: SortEnumType;
    postcode: SortEnumType; plaatsnaam: SortEnumType; land: SortEnumType; aanduidingWoonadres: SortEnumType;
    emailadres: SortEnumType; telefoonnummer01: SortEnumType; landnummer01: SortEnumType;
    telefoonnummer02: SortEnumType; landnummer02: SortEnumType; ingangsdatum: SortEnumType;
    einddatum: SortEnumType; bronhouder: SortEnumType; geheim: SortEnumType
input ListFilterInputTypeOfClientprofielContactgegevensFilterInput
    all: ClientprofielContactgegevensFilterInput; none: ClientprofielContactgegevensFilterInput;
    some: ClientprofielContactgegevensFilterInput; any: Boolean
input ListFilterInputTypeOfClientprofielContactpersoonFilterInput
    all: ClientprofielContactpersoonFilterInput; none: ClientprofielContactpersoonFilterInput;
    some: ClientprofielContactpersoonFilterInput; any: Boolean
input ListFilterInputTypeOfClientprofielContactpersoonContactgegevensFilterInput
    all: ClientprofielContactpersoonContactgegevensFilterInput;
    none: ClientprofielContactpersoonContactgegevensFilterInput;
    some: ClientprofielContactpersoonContactgegevensFilterInput; any: Boolean
"""


def test_schema_is_as_published() -> None:
    assert listed(SCHEMA) == read(PUBLISHED)


def test_operator_inputs_are_the_ones_in_use() -> None:
    assert operators(SCHEMA) == {
        "DateOperationFilterInput",
        "DateTimeOperationFilterInput",
        "IntOperationFilterInput",
        "StringOperationFilterInput",
        "UuidOperationFilterInput",
    }
