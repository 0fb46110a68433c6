-- How far the projection of zorgrelaties has come (registers/zorgrelaties/projector.py).
--
-- stroom and positie: which stream, and the last event of it that stands in zorgrelatie. volledig_tot: until when nothing is
-- missing, as the heartbeat of the stream said. Both change in the transaction that changes zorgrelatie.
CREATE SCHEMA projectie;
CREATE TABLE projectie.stand (
    enkel        boolean PRIMARY KEY DEFAULT true CHECK (enkel),
    stroom       uuid,
    positie      bigint NOT NULL DEFAULT 0,
    volledig_tot timestamptz NOT NULL DEFAULT 'epoch'
);
INSERT INTO projectie.stand DEFAULT VALUES;

-- The version of each Bemiddeling that stands in zorgrelatie, also of those that ended and have no rows there any more.
CREATE TABLE projectie.aggregaat (
    aggregaat_id uuid PRIMARY KEY,
    versie       integer NOT NULL
);

-- The login of the projector: it writes zorgrelatie, and nothing else of this register. The register itself reads how far it is.
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{prefix}_projector') THEN
        CREATE ROLE "{prefix}_projector" LOGIN NOINHERIT NOBYPASSRLS;
    END IF;
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO "{prefix}_projector"', current_database());
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{prefix}_app') THEN
        GRANT USAGE ON SCHEMA projectie TO "{prefix}_app";
        GRANT SELECT ON projectie.stand TO "{prefix}_app";
    END IF;
END $$;
GRANT USAGE ON SCHEMA public, projectie TO "{prefix}_projector";
GRANT SELECT, UPDATE ON projectie.stand TO "{prefix}_projector";
GRANT SELECT, INSERT, UPDATE ON projectie.aggregaat TO "{prefix}_projector";
GRANT SELECT, INSERT, DELETE ON zorgrelatie TO "{prefix}_projector";
