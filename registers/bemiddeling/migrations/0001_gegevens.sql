-- Bemiddelingsregister: the published model as tables.
--
-- client_key is a keyed hash of the BSN. It opens every primary and foreign key: rows of one person stay together, and a
-- join never leaves that person. Keys alone have an index for links from other registers; further indexes serve the
-- filters that the published queries send and the columns that row policies start from.

-- The client as the care offices know the person.
CREATE TABLE client (
    client_key       uuid NOT NULL,
    "clientID"       uuid NOT NULL,
    bsn              text NOT NULL,
    leefeenheid      text,
    huisarts         text,
    communicatievorm text,
    taal             text,
    versie           integer NOT NULL DEFAULT 1,
    systeem_van      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (client_key, "clientID")
);
CREATE INDEX ON client ("clientID");
CREATE INDEX ON client (bsn);

CREATE TABLE clientcontactgegevens (
    client_key                uuid NOT NULL,
    "clientContactgegevensID" uuid NOT NULL,
    adressoort                text NOT NULL,
    straatnaam                text,
    huisnummer                integer,
    huisletter                text,
    huisnummertoevoeging      text,
    postcode                  text,
    plaatsnaam                text,
    land                      text,
    "aanduidingWoonadres"     text,
    emailadres                text,
    telefoonnummer01          text,
    landnummer01              text,
    telefoonnummer02          text,
    landnummer02              text,
    ingangsdatum              date NOT NULL,
    einddatum                 date,
    "clientID"                uuid NOT NULL,
    versie                    integer NOT NULL DEFAULT 1,
    systeem_van               timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (client_key, "clientContactgegevensID"),
    FOREIGN KEY (client_key, "clientID") REFERENCES client (client_key, "clientID")
);
CREATE INDEX ON clientcontactgegevens ("clientContactgegevensID");
CREATE INDEX ON clientcontactgegevens ("clientID");

CREATE TABLE contactpersoon (
    client_key                 uuid NOT NULL,
    "contactpersoonID"         uuid NOT NULL,
    relatienummer              text NOT NULL,
    volgorde                   integer,
    "soortRelatie"             text NOT NULL,
    rol                        text,
    relatie                    text,
    geslachtsnaam              text,
    "voorvoegselGeslachtsnaam" text,
    partnernaam                text,
    "voorvoegselPartnernaam"   text,
    voornamen                  text,
    voorletters                text,
    roepnaam                   text,
    naamgebruik                text,
    geslacht                   text,
    geboortedatum              date,
    geboortedatumgebruik       text,
    ingangsdatum               date NOT NULL,
    einddatum                  date,
    "clientID"                 uuid NOT NULL,
    versie                     integer NOT NULL DEFAULT 1,
    systeem_van                timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (client_key, "contactpersoonID"),
    FOREIGN KEY (client_key, "clientID") REFERENCES client (client_key, "clientID")
);
CREATE INDEX ON contactpersoon ("contactpersoonID");
CREATE INDEX ON contactpersoon ("clientID");

CREATE TABLE contactpersooncontactgegevens (
    client_key                        uuid NOT NULL,
    "contactpersoonContactgegevensID" uuid NOT NULL,
    adressoort                        text NOT NULL,
    straatnaam                        text,
    huisnummer                        integer,
    huisletter                        text,
    huisnummertoevoeging              text,
    postcode                          text,
    plaatsnaam                        text,
    land                              text,
    "aanduidingWoonadres"             text,
    emailadres                        text,
    telefoonnummer01                  text,
    landnummer01                      text,
    telefoonnummer02                  text,
    landnummer02                      text,
    ingangsdatum                      date NOT NULL,
    einddatum                         date,
    "contactpersoonID"                uuid NOT NULL,
    versie                            integer NOT NULL DEFAULT 1,
    systeem_van                       timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (client_key, "contactpersoonContactgegevensID"),
    FOREIGN KEY (client_key, "contactpersoonID") REFERENCES contactpersoon (client_key, "contactpersoonID")
);
CREATE INDEX ON contactpersooncontactgegevens ("contactpersoonContactgegevensID");
CREATE INDEX ON contactpersooncontactgegevens ("contactpersoonID");

-- One for each indication and responsible office. "wlzIndicatieID" points into another register: no foreign key.
CREATE TABLE bemiddeling (
    client_key                         uuid NOT NULL,
    "bemiddelingID"                    uuid NOT NULL,
    "wlzIndicatieID"                   uuid NOT NULL,
    "verantwoordelijkZorgkantoor"      text NOT NULL,
    "verantwoordelijkheidIngangsdatum" date NOT NULL,
    "verantwoordelijkheidEinddatum"    date,
    "clientID"                         uuid NOT NULL,
    versie                             integer NOT NULL DEFAULT 1,
    systeem_van                        timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (client_key, "bemiddelingID"),
    FOREIGN KEY (client_key, "clientID") REFERENCES client (client_key, "clientID")
);
CREATE INDEX ON bemiddeling ("bemiddelingID");
CREATE INDEX ON bemiddeling ("clientID");
CREATE INDEX ON bemiddeling ("wlzIndicatieID");
CREATE INDEX ON bemiddeling ("verantwoordelijkZorgkantoor");

