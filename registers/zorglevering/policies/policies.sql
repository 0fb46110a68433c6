-- Made by `gateway grants compile`; do not edit. Register: zorglevering. Grants release: ac7a42d4ab3d1675b9e1529553dc7be3bdb76489e85ee17ac096260cc2e0822f.
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
        WHERE schemaname = 'public' AND tablename IN ('afstel', 'behandelingperiode', 'client', 'levering', 'leveringperiode', 'uitstelperiode', 'verzoek', 'verzoekaanbieder', 'zorgrelatie') LOOP
        EXECUTE format('DROP POLICY %I ON public.%I', old.policyname, old.tablename);
    END LOOP;
END $$;
DROP SCHEMA IF EXISTS policy CASCADE;
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, "{prefix}_zorgkantoor", "{prefix}_zorgaanbieder", "{prefix}_ciz", "{prefix}_burger", "{prefix}_onderneming";
CREATE SCHEMA policy;
GRANT USAGE ON SCHEMA public, policy TO "{prefix}_zorgkantoor", "{prefix}_zorgaanbieder", "{prefix}_ciz", "{prefix}_burger", "{prefix}_onderneming";

-- What predicates read: all rows, few columns.
CREATE VIEW policy."levering" AS SELECT "client_key", "leveringID", "bemiddelingspecificatieID", "clientID" FROM public."levering";
GRANT SELECT ON policy."levering" TO "{prefix}_zorgkantoor";
GRANT SELECT ON policy."levering" TO "{prefix}_zorgaanbieder";
CREATE VIEW policy."leveringperiode" AS SELECT "client_key", "leveringperiodeID", "leveringID" FROM public."leveringperiode";
GRANT SELECT ON policy."leveringperiode" TO "{prefix}_zorgkantoor";
GRANT SELECT ON policy."leveringperiode" TO "{prefix}_zorgaanbieder";
CREATE VIEW policy."verzoek" AS SELECT "client_key", "verzoekID", "leveringID" FROM public."verzoek";
GRANT SELECT ON policy."verzoek" TO "{prefix}_zorgkantoor";
GRANT SELECT ON policy."verzoek" TO "{prefix}_zorgaanbieder";
CREATE VIEW policy."verzoekaanbieder" AS SELECT "client_key", "aanbieder", "verzoekID" FROM public."verzoekaanbieder";
GRANT SELECT ON policy."verzoekaanbieder" TO "{prefix}_zorgaanbieder";
CREATE VIEW policy."zorgrelatie" AS SELECT "client_key", "hoedanigheid", "code", "bemiddelingID", "bemiddelingspecificatieID", "vanaf", "tot" FROM public."zorgrelatie";
GRANT SELECT ON policy."zorgrelatie" TO "{prefix}_zorgkantoor";
GRANT SELECT ON policy."zorgrelatie" TO "{prefix}_zorgaanbieder";

