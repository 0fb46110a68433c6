-- The indications that CIZ has published to this register. Only row policies read it: CIZ may ask about an indication of
-- which it is the bronhouder, and about no other.
CREATE TABLE indicatiereferentie (
    client_key       uuid NOT NULL,
    "wlzIndicatieID" uuid NOT NULL,
    versie           integer NOT NULL DEFAULT 1,
    systeem_van      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (client_key, "wlzIndicatieID")
);
CREATE INDEX ON indicatiereferentie ("wlzIndicatieID");
