-- Indicatieregister: the published model as tables.
--
-- client_key is a keyed hash of the BSN. It opens every primary and foreign key: rows of one person stay together, and a
-- join never leaves that person. Keys alone have an index for links from other registers; further indexes serve the
-- filters that the published queries send and the columns that row policies start from.

-- The decision of CIZ; everything below belongs to one indication.
CREATE TABLE wlzindicatie (
    client_key                            uuid NOT NULL,
    "wlzindicatieID"                      uuid NOT NULL,
    bsn                                   text NOT NULL,
    besluitnummer                         integer NOT NULL,
    "soortWlzindicatie"                   text NOT NULL,
    afgiftedatum                          date NOT NULL,
    ingangsdatum                          date NOT NULL,
    einddatum                             date,
    meerzorg                              text,
    "initieelVerantwoordelijkZorgkantoor" text NOT NULL,
    vervaldatum                           date,
    commentaar                            text,
    versie                                integer NOT NULL DEFAULT 1,
    systeem_van                           timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (client_key, "wlzindicatieID")
);
CREATE INDEX ON wlzindicatie ("wlzindicatieID");
CREATE INDEX ON wlzindicatie ("initieelVerantwoordelijkZorgkantoor");
CREATE INDEX ON wlzindicatie (bsn);
CREATE INDEX ON wlzindicatie (besluitnummer);

-- The care package that is indicated, with the preference of the client.
CREATE TABLE geindiceerdzorgzwaartepakket (
    client_key                       uuid NOT NULL,
    "geindiceerdZorgzwaartepakketID" uuid NOT NULL,
    "zzpCode"                        text NOT NULL,
    ingangsdatum                     date NOT NULL,
    einddatum                        date,
    "voorkeurClient"                 text,
    "instellingVoorkeur"             text,
    financiering                     text NOT NULL,
    commentaar                       text,
    "wlzindicatieID"                 uuid NOT NULL,
    versie                           integer NOT NULL DEFAULT 1,
    systeem_van                      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (client_key, "geindiceerdZorgzwaartepakketID"),
    FOREIGN KEY (client_key, "wlzindicatieID") REFERENCES wlzindicatie (client_key, "wlzindicatieID")
);
CREATE INDEX ON geindiceerdzorgzwaartepakket ("geindiceerdZorgzwaartepakketID");
CREATE INDEX ON geindiceerdzorgzwaartepakket ("wlzindicatieID");

-- Why and when an indication lost its validity; each next date lies before the earlier ones.
CREATE TABLE vervallengeldigheid (
    client_key                         uuid NOT NULL,
    "vervallenGeldigheidID"            uuid NOT NULL,
    vervaldatum                        date NOT NULL,
    vaststellingmoment                 timestamptz NOT NULL,
    reden                              text NOT NULL,
    "nieuwVerantwoordelijkZorgkantoor" text,
    "wlzindicatieID"                   uuid NOT NULL,
    versie                             integer NOT NULL DEFAULT 1,
    systeem_van                        timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (client_key, "vervallenGeldigheidID"),
    FOREIGN KEY (client_key, "wlzindicatieID") REFERENCES wlzindicatie (client_key, "wlzindicatieID")
);
CREATE INDEX ON vervallengeldigheid ("vervallenGeldigheidID");
CREATE INDEX ON vervallengeldigheid ("wlzindicatieID");

-- On which ground, in order of weight.
CREATE TABLE grondslag (
    client_key       uuid NOT NULL,
    "grondslagID"    uuid NOT NULL,
    grondslag        text NOT NULL,
    volgorde         integer NOT NULL,
    "wlzindicatieID" uuid NOT NULL,
    versie           integer NOT NULL DEFAULT 1,
    systeem_van      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (client_key, "grondslagID"),
    FOREIGN KEY (client_key, "wlzindicatieID") REFERENCES wlzindicatie (client_key, "wlzindicatieID")
);
CREATE INDEX ON grondslag ("grondslagID");
CREATE INDEX ON grondslag ("wlzindicatieID");

-- A category of limitations, with the scores that were given.
CREATE TABLE beperking (
    client_key       uuid NOT NULL,
    "beperkingID"    uuid NOT NULL,
    categorie        text NOT NULL,
    duur             text,
    commentaar       text,
    "wlzindicatieID" uuid NOT NULL,
    versie           integer NOT NULL DEFAULT 1,
    systeem_van      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (client_key, "beperkingID"),
    FOREIGN KEY (client_key, "wlzindicatieID") REFERENCES wlzindicatie (client_key, "wlzindicatieID")
);
CREATE INDEX ON beperking ("beperkingID");
CREATE INDEX ON beperking ("wlzindicatieID");