-- Afstel
ALTER TABLE public."afstel" ENABLE ROW LEVEL SECURITY;
GRANT SELECT ("client_key", "afstelID", "afsteldatum", "vaststellingMoment", "reden", "aanbiederBestemming", "leveringID") ON public."afstel" TO "{prefix}_zorgkantoor";
CREATE POLICY "lezen_zorgkantoor" ON public."afstel" FOR SELECT TO "{prefix}_zorgkantoor" USING (
    (SELECT position(' registers/wlzleveringsregister/leveringen/levering:read ' in current_setting('caller.scopes', true)) > 0) AND (
        (current_setting('caller.relations', true) = 'fresh' AND EXISTS (SELECT FROM policy."levering" pol1, policy."zorgrelatie" pol2 WHERE pol1."client_key" = "afstel"."client_key" AND pol1."leveringID" = "afstel"."leveringID" AND pol2."client_key" = pol1."client_key" AND pol2."bemiddelingspecificatieID" = pol1."bemiddelingspecificatieID" AND pol2."hoedanigheid" = 'ZKu' AND (pol2."code" = nullif(current_setting('caller.uzovi', true), '') OR EXISTS (SELECT FROM policy."zorgrelatie" pol3 WHERE pol3."client_key" = pol2."client_key" AND pol3."bemiddelingID" = pol2."bemiddelingID" AND pol3."code" = nullif(current_setting('caller.uzovi', true), '') AND (pol3."hoedanigheid" = 'ZKv' OR (pol3."hoedanigheid" = 'ZKu' AND pol3."vanaf" <= coalesce(pol2."tot", 'infinity'::date) AND pol2."vanaf" <= coalesce(pol3."tot", 'infinity'::date) AND (pol3."tot" IS NULL OR nullif(current_setting('caller.today', true), '')::date <= make_date((extract(year FROM pol3."tot")::int + 1), 5, 31)))) OFFSET 0)) OFFSET 0))
    )
);
GRANT SELECT ("client_key", "afstelID", "afsteldatum", "vaststellingMoment", "reden", "aanbiederBestemming", "leveringID") ON public."afstel" TO "{prefix}_zorgaanbieder";
CREATE POLICY "lezen_zorgaanbieder" ON public."afstel" FOR SELECT TO "{prefix}_zorgaanbieder" USING (
    (SELECT position(' registers/wlzleveringsregister/leveringen/levering:read ' in current_setting('caller.scopes', true)) > 0) AND (
        (current_setting('caller.relations', true) = 'fresh' AND EXISTS (SELECT FROM policy."levering" pol1, policy."zorgrelatie" pol2 WHERE pol1."client_key" = "afstel"."client_key" AND pol1."leveringID" = "afstel"."leveringID" AND pol2."client_key" = pol1."client_key" AND pol2."bemiddelingspecificatieID" = pol1."bemiddelingspecificatieID" AND ((pol2."hoedanigheid" = 'ZA' AND pol2."code" = nullif(current_setting('caller.agb', true), '')) OR (pol2."hoedanigheid" = 'ZKu' AND EXISTS (SELECT FROM policy."zorgrelatie" pol3 WHERE pol3."client_key" = pol2."client_key" AND pol3."bemiddelingID" = pol2."bemiddelingID" AND pol3."hoedanigheid" = 'ZA' AND pol3."code" = nullif(current_setting('caller.agb', true), '') AND pol3."vanaf" <= coalesce(pol2."tot", 'infinity'::date) AND pol2."vanaf" <= coalesce(pol3."tot", 'infinity'::date) AND (pol3."tot" IS NULL OR nullif(current_setting('caller.today', true), '')::date <= make_date((extract(year FROM pol3."tot")::int + 1), 5, 31)) OFFSET 0))) OFFSET 0))
    )
);
GRANT SELECT ("client_key", "afstelID", "afsteldatum", "vaststellingMoment", "reden", "aanbiederBestemming", "leveringID") ON public."afstel" TO "{prefix}_burger";
CREATE POLICY "lezen_burger" ON public."afstel" FOR SELECT TO "{prefix}_burger" USING (
    (SELECT position(' registers/wlzleveringsregister/leveringen/levering:read ' in current_setting('caller.scopes', true)) > 0) AND (
        "afstel"."client_key" = nullif(current_setting('caller.client_key', true), '')::uuid
    )
);

