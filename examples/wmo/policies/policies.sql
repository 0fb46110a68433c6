-- Made by `gateway grants compile`; do not edit. Register: wmo. Grants release: b6d1a321f369772cc8de2dd2f25df14b8d456cd0f26a47d629f46f0b9af5d40f.
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
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{prefix}_gemeente') THEN
        CREATE ROLE "{prefix}_gemeente" NOLOGIN NOBYPASSRLS;
    END IF;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{prefix}_app') THEN
        GRANT "{prefix}_gemeente" TO "{prefix}_app";
    END IF;
END $$;

-- What an earlier release gave.
DO $$ DECLARE old record; BEGIN
    FOR old IN SELECT policyname, tablename FROM pg_policies
        WHERE schemaname = 'public' AND tablename IN ('maatwerkvoorziening') LOOP
        EXECUTE format('DROP POLICY %I ON public.%I', old.policyname, old.tablename);
    END LOOP;
END $$;
DROP SCHEMA IF EXISTS policy CASCADE;
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, "{prefix}_zorgkantoor", "{prefix}_zorgaanbieder", "{prefix}_ciz", "{prefix}_burger", "{prefix}_onderneming", "{prefix}_gemeente";
CREATE SCHEMA policy;
GRANT USAGE ON SCHEMA public, policy TO "{prefix}_zorgkantoor", "{prefix}_zorgaanbieder", "{prefix}_ciz", "{prefix}_burger", "{prefix}_onderneming", "{prefix}_gemeente";

-- What predicates read: all rows, few columns.

-- Maatwerkvoorziening
ALTER TABLE public."maatwerkvoorziening" ENABLE ROW LEVEL SECURITY;
GRANT SELECT ("client_key", "maatwerkvoorzieningID", "gemeente", "bsn", "aanbieder", "productcategorie", "ingangsdatum", "einddatum") ON public."maatwerkvoorziening" TO "{prefix}_zorgaanbieder";
CREATE POLICY "lezen_zorgaanbieder" ON public."maatwerkvoorziening" FOR SELECT TO "{prefix}_zorgaanbieder" USING (
    (SELECT position(' registers/wmoregister/voorzieningen/voorziening:read ' in current_setting('caller.scopes', true)) > 0) AND (
        "maatwerkvoorziening"."aanbieder" = nullif(current_setting('caller.agb', true), '')
    )
);
GRANT SELECT ("client_key", "maatwerkvoorzieningID", "gemeente", "bsn", "aanbieder", "productcategorie", "ingangsdatum", "einddatum", "toelichting") ON public."maatwerkvoorziening" TO "{prefix}_burger";
CREATE POLICY "lezen_burger" ON public."maatwerkvoorziening" FOR SELECT TO "{prefix}_burger" USING (
    (SELECT position(' registers/wmoregister/voorzieningen/voorziening:read ' in current_setting('caller.scopes', true)) > 0) AND (
        "maatwerkvoorziening"."client_key" = nullif(current_setting('caller.client_key', true), '')::uuid
    )
);
GRANT SELECT ("client_key", "maatwerkvoorzieningID", "gemeente", "bsn", "aanbieder", "productcategorie", "ingangsdatum", "einddatum", "toelichting") ON public."maatwerkvoorziening" TO "{prefix}_gemeente";
CREATE POLICY "lezen_gemeente" ON public."maatwerkvoorziening" FOR SELECT TO "{prefix}_gemeente" USING (
    (SELECT position(' registers/wmoregister/voorzieningen/voorziening:read ' in current_setting('caller.scopes', true)) > 0) AND (
        "maatwerkvoorziening"."gemeente" = nullif(current_setting('caller.gemeente', true), '')
    )
);
