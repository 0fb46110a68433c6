-- Made by `gateway grants compile`; do not edit. Register: bemiddeling. Grants release: ac7a42d4ab3d1675b9e1529553dc7be3bdb76489e85ee17ac096260cc2e0822f.
-- {prefix} is the name of the database. Runs as the owner of the tables, in one transaction, as often as wanted.

-- Roles.
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{prefix}_zorgkantoor') THEN
        CREATE ROLE "{prefix}_zorgkantoor" NOLOGIN NOBYPASSRLS;
    END IF;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{prefix}_app') THEN
        GRANT "{prefix}_zorgkantoor" TO "{prefix}_app";
    END IF;
END $$;
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{prefix}_zorgaanbieder') THEN
        CREATE ROLE "{prefix}_zorgaanbieder" NOLOGIN NOBYPASSRLS;
    END IF;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{prefix}_app') THEN
        GRANT "{prefix}_zorgaanbieder" TO "{prefix}_app";
    END IF;
END $$;
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{prefix}_ciz') THEN
        CREATE ROLE "{prefix}_ciz" NOLOGIN NOBYPASSRLS;
    END IF;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{prefix}_app') THEN
        GRANT "{prefix}_ciz" TO "{prefix}_app";
    END IF;
END $$;
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{prefix}_burger') THEN
        CREATE ROLE "{prefix}_burger" NOLOGIN NOBYPASSRLS;
    END IF;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{prefix}_app') THEN
        GRANT "{prefix}_burger" TO "{prefix}_app";
    END IF;
END $$;
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{prefix}_onderneming') THEN
        CREATE ROLE "{prefix}_onderneming" NOLOGIN NOBYPASSRLS;
    END IF;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{prefix}_app') THEN
        GRANT "{prefix}_onderneming" TO "{prefix}_app";
    END IF;
END $$;

-- What an earlier release gave.
DO $$ DECLARE old record; BEGIN
    FOR old IN SELECT policyname, tablename FROM pg_policies
        WHERE schemaname = 'public' AND tablename IN ('bemiddeling', 'bemiddelingspecificatie', 'client', 'clientcontactgegevens', 'contactpersoon', 'contactpersooncontactgegevens', 'indicatiereferentie', 'overdracht', 'overdrachtspecificatie', 'regiehouder') LOOP
        EXECUTE format('DROP POLICY %I ON public.%I', old.policyname, old.tablename);
    END LOOP;
END $$;
DROP SCHEMA IF EXISTS policy CASCADE;
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, "{prefix}_zorgkantoor", "{prefix}_zorgaanbieder", "{prefix}_ciz", "{prefix}_burger", "{prefix}_onderneming";
CREATE SCHEMA policy;
GRANT USAGE ON SCHEMA public, policy TO "{prefix}_zorgkantoor", "{prefix}_zorgaanbieder", "{prefix}_ciz", "{prefix}_burger", "{prefix}_onderneming";

-- What predicates read: all rows, few columns.
CREATE VIEW policy."bemiddeling" AS SELECT "client_key", "bemiddelingID", "wlzIndicatieID", "verantwoordelijkZorgkantoor", "clientID" FROM public."bemiddeling";
GRANT SELECT ("client_key", "bemiddelingID", "verantwoordelijkZorgkantoor", "clientID") ON policy."bemiddeling" TO "{prefix}_zorgkantoor";
GRANT SELECT ("client_key", "bemiddelingID", "clientID") ON policy."bemiddeling" TO "{prefix}_zorgaanbieder";
GRANT SELECT ("client_key", "bemiddelingID", "wlzIndicatieID") ON policy."bemiddeling" TO "{prefix}_ciz";
CREATE VIEW policy."bemiddelingspecificatie" AS SELECT "client_key", "toewijzingIngangsdatum", "instelling", "uitvoerendZorgkantoor", "vaststellingMoment", "toewijzingEinddatum", "bemiddelingID" FROM public."bemiddelingspecificatie";
GRANT SELECT ("client_key", "toewijzingIngangsdatum", "uitvoerendZorgkantoor", "vaststellingMoment", "toewijzingEinddatum", "bemiddelingID") ON policy."bemiddelingspecificatie" TO "{prefix}_zorgkantoor";
GRANT SELECT ("client_key", "toewijzingIngangsdatum", "instelling", "vaststellingMoment", "toewijzingEinddatum", "bemiddelingID") ON policy."bemiddelingspecificatie" TO "{prefix}_zorgaanbieder";
CREATE VIEW policy."contactpersoon" AS SELECT "client_key", "contactpersoonID", "clientID" FROM public."contactpersoon";
GRANT SELECT ON policy."contactpersoon" TO "{prefix}_zorgkantoor";
GRANT SELECT ON policy."contactpersoon" TO "{prefix}_zorgaanbieder";
CREATE VIEW policy."indicatiereferentie" AS SELECT "client_key", "wlzIndicatieID" FROM public."indicatiereferentie";
GRANT SELECT ON policy."indicatiereferentie" TO "{prefix}_ciz";
CREATE VIEW policy."overdracht" AS SELECT "client_key", "overdrachtID", "verantwoordelijkZorgkantoor", "overdrachtDatum", "bemiddelingID" FROM public."overdracht";
GRANT SELECT ON policy."overdracht" TO "{prefix}_zorgkantoor";
CREATE VIEW policy."overdrachtspecificatie" AS SELECT "client_key", "overdrachtID", "bemiddelingspecificatieID" FROM public."overdrachtspecificatie";
GRANT SELECT ON policy."overdrachtspecificatie" TO "{prefix}_zorgkantoor";
CREATE VIEW policy."regiehouder" AS SELECT "client_key", "instelling", "bemiddelingID" FROM public."regiehouder";
GRANT SELECT ON policy."regiehouder" TO "{prefix}_zorgaanbieder";