-- BehandelingPeriode
ALTER TABLE public."behandelingperiode" ENABLE ROW LEVEL SECURITY;
GRANT SELECT ("client_key", "behandelingperiodeID", "ingangsdatum", "einddatum", "leveringperiodeID") ON public."behandelingperiode" TO "{prefix}_zorgkantoor";
CREATE POLICY "lezen_zorgkantoor" ON public."behandelingperiode" FOR SELECT TO "{prefix}_zorgkantoor" USING (
    (SELECT position(' registers/wlzleveringsregister/leveringen/levering:read ' in current_setting('caller.scopes', true)) > 0) AND (
        (current_setting('caller.relations', true) = 'fresh' AND EXISTS (SELECT FROM policy."leveringperiode" pol1, policy."levering" pol2, policy."zorgrelatie" pol3 WHERE pol1."client_key" = "behandelingperiode"."client_key" AND pol1."leveringperiodeID" = "behandelingperiode"."leveringperiodeID" AND pol2."client_key" = pol1."client_key" AND pol2."leveringID" = pol1."leveringID" AND pol3."client_key" = pol2."client_key" AND pol3."bemiddelingspecificatieID" = pol2."bemiddelingspecificatieID" AND pol3."hoedanigheid" = 'ZKu' AND (pol3."code" = nullif(current_setting('caller.uzovi', true), '') OR EXISTS (SELECT FROM policy."zorgrelatie" pol4 WHERE pol4."client_key" = pol3."client_key" AND pol4."bemiddelingID" = pol3."bemiddelingID" AND pol4."code" = nullif(current_setting('caller.uzovi', true), '') AND (pol4."hoedanigheid" = 'ZKv' OR (pol4."hoedanigheid" = 'ZKu' AND pol4."vanaf" <= coalesce(pol3."tot", 'infinity'::date) AND pol3."vanaf" <= coalesce(pol4."tot", 'infinity'::date) AND (pol4."tot" IS NULL OR nullif(current_setting('caller.today', true), '')::date <= make_date((extract(year FROM pol4."tot")::int + 1), 5, 31)))) OFFSET 0)) OFFSET 0))
    )
);
GRANT SELECT ("client_key", "behandelingperiodeID", "ingangsdatum", "einddatum", "leveringperiodeID") ON public."behandelingperiode" TO "{prefix}_zorgaanbieder";
CREATE POLICY "lezen_zorgaanbieder" ON public."behandelingperiode" FOR SELECT TO "{prefix}_zorgaanbieder" USING (
    (SELECT position(' registers/wlzleveringsregister/leveringen/levering:read ' in current_setting('caller.scopes', true)) > 0) AND (
        (current_setting('caller.relations', true) = 'fresh' AND EXISTS (SELECT FROM policy."leveringperiode" pol1, policy."levering" pol2, policy."zorgrelatie" pol3 WHERE pol1."client_key" = "behandelingperiode"."client_key" AND pol1."leveringperiodeID" = "behandelingperiode"."leveringperiodeID" AND pol2."client_key" = pol1."client_key" AND pol2."leveringID" = pol1."leveringID" AND pol3."client_key" = pol2."client_key" AND pol3."bemiddelingspecificatieID" = pol2."bemiddelingspecificatieID" AND ((pol3."hoedanigheid" = 'ZA' AND pol3."code" = nullif(current_setting('caller.agb', true), '')) OR (pol3."hoedanigheid" = 'ZKu' AND EXISTS (SELECT FROM policy."zorgrelatie" pol4 WHERE pol4."client_key" = pol3."client_key" AND pol4."bemiddelingID" = pol3."bemiddelingID" AND pol4."hoedanigheid" = 'ZA' AND pol4."code" = nullif(current_setting('caller.agb', true), '') AND pol4."vanaf" <= coalesce(pol3."tot", 'infinity'::date) AND pol3."vanaf" <= coalesce(pol4."tot", 'infinity'::date) AND (pol4."tot" IS NULL OR nullif(current_setting('caller.today', true), '')::date <= make_date((extract(year FROM pol4."tot")::int + 1), 5, 31)) OFFSET 0))) OFFSET 0))
    )
);
GRANT SELECT ("client_key", "behandelingperiodeID", "ingangsdatum", "einddatum", "leveringperiodeID") ON public."behandelingperiode" TO "{prefix}_burger";
CREATE POLICY "lezen_burger" ON public."behandelingperiode" FOR SELECT TO "{prefix}_burger" USING (
    (SELECT position(' registers/wlzleveringsregister/leveringen/levering:read ' in current_setting('caller.scopes', true)) > 0) AND (
        "behandelingperiode"."client_key" = nullif(current_setting('caller.client_key', true), '')::uuid
    )
);

-- LeveringClient
ALTER TABLE public."client" ENABLE ROW LEVEL SECURITY;
GRANT SELECT ("client_key", "clientID", "bsn") ON public."client" TO "{prefix}_zorgkantoor";
CREATE POLICY "lezen_zorgkantoor" ON public."client" FOR SELECT TO "{prefix}_zorgkantoor" USING (
    (SELECT position(' registers/wlzleveringsregister/leveringen/levering:read ' in current_setting('caller.scopes', true)) > 0) AND (
        (current_setting('caller.relations', true) = 'fresh' AND EXISTS (SELECT FROM policy."levering" pol1, policy."zorgrelatie" pol2 WHERE pol1."client_key" = "client"."client_key" AND pol1."clientID" = "client"."clientID" AND pol2."client_key" = pol1."client_key" AND pol2."bemiddelingspecificatieID" = pol1."bemiddelingspecificatieID" AND pol2."hoedanigheid" = 'ZKu' AND (pol2."code" = nullif(current_setting('caller.uzovi', true), '') OR EXISTS (SELECT FROM policy."zorgrelatie" pol4 WHERE pol4."client_key" = pol2."client_key" AND pol4."bemiddelingID" = pol2."bemiddelingID" AND pol4."code" = nullif(current_setting('caller.uzovi', true), '') AND (pol4."hoedanigheid" = 'ZKv' OR (pol4."hoedanigheid" = 'ZKu' AND pol4."vanaf" <= coalesce(pol2."tot", 'infinity'::date) AND pol2."vanaf" <= coalesce(pol4."tot", 'infinity'::date) AND (pol4."tot" IS NULL OR nullif(current_setting('caller.today', true), '')::date <= make_date((extract(year FROM pol4."tot")::int + 1), 5, 31)))) OFFSET 0)) OFFSET 0))
    )
);
GRANT SELECT ("client_key", "clientID", "bsn") ON public."client" TO "{prefix}_zorgaanbieder";
CREATE POLICY "lezen_zorgaanbieder" ON public."client" FOR SELECT TO "{prefix}_zorgaanbieder" USING (
    (SELECT position(' registers/wlzleveringsregister/leveringen/levering:read ' in current_setting('caller.scopes', true)) > 0) AND (
        EXISTS (SELECT FROM policy."levering" pol1 WHERE pol1."client_key" = "client"."client_key" AND pol1."clientID" = "client"."clientID" AND ((current_setting('caller.relations', true) = 'fresh' AND EXISTS (SELECT FROM policy."zorgrelatie" pol2 WHERE pol2."client_key" = pol1."client_key" AND pol2."bemiddelingspecificatieID" = pol1."bemiddelingspecificatieID" AND ((pol2."hoedanigheid" = 'ZA' AND pol2."code" = nullif(current_setting('caller.agb', true), '')) OR (pol2."hoedanigheid" = 'ZKu' AND EXISTS (SELECT FROM policy."zorgrelatie" pol4 WHERE pol4."client_key" = pol2."client_key" AND pol4."bemiddelingID" = pol2."bemiddelingID" AND pol4."hoedanigheid" = 'ZA' AND pol4."code" = nullif(current_setting('caller.agb', true), '') AND pol4."vanaf" <= coalesce(pol2."tot", 'infinity'::date) AND pol2."vanaf" <= coalesce(pol4."tot", 'infinity'::date) AND (pol4."tot" IS NULL OR nullif(current_setting('caller.today', true), '')::date <= make_date((extract(year FROM pol4."tot")::int + 1), 5, 31)) OFFSET 0))) OFFSET 0)) OR EXISTS (SELECT FROM policy."verzoek" pol5, policy."verzoekaanbieder" pol6 WHERE pol5."client_key" = pol1."client_key" AND pol5."leveringID" = pol1."leveringID" AND pol6."client_key" = pol5."client_key" AND pol6."verzoekID" = pol5."verzoekID" AND pol6."aanbieder" = nullif(current_setting('caller.agb', true), '') OFFSET 0)) OFFSET 0)
    )
);
GRANT SELECT ("client_key", "clientID", "bsn") ON public."client" TO "{prefix}_burger";
CREATE POLICY "lezen_burger" ON public."client" FOR SELECT TO "{prefix}_burger" USING (
    (SELECT position(' registers/wlzleveringsregister/leveringen/levering:read ' in current_setting('caller.scopes', true)) > 0) AND (
        "client"."client_key" = nullif(current_setting('caller.client_key', true), '')::uuid
    )
);

