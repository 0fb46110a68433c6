-- Made by `gateway grants compile`; do not edit. Register: client. Grants release: ac7a42d4ab3d1675b9e1529553dc7be3bdb76489e85ee17ac096260cc2e0822f.
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
        WHERE schemaname = 'public' AND tablename IN ('clientprofiel', 'clientprofielcontactgegevens', 'clientprofielcontactpersoon', 'clientprofielcontactpersooncontactgegevens', 'zorgrelatie') LOOP
        EXECUTE format('DROP POLICY %I ON public.%I', old.policyname, old.tablename);
    END LOOP;
END $$;
DROP SCHEMA IF EXISTS policy CASCADE;
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, "{prefix}_zorgkantoor", "{prefix}_zorgaanbieder", "{prefix}_ciz", "{prefix}_burger", "{prefix}_onderneming";
CREATE SCHEMA policy;
GRANT USAGE ON SCHEMA public, policy TO "{prefix}_zorgkantoor", "{prefix}_zorgaanbieder", "{prefix}_ciz", "{prefix}_burger", "{prefix}_onderneming";

-- What predicates read: all rows, few columns.
CREATE VIEW policy."zorgrelatie" AS SELECT "client_key", "hoedanigheid", "code", "vanaf", "tot" FROM public."zorgrelatie";
GRANT SELECT ON policy."zorgrelatie" TO "{prefix}_zorgkantoor";
GRANT SELECT ON policy."zorgrelatie" TO "{prefix}_zorgaanbieder";

-- Clientprofiel
ALTER TABLE public."clientprofiel" ENABLE ROW LEVEL SECURITY;
GRANT SELECT ("client_key", "clientprofielID", "bsn", "leefeenheid", "huisarts", "communicatievorm", "taal", "voorkeurContactwijze", "bronhouder", "vaststellingMoment") ON public."clientprofiel" TO "{prefix}_zorgkantoor";
CREATE POLICY "lezen_zorgkantoor" ON public."clientprofiel" FOR SELECT TO "{prefix}_zorgkantoor" USING (
    (SELECT position(' registers/wlzclientregister/clienten/client:read ' in current_setting('caller.scopes', true)) > 0) AND (
        (current_setting('caller.relations', true) = 'fresh' AND EXISTS (SELECT FROM policy."zorgrelatie" pol1 WHERE pol1."client_key" = "clientprofiel"."client_key" AND pol1."code" = nullif(current_setting('caller.uzovi', true), '') AND (pol1."hoedanigheid" = 'ZKv' OR (pol1."hoedanigheid" = 'ZKu' AND (pol1."tot" IS NULL OR nullif(current_setting('caller.today', true), '')::date <= (pol1."tot" + make_interval(years => 2))::date)) OR pol1."hoedanigheid" = 'ZKn') OFFSET 0))
    )
);
GRANT SELECT ("client_key", "clientprofielID", "bsn", "leefeenheid", "huisarts", "communicatievorm", "taal", "voorkeurContactwijze", "bronhouder", "vaststellingMoment") ON public."clientprofiel" TO "{prefix}_zorgaanbieder";
CREATE POLICY "lezen_zorgaanbieder" ON public."clientprofiel" FOR SELECT TO "{prefix}_zorgaanbieder" USING (
    (SELECT position(' registers/wlzclientregister/clienten/client:read ' in current_setting('caller.scopes', true)) > 0) AND (
        (current_setting('caller.relations', true) = 'fresh' AND EXISTS (SELECT FROM policy."zorgrelatie" pol1 WHERE pol1."client_key" = "clientprofiel"."client_key" AND pol1."hoedanigheid" = 'ZA' AND pol1."code" = nullif(current_setting('caller.agb', true), '') AND (pol1."tot" IS NULL OR nullif(current_setting('caller.today', true), '')::date <= (pol1."tot" + make_interval(years => 2))::date) OFFSET 0))
    )
);
GRANT SELECT ("client_key", "clientprofielID", "bsn", "leefeenheid", "huisarts", "communicatievorm", "taal", "voorkeurContactwijze", "bronhouder", "vaststellingMoment") ON public."clientprofiel" TO "{prefix}_burger";
CREATE POLICY "lezen_burger" ON public."clientprofiel" FOR SELECT TO "{prefix}_burger" USING (
    (SELECT position(' registers/wlzclientregister/clienten/client:read ' in current_setting('caller.scopes', true)) > 0) AND (
        "clientprofiel"."client_key" = nullif(current_setting('caller.client_key', true), '')::uuid
    )
);

