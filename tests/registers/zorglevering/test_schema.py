"""The schema of the Zorgleveringsregister to the letter, the root of QLR-0010 included, and our links."""

from __future__ import annotations

from registers.zorglevering.schema import SCHEMA
from tests.registers.listing import listed, operators, read

PUBLISHED = """
type Query
    levering(where: LeveringFilterInput): [Levering!];
    leveringperiode(where: LeveringperiodeFilterInput): [Leveringperiode!];
    behandelingperiode(where: BehandelingPeriodeFilterInput): [BehandelingPeriode!];
    uitstelperiode(where: UitstelperiodeFilterInput): [Uitstelperiode!];
    afstel(where: AfstelFilterInput): [Afstel!]; verzoek(where: VerzoekFilterInput): [Verzoek!];
    verzoekAanbieder(where: VerzoekAanbiederFilterInput): [VerzoekAanbieder!]
type LeveringClient @key(clientID)
    clientID: UUID!; bsn: String!; leveringen: [Levering!]!; profiel: Clientprofiel
type Levering @key(leveringID)
    leveringID: UUID!; client: LeveringClient!; bemiddelingspecificatieID: UUID!;
    leveringperiodes(where: LeveringperiodeFilterInput): [Leveringperiode!];
    uitstelperiodes(where: UitstelperiodeFilterInput): [Uitstelperiode!];
    afstel(where: AfstelFilterInput): Afstel; verzoeken(where: VerzoekFilterInput): [Verzoek!];
    bemiddelingspecificatie: Bemiddelingspecificatie
type Leveringperiode @key(leveringperiodeID)
    leveringperiodeID: UUID!; ingangsdatum: Date!; vaststellingMoment: DateTime!; sleuteldatum: Date;
    einddatum: Date; beeindigingReden: String; aanbiederBestemming: String;
    behandelingperiodes(where: BehandelingPeriodeFilterInput): [BehandelingPeriode!];
    levering(where: LeveringFilterInput): Levering!
type BehandelingPeriode @key(behandelingperiodeID)
    behandelingperiodeID: UUID!; ingangsdatum: Date!; einddatum: Date;
    leveringperiode(where: LeveringperiodeFilterInput): Leveringperiode!
type Uitstelperiode @key(uitstelperiodeID)
    uitstelperiodeID: UUID!; ingangsdatum: Date!; vaststellingMoment: DateTime!; reden: String!;
    leveringsstatus: String!; leveringsstatusClassificatie: String!; einddatum: Date;
    levering(where: LeveringFilterInput): Levering!
type Afstel @key(afstelID)
    afstelID: UUID!; afsteldatum: Date!; vaststellingMoment: DateTime!; reden: String!;
    aanbiederBestemming: String; levering(where: LeveringFilterInput): Levering!
type Verzoek @key(verzoekID)
    verzoekID: UUID!; verzoekdatum: Date!; product: String!; toewijzingSoort: String!; leveringsvorm: String!;
    volume: Float; eenheid: String; frequentie: String; doelmatig: String; toeslagreden: String;
    verantwoord: String; verzoekAanbieders: [VerzoekAanbieder!]!;
    levering(where: LeveringFilterInput): Levering!
type VerzoekAanbieder @key(verzoekAanbiederID)
    verzoekAanbiederID: UUID!; aanbieder: String!; toewijzingIngangsdatum: Date!; toewijzingEinddatum: Date;
    toewijzingPercentage: Int!; opname: String; regiehouder: String!;
    verzoek(where: VerzoekFilterInput): Verzoek!
type Clientprofiel @key(bsn)
    bsn: String!; leveringen(where: LeveringFilterInput): [Levering!]
type Bemiddelingspecificatie @key(bemiddelingspecificatieID)
    bemiddelingspecificatieID: UUID!; levering(where: LeveringFilterInput): [Levering!]
input LeveringFilterInput
    leveringID: UuidOperationFilterInput; bemiddelingspecificatieID: UuidOperationFilterInput;
    clientID: UuidOperationFilterInput
input LeveringperiodeFilterInput
    leveringperiodeID: UuidOperationFilterInput; leveringID: UuidOperationFilterInput;
    ingangsdatum: DateOperationFilterInput; vaststellingMoment: DateTimeOperationFilterInput;
    sleuteldatum: DateOperationFilterInput; einddatum: DateOperationFilterInput;
    beeindigingReden: StringOperationFilterInput; aanbiederBestemming: StringOperationFilterInput
input BehandelingPeriodeFilterInput
    behandelingperiodeID: UuidOperationFilterInput; leveringperiodeID: UuidOperationFilterInput
input UitstelperiodeFilterInput
    uitstelperiodeID: UuidOperationFilterInput; leveringID: UuidOperationFilterInput;
    ingangsdatum: DateOperationFilterInput; vaststellingMoment: DateTimeOperationFilterInput;
    reden: StringOperationFilterInput; leveringsstatus: StringOperationFilterInput;
    leveringsstatusClassificatie: StringOperationFilterInput; einddatum: DateOperationFilterInput
input AfstelFilterInput
    afstelID: UuidOperationFilterInput; leveringID: UuidOperationFilterInput;
    afsteldatum: DateOperationFilterInput; vaststellingMoment: DateTimeOperationFilterInput;
    reden: StringOperationFilterInput; aanbiederBestemming: StringOperationFilterInput
input VerzoekFilterInput
    verzoekID: UuidOperationFilterInput; leveringID: UuidOperationFilterInput;
    verzoekdatum: DateOperationFilterInput; product: StringOperationFilterInput;
    toewijzingSoort: StringOperationFilterInput; leveringsvorm: StringOperationFilterInput;
    volume: FloatOperationFilterInput; eenheid: StringOperationFilterInput;
    frequentie: StringOperationFilterInput; doelmatig: StringOperationFilterInput;
    toeslagreden: StringOperationFilterInput; verantwoord: StringOperationFilterInput
input VerzoekAanbiederFilterInput
    verzoekAanbiederID: UuidOperationFilterInput; verzoekID: UuidOperationFilterInput;
    aanbieder: StringOperationFilterInput; toewijzingIngangsdatum: DateOperationFilterInput;
    toewijzingEinddatum: DateOperationFilterInput; toewijzingPercentage: FloatOperationFilterInput;
    opname: StringOperationFilterInput; regiehouder: StringOperationFilterInput
"""


def test_schema_is_as_published() -> None:
    assert listed(SCHEMA) == read(PUBLISHED)


def test_operator_inputs_are_the_ones_in_use() -> None:
    assert operators(SCHEMA) == {
        "DateOperationFilterInput",
        "DateTimeOperationFilterInput",
        "FloatOperationFilterInput",
        "StringOperationFilterInput",
        "UuidOperationFilterInput",
    }