CREATE TABLE beperkingscore (
    client_key         uuid NOT NULL,
    "beperkingScoreID" uuid NOT NULL,
    "beperkingVraag"   text NOT NULL,
    "beperkingScore"   text NOT NULL,
    commentaar         text,
    "beperkingID"      uuid NOT NULL,
    versie             integer NOT NULL DEFAULT 1,
    systeem_van        timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (client_key, "beperkingScoreID"),
    FOREIGN KEY (client_key, "beperkingID") REFERENCES beperking (client_key, "beperkingID")
);
CREATE INDEX ON beperkingscore ("beperkingScoreID");
CREATE INDEX ON beperkingscore ("beperkingID");

-- A diagnosis behind the indication.
CREATE TABLE stoornis (
    client_key             uuid NOT NULL,
    "stoornisID"           uuid NOT NULL,
    grondslag              text NOT NULL,
    "diagnoseCodelijst"    text NOT NULL,
    "diagnoseSubCodelijst" text,
    "ziektebeeldStoornis"  text NOT NULL,
    prognose               text,
    commentaar             text,
    "wlzindicatieID"       uuid NOT NULL,
    versie                 integer NOT NULL DEFAULT 1,
    systeem_van            timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (client_key, "stoornisID"),
    FOREIGN KEY (client_key, "wlzindicatieID") REFERENCES wlzindicatie (client_key, "wlzindicatieID")
);
CREATE INDEX ON stoornis ("stoornisID");
CREATE INDEX ON stoornis ("wlzindicatieID");

CREATE TABLE stoornisscore (
    client_key        uuid NOT NULL,
    "stoornisScoreID" uuid NOT NULL,
    "stoornisVraag"   text NOT NULL,
    "stoornisScore"   text NOT NULL,
    commentaar        text,
    "wlzindicatieID"  uuid NOT NULL,
    versie            integer NOT NULL DEFAULT 1,
    systeem_van       timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (client_key, "stoornisScoreID"),
    FOREIGN KEY (client_key, "wlzindicatieID") REFERENCES wlzindicatie (client_key, "wlzindicatieID")
);
CREATE INDEX ON stoornisscore ("stoornisScoreID");
CREATE INDEX ON stoornisscore ("wlzindicatieID");

-- The statement under the Wet zorg en dwang, at most one.
CREATE TABLE wzd (
    client_key       uuid NOT NULL,
    "wzdID"          uuid NOT NULL,
    "wzdVerklaring"  text NOT NULL,
    ingangsdatum     date,
    einddatum        date,
    "wlzindicatieID" uuid NOT NULL,
    versie           integer NOT NULL DEFAULT 1,
    systeem_van      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (client_key, "wzdID"),
    FOREIGN KEY (client_key, "wlzindicatieID") REFERENCES wlzindicatie (client_key, "wlzindicatieID")
);
CREATE INDEX ON wzd ("wzdID");
CREATE UNIQUE INDEX ON wzd ("wlzindicatieID", client_key);

-- The client as CIZ knew the person at this indication, exactly one.
CREATE TABLE client (
    client_key                 uuid NOT NULL,
    "clientID"                 uuid NOT NULL,
    bsn                        text NOT NULL,
    "geheimeClient"            text NOT NULL,
    "geboorteDatum"            date NOT NULL,
    "geboortedatumGebruik"     text,
    geslacht                   text NOT NULL,
    "burgerlijkeStaat"         text,
    geslachtsnaam              text NOT NULL,
    "voorvoegselGeslachtsnaam" text,
    partnernaam                text,
    "voorvoegselPartnernaam"   text,
    voornamen                  text,
    roepnaam                   text,
    voorletters                text,
    "naamGebruik"              text NOT NULL,
    leefeenheid                text,
    "agbcodeHuisarts"          text,
    "communicatieVorm"         text,
    taal                       text,
    commentaar                 text,
    "wlzindicatieID"           uuid NOT NULL,
    versie                     integer NOT NULL DEFAULT 1,
    systeem_van                timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (client_key, "clientID"),
    FOREIGN KEY (client_key, "wlzindicatieID") REFERENCES wlzindicatie (client_key, "wlzindicatieID")
);
CREATE INDEX ON client ("clientID");
CREATE UNIQUE INDEX ON client ("wlzindicatieID", client_key);
CREATE INDEX ON client (bsn);