-- Levering
ALTER TABLE public."levering" ENABLE ROW LEVEL SECURITY;
GRANT SELECT ("client_key", "leveringID", "bemiddelingspecificatieID", "clientID") ON public."levering" TO "{prefix}_zorgkantoor";
CREATE POLICY "lezen_zorgkantoor" ON public."levering" FOR SELECT TO "{prefix}_zorgkantoor" USING (
    (SELECT position(' registers/wlzleveringsregister/leveringen/levering:read ' in current_setting('caller.scopes', true)) > 0) AND (
        (current_setting('caller.relations', true) = 'fresh' AND EXISTS (SELECT FROM policy."zorgrelatie" pol1 WHERE pol1."client_key" = "levering"."client_key" AND pol1."bemiddelingspecificatieID" = "levering"."bemiddelingspecificatieID" AND pol1."hoedanigheid" = 'ZKu' AND (pol1."code" = nullif(current_setting('caller.uzovi', true), '') OR EXISTS (SELECT FROM policy."zorgrelatie" pol2 WHERE pol2."client_key" = pol1."client_key" AND pol2."bemiddelingID" = pol1."bemiddelingID" AND pol2."code" = nullif(current_setting('caller.uzovi', true), '') AND (pol2."hoedanigheid" = 'ZKv' OR (pol2."hoedanigheid" = 'ZKu' AND pol2."vanaf" <= coalesce(pol1."tot", 'infinity'::date) AND pol1."vanaf" <= coalesce(pol2."tot", 'infinity'::date) AND (pol2."tot" IS NULL OR nullif(current_setting('caller.today', true), '')::date <= make_date((extract(year FROM pol2."tot")::int + 1), 5, 31)))) OFFSET 0)) OFFSET 0))
    )
);
GRANT SELECT ("client_key", "leveringID", "bemiddelingspecificatieID", "clientID") ON public."levering" TO "{prefix}_zorgaanbieder";
CREATE POLICY "lezen_zorgaanbieder" ON public."levering" FOR SELECT TO "{prefix}_zorgaanbieder" USING (
    (SELECT position(' registers/wlzleveringsregister/leveringen/levering:read ' in current_setting('caller.scopes', true)) > 0) AND (
        (current_setting('caller.relations', true) = 'fresh' AND EXISTS (SELECT FROM policy."zorgrelatie" pol1 WHERE pol1."client_key" = "levering"."client_key" AND pol1."bemiddelingspecificatieID" = "levering"."bemiddelingspecificatieID" AND ((pol1."hoedanigheid" = 'ZA' AND pol1."code" = nullif(current_setting('caller.agb', true), '')) OR (pol1."hoedanigheid" = 'ZKu' AND EXISTS (SELECT FROM policy."zorgrelatie" pol2 WHERE pol2."client_key" = pol1."client_key" AND pol2."bemiddelingID" = pol1."bemiddelingID" AND pol2."hoedanigheid" = 'ZA' AND pol2."code" = nullif(current_setting('caller.agb', true), '') AND pol2."vanaf" <= coalesce(pol1."tot", 'infinity'::date) AND pol1."vanaf" <= coalesce(pol2."tot", 'infinity'::date) AND (pol2."tot" IS NULL OR nullif(current_setting('caller.today', true), '')::date <= make_date((extract(year FROM pol2."tot")::int + 1), 5, 31)) OFFSET 0))) OFFSET 0))
        OR EXISTS (SELECT FROM policy."verzoek" pol1, policy."verzoekaanbieder" pol2 WHERE pol1."client_key" = "levering"."client_key" AND pol1."leveringID" = "levering"."leveringID" AND pol2."client_key" = pol1."client_key" AND pol2."verzoekID" = pol1."verzoekID" AND pol2."aanbieder" = nullif(current_setting('caller.agb', true), '') OFFSET 0)
    )
);
GRANT SELECT ("client_key", "leveringID", "bemiddelingspecificatieID", "clientID") ON public."levering" TO "{prefix}_burger";
CREATE POLICY "lezen_burger" ON public."levering" FOR SELECT TO "{prefix}_burger" USING (
    (SELECT position(' registers/wlzleveringsregister/leveringen/levering:read ' in current_setting('caller.scopes', true)) > 0) AND (
        "levering"."client_key" = nullif(current_setting('caller.client_key', true), '')::uuid
    )
);