-- Bemiddeling
ALTER TABLE public."bemiddeling" ENABLE ROW LEVEL SECURITY;
GRANT SELECT ("client_key", "bemiddelingID", "wlzIndicatieID", "verantwoordelijkZorgkantoor", "verantwoordelijkheidIngangsdatum", "verantwoordelijkheidEinddatum", "clientID") ON public."bemiddeling" TO "{prefix}_zorgkantoor";
CREATE POLICY "lezen_zorgkantoor" ON public."bemiddeling" FOR SELECT TO "{prefix}_zorgkantoor" USING (
    (SELECT position(' registers/wlzbemiddelingsregister/bemiddelingen/bemiddeling:read ' in current_setting('caller.scopes', true)) > 0) AND (
        "bemiddeling"."verantwoordelijkZorgkantoor" = nullif(current_setting('caller.uzovi', true), '')
        OR EXISTS (SELECT FROM policy."bemiddelingspecificatie" pol1 WHERE pol1."client_key" = "bemiddeling"."client_key" AND pol1."bemiddelingID" = "bemiddeling"."bemiddelingID" AND pol1."uitvoerendZorgkantoor" = nullif(current_setting('caller.uzovi', true), '') OFFSET 0)
        OR EXISTS (SELECT FROM policy."overdracht" pol1 WHERE pol1."client_key" = "bemiddeling"."client_key" AND pol1."bemiddelingID" = "bemiddeling"."bemiddelingID" AND pol1."verantwoordelijkZorgkantoor" = nullif(current_setting('caller.uzovi', true), '') OFFSET 0)
    )
);
GRANT SELECT ("client_key", "bemiddelingID", "wlzIndicatieID", "verantwoordelijkZorgkantoor", "verantwoordelijkheidIngangsdatum", "verantwoordelijkheidEinddatum", "clientID") ON public."bemiddeling" TO "{prefix}_zorgaanbieder";
CREATE POLICY "lezen_zorgaanbieder" ON public."bemiddeling" FOR SELECT TO "{prefix}_zorgaanbieder" USING (
    (SELECT position(' registers/wlzbemiddelingsregister/bemiddelingen/bemiddeling:read ' in current_setting('caller.scopes', true)) > 0) AND (
        EXISTS (SELECT FROM policy."bemiddelingspecificatie" pol1 WHERE pol1."client_key" = "bemiddeling"."client_key" AND pol1."bemiddelingID" = "bemiddeling"."bemiddelingID" AND pol1."instelling" = nullif(current_setting('caller.agb', true), '') OFFSET 0)
        OR EXISTS (SELECT FROM policy."regiehouder" pol1 WHERE pol1."client_key" = "bemiddeling"."client_key" AND pol1."bemiddelingID" = "bemiddeling"."bemiddelingID" AND pol1."instelling" = nullif(current_setting('caller.agb', true), '') OFFSET 0)
    )
);
GRANT SELECT ("client_key", "bemiddelingID", "wlzIndicatieID", "verantwoordelijkZorgkantoor", "clientID") ON public."bemiddeling" TO "{prefix}_ciz";
CREATE POLICY "lezen_ciz" ON public."bemiddeling" FOR SELECT TO "{prefix}_ciz" USING (
    (SELECT position(' registers/wlzbemiddelingsregister/bemiddelingen/bemiddeling:read ' in current_setting('caller.scopes', true)) > 0) AND (
        EXISTS (SELECT FROM policy."indicatiereferentie" pol1 WHERE pol1."client_key" = "bemiddeling"."client_key" AND pol1."wlzIndicatieID" = "bemiddeling"."wlzIndicatieID" OFFSET 0)
    )
);
GRANT SELECT ("client_key", "bemiddelingID", "wlzIndicatieID", "verantwoordelijkZorgkantoor", "verantwoordelijkheidIngangsdatum", "verantwoordelijkheidEinddatum", "clientID") ON public."bemiddeling" TO "{prefix}_burger";
CREATE POLICY "lezen_burger" ON public."bemiddeling" FOR SELECT TO "{prefix}_burger" USING (
    (SELECT position(' registers/wlzbemiddelingsregister/bemiddelingen/bemiddeling:read ' in current_setting('caller.scopes', true)) > 0) AND (
        "bemiddeling"."client_key" = nullif(current_setting('caller.client_key', true), '')::uuid
    )
);

