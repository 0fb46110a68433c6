-- Made by `gateway grants compile`; do not edit. Register: inzage. Grants release: ac7a42d4ab3d1675b9e1529553dc7be3bdb76489e85ee17ac096260cc2e0822f.
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
        WHERE schemaname = 'public' AND tablename IN ('inzage', 'inzagevraag', 'vertegenwoordiging') LOOP
        EXECUTE format('DROP POLICY %I ON public.%I', old.policyname, old.tablename);
    END LOOP;
END $$;
DROP SCHEMA IF EXISTS policy CASCADE;
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, "{prefix}_zorgkantoor", "{prefix}_zorgaanbieder", "{prefix}_ciz", "{prefix}_burger", "{prefix}_onderneming";
CREATE SCHEMA policy;
GRANT USAGE ON SCHEMA public, policy TO "{prefix}_zorgkantoor", "{prefix}_zorgaanbieder", "{prefix}_ciz", "{prefix}_burger", "{prefix}_onderneming";

-- What predicates read: all rows, few columns.
CREATE VIEW policy."inzage" AS SELECT "client_key" FROM public."inzage";
GRANT SELECT ON policy."inzage" TO "{prefix}_burger";
CREATE VIEW policy."inzagevraag" AS SELECT "client_key" FROM public."inzagevraag";
GRANT SELECT ON policy."inzagevraag" TO "{prefix}_burger";
CREATE VIEW policy."vertegenwoordiging" AS SELECT "client_key", "gemachtigde", "vanaf", "tot", "ingetrokken", "partijen" FROM public."vertegenwoordiging";
GRANT SELECT ON policy."vertegenwoordiging" TO "{prefix}_burger";

-- Inzage
ALTER TABLE public."inzage" ENABLE ROW LEVEL SECURITY;
GRANT SELECT ("client_key", "inzageID", "moment", "hoedanigheid", "partijcode", "partijnaam", "doel", "wijze", "vraagID") ON public."inzage" TO "{prefix}_burger";
CREATE POLICY "lezen_burger" ON public."inzage" FOR SELECT TO "{prefix}_burger" USING (
    (SELECT position(' registers/wlzinzageregister/inzagen/inzage:read ' in current_setting('caller.scopes', true)) > 0) AND (
        "inzage"."client_key" = nullif(current_setting('caller.client_key', true), '')::uuid
        OR EXISTS (SELECT FROM policy."vertegenwoordiging" pol1 WHERE pol1."client_key" = "inzage"."client_key" AND pol1."gemachtigde" = nullif(current_setting('caller.client_key', true), '')::uuid AND pol1."ingetrokken" IS NULL AND pol1."vanaf" <= nullif(current_setting('caller.today', true), '')::date AND nullif(current_setting('caller.today', true), '')::date <= coalesce(pol1."tot", 'infinity'::date) OFFSET 0)
    )
);

-- InzageVraag
ALTER TABLE public."inzagevraag" ENABLE ROW LEVEL SECURITY;
GRANT SELECT ("client_key", "vraagID", "registers", "gegevens", "grondslag") ON public."inzagevraag" TO "{prefix}_burger";
CREATE POLICY "lezen_burger" ON public."inzagevraag" FOR SELECT TO "{prefix}_burger" USING (
    (SELECT position(' registers/wlzinzageregister/inzagen/inzage:read ' in current_setting('caller.scopes', true)) > 0) AND (
        "inzagevraag"."client_key" = nullif(current_setting('caller.client_key', true), '')::uuid OR EXISTS (SELECT FROM policy."vertegenwoordiging" pol1 WHERE pol1."client_key" = "inzagevraag"."client_key" AND pol1."gemachtigde" = nullif(current_setting('caller.client_key', true), '')::uuid AND pol1."ingetrokken" IS NULL AND pol1."vanaf" <= nullif(current_setting('caller.today', true), '')::date AND nullif(current_setting('caller.today', true), '')::date <= coalesce(pol1."tot", 'infinity'::date) OFFSET 0)
    )
);

-- Vertegenwoordiging
ALTER TABLE public."vertegenwoordiging" ENABLE ROW LEVEL SECURITY;