-- Leveringperiode
ALTER TABLE public."leveringperiode" ENABLE ROW LEVEL SECURITY;
GRANT SELECT ("client_key", "leveringperiodeID", "ingangsdatum", "vaststellingMoment", "sleuteldatum", "einddatum", "beeindigingReden", "aanbiederBestemming", "leveringID") ON public."leveringperiode" TO "{prefix}_zorgkantoor";
CREATE POLICY "lezen_zorgkantoor" ON public."leveringperiode" FOR SELECT TO "{prefix}_zorgkantoor" USING (
    (SELECT position(' registers/wlzleveringsregister/leveringen/levering:read ' in current_setting('caller.scopes', true)) > 0) AND (
        (current_setting('caller.relations', true) = 'fresh' AND EXISTS (SELECT FROM policy."levering" pol1, policy."zorgrelatie" pol2 WHERE pol1."client_key" = "leveringperiode"."client_key" AND pol1."leveringID" = "leveringperiode"."leveringID" AND pol2."client_key" = pol1."client_key" AND pol2."bemiddelingspecificatieID" = pol1."bemiddelingspecificatieID" AND pol2."hoedanigheid" = 'ZKu' AND (pol2."code" = nullif(current_setting('caller.uzovi', true), '') OR EXISTS (SELECT FROM policy."zorgrelatie" pol3 WHERE pol3."client_key" = pol2."client_key" AND pol3."bemiddelingID" = pol2."bemiddelingID" AND pol3."code" = nullif(current_setting('caller.uzovi', true), '') AND (pol3."hoedanigheid" = 'ZKv' OR (pol3."hoedanigheid" = 'ZKu' AND pol3."vanaf" <= coalesce(pol2."tot", 'infinity'::date) AND pol2."vanaf" <= coalesce(pol3."tot", 'infinity'::date) AND (pol3."tot" IS NULL OR nullif(current_setting('caller.today', true), '')::date <= make_date((extract(year FROM pol3."tot")::int + 1), 5, 31)))) OFFSET 0)) OFFSET 0))
    )
);
GRANT SELECT ("client_key", "leveringperiodeID", "ingangsdatum", "vaststellingMoment", "sleuteldatum", "einddatum", "beeindigingReden", "aanbiederBestemming", "leveringID") ON public."leveringperiode" TO "{prefix}_zorgaanbieder";
CREATE POLICY "lezen_zorgaanbieder" ON public."leveringperiode" FOR SELECT TO "{prefix}_zorgaanbieder" USING (
    (SELECT position(' registers/wlzleveringsregister/leveringen/levering:read ' in current_setting('caller.scopes', true)) > 0) AND (
        (current_setting('caller.relations', true) = 'fresh' AND EXISTS (SELECT FROM policy."levering" pol1, policy."zorgrelatie" pol2 WHERE pol1."client_key" = "leveringperiode"."client_key" AND pol1."leveringID" = "leveringperiode"."leveringID" AND pol2."client_key" = pol1."client_key" AND pol2."bemiddelingspecificatieID" = pol1."bemiddelingspecificatieID" AND ((pol2."hoedanigheid" = 'ZA' AND pol2."code" = nullif(current_setting('caller.agb', true), '')) OR (pol2."hoedanigheid" = 'ZKu' AND EXISTS (SELECT FROM policy."zorgrelatie" pol3 WHERE pol3."client_key" = pol2."client_key" AND pol3."bemiddelingID" = pol2."bemiddelingID" AND pol3."hoedanigheid" = 'ZA' AND pol3."code" = nullif(current_setting('caller.agb', true), '') AND pol3."vanaf" <= coalesce(pol2."tot", 'infinity'::date) AND pol2."vanaf" <= coalesce(pol3."tot", 'infinity'::date) AND (pol3."tot" IS NULL OR nullif(current_setting('caller.today', true), '')::date <= make_date((extract(year FROM pol3."tot")::int + 1), 5, 31)) OFFSET 0))) OFFSET 0))
    )
);
GRANT SELECT ("client_key", "leveringperiodeID", "ingangsdatum", "vaststellingMoment", "sleuteldatum", "einddatum", "beeindigingReden", "aanbiederBestemming", "leveringID") ON public."leveringperiode" TO "{prefix}_burger";
CREATE POLICY "lezen_burger" ON public."leveringperiode" FOR SELECT TO "{prefix}_burger" USING (
    (SELECT position(' registers/wlzleveringsregister/leveringen/levering:read ' in current_setting('caller.scopes', true)) > 0) AND (
        "leveringperiode"."client_key" = nullif(current_setting('caller.client_key', true), '')::uuid
    )
);