-- What is allocated to whom.
CREATE TABLE bemiddelingspecificatie (
    client_key                  uuid NOT NULL,
    "bemiddelingspecificatieID" uuid NOT NULL,
    leveringsvorm               text NOT NULL,
    "zzpCode"                   text NOT NULL,
    "toewijzingIngangsdatum"    date NOT NULL,
    instelling                  text,
    "uitvoerendZorgkantoor"     text NOT NULL,
    "vaststellingMoment"        timestamptz NOT NULL,
    "toewijzingEinddatum"       date,
    percentage                  integer,
    "pgbPercentage"             integer,
    opname                      text,
    "redenIntrekking"           text,
    etmalen                     text,
    "instellingBestemming"      text,
    "soortToewijzing"           text NOT NULL,
    "bemiddelingID"             uuid NOT NULL,
    versie                      integer NOT NULL DEFAULT 1,
    systeem_van                 timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (client_key, "bemiddelingspecificatieID"),
    FOREIGN KEY (client_key, "bemiddelingID") REFERENCES bemiddeling (client_key, "bemiddelingID")
);
CREATE INDEX ON bemiddelingspecificatie ("bemiddelingspecificatieID");
CREATE INDEX ON bemiddelingspecificatie ("bemiddelingID");
CREATE INDEX ON bemiddelingspecificatie (instelling);
CREATE INDEX ON bemiddelingspecificatie ("uitvoerendZorgkantoor");

-- The provider that coordinates.
CREATE TABLE regiehouder (
    client_key      uuid NOT NULL,
    "regiehouderID" uuid NOT NULL,
    instelling      text NOT NULL,
    ingangsdatum    date NOT NULL,
    einddatum       date,
    regierol        text NOT NULL,
    "bemiddelingID" uuid NOT NULL,
    versie          integer NOT NULL DEFAULT 1,
    systeem_van     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (client_key, "regiehouderID"),
    FOREIGN KEY (client_key, "bemiddelingID") REFERENCES bemiddeling (client_key, "bemiddelingID")
);
CREATE INDEX ON regiehouder ("regiehouderID");
CREATE INDEX ON regiehouder ("bemiddelingID");
CREATE INDEX ON regiehouder (instelling);

-- The transfer of the file to another office, at most one a bemiddeling.
CREATE TABLE overdracht (
    client_key                    uuid NOT NULL,
    "overdrachtID"                uuid NOT NULL,
    "verantwoordelijkZorgkantoor" text NOT NULL,
    "overdrachtDatum"             date NOT NULL,
    "verhuisDatum"                date NOT NULL,
    "vaststellingMoment"          timestamptz NOT NULL,
    "bemiddelingID"               uuid NOT NULL,
    versie                        integer NOT NULL DEFAULT 1,
    systeem_van                   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (client_key, "overdrachtID"),
    FOREIGN KEY (client_key, "bemiddelingID") REFERENCES bemiddeling (client_key, "bemiddelingID")
);
CREATE INDEX ON overdracht ("overdrachtID");
CREATE UNIQUE INDEX ON overdracht ("bemiddelingID", client_key);
CREATE INDEX ON overdracht ("verantwoordelijkZorgkantoor");

-- An allocation that moves along, each at most once.
CREATE TABLE overdrachtspecificatie (
    client_key                           uuid NOT NULL,
    "overdrachtspecificatieID"           uuid NOT NULL,
    leveringsstatus                      text NOT NULL,
    "leveringsstatusClassificatie"       text,
    "oorspronkelijkeToewijzingEinddatum" date,
    "overdrachtID"                       uuid NOT NULL,
    "bemiddelingspecificatieID"          uuid NOT NULL,
    versie                               integer NOT NULL DEFAULT 1,
    systeem_van                          timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (client_key, "overdrachtspecificatieID"),
    FOREIGN KEY (client_key, "overdrachtID") REFERENCES overdracht (client_key, "overdrachtID"),
    FOREIGN KEY (client_key, "bemiddelingspecificatieID")
        REFERENCES bemiddelingspecificatie (client_key, "bemiddelingspecificatieID")
);
CREATE INDEX ON overdrachtspecificatie ("overdrachtspecificatieID");
CREATE INDEX ON overdrachtspecificatie ("overdrachtID");
CREATE UNIQUE INDEX ON overdrachtspecificatie ("bemiddelingspecificatieID", client_key);
