"""The filters and sort orders of the Bemiddelingsregister.

Published oddities are kept: `client` of a regiehouder and `regiehouder` of a client are left-overs of a time in which the
one hung under the other. `clientID` of a bemiddeling is of release 1.1.0.
"""

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
    "BemiddelingFilterInput",
    "BemiddelingSortInput",
    "BemiddelingspecificatieFilterInput",
    "BemiddelingspecificatieSortInput",
    "ClientContactgegevensFilterInput",
    "ClientContactgegevensSortInput",
    "ClientFilterInput",
    "ClientSortInput",
    "ContactpersoonContactgegevensFilterInput",
    "ContactpersoonContactgegevensSortInput",
    "ContactpersoonFilterInput",
    "ContactpersoonSortInput",
    "ListFilterInputTypeOfBemiddelingFilterInput",
    "ListFilterInputTypeOfBemiddelingspecificatieFilterInput",
    "ListFilterInputTypeOfClientContactgegevensFilterInput",
    "ListFilterInputTypeOfContactpersoonContactgegevensFilterInput",
    "ListFilterInputTypeOfContactpersoonFilterInput",
    "ListFilterInputTypeOfOverdrachtspecificatieFilterInput",
    "ListFilterInputTypeOfRegiehouderFilterInput",
    "OverdrachtFilterInput",
    "OverdrachtSortInput",
    "OverdrachtspecificatieFilterInput",
    "OverdrachtspecificatieSortInput",
    "RegiehouderFilterInput",
    "RegiehouderSortInput",
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


@strawberry.input
class ClientFilterInput:
    and_: list["ClientFilterInput"] | None = field(name="and", default=UNSET)
    or_: list["ClientFilterInput"] | None = field(name="or", default=UNSET)
    clientID: UuidOperationFilterInput | None = UNSET
    bsn: StringOperationFilterInput | None = UNSET
    leefeenheid: StringOperationFilterInput | None = UNSET
    huisarts: StringOperationFilterInput | None = UNSET
    communicatievorm: StringOperationFilterInput | None = UNSET
    taal: StringOperationFilterInput | None = UNSET
    bemiddeling: "ListFilterInputTypeOfBemiddelingFilterInput | None" = UNSET
    regiehouder: "ListFilterInputTypeOfRegiehouderFilterInput | None" = UNSET
    contactgegevens: "ListFilterInputTypeOfClientContactgegevensFilterInput | None" = UNSET
    contactpersoon: "ListFilterInputTypeOfContactpersoonFilterInput | None" = UNSET


@strawberry.input
class BemiddelingFilterInput:
    and_: list["BemiddelingFilterInput"] | None = field(name="and", default=UNSET)
    or_: list["BemiddelingFilterInput"] | None = field(name="or", default=UNSET)
    bemiddelingID: UuidOperationFilterInput | None = UNSET
    clientID: UuidOperationFilterInput | None = UNSET
    client: ClientFilterInput | None = UNSET
    wlzIndicatieID: UuidOperationFilterInput | None = UNSET
    verantwoordelijkZorgkantoor: StringOperationFilterInput | None = UNSET
    verantwoordelijkheidIngangsdatum: DateOperationFilterInput | None = UNSET
    verantwoordelijkheidEinddatum: DateOperationFilterInput | None = UNSET
    bemiddelingspecificatie: "ListFilterInputTypeOfBemiddelingspecificatieFilterInput | None" = UNSET
    overdracht: "OverdrachtFilterInput | None" = UNSET


@strawberry.input
class BemiddelingspecificatieFilterInput:
    and_: list["BemiddelingspecificatieFilterInput"] | None = field(name="and", default=UNSET)
    or_: list["BemiddelingspecificatieFilterInput"] | None = field(name="or", default=UNSET)
    bemiddelingspecificatieID: UuidOperationFilterInput | None = UNSET
    leveringsvorm: StringOperationFilterInput | None = UNSET
    zzpCode: StringOperationFilterInput | None = UNSET
    toewijzingIngangsdatum: DateOperationFilterInput | None = UNSET
    toewijzingEinddatum: DateOperationFilterInput | None = UNSET
    instelling: StringOperationFilterInput | None = UNSET
    uitvoerendZorgkantoor: StringOperationFilterInput | None = UNSET
    vaststellingMoment: DateTimeOperationFilterInput | None = UNSET
    percentage: IntOperationFilterInput | None = UNSET
    pgbPercentage: IntOperationFilterInput | None = UNSET
    opname: StringOperationFilterInput | None = UNSET
    redenIntrekking: StringOperationFilterInput | None = UNSET
    etmalen: StringOperationFilterInput | None = UNSET
    instellingBestemming: StringOperationFilterInput | None = UNSET
    soortToewijzing: StringOperationFilterInput | None = UNSET
    bemiddeling: BemiddelingFilterInput | None = UNSET
    overdrachtspecificatie: "OverdrachtspecificatieFilterInput | None" = UNSET