-- Bemiddelingspecificatie
ALTER TABLE public."bemiddelingspecificatie" ENABLE ROW LEVEL SECURITY;
GRANT SELECT ("client_key", "bemiddelingspecificatieID", "leveringsvorm", "zzpCode", "toewijzingIngangsdatum", "instelling", "uitvoerendZorgkantoor", "vaststellingMoment", "toewijzingEinddatum", "percentage", "pgbPercentage", "opname", "redenIntrekking", "etmalen", "instellingBestemming", "soortToewijzing", "bemiddelingID") ON public."bemiddelingspecificatie" TO "{prefix}_zorgkantoor";
CREATE POLICY "lezen_zorgkantoor" ON public."bemiddelingspecificatie" FOR SELECT TO "{prefix}_zorgkantoor" USING (
    (SELECT position(' registers/wlzbemiddelingsregister/bemiddelingen/bemiddeling:read ' in current_setting('caller.scopes', true)) > 0) AND (
        "bemiddelingspecificatie"."uitvoerendZorgkantoor" = nullif(current_setting('caller.uzovi', true), '')
        OR EXISTS (SELECT FROM policy."bemiddeling" pol1 WHERE pol1."client_key" = "bemiddelingspecificatie"."client_key" AND pol1."bemiddelingID" = "bemiddelingspecificatie"."bemiddelingID" AND pol1."verantwoordelijkZorgkantoor" = nullif(current_setting('caller.uzovi', true), '') OFFSET 0)
        OR EXISTS (SELECT FROM policy."bemiddelingspecificatie" pol1 WHERE pol1."client_key" = "bemiddelingspecificatie"."client_key" AND pol1."bemiddelingID" = "bemiddelingspecificatie"."bemiddelingID" AND pol1."uitvoerendZorgkantoor" = nullif(current_setting('caller.uzovi', true), '') AND least(pol1."toewijzingIngangsdatum", (pol1."vaststellingMoment" AT TIME ZONE 'Europe/Amsterdam')::date) <= coalesce("bemiddelingspecificatie"."toewijzingEinddatum", 'infinity'::date) AND least("bemiddelingspecificatie"."toewijzingIngangsdatum", ("bemiddelingspecificatie"."vaststellingMoment" AT TIME ZONE 'Europe/Amsterdam')::date) <= coalesce(pol1."toewijzingEinddatum", 'infinity'::date) AND (pol1."toewijzingEinddatum" IS NULL OR nullif(current_setting('caller.today', true), '')::date <= make_date((extract(year FROM pol1."toewijzingEinddatum")::int + 1), 5, 31)) OFFSET 0)
        OR EXISTS (SELECT FROM policy."overdracht" pol1 WHERE pol1."client_key" = "bemiddelingspecificatie"."client_key" AND pol1."bemiddelingID" = "bemiddelingspecificatie"."bemiddelingID" AND pol1."verantwoordelijkZorgkantoor" = nullif(current_setting('caller.uzovi', true), '') AND coalesce("bemiddelingspecificatie"."toewijzingEinddatum", 'infinity'::date) > (pol1."overdrachtDatum" + -1) OFFSET 0)
        OR EXISTS (SELECT FROM policy."overdrachtspecificatie" pol1, policy."overdracht" pol2 WHERE pol1."client_key" = "bemiddelingspecificatie"."client_key" AND pol1."bemiddelingspecificatieID" = "bemiddelingspecificatie"."bemiddelingspecificatieID" AND pol2."client_key" = pol1."client_key" AND pol2."overdrachtID" = pol1."overdrachtID" AND pol2."verantwoordelijkZorgkantoor" = nullif(current_setting('caller.uzovi', true), '') OFFSET 0)
    )
);
GRANT SELECT ("client_key", "bemiddelingspecificatieID", "leveringsvorm", "zzpCode", "toewijzingIngangsdatum", "instelling", "uitvoerendZorgkantoor", "vaststellingMoment", "toewijzingEinddatum", "percentage", "opname", "redenIntrekking", "etmalen", "instellingBestemming", "soortToewijzing", "bemiddelingID") ON public."bemiddelingspecificatie" TO "{prefix}_zorgaanbieder";
CREATE POLICY "lezen_zorgaanbieder" ON public."bemiddelingspecificatie" FOR SELECT TO "{prefix}_zorgaanbieder" USING (
    (SELECT position(' registers/wlzbemiddelingsregister/bemiddelingen/bemiddeling:read ' in current_setting('caller.scopes', true)) > 0) AND (
        "bemiddelingspecificatie"."instelling" = nullif(current_setting('caller.agb', true), '')
        OR EXISTS (SELECT FROM policy."bemiddelingspecificatie" pol1 WHERE pol1."client_key" = "bemiddelingspecificatie"."client_key" AND pol1."bemiddelingID" = "bemiddelingspecificatie"."bemiddelingID" AND pol1."instelling" = nullif(current_setting('caller.agb', true), '') AND least(pol1."toewijzingIngangsdatum", (pol1."vaststellingMoment" AT TIME ZONE 'Europe/Amsterdam')::date) <= coalesce("bemiddelingspecificatie"."toewijzingEinddatum", 'infinity'::date) AND least("bemiddelingspecificatie"."toewijzingIngangsdatum", ("bemiddelingspecificatie"."vaststellingMoment" AT TIME ZONE 'Europe/Amsterdam')::date) <= coalesce(pol1."toewijzingEinddatum", 'infinity'::date) AND (pol1."toewijzingEinddatum" IS NULL OR nullif(current_setting('caller.today', true), '')::date <= make_date((extract(year FROM pol1."toewijzingEinddatum")::int + 1), 5, 31)) OFFSET 0)
    )
);
GRANT SELECT ("client_key", "bemiddelingspecificatieID", "uitvoerendZorgkantoor", "bemiddelingID") ON public."bemiddelingspecificatie" TO "{prefix}_ciz";
CREATE POLICY "lezen_ciz" ON public."bemiddelingspecificatie" FOR SELECT TO "{prefix}_ciz" USING (
    (SELECT position(' registers/wlzbemiddelingsregister/bemiddelingen/bemiddeling:read ' in current_setting('caller.scopes', true)) > 0) AND (
        EXISTS (SELECT FROM policy."bemiddeling" pol1, policy."indicatiereferentie" pol2 WHERE pol1."client_key" = "bemiddelingspecificatie"."client_key" AND pol1."bemiddelingID" = "bemiddelingspecificatie"."bemiddelingID" AND pol2."client_key" = pol1."client_key" AND pol2."wlzIndicatieID" = pol1."wlzIndicatieID" OFFSET 0)
    )
);
GRANT SELECT ("client_key", "bemiddelingspecificatieID", "leveringsvorm", "zzpCode", "toewijzingIngangsdatum", "instelling", "uitvoerendZorgkantoor", "vaststellingMoment", "toewijzingEinddatum", "percentage", "pgbPercentage", "opname", "redenIntrekking", "etmalen", "instellingBestemming", "soortToewijzing", "bemiddelingID") ON public."bemiddelingspecificatie" TO "{prefix}_burger";
CREATE POLICY "lezen_burger" ON public."bemiddelingspecificatie" FOR SELECT TO "{prefix}_burger" USING (
    (SELECT position(' registers/wlzbemiddelingsregister/bemiddelingen/bemiddeling:read ' in current_setting('caller.scopes', true)) > 0) AND (
        "bemiddelingspecificatie"."client_key" = nullif(current_setting('caller.client_key', true), '')::uuid
    )
);

