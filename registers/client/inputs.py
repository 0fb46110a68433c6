"""The filters and sort orders of the Cliëntregister, in the manner of the Bemiddelingsregister."""

import strawberry
from strawberry import UNSET, field

from registers.common.inputs import (
    DateOperationFilterInput,
    DateTimeOperationFilterInput,
    IntOperationFilterInput,
    SortEnumType,
    StringOperationFilterInput,
    UuidOperationFilterInput,
)

__all__ = [
    "ClientprofielContactgegevensFilterInput",
    "ClientprofielContactgegevensSortInput",
    "ClientprofielContactpersoonContactgegevensFilterInput",
    "ClientprofielContactpersoonContactgegevensSortInput",
    "ClientprofielContactpersoonFilterInput",
    "ClientprofielContactpersoonSortInput",
    "ClientprofielFilterInput",
    "ClientprofielSortInput",
    "ListFilterInputTypeOfClientprofielContactgegevensFilterInput",
    "ListFilterInputTypeOfClientprofielContactpersoonContactgegevensFilterInput",
    "ListFilterInputTypeOfClientprofielContactpersoonFilterInput",
]


@strawberry.input
class ContactgegevensFilter:
    """What the filters on contact data have in common."""

    adressoort: StringOperationFilterInput | None = UNSET
    straatnaam: StringOperationFilterInput | None = UNSET
    huisnummer: IntOperationFilterInput | None = UNSET
    huisletter: StringOperationFilterInput | None = UNSET
    huisnummertoevoeging: StringOperationFilterInput | None = UNSET
    postcode: StringOperationFilterInput | None = UNSET
    plaatsnaam: StringOperationFilterInput | None = UNSET
    land: StringOperationFilterInput | None = UNSET
    aanduidingWoonadres: StringOperationFilterInput | None = UNSET
    emailadres: StringOperationFilterInput | None = UNSET
    telefoonnummer01: StringOperationFilterInput | None = UNSET
    landnummer01: StringOperationFilterInput | None = UNSET
    telefoonnummer02: StringOperationFilterInput | None = UNSET
    landnummer02: StringOperationFilterInput | None = UNSET
    ingangsdatum: DateOperationFilterInput | None = UNSET
    einddatum: DateOperationFilterInput | None = UNSET
    bronhouder: StringOperationFilterInput | None = UNSET
    geheim: StringOperationFilterInput | None = UNSET


@strawberry.input
class ContactgegevensSort:
    """What the sort orders of contact data have in common."""

    adressoort: SortEnumType | None = UNSET
    straatnaam: SortEnumType | None = UNSET
    huisnummer: SortEnumType | None = UNSET
    huisletter: SortEnumType | None = UNSET
    huisnummertoevoeging: SortEnumType | None = UNSET
    postcode: SortEnumType | None = UNSET
    plaatsnaam: SortEnumType | None = UNSET
    land: SortEnumType | None = UNSET
    aanduidingWoonadres: SortEnumType | None = UNSET
    emailadres: SortEnumType | None = UNSET
    telefoonnummer01: SortEnumType | None = UNSET
    landnummer01: SortEnumType | None = UNSET
    telefoonnummer02: SortEnumType | None = UNSET
    landnummer02: SortEnumType | None = UNSET
    ingangsdatum: SortEnumType | None = UNSET
    einddatum: SortEnumType | None = UNSET
    bronhouder: SortEnumType | None = UNSET
    geheim: SortEnumType | None = UNSET


@strawberry.input
class ClientprofielFilterInput:
    and_: list["ClientprofielFilterInput"] | None = field(name="and", default=UNSET)
    or_: list["ClientprofielFilterInput"] | None = field(name="or", default=UNSET)
    clientprofielID: UuidOperationFilterInput | None = UNSET
    bsn: StringOperationFilterInput | None = UNSET
    leefeenheid: StringOperationFilterInput | None = UNSET
    huisarts: StringOperationFilterInput | None = UNSET
    communicatievorm: StringOperationFilterInput | None = UNSET
    taal: StringOperationFilterInput | None = UNSET
    voorkeurContactwijze: StringOperationFilterInput | None = UNSET
    bronhouder: StringOperationFilterInput | None = UNSET
    vaststellingMoment: DateTimeOperationFilterInput | None = UNSET
    contactgegevens: "ListFilterInputTypeOfClientprofielContactgegevensFilterInput | None" = UNSET
    contactpersoon: "ListFilterInputTypeOfClientprofielContactpersoonFilterInput | None" = UNSET


@strawberry.input
class ClientprofielContactgegevensFilterInput(ContactgegevensFilter):
    and_: list["ClientprofielContactgegevensFilterInput"] | None = field(name="and", default=UNSET)
    or_: list["ClientprofielContactgegevensFilterInput"] | None = field(name="or", default=UNSET)
    clientprofielContactgegevensID: UuidOperationFilterInput | None = UNSET
    clientprofiel: ClientprofielFilterInput | None = UNSET


