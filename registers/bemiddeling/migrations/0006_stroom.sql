-- The stream of zorgrelaties: what this register tells the others about who is involved with a client.
--
-- One row an event: all zorgrelaties of one Bemiddeling as they are from that version on (none when it ended). positie runs
-- 1, 2, 3 … without a gap and in the order in which transactions become visible: a publisher holds the row of stroom.stand.
CREATE SCHEMA stroom;
CREATE TABLE stroom.relaties (
    positie          bigint PRIMARY KEY,
    aggregaat_id     uuid NOT NULL,
    aggregaat_versie integer NOT NULL CHECK (aggregaat_versie > 0),
    client_key       uuid NOT NULL,
    relaties         jsonb NOT NULL CHECK (jsonb_typeof(relaties) = 'array'),
    geschreven       timestamptz NOT NULL DEFAULT now(),
    UNIQUE (aggregaat_id, aggregaat_versie)
);

-- Which stream this is, how far it goes, and until when nothing is missing in it: the heartbeat. A register that starts
-- anew (another backup, another load) starts another stream. volgnummer: up to there the outbox has been published.
CREATE TABLE stroom.stand (
    enkel        boolean PRIMARY KEY DEFAULT true CHECK (enkel),
    stroom       uuid NOT NULL DEFAULT gen_random_uuid(),
    positie      bigint NOT NULL DEFAULT 0,
    volgnummer   bigint NOT NULL DEFAULT 0,
    volledig_tot timestamptz NOT NULL DEFAULT 'epoch'
);
INSERT INTO stroom.stand DEFAULT VALUES;

-- Two logins: who publishes, and who reads along for another register. Neither reads a row of care data.
DO $$ DECLARE name text; BEGIN
    FOREACH name IN ARRAY ARRAY['{prefix}_relay', '{prefix}_lezer'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
            EXECUTE format('CREATE ROLE %I LOGIN NOINHERIT NOBYPASSRLS', name);
        END IF;
        EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), name);
        EXECUTE format('GRANT USAGE ON SCHEMA stroom TO %I', name);
        EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA stroom TO %I', name);
    END LOOP;
END $$;
GRANT INSERT ON stroom.relaties TO "{prefix}_relay";
GRANT UPDATE (positie, volgnummer, volledig_tot) ON stroom.stand TO "{prefix}_relay";
GRANT SELECT (volgnummer, aggregaat) ON outbox TO "{prefix}_relay";