-- Uitstelperiode
ALTER TABLE public."uitstelperiode" ENABLE ROW LEVEL SECURITY;
GRANT SELECT ("client_key", "uitstelperiodeID", "ingangsdatum", "vaststellingMoment", "reden", "leveringsstatus", "leveringsstatusClassificatie", "einddatum", "leveringID") ON public."uitstelperiode" TO "{prefix}_zorgkantoor";
CREATE POLICY "lezen_zorgkantoor" ON public."uitstelperiode" FOR SELECT TO "{prefix}_zorgkantoor" USING (
    (SELECT position(' registers/wlzleveringsregister/leveringen/levering:read ' in current_setting('caller.scopes', true)) > 0) AND (
        (current_setting('caller.relations', true) = 'fresh' AND EXISTS (SELECT FROM policy."levering" pol1, policy."zorgrelatie" pol2 WHERE pol1."client_key" = "uitstelperiode"."client_key" AND pol1."leveringID" = "uitstelperiode"."leveringID" AND pol2."client_key" = pol1."client_key" AND pol2."bemiddelingspecificatieID" = pol1."bemiddelingspecificatieID" AND pol2."hoedanigheid" = 'ZKu' AND (pol2."code" = nullif(current_setting('caller.uzovi', true), '') OR EXISTS (SELECT FROM policy."zorgrelatie" pol3 WHERE pol3."client_key" = pol2."client_key" AND pol3."bemiddelingID" = pol2."bemiddelingID" AND pol3."code" = nullif(current_setting('caller.uzovi', true), '') AND (pol3."hoedanigheid" = 'ZKv' OR (pol3."hoedanigheid" = 'ZKu' AND pol3."vanaf" <= coalesce(pol2."tot", 'infinity'::date) AND pol2."vanaf" <= coalesce(pol3."tot", 'infinity'::date) AND (pol3."tot" IS NULL OR nullif(current_setting('caller.today', true), '')::date <= make_date((extract(year FROM pol3."tot")::int + 1), 5, 31)))) OFFSET 0)) OFFSET 0))
    )
);
GRANT SELECT ("client_key", "uitstelperiodeID", "ingangsdatum", "vaststellingMoment", "reden", "leveringsstatus", "leveringsstatusClassificatie", "einddatum", "leveringID") ON public."uitstelperiode" TO "{prefix}_zorgaanbieder";
CREATE POLICY "lezen_zorgaanbieder" ON public."uitstelperiode" FOR SELECT TO "{prefix}_zorgaanbieder" USING (
    (SELECT position(' registers/wlzleveringsregister/leveringen/levering:read ' in current_setting('caller.scopes', true)) > 0) AND (
        (current_setting('caller.relations', true) = 'fresh' AND EXISTS (SELECT FROM policy."levering" pol1, policy."zorgrelatie" pol2 WHERE pol1."client_key" = "uitstelperiode"."client_key" AND pol1."leveringID" = "uitstelperiode"."leveringID" AND pol2."client_key" = pol1."client_key" AND pol2."bemiddelingspecificatieID" = pol1."bemiddelingspecificatieID" AND ((pol2."hoedanigheid" = 'ZA' AND pol2."code" = nullif(current_setting('caller.agb', true), '')) OR (pol2."hoedanigheid" = 'ZKu' AND EXISTS (SELECT FROM policy."zorgrelatie" pol3 WHERE pol3."client_key" = pol2."client_key" AND pol3."bemiddelingID" = pol2."bemiddelingID" AND pol3."hoedanigheid" = 'ZA' AND pol3."code" = nullif(current_setting('caller.agb', true), '') AND pol3."vanaf" <= coalesce(pol2."tot", 'infinity'::date) AND pol2."vanaf" <= coalesce(pol3."tot", 'infinity'::date) AND (pol3."tot" IS NULL OR nullif(current_setting('caller.today', true), '')::date <= make_date((extract(year FROM pol3."tot")::int + 1), 5, 31)) OFFSET 0))) OFFSET 0))
    )
);
GRANT SELECT ("client_key", "uitstelperiodeID", "ingangsdatum", "vaststellingMoment", "reden", "leveringsstatus", "leveringsstatusClassificatie", "einddatum", "leveringID") ON public."uitstelperiode" TO "{prefix}_burger";
CREATE POLICY "lezen_burger" ON public."uitstelperiode" FOR SELECT TO "{prefix}_burger" USING (
    (SELECT position(' registers/wlzleveringsregister/leveringen/levering:read ' in current_setting('caller.scopes', true)) > 0) AND (
        "uitstelperiode"."client_key" = nullif(current_setting('caller.client_key', true), '')::uuid
    )
);