-- BemiddelingClient
ALTER TABLE public."client" ENABLE ROW LEVEL SECURITY;
GRANT SELECT ("client_key", "clientID", "bsn", "leefeenheid", "huisarts", "communicatievorm", "taal") ON public."client" TO "{prefix}_zorgkantoor";
CREATE POLICY "lezen_zorgkantoor" ON public."client" FOR SELECT TO "{prefix}_zorgkantoor" USING (
    (SELECT position(' registers/wlzbemiddelingsregister/bemiddelingen/bemiddeling:read ' in current_setting('caller.scopes', true)) > 0) AND (
        EXISTS (SELECT FROM policy."bemiddeling" pol1 WHERE pol1."client_key" = "client"."client_key" AND pol1."clientID" = "client"."clientID" AND (pol1."verantwoordelijkZorgkantoor" = nullif(current_setting('caller.uzovi', true), '') OR EXISTS (SELECT FROM policy."bemiddelingspecificatie" pol2 WHERE pol2."client_key" = pol1."client_key" AND pol2."bemiddelingID" = pol1."bemiddelingID" AND pol2."uitvoerendZorgkantoor" = nullif(current_setting('caller.uzovi', true), '') OFFSET 0) OR EXISTS (SELECT FROM policy."overdracht" pol3 WHERE pol3."client_key" = pol1."client_key" AND pol3."bemiddelingID" = pol1."bemiddelingID" AND pol3."verantwoordelijkZorgkantoor" = nullif(current_setting('caller.uzovi', true), '') OFFSET 0)) OFFSET 0)
    )
);
GRANT SELECT ("client_key", "clientID", "bsn", "leefeenheid", "huisarts", "communicatievorm", "taal") ON public."client" TO "{prefix}_zorgaanbieder";
CREATE POLICY "lezen_zorgaanbieder" ON public."client" FOR SELECT TO "{prefix}_zorgaanbieder" USING (
    (SELECT position(' registers/wlzbemiddelingsregister/bemiddelingen/bemiddeling:read ' in current_setting('caller.scopes', true)) > 0) AND (
        EXISTS (SELECT FROM policy."bemiddeling" pol1 WHERE pol1."client_key" = "client"."client_key" AND pol1."clientID" = "client"."clientID" AND (EXISTS (SELECT FROM policy."bemiddelingspecificatie" pol2 WHERE pol2."client_key" = pol1."client_key" AND pol2."bemiddelingID" = pol1."bemiddelingID" AND pol2."instelling" = nullif(current_setting('caller.agb', true), '') OFFSET 0) OR EXISTS (SELECT FROM policy."regiehouder" pol3 WHERE pol3."client_key" = pol1."client_key" AND pol3."bemiddelingID" = pol1."bemiddelingID" AND pol3."instelling" = nullif(current_setting('caller.agb', true), '') OFFSET 0)) OFFSET 0)
    )
);
GRANT SELECT ("client_key", "clientID", "bsn", "leefeenheid", "huisarts", "communicatievorm", "taal") ON public."client" TO "{prefix}_burger";
CREATE POLICY "lezen_burger" ON public."client" FOR SELECT TO "{prefix}_burger" USING (
    (SELECT position(' registers/wlzbemiddelingsregister/bemiddelingen/bemiddeling:read ' in current_setting('caller.scopes', true)) > 0) AND (
        "client"."client_key" = nullif(current_setting('caller.client_key', true), '')::uuid
    )
);