@strawberry.input
class ClientprofielContactpersoonFilterInput:
    and_: list["ClientprofielContactpersoonFilterInput"] | None = field(name="and", default=UNSET)
    or_: list["ClientprofielContactpersoonFilterInput"] | None = field(name="or", default=UNSET)
    contactgegevens: "ListFilterInputTypeOfClientprofielContactpersoonContactgegevensFilterInput | None" = UNSET
    clientprofielContactpersoonID: UuidOperationFilterInput | None = UNSET
    relatienummer: StringOperationFilterInput | None = UNSET
    volgorde: IntOperationFilterInput | None = UNSET
    soortRelatie: StringOperationFilterInput | None = UNSET
    rol: StringOperationFilterInput | None = UNSET
    relatie: StringOperationFilterInput | None = UNSET
    geslachtsnaam: StringOperationFilterInput | None = UNSET
    voorvoegselGeslachtsnaam: StringOperationFilterInput | None = UNSET
    partnernaam: StringOperationFilterInput | None = UNSET
    voorvoegselPartnernaam: StringOperationFilterInput | None = UNSET
    voornamen: StringOperationFilterInput | None = UNSET
    voorletters: StringOperationFilterInput | None = UNSET
    roepnaam: StringOperationFilterInput | None = UNSET
    naamgebruik: StringOperationFilterInput | None = UNSET
    geslacht: StringOperationFilterInput | None = UNSET
    geboortedatum: DateOperationFilterInput | None = UNSET
    geboortedatumgebruik: StringOperationFilterInput | None = UNSET
    ingangsdatum: DateOperationFilterInput | None = UNSET
    einddatum: DateOperationFilterInput | None = UNSET
    bronhouder: StringOperationFilterInput | None = UNSET
    clientprofiel: ClientprofielFilterInput | None = UNSET


@strawberry.input
class ClientprofielContactpersoonContactgegevensFilterInput(ContactgegevensFilter):
    and_: list["ClientprofielContactpersoonContactgegevensFilterInput"] | None = field(name="and", default=UNSET)
    or_: list["ClientprofielContactpersoonContactgegevensFilterInput"] | None = field(name="or", default=UNSET)
    clientprofielContactpersoonContactgegevensID: UuidOperationFilterInput | None = UNSET
    contactpersoon: ClientprofielContactpersoonFilterInput | None = UNSET


@strawberry.input
class ListFilterInputTypeOfClientprofielContactgegevensFilterInput:
    all: ClientprofielContactgegevensFilterInput | None = UNSET
    none: ClientprofielContactgegevensFilterInput | None = UNSET
    some: ClientprofielContactgegevensFilterInput | None = UNSET
    any: bool | None = UNSET


@strawberry.input
class ListFilterInputTypeOfClientprofielContactpersoonFilterInput:
    all: ClientprofielContactpersoonFilterInput | None = UNSET
    none: ClientprofielContactpersoonFilterInput | None = UNSET
    some: ClientprofielContactpersoonFilterInput | None = UNSET
    any: bool | None = UNSET


@strawberry.input
class ListFilterInputTypeOfClientprofielContactpersoonContactgegevensFilterInput:
    all: ClientprofielContactpersoonContactgegevensFilterInput | None = UNSET
    none: ClientprofielContactpersoonContactgegevensFilterInput | None = UNSET
    some: ClientprofielContactpersoonContactgegevensFilterInput | None = UNSET
    any: bool | None = UNSET


@strawberry.input
class ClientprofielSortInput:
    clientprofielID: SortEnumType | None = UNSET
    bsn: SortEnumType | None = UNSET
    leefeenheid: SortEnumType | None = UNSET
    huisarts: SortEnumType | None = UNSET
    communicatievorm: SortEnumType | None = UNSET
    taal: SortEnumType | None = UNSET
    voorkeurContactwijze: SortEnumType | None = UNSET
    bronhouder: SortEnumType | None = UNSET
    vaststellingMoment: SortEnumType | None = UNSET


@strawberry.input
class ClientprofielContactgegevensSortInput(ContactgegevensSort):
    clientprofielContactgegevensID: SortEnumType | None = UNSET
    clientprofiel: ClientprofielSortInput | None = UNSET


@strawberry.input
class ClientprofielContactpersoonSortInput:
    clientprofielContactpersoonID: SortEnumType | None = UNSET
    relatienummer: SortEnumType | None = UNSET
    volgorde: SortEnumType | None = UNSET
    soortRelatie: SortEnumType | None = UNSET
    rol: SortEnumType | None = UNSET
    relatie: SortEnumType | None = UNSET
    geslachtsnaam: SortEnumType | None = UNSET
    voorvoegselGeslachtsnaam: SortEnumType | None = UNSET
    partnernaam: SortEnumType | None = UNSET
    voorvoegselPartnernaam: SortEnumType | None = UNSET
    voornamen: SortEnumType | None = UNSET
    voorletters: SortEnumType | None = UNSET
    roepnaam: SortEnumType | None = UNSET
    naamgebruik: SortEnumType | None = UNSET
    geslacht: SortEnumType | None = UNSET
    geboortedatum: SortEnumType | None = UNSET
    geboortedatumgebruik: SortEnumType | None = UNSET
    ingangsdatum: SortEnumType | None = UNSET
    einddatum: SortEnumType | None = UNSET
    bronhouder: SortEnumType | None = UNSET
    clientprofiel: ClientprofielSortInput | None = UNSET


@strawberry.input
class ClientprofielContactpersoonContactgegevensSortInput(ContactgegevensSort):
    clientprofielContactpersoonContactgegevensID: SortEnumType | None = UNSET
    contactpersoon: ClientprofielContactpersoonSortInput | None = UNSET
