-- Wmo register: what a municipality arranged for a person. client_key is the keyed hash of the BSN, as in every register.
CREATE TABLE maatwerkvoorziening (
    client_key              uuid NOT NULL,
    "maatwerkvoorzieningID" uuid NOT NULL,
    gemeente                text NOT NULL,
    bsn                     text NOT NULL,
    aanbieder               text NOT NULL,
    productcategorie        text NOT NULL,
    ingangsdatum            date NOT NULL,
    einddatum               date,
    toelichting             text,
    PRIMARY KEY (client_key, "maatwerkvoorzieningID")
);
CREATE INDEX ON maatwerkvoorziening ("maatwerkvoorzieningID");
CREATE INDEX ON maatwerkvoorziening (gemeente);
CREATE INDEX ON maatwerkvoorziening (aanbieder);