-- ClientContactgegevens
ALTER TABLE public."clientcontactgegevens" ENABLE ROW LEVEL SECURITY;
GRANT SELECT ("client_key", "clientContactgegevensID", "adressoort", "straatnaam", "huisnummer", "huisletter", "huisnummertoevoeging", "postcode", "plaatsnaam", "land", "aanduidingWoonadres", "emailadres", "telefoonnummer01", "landnummer01", "telefoonnummer02", "landnummer02", "ingangsdatum", "einddatum", "clientID") ON public."clientcontactgegevens" TO "{prefix}_zorgkantoor";
CREATE POLICY "lezen_zorgkantoor" ON public."clientcontactgegevens" FOR SELECT TO "{prefix}_zorgkantoor" USING (
    (SELECT position(' registers/wlzbemiddelingsregister/bemiddelingen/bemiddeling:read ' in current_setting('caller.scopes', true)) > 0) AND (
        EXISTS (SELECT FROM policy."bemiddeling" pol1 WHERE pol1."client_key" = "clientcontactgegevens"."client_key" AND pol1."clientID" = "clientcontactgegevens"."clientID" AND (pol1."verantwoordelijkZorgkantoor" = nullif(current_setting('caller.uzovi', true), '') OR EXISTS (SELECT FROM policy."bemiddelingspecificatie" pol2 WHERE pol2."client_key" = pol1."client_key" AND pol2."bemiddelingID" = pol1."bemiddelingID" AND pol2."uitvoerendZorgkantoor" = nullif(current_setting('caller.uzovi', true), '') AND least(pol2."toewijzingIngangsdatum", (pol2."vaststellingMoment" AT TIME ZONE 'Europe/Amsterdam')::date) <= coalesce("clientcontactgegevens"."einddatum", 'infinity'::date) AND "clientcontactgegevens"."ingangsdatum" <= coalesce(pol2."toewijzingEinddatum", 'infinity'::date) AND (pol2."toewijzingEinddatum" IS NULL OR nullif(current_setting('caller.today', true), '')::date <= (pol2."toewijzingEinddatum" + make_interval(years => 2))::date) OFFSET 0) OR EXISTS (SELECT FROM policy."overdracht" pol2 WHERE pol2."client_key" = pol1."client_key" AND pol2."bemiddelingID" = pol1."bemiddelingID" AND pol2."verantwoordelijkZorgkantoor" = nullif(current_setting('caller.uzovi', true), '') AND coalesce("clientcontactgegevens"."einddatum", 'infinity'::date) > (pol2."overdrachtDatum" + -1) OFFSET 0)) OFFSET 0)
    )
);
GRANT SELECT ("client_key", "clientContactgegevensID", "adressoort", "straatnaam", "huisnummer", "huisletter", "huisnummertoevoeging", "postcode", "plaatsnaam", "land", "aanduidingWoonadres", "emailadres", "telefoonnummer01", "landnummer01", "telefoonnummer02", "landnummer02", "ingangsdatum", "einddatum", "clientID") ON public."clientcontactgegevens" TO "{prefix}_zorgaanbieder";
CREATE POLICY "lezen_zorgaanbieder" ON public."clientcontactgegevens" FOR SELECT TO "{prefix}_zorgaanbieder" USING (
    (SELECT position(' registers/wlzbemiddelingsregister/bemiddelingen/bemiddeling:read ' in current_setting('caller.scopes', true)) > 0) AND (
        EXISTS (SELECT FROM policy."bemiddeling" pol1, policy."bemiddelingspecificatie" pol2 WHERE pol1."client_key" = "clientcontactgegevens"."client_key" AND pol1."clientID" = "clientcontactgegevens"."clientID" AND pol2."client_key" = pol1."client_key" AND pol2."bemiddelingID" = pol1."bemiddelingID" AND pol2."instelling" = nullif(current_setting('caller.agb', true), '') AND least(pol2."toewijzingIngangsdatum", (pol2."vaststellingMoment" AT TIME ZONE 'Europe/Amsterdam')::date) <= coalesce("clientcontactgegevens"."einddatum", 'infinity'::date) AND "clientcontactgegevens"."ingangsdatum" <= coalesce(pol2."toewijzingEinddatum", 'infinity'::date) AND (pol2."toewijzingEinddatum" IS NULL OR nullif(current_setting('caller.today', true), '')::date <= (pol2."toewijzingEinddatum" + make_interval(years => 2))::date) OFFSET 0)
    )
);
GRANT SELECT ("client_key", "clientContactgegevensID", "adressoort", "straatnaam", "huisnummer", "huisletter", "huisnummertoevoeging", "postcode", "plaatsnaam", "land", "aanduidingWoonadres", "emailadres", "telefoonnummer01", "landnummer01", "telefoonnummer02", "landnummer02", "ingangsdatum", "einddatum", "clientID") ON public."clientcontactgegevens" TO "{prefix}_burger";
CREATE POLICY "lezen_burger" ON public."clientcontactgegevens" FOR SELECT TO "{prefix}_burger" USING (
    (SELECT position(' registers/wlzbemiddelingsregister/bemiddelingen/bemiddeling:read ' in current_setting('caller.scopes', true)) > 0) AND (
        "clientcontactgegevens"."client_key" = nullif(current_setting('caller.client_key', true), '')::uuid
    )
);