-- ClientprofielContactgegevens
ALTER TABLE public."clientprofielcontactgegevens" ENABLE ROW LEVEL SECURITY;
GRANT SELECT ("client_key", "clientprofielContactgegevensID", "adressoort", "straatnaam", "huisnummer", "huisletter", "huisnummertoevoeging", "postcode", "plaatsnaam", "land", "aanduidingWoonadres", "emailadres", "telefoonnummer01", "landnummer01", "telefoonnummer02", "landnummer02", "ingangsdatum", "einddatum", "bronhouder", "geheim", "clientprofielID") ON public."clientprofielcontactgegevens" TO "{prefix}_zorgkantoor";
CREATE POLICY "lezen_zorgkantoor" ON public."clientprofielcontactgegevens" FOR SELECT TO "{prefix}_zorgkantoor" USING (
    (SELECT position(' registers/wlzclientregister/clienten/client:read ' in current_setting('caller.scopes', true)) > 0) AND (
        (current_setting('caller.relations', true) = 'fresh' AND EXISTS (SELECT FROM policy."zorgrelatie" pol2 WHERE pol2."client_key" = "clientprofielcontactgegevens"."client_key" AND pol2."code" = nullif(current_setting('caller.uzovi', true), '') AND (((("clientprofielcontactgegevens"."geheim" = '1') IS NOT TRUE) AND (pol2."hoedanigheid" = 'ZKv' OR (pol2."hoedanigheid" = 'ZKu' AND (pol2."tot" IS NULL OR nullif(current_setting('caller.today', true), '')::date <= (pol2."tot" + make_interval(years => 2))::date)) OR pol2."hoedanigheid" = 'ZKn')) OR (pol2."hoedanigheid" = 'ZKu' AND pol2."vanaf" <= nullif(current_setting('caller.today', true), '')::date AND nullif(current_setting('caller.today', true), '')::date <= coalesce(pol2."tot", 'infinity'::date))) OFFSET 0))
    )
);
GRANT SELECT ("client_key", "clientprofielContactgegevensID", "adressoort", "straatnaam", "huisnummer", "huisletter", "huisnummertoevoeging", "postcode", "plaatsnaam", "land", "aanduidingWoonadres", "emailadres", "telefoonnummer01", "landnummer01", "telefoonnummer02", "landnummer02", "ingangsdatum", "einddatum", "bronhouder", "geheim", "clientprofielID") ON public."clientprofielcontactgegevens" TO "{prefix}_zorgaanbieder";
CREATE POLICY "lezen_zorgaanbieder" ON public."clientprofielcontactgegevens" FOR SELECT TO "{prefix}_zorgaanbieder" USING (
    (SELECT position(' registers/wlzclientregister/clienten/client:read ' in current_setting('caller.scopes', true)) > 0) AND (
        (current_setting('caller.relations', true) = 'fresh' AND EXISTS (SELECT FROM policy."zorgrelatie" pol2 WHERE pol2."client_key" = "clientprofielcontactgegevens"."client_key" AND pol2."hoedanigheid" = 'ZA' AND pol2."code" = nullif(current_setting('caller.agb', true), '') AND (((("clientprofielcontactgegevens"."geheim" = '1') IS NOT TRUE) AND (pol2."tot" IS NULL OR nullif(current_setting('caller.today', true), '')::date <= (pol2."tot" + make_interval(years => 2))::date)) OR (pol2."vanaf" <= nullif(current_setting('caller.today', true), '')::date AND nullif(current_setting('caller.today', true), '')::date <= coalesce(pol2."tot", 'infinity'::date))) OFFSET 0))
    )
);
GRANT SELECT ("client_key", "clientprofielContactgegevensID", "adressoort", "straatnaam", "huisnummer", "huisletter", "huisnummertoevoeging", "postcode", "plaatsnaam", "land", "aanduidingWoonadres", "emailadres", "telefoonnummer01", "landnummer01", "telefoonnummer02", "landnummer02", "ingangsdatum", "einddatum", "bronhouder", "geheim", "clientprofielID") ON public."clientprofielcontactgegevens" TO "{prefix}_burger";
CREATE POLICY "lezen_burger" ON public."clientprofielcontactgegevens" FOR SELECT TO "{prefix}_burger" USING (
    (SELECT position(' registers/wlzclientregister/clienten/client:read ' in current_setting('caller.scopes', true)) > 0) AND (
        "clientprofielcontactgegevens"."client_key" = nullif(current_setting('caller.client_key', true), '')::uuid
    )
);