-- Verzoek
ALTER TABLE public."verzoek" ENABLE ROW LEVEL SECURITY;
GRANT SELECT ("client_key", "verzoekID", "verzoekdatum", "product", "toewijzingSoort", "leveringsvorm", "volume", "eenheid", "frequentie", "doelmatig", "toeslagreden", "verantwoord", "leveringID") ON public."verzoek" TO "{prefix}_zorgkantoor";
CREATE POLICY "lezen_zorgkantoor" ON public."verzoek" FOR SELECT TO "{prefix}_zorgkantoor" USING (
    (SELECT position(' registers/wlzleveringsregister/leveringen/levering:read ' in current_setting('caller.scopes', true)) > 0) AND (
        (current_setting('caller.relations', true) = 'fresh' AND EXISTS (SELECT FROM policy."levering" pol1, policy."zorgrelatie" pol2, policy."zorgrelatie" pol3 WHERE pol1."client_key" = "verzoek"."client_key" AND pol1."leveringID" = "verzoek"."leveringID" AND pol2."client_key" = pol1."client_key" AND pol2."bemiddelingspecificatieID" = pol1."bemiddelingspecificatieID" AND pol3."client_key" = pol2."client_key" AND pol3."bemiddelingID" = pol2."bemiddelingID" AND pol3."hoedanigheid" = 'ZKv' AND pol3."code" = nullif(current_setting('caller.uzovi', true), '') AND pol2."hoedanigheid" = 'ZKu' OFFSET 0))
    )
);
GRANT SELECT ("client_key", "verzoekID", "verzoekdatum", "product", "toewijzingSoort", "leveringsvorm", "volume", "eenheid", "frequentie", "doelmatig", "toeslagreden", "verantwoord", "leveringID") ON public."verzoek" TO "{prefix}_zorgaanbieder";
CREATE POLICY "lezen_zorgaanbieder" ON public."verzoek" FOR SELECT TO "{prefix}_zorgaanbieder" USING (
    (SELECT position(' registers/wlzleveringsregister/leveringen/levering:read ' in current_setting('caller.scopes', true)) > 0) AND (
        EXISTS (SELECT FROM policy."verzoekaanbieder" pol1 WHERE pol1."client_key" = "verzoek"."client_key" AND pol1."verzoekID" = "verzoek"."verzoekID" AND pol1."aanbieder" = nullif(current_setting('caller.agb', true), '') OFFSET 0)
        OR (current_setting('caller.relations', true) = 'fresh' AND EXISTS (SELECT FROM policy."levering" pol1, policy."zorgrelatie" pol2 WHERE pol1."client_key" = "verzoek"."client_key" AND pol1."leveringID" = "verzoek"."leveringID" AND pol2."client_key" = pol1."client_key" AND pol2."bemiddelingspecificatieID" = pol1."bemiddelingspecificatieID" AND pol2."hoedanigheid" = 'ZA' AND pol2."code" = nullif(current_setting('caller.agb', true), '') OFFSET 0))
    )
);
GRANT SELECT ("client_key", "verzoekID", "verzoekdatum", "product", "toewijzingSoort", "leveringsvorm", "volume", "eenheid", "frequentie", "doelmatig", "toeslagreden", "verantwoord", "leveringID") ON public."verzoek" TO "{prefix}_burger";
CREATE POLICY "lezen_burger" ON public."verzoek" FOR SELECT TO "{prefix}_burger" USING (
    (SELECT position(' registers/wlzleveringsregister/leveringen/levering:read ' in current_setting('caller.scopes', true)) > 0) AND (
        "verzoek"."client_key" = nullif(current_setting('caller.client_key', true), '')::uuid
    )
);