-- Contactpersoon
ALTER TABLE public."contactpersoon" ENABLE ROW LEVEL SECURITY;
GRANT SELECT ("client_key", "contactpersoonID", "relatienummer", "volgorde", "soortRelatie", "rol", "relatie", "geslachtsnaam", "voorvoegselGeslachtsnaam", "partnernaam", "voorvoegselPartnernaam", "voornamen", "voorletters", "roepnaam", "naamgebruik", "geslacht", "geboortedatum", "geboortedatumgebruik", "ingangsdatum", "einddatum", "clientID") ON public."contactpersoon" TO "{prefix}_zorgkantoor";
CREATE POLICY "lezen_zorgkantoor" ON public."contactpersoon" FOR SELECT TO "{prefix}_zorgkantoor" USING (
    (SELECT position(' registers/wlzbemiddelingsregister/bemiddelingen/bemiddeling:read ' in current_setting('caller.scopes', true)) > 0) AND (
        EXISTS (SELECT FROM policy."bemiddeling" pol1 WHERE pol1."client_key" = "contactpersoon"."client_key" AND pol1."clientID" = "contactpersoon"."clientID" AND (pol1."verantwoordelijkZorgkantoor" = nullif(current_setting('caller.uzovi', true), '') OR EXISTS (SELECT FROM policy."bemiddelingspecificatie" pol2 WHERE pol2."client_key" = pol1."client_key" AND pol2."bemiddelingID" = pol1."bemiddelingID" AND pol2."uitvoerendZorgkantoor" = nullif(current_setting('caller.uzovi', true), '') AND least(pol2."toewijzingIngangsdatum", (pol2."vaststellingMoment" AT TIME ZONE 'Europe/Amsterdam')::date) <= coalesce("contactpersoon"."einddatum", 'infinity'::date) AND "contactpersoon"."ingangsdatum" <= coalesce(pol2."toewijzingEinddatum", 'infinity'::date) AND (pol2."toewijzingEinddatum" IS NULL OR nullif(current_setting('caller.today', true), '')::date <= (pol2."toewijzingEinddatum" + make_interval(years => 2))::date) OFFSET 0) OR EXISTS (SELECT FROM policy."overdracht" pol2 WHERE pol2."client_key" = pol1."client_key" AND pol2."bemiddelingID" = pol1."bemiddelingID" AND pol2."verantwoordelijkZorgkantoor" = nullif(current_setting('caller.uzovi', true), '') AND coalesce("contactpersoon"."einddatum", 'infinity'::date) > (pol2."overdrachtDatum" + -1) OFFSET 0)) OFFSET 0)
    )
);
GRANT SELECT ("client_key", "contactpersoonID", "relatienummer", "volgorde", "soortRelatie", "rol", "relatie", "geslachtsnaam", "voorvoegselGeslachtsnaam", "partnernaam", "voorvoegselPartnernaam", "voornamen", "voorletters", "roepnaam", "naamgebruik", "geslacht", "geboortedatum", "geboortedatumgebruik", "ingangsdatum", "einddatum", "clientID") ON public."contactpersoon" TO "{prefix}_zorgaanbieder";
CREATE POLICY "lezen_zorgaanbieder" ON public."contactpersoon" FOR SELECT TO "{prefix}_zorgaanbieder" USING (
    (SELECT position(' registers/wlzbemiddelingsregister/bemiddelingen/bemiddeling:read ' in current_setting('caller.scopes', true)) > 0) AND (
        EXISTS (SELECT FROM policy."bemiddeling" pol1, policy."bemiddelingspecificatie" pol2 WHERE pol1."client_key" = "contactpersoon"."client_key" AND pol1."clientID" = "contactpersoon"."clientID" AND pol2."client_key" = pol1."client_key" AND pol2."bemiddelingID" = pol1."bemiddelingID" AND pol2."instelling" = nullif(current_setting('caller.agb', true), '') AND least(pol2."toewijzingIngangsdatum", (pol2."vaststellingMoment" AT TIME ZONE 'Europe/Amsterdam')::date) <= coalesce("contactpersoon"."einddatum", 'infinity'::date) AND "contactpersoon"."ingangsdatum" <= coalesce(pol2."toewijzingEinddatum", 'infinity'::date) AND (pol2."toewijzingEinddatum" IS NULL OR nullif(current_setting('caller.today', true), '')::date <= (pol2."toewijzingEinddatum" + make_interval(years => 2))::date) OFFSET 0)
    )
);

-- ContactpersoonContactgegevens
ALTER TABLE public."contactpersooncontactgegevens" ENABLE ROW LEVEL SECURITY;
GRANT SELECT ("client_key", "contactpersoonContactgegevensID", "adressoort", "straatnaam", "huisnummer", "huisletter", "huisnummertoevoeging", "postcode", "plaatsnaam", "land", "aanduidingWoonadres", "emailadres", "telefoonnummer01", "landnummer01", "telefoonnummer02", "landnummer02", "ingangsdatum", "einddatum", "contactpersoonID") ON public."contactpersooncontactgegevens" TO "{prefix}_zorgkantoor";
CREATE POLICY "lezen_zorgkantoor" ON public."contactpersooncontactgegevens" FOR SELECT TO "{prefix}_zorgkantoor" USING (
    (SELECT position(' registers/wlzbemiddelingsregister/bemiddelingen/bemiddeling:read ' in current_setting('caller.scopes', true)) > 0) AND (
        EXISTS (SELECT FROM policy."contactpersoon" pol1, policy."bemiddeling" pol2 WHERE pol1."client_key" = "contactpersooncontactgegevens"."client_key" AND pol1."contactpersoonID" = "contactpersooncontactgegevens"."contactpersoonID" AND pol2."client_key" = pol1."client_key" AND pol2."clientID" = pol1."clientID" AND (pol2."verantwoordelijkZorgkantoor" = nullif(current_setting('caller.uzovi', true), '') OR EXISTS (SELECT FROM policy."bemiddelingspecificatie" pol3 WHERE pol3."client_key" = pol2."client_key" AND pol3."bemiddelingID" = pol2."bemiddelingID" AND pol3."uitvoerendZorgkantoor" = nullif(current_setting('caller.uzovi', true), '') AND least(pol3."toewijzingIngangsdatum", (pol3."vaststellingMoment" AT TIME ZONE 'Europe/Amsterdam')::date) <= coalesce("contactpersooncontactgegevens"."einddatum", 'infinity'::date) AND "contactpersooncontactgegevens"."ingangsdatum" <= coalesce(pol3."toewijzingEinddatum", 'infinity'::date) AND (pol3."toewijzingEinddatum" IS NULL OR nullif(current_setting('caller.today', true), '')::date <= (pol3."toewijzingEinddatum" + make_interval(years => 2))::date) OFFSET 0) OR EXISTS (SELECT FROM policy."overdracht" pol3 WHERE pol3."client_key" = pol2."client_key" AND pol3."bemiddelingID" = pol2."bemiddelingID" AND pol3."verantwoordelijkZorgkantoor" = nullif(current_setting('caller.uzovi', true), '') AND coalesce("contactpersooncontactgegevens"."einddatum", 'infinity'::date) > (pol3."overdrachtDatum" + -1) OFFSET 0)) OFFSET 0)
    )
);
GRANT SELECT ("client_key", "contactpersoonContactgegevensID", "adressoort", "straatnaam", "huisnummer", "huisletter", "huisnummertoevoeging", "postcode", "plaatsnaam", "land", "aanduidingWoonadres", "emailadres", "telefoonnummer01", "landnummer01", "telefoonnummer02", "landnummer02", "ingangsdatum", "einddatum", "contactpersoonID") ON public."contactpersooncontactgegevens" TO "{prefix}_zorgaanbieder";
CREATE POLICY "lezen_zorgaanbieder" ON public."contactpersooncontactgegevens" FOR SELECT TO "{prefix}_zorgaanbieder" USING (
    (SELECT position(' registers/wlzbemiddelingsregister/bemiddelingen/bemiddeling:read ' in current_setting('caller.scopes', true)) > 0) AND (
        EXISTS (SELECT FROM policy."contactpersoon" pol1, policy."bemiddeling" pol2, policy."bemiddelingspecificatie" pol3 WHERE pol1."client_key" = "contactpersooncontactgegevens"."client_key" AND pol1."contactpersoonID" = "contactpersooncontactgegevens"."contactpersoonID" AND pol2."client_key" = pol1."client_key" AND pol2."clientID" = pol1."clientID" AND pol3."client_key" = pol2."client_key" AND pol3."bemiddelingID" = pol2."bemiddelingID" AND pol3."instelling" = nullif(current_setting('caller.agb', true), '') AND least(pol3."toewijzingIngangsdatum", (pol3."vaststellingMoment" AT TIME ZONE 'Europe/Amsterdam')::date) <= coalesce("contactpersooncontactgegevens"."einddatum", 'infinity'::date) AND "contactpersooncontactgegevens"."ingangsdatum" <= coalesce(pol3."toewijzingEinddatum", 'infinity'::date) AND (pol3."toewijzingEinddatum" IS NULL OR nullif(current_setting('caller.today', true), '')::date <= (pol3."toewijzingEinddatum" + make_interval(years => 2))::date) OFFSET 0)
    )
);

