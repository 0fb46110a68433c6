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

CREATE TABLE clientprofiel_historie (
    LIKE clientprofiel,
    systeem_tot timestamptz NOT NULL,
    PRIMARY KEY (client_key, "clientprofielID", systeem_van, versie)
);
CREATE TRIGGER bewaar_historie BEFORE UPDATE OR DELETE ON clientprofiel
    FOR EACH ROW EXECUTE FUNCTION bewaar_historie();

CREATE TABLE clientprofielcontactgegevens_historie (
    LIKE clientprofielcontactgegevens,
    systeem_tot timestamptz NOT NULL,
    PRIMARY KEY (client_key, "clientprofielContactgegevensID", systeem_van, versie)
);
CREATE TRIGGER bewaar_historie BEFORE UPDATE OR DELETE ON clientprofielcontactgegevens
    FOR EACH ROW EXECUTE FUNCTION bewaar_historie();

CREATE TABLE clientprofielcontactpersoon_historie (
    LIKE clientprofielcontactpersoon,
    systeem_tot timestamptz NOT NULL,
    PRIMARY KEY (client_key, "clientprofielContactpersoonID", systeem_van, versie)
);
CREATE TRIGGER bewaar_historie BEFORE UPDATE OR DELETE ON clientprofielcontactpersoon
    FOR EACH ROW EXECUTE FUNCTION bewaar_historie();

CREATE TABLE clientprofielcontactpersooncontactgegevens_historie (
    LIKE clientprofielcontactpersooncontactgegevens,
    systeem_tot timestamptz NOT NULL,
    PRIMARY KEY (client_key, "clientprofielContactpersoonContactgegevensID", systeem_van, versie)
);
CREATE TRIGGER bewaar_historie BEFORE UPDATE OR DELETE ON clientprofielcontactpersooncontactgegevens
    FOR EACH ROW EXECUTE FUNCTION bewaar_historie();
