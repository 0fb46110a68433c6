"""The schema of the Indicatieregister to the letter: schema 1.7.0, what register 2 has more, and our links."""

from __future__ import annotations

from registers.indicatie.schema import SCHEMA
from tests.registers.listing import listed, operators, read

PUBLISHED = """
type Query
    wlzIndicatie(where: WlzIndicatieFilterInput): [WlzIndicatie!]!
type WlzIndicatie @key(wlzindicatieID)
    wlzindicatieID: UUID!; bsn: String!; besluitnummer: Int!; soortWlzindicatie: String!; afgiftedatum: Date!;
    ingangsdatum: Date!; einddatum: Date; meerzorg: String; initieelVerantwoordelijkZorgkantoor: String!;
    vervaldatum: Date deprecated; grondslag: [Grondslag!];
    geindiceerdZorgzwaartepakket: [GeindiceerdZorgzwaartepakket!]; beperking: [Beperking!];
    stoornis: [Stoornis!]; stoornisScore: [StoornisScore!]; wzd: Wzd; client: IndicatieClient!;
    commentaar: String; vervallenGeldigheid: [VervallenGeldigheid!]
type GeindiceerdZorgzwaartepakket @key(geindiceerdZorgzwaartepakketID)
    id: UUID deprecated; geindiceerdZorgzwaartepakketID: UUID!; zzpCode: String!; ingangsdatum: Date!;
    einddatum: Date; voorkeurClient: String; instellingVoorkeur: String; financiering: String!;
    commentaar: String
type VervallenGeldigheid @key(vervallenGeldigheidID)
    vervallenGeldigheidID: UUID!; vervaldatum: Date!; vaststellingmoment: DateTime!; reden: String!;
    nieuwVerantwoordelijkZorgkantoor: String
type Grondslag @key(grondslagID)
    id: UUID deprecated; grondslagID: UUID!; grondslag: String!; volgorde: Int!
type Beperking @key(beperkingID)
    id: UUID deprecated; beperkingID: UUID!; categorie: String!; duur: String; commentaar: String;
    beperkingScores: [BeperkingScore] deprecated; beperkingScore: [BeperkingScore!]
type BeperkingScore @key(beperkingScoreID)
    id: UUID deprecated; beperkingScoreID: UUID!; beperkingVraag: String!; beperkingScore: String!;
    commentaar: String
type Stoornis @key(stoornisID)
    id: UUID deprecated; stoornisID: UUID!; grondslag: String!; diagnoseCodelijst: String!;
    diagnoseSubCodelijst: String; ziektebeeldStoornis: String!; prognose: String; commentaar: String
type StoornisScore @key(stoornisScoreID)
    id: UUID deprecated; stoornisScoreID: UUID!; stoornisVraag: String!; stoornisScore: String!;
    commentaar: String
type Wzd @key(wzdID)
    wzdID: UUID!; wzdVerklaring: String!; ingangsdatum: Date; einddatum: Date
type IndicatieClient @key(clientID)
    id: UUID deprecated; clientID: UUID!; bsn: String!; geheimeClient: String!; geboorteDatum: Date!;
    geboortedatumGebruik: String; geslacht: String!; burgerlijkeStaat: String; geslachtsnaam: String!;
    voorvoegselGeslachtsnaam: String; partnernaam: String; voorvoegselPartnernaam: String; voornamen: String;
    roepnaam: String; voorletters: String; naamGebruik: String!; leefeenheid: String; agbcodeHuisarts: String;
    communicatieVorm: String; taal: String; commentaar: String; contactPersoon: [ContactPersoon];
    contactGegevens: [ContactGegevens!]!; profiel: Clientprofiel
type ContactPersoon @key(contactPersoonID)
    id: UUID deprecated; contactPersoonID: UUID!; relatieNummer: String!; volgorde: Int;
    soortRelatie: String!; rol: String; relatie: String; organisatieNaam: String deprecated;
    voornamen: String; roepnaam: String; voorletters: String; geslachtsnaam: String;
    voorvoegselGeslachtsnaam: String; partnernaam: String; voorvoegselPartnernaam: String;
    naamGebruik: String; geslacht: String; geboorteDatum: Date; geboortedatumGebruik: String;
    ingangsdatum: Date!; einddatum: Date; clientID: UUID deprecated; contactGegevens: [ContactGegevens!]!
type ContactGegevens @key(contactGegevensID)
    id: UUID deprecated; contactGegevensID: UUID!; clientID: UUID deprecated;
    contactPersoonID: UUID deprecated; adres: Adres; telefoon: Telefoon; email: Email
type Adres @key(adresID)
    id: UUID deprecated; adresID: UUID!; adresSoort: String!; straatnaam: String; huisnummer: Int;
    huisletter: String; huisnummerToevoeging: String; postcode: String; plaatsnaam: String; landCode: String;
    aanduidingWoonadres: String; ingangsdatum: Date!; einddatum: Date
type Telefoon @key(telefoonID)
    telefoonID: UUID!; telefoonnummer: String!; landnummer: String; ingangsdatum: Date!; einddatum: Date
type Email @key(emailID)
    emailID: UUID!; emailadres: String!; ingangsdatum: Date!; einddatum: Date
type Clientprofiel @key(bsn)
    bsn: String!; indicaties(where: WlzIndicatieFilterInput): [WlzIndicatie!]
input WlzIndicatieFilterInput
    wlzindicatieID: UuidOperationFilterInput; initieelVerantwoordelijkZorgkantoor: StringOperationFilterInput;
    bsn: StringOperationFilterInput; besluitnummer: IntOperationFilterInput;
    afgiftedatum: DateOperationFilterInput; ingangsdatum: DateOperationFilterInput;
    agbCodeInstelling: StringOperationFilterInput; uzoviCodeZorgkantoor: StringOperationFilterInput;
    raadpleegDatum: Date
"""


def test_schema_is_as_published() -> None:
    assert listed(SCHEMA) == read(PUBLISHED)


def test_operator_inputs_are_the_ones_in_use() -> None:
    assert operators(SCHEMA) == {
        "DateOperationFilterInput",
        "IntOperationFilterInput",
        "StringOperationFilterInput",
        "UuidOperationFilterInput",
    }