@strawberry.input
class RegiehouderFilterInput:
    and_: list["RegiehouderFilterInput"] | None = field(name="and", default=UNSET)
    or_: list["RegiehouderFilterInput"] | None = field(name="or", default=UNSET)
    regiehouderID: UuidOperationFilterInput | None = UNSET
    instelling: StringOperationFilterInput | None = UNSET
    ingangsdatum: DateOperationFilterInput | None = UNSET
    einddatum: DateOperationFilterInput | None = UNSET
    client: ClientFilterInput | None = UNSET


@strawberry.input
class OverdrachtFilterInput:
    and_: list["OverdrachtFilterInput"] | None = field(name="and", default=UNSET)
    or_: list["OverdrachtFilterInput"] | None = field(name="or", default=UNSET)
    overdrachtID: UuidOperationFilterInput | None = UNSET
    bemiddelingID: UuidOperationFilterInput | None = UNSET
    verantwoordelijkZorgkantoor: StringOperationFilterInput | None = UNSET
    overdrachtDatum: DateOperationFilterInput | None = UNSET
    verhuisDatum: DateOperationFilterInput | None = UNSET
    vaststellingMoment: DateTimeOperationFilterInput | None = UNSET
    overdrachtspecificatie: "ListFilterInputTypeOfOverdrachtspecificatieFilterInput | None" = UNSET
    bemiddeling: BemiddelingFilterInput | None = UNSET


@strawberry.input
class OverdrachtspecificatieFilterInput:
    and_: list["OverdrachtspecificatieFilterInput"] | None = field(name="and", default=UNSET)
    or_: list["OverdrachtspecificatieFilterInput"] | None = field(name="or", default=UNSET)
    overdrachtspecificatieID: UuidOperationFilterInput | None = UNSET
    bemiddelingspecificatieID: UuidOperationFilterInput | None = UNSET
    leveringsstatus: StringOperationFilterInput | None = UNSET
    leveringsstatusClassificatie: StringOperationFilterInput | None = UNSET
    oorspronkelijkeToewijzingEinddatum: DateOperationFilterInput | None = UNSET
    overdracht: OverdrachtFilterInput | None = UNSET
    bemiddelingspecificatie: BemiddelingspecificatieFilterInput | None = UNSET


@strawberry.input
class ContactpersoonFilterInput:
    and_: list["ContactpersoonFilterInput"] | None = field(name="and", default=UNSET)
    or_: list["ContactpersoonFilterInput"] | None = field(name="or", default=UNSET)
    contactpersoonID: UuidOperationFilterInput | None = UNSET
    client: ClientFilterInput | None = UNSET
    contactgegevens: "ListFilterInputTypeOfContactpersoonContactgegevensFilterInput | None" = UNSET
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


@strawberry.input
class ClientContactgegevensFilterInput(ContactgegevensFilter):
    and_: list["ClientContactgegevensFilterInput"] | None = field(name="and", default=UNSET)
    or_: list["ClientContactgegevensFilterInput"] | None = field(name="or", default=UNSET)
    clientContactgegevensID: UuidOperationFilterInput | None = UNSET
    client: ClientFilterInput | None = UNSET


@strawberry.input
class ContactpersoonContactgegevensFilterInput(ContactgegevensFilter):
    and_: list["ContactpersoonContactgegevensFilterInput"] | None = field(name="and", default=UNSET)
    or_: list["ContactpersoonContactgegevensFilterInput"] | None = field(name="or", default=UNSET)
    contactpersoonContactgegevensID: UuidOperationFilterInput | None = UNSET
    contactpersoon: ContactpersoonFilterInput | None = UNSET


@strawberry.input
class ListFilterInputTypeOfBemiddelingFilterInput:
    all: BemiddelingFilterInput | None = UNSET
    none: BemiddelingFilterInput | None = UNSET
    some: BemiddelingFilterInput | None = UNSET
    any: bool | None = UNSET


@strawberry.input
class ListFilterInputTypeOfBemiddelingspecificatieFilterInput:
    all: BemiddelingspecificatieFilterInput | None = UNSET
    none: BemiddelingspecificatieFilterInput | None = UNSET
    some: BemiddelingspecificatieFilterInput | None = UNSET
    any: bool | None = UNSET


@strawberry.input
class ListFilterInputTypeOfRegiehouderFilterInput:
    all: RegiehouderFilterInput | None = UNSET
    none: RegiehouderFilterInput | None = UNSET
    some: RegiehouderFilterInput | None = UNSET
    any: bool | None = UNSET


@strawberry.input
class ListFilterInputTypeOfOverdrachtspecificatieFilterInput:
    all: OverdrachtspecificatieFilterInput | None = UNSET
    none: OverdrachtspecificatieFilterInput | None = UNSET
    some: OverdrachtspecificatieFilterInput | None = UNSET
    any: bool | None = UNSET