CREATE TABLE contactpersoon (
    client_key                 uuid NOT NULL,
    "contactPersoonID"         uuid NOT NULL,
    "relatieNummer"            text NOT NULL,
    volgorde                   integer,
    "soortRelatie"             text NOT NULL,
    rol                        text,
    relatie                    text,
    "organisatieNaam"          text,
    voornamen                  text,
    roepnaam                   text,
    voorletters                text,
    geslachtsnaam              text,
    "voorvoegselGeslachtsnaam" text,
    partnernaam                text,
    "voorvoegselPartnernaam"   text,
    "naamGebruik"              text,
    geslacht                   text,
    "geboorteDatum"            date,
    "geboortedatumGebruik"     text,
    ingangsdatum               date NOT NULL,
    einddatum                  date,
    "clientID"                 uuid NOT NULL,
    versie                     integer NOT NULL DEFAULT 1,
    systeem_van                timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (client_key, "contactPersoonID"),
    FOREIGN KEY (client_key, "clientID") REFERENCES client (client_key, "clientID")
);
CREATE INDEX ON contactpersoon ("contactPersoonID");
CREATE INDEX ON contactpersoon ("clientID");

-- Contact details of the client or of a contact person: one of the two parents is set.
CREATE TABLE contactgegevens (
    client_key          uuid NOT NULL,
    "contactGegevensID" uuid NOT NULL,
    "clientID"          uuid,
    "contactPersoonID"  uuid,
    versie              integer NOT NULL DEFAULT 1,
    systeem_van         timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (client_key, "contactGegevensID"),
    FOREIGN KEY (client_key, "clientID") REFERENCES client (client_key, "clientID"),
    FOREIGN KEY (client_key, "contactPersoonID") REFERENCES contactpersoon (client_key, "contactPersoonID"),
    CHECK (num_nonnulls("clientID", "contactPersoonID") = 1)
);
CREATE INDEX ON contactgegevens ("contactGegevensID");
CREATE INDEX ON contactgegevens ("clientID");
CREATE INDEX ON contactgegevens ("contactPersoonID");

-- At most one address, one telephone and one e-mail address each.
CREATE TABLE adres (
    client_key             uuid NOT NULL,
    "adresID"              uuid NOT NULL,
    "adresSoort"           text NOT NULL,
    straatnaam             text,
    huisnummer             integer,
    huisletter             text,
    "huisnummerToevoeging" text,
    postcode               text,
    plaatsnaam             text,
    "landCode"             text,
    "aanduidingWoonadres"  text,
    ingangsdatum           date NOT NULL,
    einddatum              date,
    "contactGegevensID"    uuid NOT NULL,
    versie                 integer NOT NULL DEFAULT 1,
    systeem_van            timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (client_key, "adresID"),
    FOREIGN KEY (client_key, "contactGegevensID") REFERENCES contactgegevens (client_key, "contactGegevensID")
);
CREATE INDEX ON adres ("adresID");
CREATE UNIQUE INDEX ON adres ("contactGegevensID", client_key);

CREATE TABLE telefoon (
    client_key          uuid NOT NULL,
    "telefoonID"        uuid NOT NULL,
    telefoonnummer      text NOT NULL,
    landnummer          text,
    ingangsdatum        date NOT NULL,
    einddatum           date,
    "contactGegevensID" uuid NOT NULL,
    versie              integer NOT NULL DEFAULT 1,
    systeem_van         timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (client_key, "telefoonID"),
    FOREIGN KEY (client_key, "contactGegevensID") REFERENCES contactgegevens (client_key, "contactGegevensID")
);
CREATE INDEX ON telefoon ("telefoonID");
CREATE UNIQUE INDEX ON telefoon ("contactGegevensID", client_key);

CREATE TABLE email (
    client_key          uuid NOT NULL,
    "emailID"           uuid NOT NULL,
    emailadres          text NOT NULL,
    ingangsdatum        date NOT NULL,
    einddatum           date,
    "contactGegevensID" uuid NOT NULL,
    versie              integer NOT NULL DEFAULT 1,
    systeem_van         timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (client_key, "emailID"),
    FOREIGN KEY (client_key, "contactGegevensID") REFERENCES contactgegevens (client_key, "contactGegevensID")
);
CREATE INDEX ON email ("emailID");
CREATE UNIQUE INDEX ON email ("contactGegevensID", client_key);