-- Indicatiereferentie
ALTER TABLE public."indicatiereferentie" ENABLE ROW LEVEL SECURITY;

-- Overdracht
ALTER TABLE public."overdracht" ENABLE ROW LEVEL SECURITY;
GRANT SELECT ("client_key", "overdrachtID", "verantwoordelijkZorgkantoor", "overdrachtDatum", "verhuisDatum", "vaststellingMoment", "bemiddelingID") ON public."overdracht" TO "{prefix}_zorgkantoor";
CREATE POLICY "lezen_zorgkantoor" ON public."overdracht" FOR SELECT TO "{prefix}_zorgkantoor" USING (
    (SELECT position(' registers/wlzbemiddelingsregister/bemiddelingen/bemiddeling:read ' in current_setting('caller.scopes', true)) > 0) AND (
        "overdracht"."verantwoordelijkZorgkantoor" = nullif(current_setting('caller.uzovi', true), '')
        OR EXISTS (SELECT FROM policy."bemiddeling" pol1 WHERE pol1."client_key" = "overdracht"."client_key" AND pol1."bemiddelingID" = "overdracht"."bemiddelingID" AND pol1."verantwoordelijkZorgkantoor" = nullif(current_setting('caller.uzovi', true), '') OFFSET 0)
    )
);
GRANT SELECT ("client_key", "overdrachtID", "verantwoordelijkZorgkantoor", "overdrachtDatum", "verhuisDatum", "vaststellingMoment", "bemiddelingID") ON public."overdracht" TO "{prefix}_burger";
CREATE POLICY "lezen_burger" ON public."overdracht" FOR SELECT TO "{prefix}_burger" USING (
    (SELECT position(' registers/wlzbemiddelingsregister/bemiddelingen/bemiddeling:read ' in current_setting('caller.scopes', true)) > 0) AND (
        "overdracht"."client_key" = nullif(current_setting('caller.client_key', true), '')::uuid
    )
);

-- Overdrachtspecificatie
ALTER TABLE public."overdrachtspecificatie" ENABLE ROW LEVEL SECURITY;
GRANT SELECT ("client_key", "overdrachtspecificatieID", "leveringsstatus", "leveringsstatusClassificatie", "oorspronkelijkeToewijzingEinddatum", "overdrachtID", "bemiddelingspecificatieID") ON public."overdrachtspecificatie" TO "{prefix}_zorgkantoor";
CREATE POLICY "lezen_zorgkantoor" ON public."overdrachtspecificatie" FOR SELECT TO "{prefix}_zorgkantoor" USING (
    (SELECT position(' registers/wlzbemiddelingsregister/bemiddelingen/bemiddeling:read ' in current_setting('caller.scopes', true)) > 0) AND (
        EXISTS (SELECT FROM policy."overdracht" pol1 WHERE pol1."client_key" = "overdrachtspecificatie"."client_key" AND pol1."overdrachtID" = "overdrachtspecificatie"."overdrachtID" AND (pol1."verantwoordelijkZorgkantoor" = nullif(current_setting('caller.uzovi', true), '') OR EXISTS (SELECT FROM policy."bemiddeling" pol2 WHERE pol2."client_key" = pol1."client_key" AND pol2."bemiddelingID" = pol1."bemiddelingID" AND pol2."verantwoordelijkZorgkantoor" = nullif(current_setting('caller.uzovi', true), '') OFFSET 0)) OFFSET 0)
    )
);
GRANT SELECT ("client_key", "overdrachtspecificatieID", "leveringsstatus", "leveringsstatusClassificatie", "oorspronkelijkeToewijzingEinddatum", "overdrachtID", "bemiddelingspecificatieID") ON public."overdrachtspecificatie" TO "{prefix}_burger";
CREATE POLICY "lezen_burger" ON public."overdrachtspecificatie" FOR SELECT TO "{prefix}_burger" USING (
    (SELECT position(' registers/wlzbemiddelingsregister/bemiddelingen/bemiddeling:read ' in current_setting('caller.scopes', true)) > 0) AND (
        "overdrachtspecificatie"."client_key" = nullif(current_setting('caller.client_key', true), '')::uuid
    )
);

