-- Zorgleveringsregister: the published model as tables.
--
-- client_key is a keyed hash of the BSN. It opens every primary and foreign key: rows of one person stay together, and a
-- join never leaves that person. Keys alone have an index for links from other registers; further indexes serve the
-- filters that the published queries send and the columns that row policies start from.

-- The client as the providers know the person.
CREATE TABLE client (
    client_key uuid NOT NULL,
    "clientID" uuid NOT NULL,
    bsn        text NOT NULL,
    versie     integer NOT NULL DEFAULT 1,
    systeem_van timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (client_key, "clientID")
);
CREATE INDEX ON client ("clientID");
CREATE INDEX ON client (bsn);

-- The delivery on an allocation. "bemiddelingspecificatieID" points into another register: no foreign key.
CREATE TABLE levering (
    client_key                  uuid NOT NULL,
    "leveringID"                uuid NOT NULL,
    "bemiddelingspecificatieID" uuid NOT NULL,
    "clientID"                  uuid NOT NULL,
    versie                      integer NOT NULL DEFAULT 1,
    systeem_van                 timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (client_key, "leveringID"),
    FOREIGN KEY (client_key, "clientID") REFERENCES client (client_key, "clientID")
);
CREATE INDEX ON levering ("leveringID");
CREATE INDEX ON levering ("clientID");
CREATE INDEX ON levering ("bemiddelingspecificatieID");

CREATE TABLE leveringperiode (
    client_key            uuid NOT NULL,
    "leveringperiodeID"   uuid NOT NULL,
    ingangsdatum          date NOT NULL,
    "vaststellingMoment"  timestamptz NOT NULL,
    sleuteldatum          date,
    einddatum             date,
    "beeindigingReden"    text,
    "aanbiederBestemming" text,
    "leveringID"          uuid NOT NULL,
    versie                integer NOT NULL DEFAULT 1,
    systeem_van           timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (client_key, "leveringperiodeID"),
    FOREIGN KEY (client_key, "leveringID") REFERENCES levering (client_key, "leveringID")
);
CREATE INDEX ON leveringperiode ("leveringperiodeID");
CREATE INDEX ON leveringperiode ("leveringID");

CREATE TABLE behandelingperiode (
    client_key             uuid NOT NULL,
    "behandelingperiodeID" uuid NOT NULL,
    ingangsdatum           date NOT NULL,
    einddatum              date,
    "leveringperiodeID"    uuid NOT NULL,
    versie                 integer NOT NULL DEFAULT 1,
    systeem_van            timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (client_key, "behandelingperiodeID"),
    FOREIGN KEY (client_key, "leveringperiodeID") REFERENCES leveringperiode (client_key, "leveringperiodeID")
);
CREATE INDEX ON behandelingperiode ("behandelingperiodeID");
CREATE INDEX ON behandelingperiode ("leveringperiodeID");

CREATE TABLE uitstelperiode (
    client_key                     uuid NOT NULL,
    "uitstelperiodeID"             uuid NOT NULL,
    ingangsdatum                   date NOT NULL,
    "vaststellingMoment"           timestamptz NOT NULL,
    reden                          text NOT NULL,
    leveringsstatus                text NOT NULL,
    "leveringsstatusClassificatie" text NOT NULL,
    einddatum                      date,
    "leveringID"                   uuid NOT NULL,
    versie                         integer NOT NULL DEFAULT 1,
    systeem_van                    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (client_key, "uitstelperiodeID"),
    FOREIGN KEY (client_key, "leveringID") REFERENCES levering (client_key, "leveringID")
);
CREATE INDEX ON uitstelperiode ("uitstelperiodeID");
CREATE INDEX ON uitstelperiode ("leveringID");

-- Care that will not be delivered, at most one a delivery.
CREATE TABLE afstel (
    client_key            uuid NOT NULL,
    "afstelID"            uuid NOT NULL,
    afsteldatum           date NOT NULL,
    "vaststellingMoment"  timestamptz NOT NULL,
    reden                 text NOT NULL,
    "aanbiederBestemming" text,
    "leveringID"          uuid NOT NULL,
    versie                integer NOT NULL DEFAULT 1,
    systeem_van           timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (client_key, "afstelID"),
    FOREIGN KEY (client_key, "leveringID") REFERENCES levering (client_key, "leveringID")
);
CREATE INDEX ON afstel ("afstelID");
CREATE UNIQUE INDEX ON afstel ("leveringID", client_key);

-- A request for a new or changed allocation.
CREATE TABLE verzoek (
    client_key        uuid NOT NULL,
    "verzoekID"       uuid NOT NULL,
    verzoekdatum      date NOT NULL,
    product           text NOT NULL,
    "toewijzingSoort" text NOT NULL,
    leveringsvorm     text NOT NULL,
    volume            double precision,
    eenheid           text,
    frequentie        text,
    doelmatig         text,
    toeslagreden      text,
    verantwoord       text,
    "leveringID"      uuid NOT NULL,
    versie            integer NOT NULL DEFAULT 1,
    systeem_van       timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (client_key, "verzoekID"),
    FOREIGN KEY (client_key, "leveringID") REFERENCES levering (client_key, "leveringID")
);
CREATE INDEX ON verzoek ("verzoekID");
CREATE INDEX ON verzoek ("leveringID");

-- What a request asks of each provider.
CREATE TABLE verzoekaanbieder (
    client_key               uuid NOT NULL,
    "verzoekAanbiederID"     uuid NOT NULL,
    aanbieder                text NOT NULL,
    "toewijzingIngangsdatum" date NOT NULL,
    "toewijzingEinddatum"    date,
    "toewijzingPercentage"   integer NOT NULL,
    opname                   text,
    regiehouder              text NOT NULL,
    "verzoekID"              uuid NOT NULL,
    versie                   integer NOT NULL DEFAULT 1,
    systeem_van              timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (client_key, "verzoekAanbiederID"),
    FOREIGN KEY (client_key, "verzoekID") REFERENCES verzoek (client_key, "verzoekID")
);
CREATE INDEX ON verzoekaanbieder ("verzoekAanbiederID");
CREATE INDEX ON verzoekaanbieder ("verzoekID");
CREATE INDEX ON verzoekaanbieder (aanbieder);
