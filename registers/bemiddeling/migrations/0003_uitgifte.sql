-- What leaves the register with each write, and where a record is found again.

-- One row a write, in the transaction of that write. transactie tells a reader which rows may still be joined by earlier
-- ones (a transaction that is not finished yet); volgnummer alone does not. The versions point at rows of the table or of
-- its history twin: null before a first registration, null after an end.
CREATE TABLE outbox (
    volgnummer       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    transactie       xid8 NOT NULL DEFAULT pg_current_xact_id(),
    geschreven       timestamptz NOT NULL DEFAULT now(),
    client_key       uuid NOT NULL,
    aggregaat        text NOT NULL,
    aggregaat_id     uuid NOT NULL,
    aggregaat_versie integer NOT NULL,
    tabel            text NOT NULL,
    record_id        uuid NOT NULL,
    versie_voor      integer,
    versie_na        integer,
    UNIQUE (aggregaat_id, aggregaat_versie)
);
CREATE INDEX ON outbox (transactie, volgnummer);

-- Which person a record belongs to, for a reader who has no more than its id.
CREATE TABLE locator (
    record_id  uuid PRIMARY KEY,
    client_key uuid NOT NULL,
    tabel      text NOT NULL
);
CREATE INDEX ON locator (client_key);