-- VerzoekAanbieder
ALTER TABLE public."verzoekaanbieder" ENABLE ROW LEVEL SECURITY;
GRANT SELECT ("client_key", "verzoekAanbiederID", "aanbieder", "toewijzingIngangsdatum", "toewijzingEinddatum", "toewijzingPercentage", "opname", "regiehouder", "verzoekID") ON public."verzoekaanbieder" TO "{prefix}_zorgkantoor";
CREATE POLICY "lezen_zorgkantoor" ON public."verzoekaanbieder" FOR SELECT TO "{prefix}_zorgkantoor" USING (
    (SELECT position(' registers/wlzleveringsregister/leveringen/levering:read ' in current_setting('caller.scopes', true)) > 0) AND (
        (current_setting('caller.relations', true) = 'fresh' AND EXISTS (SELECT FROM policy."verzoek" pol1, policy."levering" pol2, policy."zorgrelatie" pol3, policy."zorgrelatie" pol4 WHERE pol1."client_key" = "verzoekaanbieder"."client_key" AND pol1."verzoekID" = "verzoekaanbieder"."verzoekID" AND pol2."client_key" = pol1."client_key" AND pol2."leveringID" = pol1."leveringID" AND pol3."client_key" = pol2."client_key" AND pol3."bemiddelingspecificatieID" = pol2."bemiddelingspecificatieID" AND pol4."client_key" = pol3."client_key" AND pol4."bemiddelingID" = pol3."bemiddelingID" AND pol4."hoedanigheid" = 'ZKv' AND pol4."code" = nullif(current_setting('caller.uzovi', true), '') AND pol3."hoedanigheid" = 'ZKu' OFFSET 0))
    )
);
GRANT SELECT ("client_key", "verzoekAanbiederID", "aanbieder", "toewijzingIngangsdatum", "toewijzingEinddatum", "toewijzingPercentage", "opname", "regiehouder", "verzoekID") ON public."verzoekaanbieder" TO "{prefix}_zorgaanbieder";
CREATE POLICY "lezen_zorgaanbieder" ON public."verzoekaanbieder" FOR SELECT TO "{prefix}_zorgaanbieder" USING (
    (SELECT position(' registers/wlzleveringsregister/leveringen/levering:read ' in current_setting('caller.scopes', true)) > 0) AND (
        "verzoekaanbieder"."aanbieder" = nullif(current_setting('caller.agb', true), '')
        OR (current_setting('caller.relations', true) = 'fresh' AND EXISTS (SELECT FROM policy."verzoek" pol1, policy."levering" pol2, policy."zorgrelatie" pol3 WHERE pol1."client_key" = "verzoekaanbieder"."client_key" AND pol1."verzoekID" = "verzoekaanbieder"."verzoekID" AND pol2."client_key" = pol1."client_key" AND pol2."leveringID" = pol1."leveringID" AND pol3."client_key" = pol2."client_key" AND pol3."bemiddelingspecificatieID" = pol2."bemiddelingspecificatieID" AND pol3."hoedanigheid" = 'ZA' AND pol3."code" = nullif(current_setting('caller.agb', true), '') OFFSET 0))
    )
);
GRANT SELECT ("client_key", "verzoekAanbiederID", "aanbieder", "toewijzingIngangsdatum", "toewijzingEinddatum", "toewijzingPercentage", "opname", "regiehouder", "verzoekID") ON public."verzoekaanbieder" TO "{prefix}_burger";
CREATE POLICY "lezen_burger" ON public."verzoekaanbieder" FOR SELECT TO "{prefix}_burger" USING (
    (SELECT position(' registers/wlzleveringsregister/leveringen/levering:read ' in current_setting('caller.scopes', true)) > 0) AND (
        "verzoekaanbieder"."client_key" = nullif(current_setting('caller.client_key', true), '')::uuid
    )
);

-- Zorgrelatie
ALTER TABLE public."zorgrelatie" ENABLE ROW LEVEL SECURITY;
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{prefix}_projector') THEN
        CREATE POLICY project ON public."zorgrelatie" TO "{prefix}_projector" USING (true) WITH CHECK (true);
    END IF;
END $$;
