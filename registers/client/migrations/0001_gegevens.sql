-- Cliëntregister: the profile of a person and the ways to reach them.
--
-- client_key is a keyed hash of the BSN. It opens every primary and foreign key: rows of one person stay together, and a
-- join never leaves that person. Keys alone have an index for links from other registers; further indexes serve the
-- filters that the published queries send and the columns that row policies start from.

-- One profile a person; the hub that other registers refer to by BSN.
CREATE TABLE clientprofiel (
    client_key             uuid NOT NULL,
    "clientprofielID"      uuid NOT NULL,
    bsn                    text NOT NULL,
    leefeenheid            text,
    huisarts               text,
    communicatievorm       text,
    taal                   text,
    "voorkeurContactwijze" text,
    bronhouder             text NOT NULL,
    "vaststellingMoment"   timestamptz NOT NULL,
    versie                 integer NOT NULL DEFAULT 1,
    systeem_van            timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (client_key, "clientprofielID")
);
CREATE INDEX ON clientprofiel ("clientprofielID");
CREATE UNIQUE INDEX ON clientprofiel (bsn, client_key);

CREATE TABLE clientprofielcontactgegevens (
    client_key                       uuid NOT NULL,
    "clientprofielContactgegevensID" uuid NOT NULL,
    adressoort                       text NOT NULL,
    straatnaam                       text,
    huisnummer                       integer,
    huisletter                       text,
    huisnummertoevoeging             text,
    postcode                         text,
    plaatsnaam                       text,
    land                             text,
    "aanduidingWoonadres"            text,
    emailadres                       text,
    telefoonnummer01                 text,
    landnummer01                     text,
    telefoonnummer02                 text,
    landnummer02                     text,
    ingangsdatum                     date NOT NULL,
    einddatum                        date,
    bronhouder                       text,
    geheim                           text,
    "clientprofielID"                uuid NOT NULL,
    versie                           integer NOT NULL DEFAULT 1,
    systeem_van                      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (client_key, "clientprofielContactgegevensID"),
    FOREIGN KEY (client_key, "clientprofielID") REFERENCES clientprofiel (client_key, "clientprofielID")
);
CREATE INDEX ON clientprofielcontactgegevens ("clientprofielContactgegevensID");
CREATE INDEX ON clientprofielcontactgegevens ("clientprofielID");

CREATE TABLE clientprofielcontactpersoon (
    client_key                      uuid NOT NULL,
    "clientprofielContactpersoonID" uuid NOT NULL,
    relatienummer                   text NOT NULL,
    volgorde                        integer,
    "soortRelatie"                  text NOT NULL,
    rol                             text,
    relatie                         text,
    geslachtsnaam                   text,
    "voorvoegselGeslachtsnaam"      text,
    partnernaam                     text,
    "voorvoegselPartnernaam"        text,
    voornamen                       text,
    voorletters                     text,
    roepnaam                        text,
    naamgebruik                     text,
    geslacht                        text,
    geboortedatum                   date,
    geboortedatumgebruik            text,
    ingangsdatum                    date NOT NULL,
    einddatum                       date,
    bronhouder                      text,
    "clientprofielID"               uuid NOT NULL,
    versie                          integer NOT NULL DEFAULT 1,
    systeem_van                     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (client_key, "clientprofielContactpersoonID"),
    FOREIGN KEY (client_key, "clientprofielID") REFERENCES clientprofiel (client_key, "clientprofielID")
);
CREATE INDEX ON clientprofielcontactpersoon ("clientprofielContactpersoonID");
CREATE INDEX ON clientprofielcontactpersoon ("clientprofielID");

CREATE TABLE clientprofielcontactpersooncontactgegevens (
    client_key                                     uuid NOT NULL,
    "clientprofielContactpersoonContactgegevensID" uuid NOT NULL,
    adressoort                                     text NOT NULL,
    straatnaam                                     text,
    huisnummer                                     integer,
    huisletter                                     text,
    huisnummertoevoeging                           text,
    postcode                                       text,
    plaatsnaam                                     text,
    land                                           text,
    "aanduidingWoonadres"                          text,
    emailadres                                     text,
    telefoonnummer01                               text,
    landnummer01                                   text,
    telefoonnummer02                               text,
    landnummer02                                   text,
    ingangsdatum                                   date NOT NULL,
    einddatum                                      date,
    bronhouder                                     text,
    geheim                                         text,
    "clientprofielContactpersoonID"                uuid NOT NULL,
    versie                                         integer NOT NULL DEFAULT 1,
    systeem_van                                    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (client_key, "clientprofielContactpersoonContactgegevensID"),
    FOREIGN KEY (client_key, "clientprofielContactpersoonID")
        REFERENCES clientprofielcontactpersoon (client_key, "clientprofielContactpersoonID")
);
CREATE INDEX ON clientprofielcontactpersooncontactgegevens ("clientprofielContactpersoonContactgegevensID");
CREATE INDEX ON clientprofielcontactpersooncontactgegevens ("clientprofielContactpersoonID");