-- Regiehouder
ALTER TABLE public."regiehouder" ENABLE ROW LEVEL SECURITY;
GRANT SELECT ("client_key", "regiehouderID", "instelling", "ingangsdatum", "einddatum", "regierol", "bemiddelingID") ON public."regiehouder" TO "{prefix}_zorgkantoor";
CREATE POLICY "lezen_zorgkantoor" ON public."regiehouder" FOR SELECT TO "{prefix}_zorgkantoor" USING (
    (SELECT position(' registers/wlzbemiddelingsregister/bemiddelingen/bemiddeling:read ' in current_setting('caller.scopes', true)) > 0) AND (
        EXISTS (SELECT FROM policy."bemiddeling" pol1 WHERE pol1."client_key" = "regiehouder"."client_key" AND pol1."bemiddelingID" = "regiehouder"."bemiddelingID" AND pol1."verantwoordelijkZorgkantoor" = nullif(current_setting('caller.uzovi', true), '') OFFSET 0)
        OR EXISTS (SELECT FROM policy."bemiddelingspecificatie" pol1 WHERE pol1."client_key" = "regiehouder"."client_key" AND pol1."bemiddelingID" = "regiehouder"."bemiddelingID" AND pol1."uitvoerendZorgkantoor" = nullif(current_setting('caller.uzovi', true), '') AND least(pol1."toewijzingIngangsdatum", (pol1."vaststellingMoment" AT TIME ZONE 'Europe/Amsterdam')::date) <= coalesce("regiehouder"."einddatum", 'infinity'::date) AND "regiehouder"."ingangsdatum" <= coalesce(pol1."toewijzingEinddatum", 'infinity'::date) AND (pol1."toewijzingEinddatum" IS NULL OR nullif(current_setting('caller.today', true), '')::date <= make_date((extract(year FROM pol1."toewijzingEinddatum")::int + 1), 5, 31)) OFFSET 0)
        OR EXISTS (SELECT FROM policy."overdracht" pol1 WHERE pol1."client_key" = "regiehouder"."client_key" AND pol1."bemiddelingID" = "regiehouder"."bemiddelingID" AND pol1."verantwoordelijkZorgkantoor" = nullif(current_setting('caller.uzovi', true), '') AND coalesce("regiehouder"."einddatum", 'infinity'::date) > (pol1."overdrachtDatum" + -1) AND "regiehouder"."ingangsdatum" <= pol1."overdrachtDatum" OFFSET 0)
    )
);
GRANT SELECT ("client_key", "regiehouderID", "instelling", "ingangsdatum", "einddatum", "regierol", "bemiddelingID") ON public."regiehouder" TO "{prefix}_zorgaanbieder";
CREATE POLICY "lezen_zorgaanbieder" ON public."regiehouder" FOR SELECT TO "{prefix}_zorgaanbieder" USING (
    (SELECT position(' registers/wlzbemiddelingsregister/bemiddelingen/bemiddeling:read ' in current_setting('caller.scopes', true)) > 0) AND (
        "regiehouder"."instelling" = nullif(current_setting('caller.agb', true), '')
        OR EXISTS (SELECT FROM policy."bemiddelingspecificatie" pol1 WHERE pol1."client_key" = "regiehouder"."client_key" AND pol1."bemiddelingID" = "regiehouder"."bemiddelingID" AND pol1."instelling" = nullif(current_setting('caller.agb', true), '') AND least(pol1."toewijzingIngangsdatum", (pol1."vaststellingMoment" AT TIME ZONE 'Europe/Amsterdam')::date) <= coalesce("regiehouder"."einddatum", 'infinity'::date) AND "regiehouder"."ingangsdatum" <= coalesce(pol1."toewijzingEinddatum", 'infinity'::date) AND (pol1."toewijzingEinddatum" IS NULL OR nullif(current_setting('caller.today', true), '')::date <= make_date((extract(year FROM pol1."toewijzingEinddatum")::int + 1), 5, 31)) OFFSET 0)
    )
);
GRANT SELECT ("client_key", "regiehouderID", "instelling", "ingangsdatum", "einddatum", "regierol", "bemiddelingID") ON public."regiehouder" TO "{prefix}_burger";
CREATE POLICY "lezen_burger" ON public."regiehouder" FOR SELECT TO "{prefix}_burger" USING (
    (SELECT position(' registers/wlzbemiddelingsregister/bemiddelingen/bemiddeling:read ' in current_setting('caller.scopes', true)) > 0) AND (
        "regiehouder"."client_key" = nullif(current_setting('caller.client_key', true), '')::uuid
    )
);