-- ClientprofielContactpersoon
ALTER TABLE public."clientprofielcontactpersoon" ENABLE ROW LEVEL SECURITY;
GRANT SELECT ("client_key", "clientprofielContactpersoonID", "relatienummer", "volgorde", "soortRelatie", "rol", "relatie", "geslachtsnaam", "voorvoegselGeslachtsnaam", "partnernaam", "voorvoegselPartnernaam", "voornamen", "voorletters", "roepnaam", "naamgebruik", "geslacht", "geboortedatum", "geboortedatumgebruik", "ingangsdatum", "einddatum", "bronhouder", "clientprofielID") ON public."clientprofielcontactpersoon" TO "{prefix}_zorgkantoor";
CREATE POLICY "lezen_zorgkantoor" ON public."clientprofielcontactpersoon" FOR SELECT TO "{prefix}_zorgkantoor" USING (
    (SELECT position(' registers/wlzclientregister/clienten/client:read ' in current_setting('caller.scopes', true)) > 0) AND (
        (current_setting('caller.relations', true) = 'fresh' AND EXISTS (SELECT FROM policy."zorgrelatie" pol2 WHERE pol2."client_key" = "clientprofielcontactpersoon"."client_key" AND pol2."code" = nullif(current_setting('caller.uzovi', true), '') AND (pol2."hoedanigheid" = 'ZKv' OR (pol2."hoedanigheid" = 'ZKu' AND (pol2."tot" IS NULL OR nullif(current_setting('caller.today', true), '')::date <= (pol2."tot" + make_interval(years => 2))::date)) OR pol2."hoedanigheid" = 'ZKn') OFFSET 0))
    )
);
GRANT SELECT ("client_key", "clientprofielContactpersoonID", "relatienummer", "volgorde", "soortRelatie", "rol", "relatie", "geslachtsnaam", "voorvoegselGeslachtsnaam", "partnernaam", "voorvoegselPartnernaam", "voornamen", "voorletters", "roepnaam", "naamgebruik", "geslacht", "geboortedatum", "geboortedatumgebruik", "ingangsdatum", "einddatum", "bronhouder", "clientprofielID") ON public."clientprofielcontactpersoon" TO "{prefix}_zorgaanbieder";
CREATE POLICY "lezen_zorgaanbieder" ON public."clientprofielcontactpersoon" FOR SELECT TO "{prefix}_zorgaanbieder" USING (
    (SELECT position(' registers/wlzclientregister/clienten/client:read ' in current_setting('caller.scopes', true)) > 0) AND (
        (current_setting('caller.relations', true) = 'fresh' AND EXISTS (SELECT FROM policy."zorgrelatie" pol2 WHERE pol2."client_key" = "clientprofielcontactpersoon"."client_key" AND pol2."hoedanigheid" = 'ZA' AND pol2."code" = nullif(current_setting('caller.agb', true), '') AND (pol2."tot" IS NULL OR nullif(current_setting('caller.today', true), '')::date <= (pol2."tot" + make_interval(years => 2))::date) OFFSET 0))
    )
);
GRANT SELECT ("client_key", "clientprofielContactpersoonID", "relatienummer", "volgorde", "soortRelatie", "rol", "relatie", "geslachtsnaam", "voorvoegselGeslachtsnaam", "partnernaam", "voorvoegselPartnernaam", "voornamen", "voorletters", "roepnaam", "naamgebruik", "geslacht", "geboortedatum", "geboortedatumgebruik", "ingangsdatum", "einddatum", "bronhouder", "clientprofielID") ON public."clientprofielcontactpersoon" TO "{prefix}_burger";
CREATE POLICY "lezen_burger" ON public."clientprofielcontactpersoon" FOR SELECT TO "{prefix}_burger" USING (
    (SELECT position(' registers/wlzclientregister/clienten/client:read ' in current_setting('caller.scopes', true)) > 0) AND (
        "clientprofielcontactpersoon"."client_key" = nullif(current_setting('caller.client_key', true), '')::uuid
    )
);