@strawberry.input
class ListFilterInputTypeOfContactpersoonFilterInput:
    all: ContactpersoonFilterInput | None = UNSET
    none: ContactpersoonFilterInput | None = UNSET
    some: ContactpersoonFilterInput | None = UNSET
    any: bool | None = UNSET


@strawberry.input
class ListFilterInputTypeOfClientContactgegevensFilterInput:
    all: ClientContactgegevensFilterInput | None = UNSET
    none: ClientContactgegevensFilterInput | None = UNSET
    some: ClientContactgegevensFilterInput | None = UNSET
    any: bool | None = UNSET


@strawberry.input
class ListFilterInputTypeOfContactpersoonContactgegevensFilterInput:
    all: ContactpersoonContactgegevensFilterInput | None = UNSET
    none: ContactpersoonContactgegevensFilterInput | None = UNSET
    some: ContactpersoonContactgegevensFilterInput | None = UNSET
    any: bool | None = UNSET


@strawberry.input
class ClientSortInput:
    clientID: SortEnumType | None = UNSET
    bsn: SortEnumType | None = UNSET
    leefeenheid: SortEnumType | None = UNSET
    huisarts: SortEnumType | None = UNSET
    communicatievorm: SortEnumType | None = UNSET
    taal: SortEnumType | None = UNSET


@strawberry.input
class BemiddelingSortInput:
    bemiddelingID: SortEnumType | None = UNSET
    clientID: SortEnumType | None = UNSET
    client: ClientSortInput | None = UNSET
    wlzIndicatieID: SortEnumType | None = UNSET
    verantwoordelijkZorgkantoor: SortEnumType | None = UNSET
    verantwoordelijkheidIngangsdatum: SortEnumType | None = UNSET
    verantwoordelijkheidEinddatum: SortEnumType | None = UNSET
    overdracht: "OverdrachtSortInput | None" = UNSET


@strawberry.input
class BemiddelingspecificatieSortInput:
    bemiddelingspecificatieID: SortEnumType | None = UNSET
    leveringsvorm: SortEnumType | None = UNSET
    zzpCode: SortEnumType | None = UNSET
    toewijzingIngangsdatum: SortEnumType | None = UNSET
    toewijzingEinddatum: SortEnumType | None = UNSET
    instelling: SortEnumType | None = UNSET
    uitvoerendZorgkantoor: SortEnumType | None = UNSET
    vaststellingMoment: SortEnumType | None = UNSET
    percentage: SortEnumType | None = UNSET
    pgbPercentage: SortEnumType | None = UNSET
    opname: SortEnumType | None = UNSET
    redenIntrekking: SortEnumType | None = UNSET
    etmalen: SortEnumType | None = UNSET
    instellingBestemming: SortEnumType | None = UNSET
    soortToewijzing: SortEnumType | None = UNSET
    bemiddeling: BemiddelingSortInput | None = UNSET
    overdrachtspecificatie: "OverdrachtspecificatieSortInput | None" = UNSET


@strawberry.input
class RegiehouderSortInput:
    regiehouderID: SortEnumType | None = UNSET
    instelling: SortEnumType | None = UNSET
    ingangsdatum: SortEnumType | None = UNSET
    einddatum: SortEnumType | None = UNSET
    client: ClientSortInput | None = UNSET


@strawberry.input
class OverdrachtSortInput:
    overdrachtID: SortEnumType | None = UNSET
    bemiddelingID: SortEnumType | None = UNSET
    verantwoordelijkZorgkantoor: SortEnumType | None = UNSET
    overdrachtDatum: SortEnumType | None = UNSET
    verhuisDatum: SortEnumType | None = UNSET
    vaststellingMoment: SortEnumType | None = UNSET
    bemiddeling: BemiddelingSortInput | None = UNSET


@strawberry.input
class OverdrachtspecificatieSortInput:
    overdrachtspecificatieID: SortEnumType | None = UNSET
    bemiddelingspecificatieID: SortEnumType | None = UNSET
    leveringsstatus: SortEnumType | None = UNSET
    leveringsstatusClassificatie: SortEnumType | None = UNSET
    oorspronkelijkeToewijzingEinddatum: SortEnumType | None = UNSET
    overdracht: OverdrachtSortInput | None = UNSET
    bemiddelingspecificatie: BemiddelingspecificatieSortInput | None = UNSET


@strawberry.input
class ContactpersoonSortInput:
    contactpersoonID: SortEnumType | None = UNSET
    client: ClientSortInput | None = UNSET
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


@strawberry.input
class ClientContactgegevensSortInput(ContactgegevensSort):
    clientContactgegevensID: SortEnumType | None = UNSET
    client: ClientSortInput | None = UNSET


@strawberry.input
class ContactpersoonContactgegevensSortInput(ContactgegevensSort):
    contactpersoonContactgegevensID: SortEnumType | None = UNSET
    contactpersoon: ContactpersoonSortInput | None = UNSET
