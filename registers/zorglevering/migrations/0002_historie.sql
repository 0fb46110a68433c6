-- History in system time. A row is valid from systeem_van on; what it was before stands in its twin, with the moment until
-- which it was so (systeem_tot). One trigger keeps the twins and counts versie.

CREATE FUNCTION bewaar_historie() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    -- A transaction that began earlier may write later; time never runs back within a row.
    moment timestamptz := greatest(now(), OLD.systeem_van);
    twin text := format('%I.%I', TG_TABLE_SCHEMA, TG_TABLE_NAME || '_historie');
BEGIN
    -- By column name, so that a column that a later migration adds to both tables needs no new trigger.
    EXECUTE format('INSERT INTO %1$s SELECT * FROM jsonb_populate_record(NULL::%1$s, $1)', twin)
        USING to_jsonb(OLD) || jsonb_build_object('systeem_tot', moment);
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    NEW.versie := OLD.versie + 1;
    NEW.systeem_van := moment;
    RETURN NEW;
END
$$;

CREATE TABLE client_historie (
    LIKE client,
    systeem_tot timestamptz NOT NULL,
    PRIMARY KEY (client_key, "clientID", systeem_van, versie)
);
CREATE TRIGGER bewaar_historie BEFORE UPDATE OR DELETE ON client
    FOR EACH ROW EXECUTE FUNCTION bewaar_historie();

CREATE TABLE levering_historie (
    LIKE levering,
    systeem_tot timestamptz NOT NULL,
    PRIMARY KEY (client_key, "leveringID", systeem_van, versie)
);
CREATE TRIGGER bewaar_historie BEFORE UPDATE OR DELETE ON levering
    FOR EACH ROW EXECUTE FUNCTION bewaar_historie();

CREATE TABLE leveringperiode_historie (
    LIKE leveringperiode,
    systeem_tot timestamptz NOT NULL,
    PRIMARY KEY (client_key, "leveringperiodeID", systeem_van, versie)
);
CREATE TRIGGER bewaar_historie BEFORE UPDATE OR DELETE ON leveringperiode
    FOR EACH ROW EXECUTE FUNCTION bewaar_historie();

CREATE TABLE behandelingperiode_historie (
    LIKE behandelingperiode,
    systeem_tot timestamptz NOT NULL,
    PRIMARY KEY (client_key, "behandelingperiodeID", systeem_van, versie)
);
CREATE TRIGGER bewaar_historie BEFORE UPDATE OR DELETE ON behandelingperiode
    FOR EACH ROW EXECUTE FUNCTION bewaar_historie();

CREATE TABLE uitstelperiode_historie (
    LIKE uitstelperiode,
    systeem_tot timestamptz NOT NULL,
    PRIMARY KEY (client_key, "uitstelperiodeID", systeem_van, versie)
);
CREATE TRIGGER bewaar_historie BEFORE UPDATE OR DELETE ON uitstelperiode
    FOR EACH ROW EXECUTE FUNCTION bewaar_historie();

CREATE TABLE afstel_historie (
    LIKE afstel,
    systeem_tot timestamptz NOT NULL,
    PRIMARY KEY (client_key, "afstelID", systeem_van, versie)
);
CREATE TRIGGER bewaar_historie BEFORE UPDATE OR DELETE ON afstel
    FOR EACH ROW EXECUTE FUNCTION bewaar_historie();

CREATE TABLE verzoek_historie (
    LIKE verzoek,
    systeem_tot timestamptz NOT NULL,
    PRIMARY KEY (client_key, "verzoekID", systeem_van, versie)
);
CREATE TRIGGER bewaar_historie BEFORE UPDATE OR DELETE ON verzoek
    FOR EACH ROW EXECUTE FUNCTION bewaar_historie();

CREATE TABLE verzoekaanbieder_historie (
    LIKE verzoekaanbieder,
    systeem_tot timestamptz NOT NULL,
    PRIMARY KEY (client_key, "verzoekAanbiederID", systeem_van, versie)
);
CREATE TRIGGER bewaar_historie BEFORE UPDATE OR DELETE ON verzoekaanbieder
    FOR EACH ROW EXECUTE FUNCTION bewaar_historie();
