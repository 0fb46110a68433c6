"""The schema of the Bemiddelingsregister to the letter: schema 1.1.1, `clientID` of release 1.1.0, and our links."""

from __future__ import annotations

from registers.bemiddeling.schema import SCHEMA
from tests.registers.listing import listed, operators, read

PUBLISHED = """
type Query
    client(where: ClientFilterInput): [BemiddelingClient!]!;
    bemiddeling(where: BemiddelingFilterInput): [Bemiddeling!]!;
    bemiddelingspecificatie(where: BemiddelingspecificatieFilterInput): [Bemiddelingspecificatie!]!;
    overdracht(where: OverdrachtFilterInput): [Overdracht!]!;
    regiehouder(where: RegiehouderFilterInput): [Regiehouder!]!
type BemiddelingClient @key(clientID)
    bemiddeling(where: BemiddelingFilterInput, order: [BemiddelingSortInput]): [Bemiddeling!]!;
    contactpersoon(where: ContactpersoonFilterInput, order: [ContactpersoonSortInput!]): [Contactpersoon!];
    contactgegevens(where: ClientContactgegevensFilterInput, order: [ClientContactgegevensSortInput!]): [ClientContactgegevens!];
    clientID: UUID!; bsn: String!; leefeenheid: String; huisarts: String; communicatievorm: String;
    taal: String; profiel: Clientprofiel
type ClientContactgegevens @key(clientContactgegevensID)
    clientContactgegevensID: UUID!; client: BemiddelingClient!; adressoort: String!; straatnaam: String;
    huisnummer: Int; huisletter: String; huisnummertoevoeging: String; postcode: String; plaatsnaam: String;
    land: String; aanduidingWoonadres: String; emailadres: String; telefoonnummer01: String;
    landnummer01: String; telefoonnummer02: String; landnummer02: String; ingangsdatum: Date!; einddatum: Date
type Contactpersoon @key(contactpersoonID)
    contactgegevens(where: ContactpersoonContactgegevensFilterInput, order: [ContactpersoonContactgegevensSortInput!]): [ContactpersoonContactgegevens!];
    contactpersoonID: UUID!; relatienummer: String!; volgorde: Int; soortRelatie: String!; rol: String;
    relatie: String; geslachtsnaam: String; voorvoegselGeslachtsnaam: String; partnernaam: String;
    voorvoegselPartnernaam: String; voornamen: String; voorletters: String; roepnaam: String;
    naamgebruik: String; geslacht: String; geboortedatum: Date; geboortedatumgebruik: String;
    ingangsdatum: Date!; einddatum: Date; client: BemiddelingClient!
type ContactpersoonContactgegevens @key(contactpersoonContactgegevensID)
    contactpersoonContactgegevensID: UUID!; contactpersoon: Contactpersoon!; adressoort: String!;
    straatnaam: String; huisnummer: Int; huisletter: String; huisnummertoevoeging: String; postcode: String;
    plaatsnaam: String; land: String; aanduidingWoonadres: String; emailadres: String;
    telefoonnummer01: String; landnummer01: String; telefoonnummer02: String; landnummer02: String;
    ingangsdatum: Date!; einddatum: Date
type Bemiddeling @key(bemiddelingID)
    bemiddelingspecificatie(where: BemiddelingspecificatieFilterInput, order: [BemiddelingspecificatieSortInput!]): [Bemiddelingspecificatie!];
    regiehouder(where: RegiehouderFilterInput, order: [RegiehouderSortInput!]): [Regiehouder!];
    bemiddelingID: UUID!; client: BemiddelingClient!; wlzIndicatieID: UUID!;
    verantwoordelijkZorgkantoor: String!; verantwoordelijkheidIngangsdatum: Date!;
    verantwoordelijkheidEinddatum: Date; overdracht: Overdracht; wlzIndicatie: WlzIndicatie
type Bemiddelingspecificatie @key(bemiddelingspecificatieID)
    bemiddelingspecificatieID: UUID!; leveringsvorm: String!; zzpCode: String!; toewijzingIngangsdatum: Date!;
    instelling: String; uitvoerendZorgkantoor: String!; vaststellingMoment: DateTime!;
    toewijzingEinddatum: Date; percentage: Int; pgbPercentage: Int; opname: String; redenIntrekking: String;
    etmalen: String; instellingBestemming: String; soortToewijzing: String!; bemiddeling: Bemiddeling!;
    overdrachtspecificatie: Overdrachtspecificatie
type Regiehouder @key(regiehouderID)
    regiehouderID: UUID!; instelling: String!; ingangsdatum: Date!; einddatum: Date; regierol: String!;
    bemiddeling: Bemiddeling!
type Overdracht @key(overdrachtID)
    overdrachtID: UUID!; verantwoordelijkZorgkantoor: String!; overdrachtDatum: Date!; verhuisDatum: Date!;
    vaststellingMoment: DateTime!;
    overdrachtspecificatie(where: OverdrachtspecificatieFilterInput, order: [OverdrachtspecificatieSortInput!]): [Overdrachtspecificatie!];
    bemiddeling: Bemiddeling!
type Overdrachtspecificatie @key(overdrachtspecificatieID)
    overdrachtspecificatieID: UUID!; leveringsstatus: String!; leveringsstatusClassificatie: String;
    oorspronkelijkeToewijzingEinddatum: Date; overdracht: Overdracht!;
    bemiddelingspecificatie: Bemiddelingspecificatie!
type Clientprofiel @key(bsn)
    bsn: String!; bemiddelingen(where: BemiddelingFilterInput, order: [BemiddelingSortInput!]): [Bemiddeling!]
type WlzIndicatie @key(wlzindicatieID)
    wlzindicatieID: UUID!;
    bemiddeling(where: BemiddelingFilterInput, order: [BemiddelingSortInput!]): [Bemiddeling!]
input OverdrachtspecificatieFilterInput
    and: [OverdrachtspecificatieFilterInput!]; or: [OverdrachtspecificatieFilterInput!];
    overdrachtspecificatieID: UuidOperationFilterInput; bemiddelingspecificatieID: UuidOperationFilterInput;
    leveringsstatus: StringOperationFilterInput; leveringsstatusClassificatie: StringOperationFilterInput;
    oorspronkelijkeToewijzingEinddatum: DateOperationFilterInput; overdracht: OverdrachtFilterInput;
    bemiddelingspecificatie: BemiddelingspecificatieFilterInput
input ContactpersoonContactgegevensFilterInput
    and: [ContactpersoonContactgegevensFilterInput!]; or: [ContactpersoonContactgegevensFilterInput!];
    contactpersoonContactgegevensID: UuidOperationFilterInput; contactpersoon: ContactpersoonFilterInput;
    adressoort: StringOperationFilterInput; straatnaam: StringOperationFilterInput;
    huisnummer: IntOperationFilterInput; huisletter: StringOperationFilterInput;
    huisnummertoevoeging: StringOperationFilterInput; postcode: StringOperationFilterInput;
    plaatsnaam: StringOperationFilterInput; land: StringOperationFilterInput;
    aanduidingWoonadres: StringOperationFilterInput; emailadres: StringOperationFilterInput;
    telefoonnummer01: StringOperationFilterInput; landnummer01: StringOperationFilterInput;
    telefoonnummer02: StringOperationFilterInput; landnummer02: StringOperationFilterInput;
    ingangsdatum: DateOperationFilterInput; einddatum: DateOperationFilterInput
input ContactpersoonFilterInput
    and: [ContactpersoonFilterInput!]; or: [ContactpersoonFilterInput!];
    contactpersoonID: UuidOperationFilterInput; client: ClientFilterInput;
    contactgegevens: ListFilterInputTypeOfContactpersoonContactgegevensFilterInput;
    relatienummer: StringOperationFilterInput; volgorde: IntOperationFilterInput;
    soortRelatie: StringOperationFilterInput; rol: StringOperationFilterInput;
    relatie: StringOperationFilterInput; geslachtsnaam: StringOperationFilterInput;
    voorvoegselGeslachtsnaam: StringOperationFilterInput; partnernaam: StringOperationFilterInput;
    voorvoegselPartnernaam: StringOperationFilterInput; voornamen: StringOperationFilterInput;
    voorletters: StringOperationFilterInput; roepnaam: StringOperationFilterInput;
    naamgebruik: StringOperationFilterInput; geslacht: StringOperationFilterInput;
    geboortedatum: DateOperationFilterInput; geboortedatumgebruik: StringOperationFilterInput;
    ingangsdatum: DateOperationFilterInput; einddatum: DateOperationFilterInput
input ClientContactgegevensFilterInput
    and: [ClientContactgegevensFilterInput!]; or: [ClientContactgegevensFilterInput!];
    clientContactgegevensID: UuidOperationFilterInput; client: ClientFilterInput;
    adressoort: StringOperationFilterInput; straatnaam: StringOperationFilterInput;
    huisnummer: IntOperationFilterInput; huisletter: StringOperationFilterInput;
    huisnummertoevoeging: StringOperationFilterInput; postcode: StringOperationFilterInput;
    plaatsnaam: StringOperationFilterInput; land: StringOperationFilterInput;
    aanduidingWoonadres: StringOperationFilterInput; emailadres: StringOperationFilterInput;
    telefoonnummer01: StringOperationFilterInput; landnummer01: StringOperationFilterInput;
    telefoonnummer02: StringOperationFilterInput; landnummer02: StringOperationFilterInput;
    ingangsdatum: DateOperationFilterInput; einddatum: DateOperationFilterInput
input RegiehouderFilterInput
    and: [RegiehouderFilterInput!]; or: [RegiehouderFilterInput!]; regiehouderID: UuidOperationFilterInput;
    instelling: StringOperationFilterInput; ingangsdatum: DateOperationFilterInput;
    einddatum: DateOperationFilterInput; client: ClientFilterInput
input BemiddelingspecificatieFilterInput
    and: [BemiddelingspecificatieFilterInput!]; or: [BemiddelingspecificatieFilterInput!];
    bemiddelingspecificatieID: UuidOperationFilterInput; leveringsvorm: StringOperationFilterInput;
    zzpCode: StringOperationFilterInput; toewijzingIngangsdatum: DateOperationFilterInput;
    toewijzingEinddatum: DateOperationFilterInput; instelling: StringOperationFilterInput;
    uitvoerendZorgkantoor: StringOperationFilterInput; vaststellingMoment: DateTimeOperationFilterInput;
    percentage: IntOperationFilterInput; pgbPercentage: IntOperationFilterInput;
    opname: StringOperationFilterInput; redenIntrekking: StringOperationFilterInput;
    etmalen: StringOperationFilterInput; instellingBestemming: StringOperationFilterInput;
    soortToewijzing: StringOperationFilterInput; bemiddeling: BemiddelingFilterInput;
    overdrachtspecificatie: OverdrachtspecificatieFilterInput
input OverdrachtFilterInput
    and: [OverdrachtFilterInput!]; or: [OverdrachtFilterInput!]; overdrachtID: UuidOperationFilterInput;
    bemiddelingID: UuidOperationFilterInput; verantwoordelijkZorgkantoor: StringOperationFilterInput;
    overdrachtDatum: DateOperationFilterInput; verhuisDatum: DateOperationFilterInput;
    vaststellingMoment: DateTimeOperationFilterInput;
    overdrachtspecificatie: ListFilterInputTypeOfOverdrachtspecificatieFilterInput;
    bemiddeling: BemiddelingFilterInput
input ClientFilterInput
    and: [ClientFilterInput!]; or: [ClientFilterInput!]; clientID: UuidOperationFilterInput;
    bsn: StringOperationFilterInput; leefeenheid: StringOperationFilterInput;
    huisarts: StringOperationFilterInput; communicatievorm: StringOperationFilterInput;
    taal: StringOperationFilterInput; bemiddeling: ListFilterInputTypeOfBemiddelingFilterInput;
    regiehouder: ListFilterInputTypeOfRegiehouderFilterInput;
    contactgegevens: ListFilterInputTypeOfClientContactgegevensFilterInput;
    contactpersoon: ListFilterInputTypeOfContactpersoonFilterInput
input BemiddelingFilterInput
    and: [BemiddelingFilterInput!]; or: [BemiddelingFilterInput!]; bemiddelingID: UuidOperationFilterInput;
    clientID: UuidOperationFilterInput; client: ClientFilterInput; wlzIndicatieID: UuidOperationFilterInput;
    verantwoordelijkZorgkantoor: StringOperationFilterInput;
    verantwoordelijkheidIngangsdatum: DateOperationFilterInput;
    verantwoordelijkheidEinddatum: DateOperationFilterInput;
    bemiddelingspecificatie: ListFilterInputTypeOfBemiddelingspecificatieFilterInput;
    overdracht: OverdrachtFilterInput
input OverdrachtspecificatieSortInput
    overdrachtspecificatieID: SortEnumType; bemiddelingspecificatieID: SortEnumType;
    leveringsstatus: SortEnumType; leveringsstatusClassificatie: SortEnumType;
    oorspronkelijkeToewijzingEinddatum: SortEnumType; overdracht: OverdrachtSortInput;
    bemiddelingspecificatie: BemiddelingspecificatieSortInput
input ContactpersoonContactgegevensSortInput
    contactpersoonContactgegevensID: SortEnumType; contactpersoon: ContactpersoonSortInput;
    adressoort: SortEnumType; straatnaam: SortEnumType; huisnummer: SortEnumType; huisletter: SortEnumType;
    huisnummertoevoeging: SortEnumType; postcode: SortEnumType; plaatsnaam: SortEnumType; land: SortEnumType;
    aanduidingWoonadres: SortEnumType; emailadres: SortEnumType; telefoonnummer01: SortEnumType;
    landnummer01: SortEnumType; telefoonnummer02: SortEnumType; landnummer02: SortEnumType;
    ingangsdatum: SortEnumType; einddatum: SortEnumType
input ContactpersoonSortInput
    contactpersoonID: SortEnumType; client: ClientSortInput; relatienummer: SortEnumType;
    volgorde: SortEnumType; soortRelatie: SortEnumType; rol: SortEnumType; relatie: SortEnumType;
    geslachtsnaam: SortEnumType; voorvoegselGeslachtsnaam: SortEnumType; partnernaam: SortEnumType;
    voorvoegselPartnernaam: SortEnumType; voornamen: SortEnumType; voorletters: SortEnumType;
    roepnaam: SortEnumType; naamgebruik: SortEnumType; geslacht: SortEnumType; geboortedatum: SortEnumType;
    geboortedatumgebruik: SortEnumType; ingangsdatum: SortEnumType; einddatum: SortEnumType
input ClientContactgegevensSortInput
    clientContactgegevensID: SortEnumType; client: ClientSortInput; adressoort: SortEnumType;
    straatnaam: SortEnumType; huisnummer: SortEnumType; huisletter: SortEnumType;
    huisnummertoevoeging: SortEnumType; postcode: SortEnumType; plaatsnaam: SortEnumType; land: SortEnumType;
    aanduidingWoonadres: SortEnumType; emailadres: SortEnumType; telefoonnummer01: SortEnumType;
    landnummer01: SortEnumType; telefoonnummer02: SortEnumType; landnummer02: SortEnumType;
    ingangsdatum: SortEnumType; einddatum: SortEnumType
input RegiehouderSortInput
    regiehouderID: SortEnumType; instelling: SortEnumType; ingangsdatum: SortEnumType;
    einddatum: SortEnumType; client: ClientSortInput
input BemiddelingspecificatieSortInput
    bemiddelingspecificatieID: SortEnumType; leveringsvorm: SortEnumType; zzpCode: SortEnumType;
    toewijzingIngangsdatum: SortEnumType; toewijzingEinddatum: SortEnumType; instelling: SortEnumType;
    uitvoerendZorgkantoor: SortEnumType; vaststellingMoment: SortEnumType; percentage: SortEnumType;
    pgbPercentage: SortEnumType; opname: SortEnumType; redenIntrekking: SortEnumType; etmalen: SortEnumType;
    instellingBestemming: SortEnumType; soortToewijzing: SortEnumType; bemiddeling: BemiddelingSortInput;
    overdrachtspecificatie: OverdrachtspecificatieSortInput
input OverdrachtSortInput
    overdrachtID: SortEnumType; bemiddelingID: SortEnumType; verantwoordelijkZorgkantoor: SortEnumType;
    overdrachtDatum: SortEnumType; verhuisDatum: SortEnumType; vaststellingMoment: SortEnumType;
    bemiddeling: BemiddelingSortInput
input ClientSortInput
    clientID: SortEnumType; bsn: SortEnumType; leefeenheid: SortEnumType; huisarts: SortEnumType;
    communicatievorm: SortEnumType; taal: SortEnumType
input BemiddelingSortInput
    bemiddelingID: SortEnumType; clientID: SortEnumType; client: ClientSortInput;
    wlzIndicatieID: SortEnumType; verantwoordelijkZorgkantoor: SortEnumType;
    verantwoordelijkheidIngangsdatum: SortEnumType; verantwoordelijkheidEinddatum: SortEnumType;
    overdracht: OverdrachtSortInput
input ListFilterInputTypeOfOverdrachtspecificatieFilterInput
    all: OverdrachtspecificatieFilterInput; none: OverdrachtspecificatieFilterInput;
    some: OverdrachtspecificatieFilterInput; any: Boolean
input ListFilterInputTypeOfBemiddelingFilterInput
    all: BemiddelingFilterInput; none: BemiddelingFilterInput; some: BemiddelingFilterInput; any: Boolean
input ListFilterInputTypeOfRegiehouderFilterInput
    all: RegiehouderFilterInput; none: RegiehouderFilterInput; some: RegiehouderFilterInput; any: Boolean
input ListFilterInputTypeOfClientContactgegevensFilterInput
    all: ClientContactgegevensFilterInput; none: ClientContactgegevensFilterInput;
    some: ClientContactgegevensFilterInput; any: Boolean
input ListFilterInputTypeOfContactpersoonFilterInput
    all: ContactpersoonFilterInput; none: ContactpersoonFilterInput; some: ContactpersoonFilterInput;
    any: Boolean
input ListFilterInputTypeOfBemiddelingspecificatieFilterInput
    all: BemiddelingspecificatieFilterInput; none: BemiddelingspecificatieFilterInput;
    some: BemiddelingspecificatieFilterInput; any: Boolean
input ListFilterInputTypeOfContactpersoonContactgegevensFilterInput
    all: ContactpersoonContactgegevensFilterInput; none: ContactpersoonContactgegevensFilterInput;
    some: ContactpersoonContactgegevensFilterInput; any: Boolean
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