-- ClientprofielContactpersoonContactgegevens
ALTER TABLE public."clientprofielcontactpersooncontactgegevens" ENABLE ROW LEVEL SECURITY;
GRANT SELECT ("client_key", "clientprofielContactpersoonContactgegevensID", "adressoort", "straatnaam", "huisnummer", "huisletter", "huisnummertoevoeging", "postcode", "plaatsnaam", "land", "aanduidingWoonadres", "emailadres", "telefoonnummer01", "landnummer01", "telefoonnummer02", "landnummer02", "ingangsdatum", "einddatum", "bronhouder", "geheim", "clientprofielContactpersoonID") ON public."clientprofielcontactpersooncontactgegevens" TO "{prefix}_zorgkantoor";
CREATE POLICY "lezen_zorgkantoor" ON public."clientprofielcontactpersooncontactgegevens" FOR SELECT TO "{prefix}_zorgkantoor" USING (
    (SELECT position(' registers/wlzclientregister/clienten/client:read ' in current_setting('caller.scopes', true)) > 0) AND (
        (current_setting('caller.relations', true) = 'fresh' AND EXISTS (SELECT FROM policy."zorgrelatie" pol3 WHERE pol3."client_key" = "clientprofielcontactpersooncontactgegevens"."client_key" AND pol3."code" = nullif(current_setting('caller.uzovi', true), '') AND (((("clientprofielcontactpersooncontactgegevens"."geheim" = '1') IS NOT TRUE) AND (pol3."hoedanigheid" = 'ZKv' OR (pol3."hoedanigheid" = 'ZKu' AND (pol3."tot" IS NULL OR nullif(current_setting('caller.today', true), '')::date <= (pol3."tot" + make_interval(years => 2))::date)) OR pol3."hoedanigheid" = 'ZKn')) OR (pol3."hoedanigheid" = 'ZKu' AND pol3."vanaf" <= nullif(current_setting('caller.today', true), '')::date AND nullif(current_setting('caller.today', true), '')::date <= coalesce(pol3."tot", 'infinity'::date))) OFFSET 0))
    )
);
GRANT SELECT ("client_key", "clientprofielContactpersoonContactgegevensID", "adressoort", "straatnaam", "huisnummer", "huisletter", "huisnummertoevoeging", "postcode", "plaatsnaam", "land", "aanduidingWoonadres", "emailadres", "telefoonnummer01", "landnummer01", "telefoonnummer02", "landnummer02", "ingangsdatum", "einddatum", "bronhouder", "geheim", "clientprofielContactpersoonID") ON public."clientprofielcontactpersooncontactgegevens" TO "{prefix}_zorgaanbieder";
CREATE POLICY "lezen_zorgaanbieder" ON public."clientprofielcontactpersooncontactgegevens" FOR SELECT TO "{prefix}_zorgaanbieder" USING (
    (SELECT position(' registers/wlzclientregister/clienten/client:read ' in current_setting('caller.scopes', true)) > 0) AND (
        (current_setting('caller.relations', true) = 'fresh' AND EXISTS (SELECT FROM policy."zorgrelatie" pol3 WHERE pol3."client_key" = "clientprofielcontactpersooncontactgegevens"."client_key" AND pol3."hoedanigheid" = 'ZA' AND pol3."code" = nullif(current_setting('caller.agb', true), '') AND (((("clientprofielcontactpersooncontactgegevens"."geheim" = '1') IS NOT TRUE) AND (pol3."tot" IS NULL OR nullif(current_setting('caller.today', true), '')::date <= (pol3."tot" + make_interval(years => 2))::date)) OR (pol3."vanaf" <= nullif(current_setting('caller.today', true), '')::date AND nullif(current_setting('caller.today', true), '')::date <= coalesce(pol3."tot", 'infinity'::date))) OFFSET 0))
    )
);
GRANT SELECT ("client_key", "clientprofielContactpersoonContactgegevensID", "adressoort", "straatnaam", "huisnummer", "huisletter", "huisnummertoevoeging", "postcode", "plaatsnaam", "land", "aanduidingWoonadres", "emailadres", "telefoonnummer01", "landnummer01", "telefoonnummer02", "landnummer02", "ingangsdatum", "einddatum", "bronhouder", "geheim", "clientprofielContactpersoonID") ON public."clientprofielcontactpersooncontactgegevens" TO "{prefix}_burger";
CREATE POLICY "lezen_burger" ON public."clientprofielcontactpersooncontactgegevens" FOR SELECT TO "{prefix}_burger" USING (
    (SELECT position(' registers/wlzclientregister/clienten/client:read ' in current_setting('caller.scopes', true)) > 0) AND (
        "clientprofielcontactpersooncontactgegevens"."client_key" = nullif(current_setting('caller.client_key', true), '')::uuid
    )
);

-- Zorgrelatie
ALTER TABLE public."zorgrelatie" ENABLE ROW LEVEL SECURITY;
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{prefix}_projector') THEN
        CREATE POLICY project ON public."zorgrelatie" TO "{prefix}_projector" USING (true) WITH CHECK (true);
    END IF;
END $$;
