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

CREATE TABLE clientcontactgegevens_historie (
    LIKE clientcontactgegevens,
    systeem_tot timestamptz NOT NULL,
    PRIMARY KEY (client_key, "clientContactgegevensID", systeem_van, versie)
);
CREATE TRIGGER bewaar_historie BEFORE UPDATE OR DELETE ON clientcontactgegevens
    FOR EACH ROW EXECUTE FUNCTION bewaar_historie();

CREATE TABLE contactpersoon_historie (
    LIKE contactpersoon,
    systeem_tot timestamptz NOT NULL,
    PRIMARY KEY (client_key, "contactpersoonID", systeem_van, versie)
);
CREATE TRIGGER bewaar_historie BEFORE UPDATE OR DELETE ON contactpersoon
    FOR EACH ROW EXECUTE FUNCTION bewaar_historie();

CREATE TABLE contactpersooncontactgegevens_historie (
    LIKE contactpersooncontactgegevens,
    systeem_tot timestamptz NOT NULL,
    PRIMARY KEY (client_key, "contactpersoonContactgegevensID", systeem_van, versie)
);
CREATE TRIGGER bewaar_historie BEFORE UPDATE OR DELETE ON contactpersooncontactgegevens
    FOR EACH ROW EXECUTE FUNCTION bewaar_historie();

CREATE TABLE bemiddeling_historie (
    LIKE bemiddeling,
    systeem_tot timestamptz NOT NULL,
    PRIMARY KEY (client_key, "bemiddelingID", systeem_van, versie)
);
CREATE TRIGGER bewaar_historie BEFORE UPDATE OR DELETE ON bemiddeling
    FOR EACH ROW EXECUTE FUNCTION bewaar_historie();

CREATE TABLE bemiddelingspecificatie_historie (
    LIKE bemiddelingspecificatie,
    systeem_tot timestamptz NOT NULL,
    PRIMARY KEY (client_key, "bemiddelingspecificatieID", systeem_van, versie)
);
CREATE TRIGGER bewaar_historie BEFORE UPDATE OR DELETE ON bemiddelingspecificatie
    FOR EACH ROW EXECUTE FUNCTION bewaar_historie();

CREATE TABLE regiehouder_historie (
    LIKE regiehouder,
    systeem_tot timestamptz NOT NULL,
    PRIMARY KEY (client_key, "regiehouderID", systeem_van, versie)
);
CREATE TRIGGER bewaar_historie BEFORE UPDATE OR DELETE ON regiehouder
    FOR EACH ROW EXECUTE FUNCTION bewaar_historie();

CREATE TABLE overdracht_historie (
    LIKE overdracht,
    systeem_tot timestamptz NOT NULL,
    PRIMARY KEY (client_key, "overdrachtID", systeem_van, versie)
);
CREATE TRIGGER bewaar_historie BEFORE UPDATE OR DELETE ON overdracht
    FOR EACH ROW EXECUTE FUNCTION bewaar_historie();

CREATE TABLE overdrachtspecificatie_historie (
    LIKE overdrachtspecificatie,
    systeem_tot timestamptz NOT NULL,
    PRIMARY KEY (client_key, "overdrachtspecificatieID", systeem_van, versie)
);
CREATE TRIGGER bewaar_historie BEFORE UPDATE OR DELETE ON overdrachtspecificatie
    FOR EACH ROW EXECUTE FUNCTION bewaar_historie();
