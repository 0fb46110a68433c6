-- Register van inzagen: who was shown data of whom, made of what gateways ship from their decision journals.
--
-- client_key is the journal's keyed hash of the BSN (HMAC-SHA-256), its first 16 bytes. No BSN is stored here, and no content
-- of what was seen.

-- Where the gateways ship to, as `gateway audit prepare` makes it; whoever comes first makes it.
CREATE TABLE IF NOT EXISTS audit_record (
    instance text NOT NULL,
    sequence bigint NOT NULL,
    at timestamptz NOT NULL,
    kind text NOT NULL,
    persons text[] NOT NULL,
    line text NOT NULL,
    PRIMARY KEY (instance, sequence)
);

-- What was asked of a person's data, once for each person and way of asking: parties ask the same again and again.
CREATE TABLE inzagevraag (
    client_key uuid NOT NULL,
    "vraagID"  uuid NOT NULL,
    registers  text[] NOT NULL,
    gegevens   text[] NOT NULL,
    grondslag  text[] NOT NULL,
    PRIMARY KEY (client_key, "vraagID")
);

CREATE TABLE inzage (
    client_key   uuid NOT NULL,
    "inzageID"   uuid NOT NULL,
    moment       timestamptz NOT NULL,
    hoedanigheid text NOT NULL,
    partijcode   text,
    partijnaam   text,
    doel         text,
    wijze        text NOT NULL CHECK (wijze IN ('RAADPLEGING', 'ABONNEMENT')),
    "vraagID"    uuid NOT NULL,
    PRIMARY KEY (client_key, "inzageID"),
    FOREIGN KEY (client_key, "vraagID") REFERENCES inzagevraag (client_key, "vraagID")
);
CREATE INDEX ON inzage ("inzageID");
CREATE INDEX ON inzage (client_key, moment DESC, "inzageID" DESC);
CREATE INDEX ON inzagevraag ("vraagID");

-- vertegenwoordigt: gemachtigde (keyed like client_key) may see what the person of client_key may see, from vanaf to tot inclusive,
-- as long as it is not withdrawn. partijen: whether it may also see which parties looked. For a person with a secret address that
-- is false, since who cares for somebody tells where.
CREATE TABLE vertegenwoordiging (
    client_key             uuid NOT NULL,
    "vertegenwoordigingID" uuid NOT NULL,
    gemachtigde            uuid NOT NULL CHECK (gemachtigde <> client_key),
    vanaf                  date NOT NULL,
    tot                    date CHECK (tot >= vanaf),
    ingetrokken            timestamptz,
    partijen               boolean NOT NULL,
    PRIMARY KEY (client_key, "vertegenwoordigingID")
);
CREATE UNIQUE INDEX ON vertegenwoordiging ("vertegenwoordigingID");
CREATE INDEX ON vertegenwoordiging (gemachtigde, client_key);

-- Whose a record of another register is, for answers that name no person. From the locators of the registers.
CREATE TABLE vindplaats (
    record_id  uuid PRIMARY KEY,
    client_key uuid NOT NULL
);

-- The names of parties.
CREATE TABLE partij (
    partijcode text PRIMARY KEY,
    naam       text NOT NULL
);
