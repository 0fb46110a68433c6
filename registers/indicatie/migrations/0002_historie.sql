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

CREATE TABLE wlzindicatie_historie (
    LIKE wlzindicatie,
    systeem_tot timestamptz NOT NULL,
    PRIMARY KEY (client_key, "wlzindicatieID", systeem_van, versie)
);
CREATE TRIGGER bewaar_historie BEFORE UPDATE OR DELETE ON wlzindicatie
    FOR EACH ROW EXECUTE FUNCTION bewaar_historie();

CREATE TABLE geindiceerdzorgzwaartepakket_historie (
    LIKE geindiceerdzorgzwaartepakket,
    systeem_tot timestamptz NOT NULL,
    PRIMARY KEY (client_key, "geindiceerdZorgzwaartepakketID", systeem_van, versie)
);
CREATE TRIGGER bewaar_historie BEFORE UPDATE OR DELETE ON geindiceerdzorgzwaartepakket
    FOR EACH ROW EXECUTE FUNCTION bewaar_historie();

CREATE TABLE vervallengeldigheid_historie (
    LIKE vervallengeldigheid,
    systeem_tot timestamptz NOT NULL,
    PRIMARY KEY (client_key, "vervallenGeldigheidID", systeem_van, versie)
);
CREATE TRIGGER bewaar_historie BEFORE UPDATE OR DELETE ON vervallengeldigheid
    FOR EACH ROW EXECUTE FUNCTION bewaar_historie();

CREATE TABLE grondslag_historie (
    LIKE grondslag,
    systeem_tot timestamptz NOT NULL,
    PRIMARY KEY (client_key, "grondslagID", systeem_van, versie)
);
CREATE TRIGGER bewaar_historie BEFORE UPDATE OR DELETE ON grondslag
    FOR EACH ROW EXECUTE FUNCTION bewaar_historie();

CREATE TABLE beperking_historie (
    LIKE beperking,
    systeem_tot timestamptz NOT NULL,
    PRIMARY KEY (client_key, "beperkingID", systeem_van, versie)
);
CREATE TRIGGER bewaar_historie BEFORE UPDATE OR DELETE ON beperking
    FOR EACH ROW EXECUTE FUNCTION bewaar_historie();

CREATE TABLE beperkingscore_historie (
    LIKE beperkingscore,
    systeem_tot timestamptz NOT NULL,
    PRIMARY KEY (client_key, "beperkingScoreID", systeem_van, versie)
);
CREATE TRIGGER bewaar_historie BEFORE UPDATE OR DELETE ON beperkingscore
    FOR EACH ROW EXECUTE FUNCTION bewaar_historie();

CREATE TABLE stoornis_historie (
    LIKE stoornis,
    systeem_tot timestamptz NOT NULL,
    PRIMARY KEY (client_key, "stoornisID", systeem_van, versie)
);
CREATE TRIGGER bewaar_historie BEFORE UPDATE OR DELETE ON stoornis
    FOR EACH ROW EXECUTE FUNCTION bewaar_historie();

CREATE TABLE stoornisscore_historie (
    LIKE stoornisscore,
    systeem_tot timestamptz NOT NULL,
    PRIMARY KEY (client_key, "stoornisScoreID", systeem_van, versie)
);
CREATE TRIGGER bewaar_historie BEFORE UPDATE OR DELETE ON stoornisscore
    FOR EACH ROW EXECUTE FUNCTION bewaar_historie();

CREATE TABLE wzd_historie (
    LIKE wzd,
    systeem_tot timestamptz NOT NULL,
    PRIMARY KEY (client_key, "wzdID", systeem_van, versie)
);
CREATE TRIGGER bewaar_historie BEFORE UPDATE OR DELETE ON wzd
    FOR EACH ROW EXECUTE FUNCTION bewaar_historie();

CREATE TABLE client_historie (
    LIKE client,
    systeem_tot timestamptz NOT NULL,
    PRIMARY KEY (client_key, "clientID", systeem_van, versie)
);
CREATE TRIGGER bewaar_historie BEFORE UPDATE OR DELETE ON client
    FOR EACH ROW EXECUTE FUNCTION bewaar_historie();

CREATE TABLE contactpersoon_historie (
    LIKE contactpersoon,
    systeem_tot timestamptz NOT NULL,
    PRIMARY KEY (client_key, "contactPersoonID", systeem_van, versie)
);
CREATE TRIGGER bewaar_historie BEFORE UPDATE OR DELETE ON contactpersoon
    FOR EACH ROW EXECUTE FUNCTION bewaar_historie();

CREATE TABLE contactgegevens_historie (
    LIKE contactgegevens,
    systeem_tot timestamptz NOT NULL,
    PRIMARY KEY (client_key, "contactGegevensID", systeem_van, versie)
);
CREATE TRIGGER bewaar_historie BEFORE UPDATE OR DELETE ON contactgegevens
    FOR EACH ROW EXECUTE FUNCTION bewaar_historie();

CREATE TABLE adres_historie (
    LIKE adres,
    systeem_tot timestamptz NOT NULL,
    PRIMARY KEY (client_key, "adresID", systeem_van, versie)
);
CREATE TRIGGER bewaar_historie BEFORE UPDATE OR DELETE ON adres
    FOR EACH ROW EXECUTE FUNCTION bewaar_historie();

CREATE TABLE telefoon_historie (
    LIKE telefoon,
    systeem_tot timestamptz NOT NULL,
    PRIMARY KEY (client_key, "telefoonID", systeem_van, versie)
);
CREATE TRIGGER bewaar_historie BEFORE UPDATE OR DELETE ON telefoon
    FOR EACH ROW EXECUTE FUNCTION bewaar_historie();

CREATE TABLE email_historie (
    LIKE email,
    systeem_tot timestamptz NOT NULL,
    PRIMARY KEY (client_key, "emailID", systeem_van, versie)
);
CREATE TRIGGER bewaar_historie BEFORE UPDATE OR DELETE ON email
    FOR EACH ROW EXECUTE FUNCTION bewaar_historie();
