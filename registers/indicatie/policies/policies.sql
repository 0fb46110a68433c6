-- Made by `gateway grants compile`; do not edit. Register: indicatie. Grants release: ac7a42d4ab3d1675b9e1529553dc7be3bdb76489e85ee17ac096260cc2e0822f.
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
        WHERE schemaname = 'public' AND tablename IN ('adres', 'beperking', 'beperkingscore', 'client', 'contactgegevens', 'contactpersoon', 'email', 'geindiceerdzorgzwaartepakket', 'grondslag', 'stoornis', 'stoornisscore', 'telefoon', 'vervallengeldigheid', 'wlzindicatie', 'wzd', 'zorgrelatie') LOOP
        EXECUTE format('DROP POLICY %I ON public.%I', old.policyname, old.tablename);
    END LOOP;
END $$;
DROP SCHEMA IF EXISTS policy CASCADE;
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, "{prefix}_zorgkantoor", "{prefix}_zorgaanbieder", "{prefix}_ciz", "{prefix}_burger", "{prefix}_onderneming";
CREATE SCHEMA policy;
GRANT USAGE ON SCHEMA public, policy TO "{prefix}_zorgkantoor", "{prefix}_zorgaanbieder", "{prefix}_ciz", "{prefix}_burger", "{prefix}_onderneming";

-- What predicates read: all rows, few columns.
CREATE VIEW policy."adres" AS SELECT "client_key" FROM public."adres";
GRANT SELECT ON policy."adres" TO "{prefix}_burger";
CREATE VIEW policy."beperking" AS SELECT "client_key", "beperkingID", "wlzindicatieID" FROM public."beperking";
GRANT SELECT ON policy."beperking" TO "{prefix}_zorgkantoor";
GRANT SELECT ON policy."beperking" TO "{prefix}_zorgaanbieder";
CREATE VIEW policy."client" AS SELECT "client_key", "clientID", "wlzindicatieID" FROM public."client";
GRANT SELECT ON policy."client" TO "{prefix}_zorgkantoor";
GRANT SELECT ON policy."client" TO "{prefix}_zorgaanbieder";
GRANT SELECT ("client_key", "clientID") ON policy."client" TO "{prefix}_ciz";
CREATE VIEW policy."contactgegevens" AS SELECT "client_key", "contactGegevensID", "clientID", "contactPersoonID" FROM public."contactgegevens";
GRANT SELECT ON policy."contactgegevens" TO "{prefix}_zorgkantoor";
GRANT SELECT ON policy."contactgegevens" TO "{prefix}_zorgaanbieder";
GRANT SELECT ON policy."contactgegevens" TO "{prefix}_ciz";
GRANT SELECT ("client_key", "contactGegevensID", "contactPersoonID") ON policy."contactgegevens" TO "{prefix}_burger";
CREATE VIEW policy."contactpersoon" AS SELECT "client_key", "contactPersoonID", "clientID" FROM public."contactpersoon";
GRANT SELECT ON policy."contactpersoon" TO "{prefix}_zorgkantoor";
GRANT SELECT ON policy."contactpersoon" TO "{prefix}_zorgaanbieder";
GRANT SELECT ON policy."contactpersoon" TO "{prefix}_ciz";
CREATE VIEW policy."email" AS SELECT "client_key" FROM public."email";
GRANT SELECT ON policy."email" TO "{prefix}_burger";
CREATE VIEW policy."telefoon" AS SELECT "client_key" FROM public."telefoon";
GRANT SELECT ON policy."telefoon" TO "{prefix}_burger";
CREATE VIEW policy."wlzindicatie" AS SELECT "client_key", "wlzindicatieID", "initieelVerantwoordelijkZorgkantoor" FROM public."wlzindicatie";
GRANT SELECT ON policy."wlzindicatie" TO "{prefix}_zorgkantoor";
CREATE VIEW policy."zorgrelatie" AS SELECT "client_key", "hoedanigheid", "code", "wlzIndicatieID" FROM public."zorgrelatie";
GRANT SELECT ON policy."zorgrelatie" TO "{prefix}_zorgkantoor";
GRANT SELECT ON policy."zorgrelatie" TO "{prefix}_zorgaanbieder";

-- Adres
ALTER TABLE public."adres" ENABLE ROW LEVEL SECURITY;
GRANT SELECT ("client_key", "adresID", "adresSoort", "straatnaam", "huisnummer", "huisletter", "huisnummerToevoeging", "postcode", "plaatsnaam", "landCode", "aanduidingWoonadres", "ingangsdatum", "einddatum", "contactGegevensID") ON public."adres" TO "{prefix}_zorgkantoor";
CREATE POLICY "lezen_zorgkantoor" ON public."adres" FOR SELECT TO "{prefix}_zorgkantoor" USING (
    (SELECT position(' registers/wlzindicatieregister/indicaties/indicatie:read ' in current_setting('caller.scopes', true)) > 0 OR position(' registers/wlzindicatieregister/indicaties:read ' in current_setting('caller.scopes', true)) > 0) AND (
        EXISTS (SELECT FROM policy."contactgegevens" pol1, policy."client" pol2, policy."wlzindicatie" pol4 WHERE pol1."client_key" = "adres"."client_key" AND pol1."contactGegevensID" = "adres"."contactGegevensID" AND pol2."client_key" = pol1."client_key" AND pol4."client_key" = pol2."client_key" AND pol4."wlzindicatieID" = pol2."wlzindicatieID" AND (pol2."clientID" = pol1."clientID" OR EXISTS (SELECT FROM policy."contactpersoon" pol3 WHERE pol3."client_key" = pol1."client_key" AND pol3."contactPersoonID" = pol1."contactPersoonID" AND pol2."clientID" = pol3."clientID" OFFSET 0)) AND (pol4."initieelVerantwoordelijkZorgkantoor" = nullif(current_setting('caller.uzovi', true), '') OR (current_setting('caller.relations', true) = 'fresh' AND EXISTS (SELECT FROM policy."zorgrelatie" pol5 WHERE pol5."client_key" = pol4."client_key" AND pol5."wlzIndicatieID" = pol4."wlzindicatieID" AND pol5."code" = nullif(current_setting('caller.uzovi', true), '') AND (pol5."hoedanigheid" = 'ZKu' OR pol5."hoedanigheid" = 'ZKn' OR pol5."hoedanigheid" = 'ZKv') OFFSET 0))) OFFSET 0)
    )
);
GRANT SELECT ("client_key", "adresID", "adresSoort", "straatnaam", "huisnummer", "huisletter", "huisnummerToevoeging", "postcode", "plaatsnaam", "landCode", "aanduidingWoonadres", "ingangsdatum", "einddatum", "contactGegevensID") ON public."adres" TO "{prefix}_zorgaanbieder";
CREATE POLICY "lezen_zorgaanbieder" ON public."adres" FOR SELECT TO "{prefix}_zorgaanbieder" USING (
    (SELECT position(' registers/wlzindicatieregister/indicaties/indicatie:read ' in current_setting('caller.scopes', true)) > 0 OR position(' registers/wlzindicatieregister/indicaties:read ' in current_setting('caller.scopes', true)) > 0) AND (
        (current_setting('caller.relations', true) = 'fresh' AND EXISTS (SELECT FROM policy."contactgegevens" pol1, policy."client" pol2, policy."zorgrelatie" pol5 WHERE pol1."client_key" = "adres"."client_key" AND pol1."contactGegevensID" = "adres"."contactGegevensID" AND pol2."client_key" = pol1."client_key" AND pol5."client_key" = pol2."client_key" AND pol5."wlzIndicatieID" = pol2."wlzindicatieID" AND (pol2."clientID" = pol1."clientID" OR EXISTS (SELECT FROM policy."contactpersoon" pol3 WHERE pol3."client_key" = pol1."client_key" AND pol3."contactPersoonID" = pol1."contactPersoonID" AND pol2."clientID" = pol3."clientID" OFFSET 0)) AND pol5."hoedanigheid" = 'ZA' AND pol5."code" = nullif(current_setting('caller.agb', true), '') OFFSET 0))
    )
);
GRANT SELECT ("client_key", "adresID", "adresSoort", "straatnaam", "huisnummer", "huisletter", "huisnummerToevoeging", "postcode", "plaatsnaam", "landCode", "aanduidingWoonadres", "ingangsdatum", "einddatum", "contactGegevensID") ON public."adres" TO "{prefix}_ciz";
CREATE POLICY "lezen_ciz" ON public."adres" FOR SELECT TO "{prefix}_ciz" USING (
    (SELECT position(' registers/wlzindicatieregister/indicaties/indicatie:read ' in current_setting('caller.scopes', true)) > 0 OR position(' registers/wlzindicatieregister/indicaties:read ' in current_setting('caller.scopes', true)) > 0) AND (
        EXISTS (SELECT FROM policy."contactgegevens" pol1, policy."client" pol2 WHERE pol1."client_key" = "adres"."client_key" AND pol1."contactGegevensID" = "adres"."contactGegevensID" AND pol2."client_key" = pol1."client_key" AND (pol2."clientID" = pol1."clientID" OR EXISTS (SELECT FROM policy."contactpersoon" pol3 WHERE pol3."client_key" = pol1."client_key" AND pol3."contactPersoonID" = pol1."contactPersoonID" AND pol2."clientID" = pol3."clientID" OFFSET 0)) OFFSET 0)
    )
);
GRANT SELECT ("client_key", "adresID", "adresSoort", "straatnaam", "huisnummer", "huisletter", "huisnummerToevoeging", "postcode", "plaatsnaam", "landCode", "aanduidingWoonadres", "ingangsdatum", "einddatum", "contactGegevensID") ON public."adres" TO "{prefix}_burger";
CREATE POLICY "lezen_burger" ON public."adres" FOR SELECT TO "{prefix}_burger" USING (
    (SELECT position(' registers/wlzindicatieregister/indicaties/indicatie:read ' in current_setting('caller.scopes', true)) > 0 OR position(' registers/wlzindicatieregister/indicaties:read ' in current_setting('caller.scopes', true)) > 0) AND (
        ("adres"."client_key" = nullif(current_setting('caller.client_key', true), '')::uuid AND EXISTS (SELECT FROM policy."contactgegevens" pol1 WHERE pol1."client_key" = "adres"."client_key" AND pol1."contactGegevensID" = "adres"."contactGegevensID" AND pol1."contactPersoonID" IS NULL OFFSET 0))
    )
);

-- Beperking
ALTER TABLE public."beperking" ENABLE ROW LEVEL SECURITY;
GRANT SELECT ("client_key", "beperkingID", "categorie", "duur", "commentaar", "wlzindicatieID") ON public."beperking" TO "{prefix}_zorgkantoor";
CREATE POLICY "lezen_zorgkantoor" ON public."beperking" FOR SELECT TO "{prefix}_zorgkantoor" USING (
    (SELECT position(' registers/wlzindicatieregister/indicaties/indicatie:read ' in current_setting('caller.scopes', true)) > 0 OR position(' registers/wlzindicatieregister/indicaties:read ' in current_setting('caller.scopes', true)) > 0) AND (
        EXISTS (SELECT FROM policy."wlzindicatie" pol1 WHERE pol1."client_key" = "beperking"."client_key" AND pol1."wlzindicatieID" = "beperking"."wlzindicatieID" AND (pol1."initieelVerantwoordelijkZorgkantoor" = nullif(current_setting('caller.uzovi', true), '') OR (current_setting('caller.relations', true) = 'fresh' AND EXISTS (SELECT FROM policy."zorgrelatie" pol2 WHERE pol2."client_key" = pol1."client_key" AND pol2."wlzIndicatieID" = pol1."wlzindicatieID" AND pol2."code" = nullif(current_setting('caller.uzovi', true), '') AND (pol2."hoedanigheid" = 'ZKu' OR pol2."hoedanigheid" = 'ZKn' OR pol2."hoedanigheid" = 'ZKv') OFFSET 0))) OFFSET 0)
    )
);
GRANT SELECT ("client_key", "beperkingID", "categorie", "duur", "commentaar", "wlzindicatieID") ON public."beperking" TO "{prefix}_zorgaanbieder";
CREATE POLICY "lezen_zorgaanbieder" ON public."beperking" FOR SELECT TO "{prefix}_zorgaanbieder" USING (
    (SELECT position(' registers/wlzindicatieregister/indicaties/indicatie:read ' in current_setting('caller.scopes', true)) > 0 OR position(' registers/wlzindicatieregister/indicaties:read ' in current_setting('caller.scopes', true)) > 0) AND (
        (current_setting('caller.relations', true) = 'fresh' AND EXISTS (SELECT FROM policy."zorgrelatie" pol2 WHERE pol2."client_key" = "beperking"."client_key" AND pol2."wlzIndicatieID" = "beperking"."wlzindicatieID" AND pol2."hoedanigheid" = 'ZA' AND pol2."code" = nullif(current_setting('caller.agb', true), '') OFFSET 0))
    )
);
GRANT SELECT ("client_key", "beperkingID", "categorie", "duur", "commentaar", "wlzindicatieID") ON public."beperking" TO "{prefix}_ciz";
CREATE POLICY "lezen_ciz" ON public."beperking" FOR SELECT TO "{prefix}_ciz" USING (
    (SELECT position(' registers/wlzindicatieregister/indicaties/indicatie:read ' in current_setting('caller.scopes', true)) > 0 OR position(' registers/wlzindicatieregister/indicaties:read ' in current_setting('caller.scopes', true)) > 0)
);
GRANT SELECT ("client_key", "beperkingID", "categorie", "duur", "wlzindicatieID") ON public."beperking" TO "{prefix}_burger";
CREATE POLICY "lezen_burger" ON public."beperking" FOR SELECT TO "{prefix}_burger" USING (
    (SELECT position(' registers/wlzindicatieregister/indicaties/indicatie:read ' in current_setting('caller.scopes', true)) > 0 OR position(' registers/wlzindicatieregister/indicaties:read ' in current_setting('caller.scopes', true)) > 0) AND (
        "beperking"."client_key" = nullif(current_setting('caller.client_key', true), '')::uuid
    )
);

-- BeperkingScore
ALTER TABLE public."beperkingscore" ENABLE ROW LEVEL SECURITY;
GRANT SELECT ("client_key", "beperkingScoreID", "beperkingVraag", "beperkingScore", "commentaar", "beperkingID") ON public."beperkingscore" TO "{prefix}_zorgkantoor";
CREATE POLICY "lezen_zorgkantoor" ON public."beperkingscore" FOR SELECT TO "{prefix}_zorgkantoor" USING (
    (SELECT position(' registers/wlzindicatieregister/indicaties/indicatie:read ' in current_setting('caller.scopes', true)) > 0 OR position(' registers/wlzindicatieregister/indicaties:read ' in current_setting('caller.scopes', true)) > 0) AND (
        EXISTS (SELECT FROM policy."beperking" pol1, policy."wlzindicatie" pol2 WHERE pol1."client_key" = "beperkingscore"."client_key" AND pol1."beperkingID" = "beperkingscore"."beperkingID" AND pol2."client_key" = pol1."client_key" AND pol2."wlzindicatieID" = pol1."wlzindicatieID" AND (pol2."initieelVerantwoordelijkZorgkantoor" = nullif(current_setting('caller.uzovi', true), '') OR (current_setting('caller.relations', true) = 'fresh' AND EXISTS (SELECT FROM policy."zorgrelatie" pol3 WHERE pol3."client_key" = pol2."client_key" AND pol3."wlzIndicatieID" = pol2."wlzindicatieID" AND pol3."code" = nullif(current_setting('caller.uzovi', true), '') AND (pol3."hoedanigheid" = 'ZKu' OR pol3."hoedanigheid" = 'ZKn' OR pol3."hoedanigheid" = 'ZKv') OFFSET 0))) OFFSET 0)
    )
);
GRANT SELECT ("client_key", "beperkingScoreID", "beperkingVraag", "beperkingScore", "commentaar", "beperkingID") ON public."beperkingscore" TO "{prefix}_zorgaanbieder";
CREATE POLICY "lezen_zorgaanbieder" ON public."beperkingscore" FOR SELECT TO "{prefix}_zorgaanbieder" USING (
    (SELECT position(' registers/wlzindicatieregister/indicaties/indicatie:read ' in current_setting('caller.scopes', true)) > 0 OR position(' registers/wlzindicatieregister/indicaties:read ' in current_setting('caller.scopes', true)) > 0) AND (
        (current_setting('caller.relations', true) = 'fresh' AND EXISTS (SELECT FROM policy."beperking" pol1, policy."zorgrelatie" pol3 WHERE pol1."client_key" = "beperkingscore"."client_key" AND pol1."beperkingID" = "beperkingscore"."beperkingID" AND pol3."client_key" = pol1."client_key" AND pol3."wlzIndicatieID" = pol1."wlzindicatieID" AND pol3."hoedanigheid" = 'ZA' AND pol3."code" = nullif(current_setting('caller.agb', true), '') OFFSET 0))
    )
);
GRANT SELECT ("client_key", "beperkingScoreID", "beperkingVraag", "beperkingScore", "commentaar", "beperkingID") ON public."beperkingscore" TO "{prefix}_ciz";
CREATE POLICY "lezen_ciz" ON public."beperkingscore" FOR SELECT TO "{prefix}_ciz" USING (
    (SELECT position(' registers/wlzindicatieregister/indicaties/indicatie:read ' in current_setting('caller.scopes', true)) > 0 OR position(' registers/wlzindicatieregister/indicaties:read ' in current_setting('caller.scopes', true)) > 0)
);
GRANT SELECT ("client_key", "beperkingScoreID", "beperkingVraag", "beperkingScore", "beperkingID") ON public."beperkingscore" TO "{prefix}_burger";
CREATE POLICY "lezen_burger" ON public."beperkingscore" FOR SELECT TO "{prefix}_burger" USING (
    (SELECT position(' registers/wlzindicatieregister/indicaties/indicatie:read ' in current_setting('caller.scopes', true)) > 0 OR position(' registers/wlzindicatieregister/indicaties:read ' in current_setting('caller.scopes', true)) > 0) AND (
        "beperkingscore"."client_key" = nullif(current_setting('caller.client_key', true), '')::uuid
    )
);

-- IndicatieClient
ALTER TABLE public."client" ENABLE ROW LEVEL SECURITY;
GRANT SELECT ("client_key", "clientID", "bsn", "geheimeClient", "geboorteDatum", "geboortedatumGebruik", "geslacht", "burgerlijkeStaat", "geslachtsnaam", "voorvoegselGeslachtsnaam", "partnernaam", "voorvoegselPartnernaam", "voornamen", "roepnaam", "voorletters", "naamGebruik", "leefeenheid", "agbcodeHuisarts", "communicatieVorm", "taal", "commentaar", "wlzindicatieID") ON public."client" TO "{prefix}_zorgkantoor";
CREATE POLICY "lezen_zorgkantoor" ON public."client" FOR SELECT TO "{prefix}_zorgkantoor" USING (
    (SELECT position(' registers/wlzindicatieregister/indicaties/indicatie:read ' in current_setting('caller.scopes', true)) > 0 OR position(' registers/wlzindicatieregister/indicaties:read ' in current_setting('caller.scopes', true)) > 0) AND (
        EXISTS (SELECT FROM policy."wlzindicatie" pol1 WHERE pol1."client_key" = "client"."client_key" AND pol1."wlzindicatieID" = "client"."wlzindicatieID" AND (pol1."initieelVerantwoordelijkZorgkantoor" = nullif(current_setting('caller.uzovi', true), '') OR (current_setting('caller.relations', true) = 'fresh' AND EXISTS (SELECT FROM policy."zorgrelatie" pol2 WHERE pol2."client_key" = pol1."client_key" AND pol2."wlzIndicatieID" = pol1."wlzindicatieID" AND pol2."code" = nullif(current_setting('caller.uzovi', true), '') AND (pol2."hoedanigheid" = 'ZKu' OR pol2."hoedanigheid" = 'ZKn' OR pol2."hoedanigheid" = 'ZKv') OFFSET 0))) OFFSET 0)
    )
);
GRANT SELECT ("client_key", "clientID", "bsn", "geheimeClient", "geboorteDatum", "geboortedatumGebruik", "geslacht", "burgerlijkeStaat", "geslachtsnaam", "voorvoegselGeslachtsnaam", "partnernaam", "voorvoegselPartnernaam", "voornamen", "roepnaam", "voorletters", "naamGebruik", "leefeenheid", "agbcodeHuisarts", "communicatieVorm", "taal", "commentaar", "wlzindicatieID") ON public."client" TO "{prefix}_zorgaanbieder";
CREATE POLICY "lezen_zorgaanbieder" ON public."client" FOR SELECT TO "{prefix}_zorgaanbieder" USING (
    (SELECT position(' registers/wlzindicatieregister/indicaties/indicatie:read ' in current_setting('caller.scopes', true)) > 0 OR position(' registers/wlzindicatieregister/indicaties:read ' in current_setting('caller.scopes', true)) > 0) AND (
        (current_setting('caller.relations', true) = 'fresh' AND EXISTS (SELECT FROM policy."zorgrelatie" pol2 WHERE pol2."client_key" = "client"."client_key" AND pol2."wlzIndicatieID" = "client"."wlzindicatieID" AND pol2."hoedanigheid" = 'ZA' AND pol2."code" = nullif(current_setting('caller.agb', true), '') OFFSET 0))
    )
);
GRANT SELECT ("client_key", "clientID", "bsn", "geheimeClient", "geboorteDatum", "geboortedatumGebruik", "geslacht", "burgerlijkeStaat", "geslachtsnaam", "voorvoegselGeslachtsnaam", "partnernaam", "voorvoegselPartnernaam", "voornamen", "roepnaam", "voorletters", "naamGebruik", "leefeenheid", "agbcodeHuisarts", "communicatieVorm", "taal", "commentaar", "wlzindicatieID") ON public."client" TO "{prefix}_ciz";
CREATE POLICY "lezen_ciz" ON public."client" FOR SELECT TO "{prefix}_ciz" USING (
    (SELECT position(' registers/wlzindicatieregister/indicaties/indicatie:read ' in current_setting('caller.scopes', true)) > 0 OR position(' registers/wlzindicatieregister/indicaties:read ' in current_setting('caller.scopes', true)) > 0)
);
GRANT SELECT ("client_key", "clientID", "bsn", "geheimeClient", "geboorteDatum", "geboortedatumGebruik", "geslacht", "burgerlijkeStaat", "geslachtsnaam", "voorvoegselGeslachtsnaam", "partnernaam", "voorvoegselPartnernaam", "voornamen", "roepnaam", "voorletters", "naamGebruik", "leefeenheid", "agbcodeHuisarts", "communicatieVorm", "taal", "wlzindicatieID") ON public."client" TO "{prefix}_burger";
CREATE POLICY "lezen_burger" ON public."client" FOR SELECT TO "{prefix}_burger" USING (
    (SELECT position(' registers/wlzindicatieregister/indicaties/indicatie:read ' in current_setting('caller.scopes', true)) > 0 OR position(' registers/wlzindicatieregister/indicaties:read ' in current_setting('caller.scopes', true)) > 0) AND (
        "client"."client_key" = nullif(current_setting('caller.client_key', true), '')::uuid
    )
);

-- ContactGegevens
ALTER TABLE public."contactgegevens" ENABLE ROW LEVEL SECURITY;
GRANT SELECT ("client_key", "contactGegevensID", "clientID", "contactPersoonID") ON public."contactgegevens" TO "{prefix}_zorgkantoor";
CREATE POLICY "lezen_zorgkantoor" ON public."contactgegevens" FOR SELECT TO "{prefix}_zorgkantoor" USING (
    (SELECT position(' registers/wlzindicatieregister/indicaties/indicatie:read ' in current_setting('caller.scopes', true)) > 0 OR position(' registers/wlzindicatieregister/indicaties:read ' in current_setting('caller.scopes', true)) > 0) AND (
        EXISTS (SELECT FROM policy."client" pol1, policy."wlzindicatie" pol3 WHERE pol1."client_key" = "contactgegevens"."client_key" AND pol3."client_key" = pol1."client_key" AND pol3."wlzindicatieID" = pol1."wlzindicatieID" AND (pol1."clientID" = "contactgegevens"."clientID" OR EXISTS (SELECT FROM policy."contactpersoon" pol2 WHERE pol2."client_key" = "contactgegevens"."client_key" AND pol2."contactPersoonID" = "contactgegevens"."contactPersoonID" AND pol1."clientID" = pol2."clientID" OFFSET 0)) AND (pol3."initieelVerantwoordelijkZorgkantoor" = nullif(current_setting('caller.uzovi', true), '') OR (current_setting('caller.relations', true) = 'fresh' AND EXISTS (SELECT FROM policy."zorgrelatie" pol4 WHERE pol4."client_key" = pol3."client_key" AND pol4."wlzIndicatieID" = pol3."wlzindicatieID" AND pol4."code" = nullif(current_setting('caller.uzovi', true), '') AND (pol4."hoedanigheid" = 'ZKu' OR pol4."hoedanigheid" = 'ZKn' OR pol4."hoedanigheid" = 'ZKv') OFFSET 0))) OFFSET 0)
    )
);
GRANT SELECT ("client_key", "contactGegevensID", "clientID", "contactPersoonID") ON public."contactgegevens" TO "{prefix}_zorgaanbieder";
CREATE POLICY "lezen_zorgaanbieder" ON public."contactgegevens" FOR SELECT TO "{prefix}_zorgaanbieder" USING (
    (SELECT position(' registers/wlzindicatieregister/indicaties/indicatie:read ' in current_setting('caller.scopes', true)) > 0 OR position(' registers/wlzindicatieregister/indicaties:read ' in current_setting('caller.scopes', true)) > 0) AND (
        (current_setting('caller.relations', true) = 'fresh' AND EXISTS (SELECT FROM policy."client" pol1, policy."zorgrelatie" pol4 WHERE pol1."client_key" = "contactgegevens"."client_key" AND pol4."client_key" = pol1."client_key" AND pol4."wlzIndicatieID" = pol1."wlzindicatieID" AND (pol1."clientID" = "contactgegevens"."clientID" OR EXISTS (SELECT FROM policy."contactpersoon" pol2 WHERE pol2."client_key" = "contactgegevens"."client_key" AND pol2."contactPersoonID" = "contactgegevens"."contactPersoonID" AND pol1."clientID" = pol2."clientID" OFFSET 0)) AND pol4."hoedanigheid" = 'ZA' AND pol4."code" = nullif(current_setting('caller.agb', true), '') OFFSET 0))
    )
);
GRANT SELECT ("client_key", "contactGegevensID", "clientID", "contactPersoonID") ON public."contactgegevens" TO "{prefix}_ciz";
CREATE POLICY "lezen_ciz" ON public."contactgegevens" FOR SELECT TO "{prefix}_ciz" USING (
    (SELECT position(' registers/wlzindicatieregister/indicaties/indicatie:read ' in current_setting('caller.scopes', true)) > 0 OR position(' registers/wlzindicatieregister/indicaties:read ' in current_setting('caller.scopes', true)) > 0) AND (
        EXISTS (SELECT FROM policy."client" pol1 WHERE pol1."client_key" = "contactgegevens"."client_key" AND (pol1."clientID" = "contactgegevens"."clientID" OR EXISTS (SELECT FROM policy."contactpersoon" pol2 WHERE pol2."client_key" = "contactgegevens"."client_key" AND pol2."contactPersoonID" = "contactgegevens"."contactPersoonID" AND pol1."clientID" = pol2."clientID" OFFSET 0)) OFFSET 0)
    )
);
GRANT SELECT ("client_key", "contactGegevensID", "clientID", "contactPersoonID") ON public."contactgegevens" TO "{prefix}_burger";
CREATE POLICY "lezen_burger" ON public."contactgegevens" FOR SELECT TO "{prefix}_burger" USING (
    (SELECT position(' registers/wlzindicatieregister/indicaties/indicatie:read ' in current_setting('caller.scopes', true)) > 0 OR position(' registers/wlzindicatieregister/indicaties:read ' in current_setting('caller.scopes', true)) > 0) AND (
        ("contactgegevens"."client_key" = nullif(current_setting('caller.client_key', true), '')::uuid AND "contactgegevens"."contactPersoonID" IS NULL)
    )
);

-- ContactPersoon
ALTER TABLE public."contactpersoon" ENABLE ROW LEVEL SECURITY;
GRANT SELECT ("client_key", "contactPersoonID", "relatieNummer", "volgorde", "soortRelatie", "rol", "relatie", "voornamen", "roepnaam", "voorletters", "geslachtsnaam", "voorvoegselGeslachtsnaam", "partnernaam", "voorvoegselPartnernaam", "naamGebruik", "geslacht", "geboorteDatum", "geboortedatumGebruik", "ingangsdatum", "einddatum", "clientID") ON public."contactpersoon" TO "{prefix}_zorgkantoor";
CREATE POLICY "lezen_zorgkantoor" ON public."contactpersoon" FOR SELECT TO "{prefix}_zorgkantoor" USING (
    (SELECT position(' registers/wlzindicatieregister/indicaties/indicatie:read ' in current_setting('caller.scopes', true)) > 0 OR position(' registers/wlzindicatieregister/indicaties:read ' in current_setting('caller.scopes', true)) > 0) AND (
        EXISTS (SELECT FROM policy."client" pol1, policy."wlzindicatie" pol2 WHERE pol1."client_key" = "contactpersoon"."client_key" AND pol1."clientID" = "contactpersoon"."clientID" AND pol2."client_key" = pol1."client_key" AND pol2."wlzindicatieID" = pol1."wlzindicatieID" AND (pol2."initieelVerantwoordelijkZorgkantoor" = nullif(current_setting('caller.uzovi', true), '') OR (current_setting('caller.relations', true) = 'fresh' AND EXISTS (SELECT FROM policy."zorgrelatie" pol3 WHERE pol3."client_key" = pol2."client_key" AND pol3."wlzIndicatieID" = pol2."wlzindicatieID" AND pol3."code" = nullif(current_setting('caller.uzovi', true), '') AND (pol3."hoedanigheid" = 'ZKu' OR pol3."hoedanigheid" = 'ZKn' OR pol3."hoedanigheid" = 'ZKv') OFFSET 0))) OFFSET 0)
    )
);
GRANT SELECT ("client_key", "contactPersoonID", "relatieNummer", "volgorde", "soortRelatie", "rol", "relatie", "voornamen", "roepnaam", "voorletters", "geslachtsnaam", "voorvoegselGeslachtsnaam", "partnernaam", "voorvoegselPartnernaam", "naamGebruik", "geslacht", "geboorteDatum", "geboortedatumGebruik", "ingangsdatum", "einddatum", "clientID") ON public."contactpersoon" TO "{prefix}_zorgaanbieder";
CREATE POLICY "lezen_zorgaanbieder" ON public."contactpersoon" FOR SELECT TO "{prefix}_zorgaanbieder" USING (
    (SELECT position(' registers/wlzindicatieregister/indicaties/indicatie:read ' in current_setting('caller.scopes', true)) > 0 OR position(' registers/wlzindicatieregister/indicaties:read ' in current_setting('caller.scopes', true)) > 0) AND (
        (current_setting('caller.relations', true) = 'fresh' AND EXISTS (SELECT FROM policy."client" pol1, policy."zorgrelatie" pol3 WHERE pol1."client_key" = "contactpersoon"."client_key" AND pol1."clientID" = "contactpersoon"."clientID" AND pol3."client_key" = pol1."client_key" AND pol3."wlzIndicatieID" = pol1."wlzindicatieID" AND pol3."hoedanigheid" = 'ZA' AND pol3."code" = nullif(current_setting('caller.agb', true), '') OFFSET 0))
    )
);
GRANT SELECT ("client_key", "contactPersoonID", "relatieNummer", "volgorde", "soortRelatie", "rol", "relatie", "voornamen", "roepnaam", "voorletters", "geslachtsnaam", "voorvoegselGeslachtsnaam", "partnernaam", "voorvoegselPartnernaam", "naamGebruik", "geslacht", "geboorteDatum", "geboortedatumGebruik", "ingangsdatum", "einddatum", "clientID") ON public."contactpersoon" TO "{prefix}_ciz";
CREATE POLICY "lezen_ciz" ON public."contactpersoon" FOR SELECT TO "{prefix}_ciz" USING (
    (SELECT position(' registers/wlzindicatieregister/indicaties/indicatie:read ' in current_setting('caller.scopes', true)) > 0 OR position(' registers/wlzindicatieregister/indicaties:read ' in current_setting('caller.scopes', true)) > 0) AND (
        "contactpersoon"."clientID" IS NOT NULL
    )
);

-- Email
ALTER TABLE public."email" ENABLE ROW LEVEL SECURITY;
GRANT SELECT ("client_key", "emailID", "emailadres", "ingangsdatum", "einddatum", "contactGegevensID") ON public."email" TO "{prefix}_zorgkantoor";
CREATE POLICY "lezen_zorgkantoor" ON public."email" FOR SELECT TO "{prefix}_zorgkantoor" USING (
    (SELECT position(' registers/wlzindicatieregister/indicaties/indicatie:read ' in current_setting('caller.scopes', true)) > 0 OR position(' registers/wlzindicatieregister/indicaties:read ' in current_setting('caller.scopes', true)) > 0) AND (
        EXISTS (SELECT FROM policy."contactgegevens" pol1, policy."client" pol2, policy."wlzindicatie" pol4 WHERE pol1."client_key" = "email"."client_key" AND pol1."contactGegevensID" = "email"."contactGegevensID" AND pol2."client_key" = pol1."client_key" AND pol4."client_key" = pol2."client_key" AND pol4."wlzindicatieID" = pol2."wlzindicatieID" AND (pol2."clientID" = pol1."clientID" OR EXISTS (SELECT FROM policy."contactpersoon" pol3 WHERE pol3."client_key" = pol1."client_key" AND pol3."contactPersoonID" = pol1."contactPersoonID" AND pol2."clientID" = pol3."clientID" OFFSET 0)) AND (pol4."initieelVerantwoordelijkZorgkantoor" = nullif(current_setting('caller.uzovi', true), '') OR (current_setting('caller.relations', true) = 'fresh' AND EXISTS (SELECT FROM policy."zorgrelatie" pol5 WHERE pol5."client_key" = pol4."client_key" AND pol5."wlzIndicatieID" = pol4."wlzindicatieID" AND pol5."code" = nullif(current_setting('caller.uzovi', true), '') AND (pol5."hoedanigheid" = 'ZKu' OR pol5."hoedanigheid" = 'ZKn' OR pol5."hoedanigheid" = 'ZKv') OFFSET 0))) OFFSET 0)
    )
);
GRANT SELECT ("client_key", "emailID", "emailadres", "ingangsdatum", "einddatum", "contactGegevensID") ON public."email" TO "{prefix}_zorgaanbieder";
CREATE POLICY "lezen_zorgaanbieder" ON public."email" FOR SELECT TO "{prefix}_zorgaanbieder" USING (
    (SELECT position(' registers/wlzindicatieregister/indicaties/indicatie:read ' in current_setting('caller.scopes', true)) > 0 OR position(' registers/wlzindicatieregister/indicaties:read ' in current_setting('caller.scopes', true)) > 0) AND (
        (current_setting('caller.relations', true) = 'fresh' AND EXISTS (SELECT FROM policy."contactgegevens" pol1, policy."client" pol2, policy."zorgrelatie" pol5 WHERE pol1."client_key" = "email"."client_key" AND pol1."contactGegevensID" = "email"."contactGegevensID" AND pol2."client_key" = pol1."client_key" AND pol5."client_key" = pol2."client_key" AND pol5."wlzIndicatieID" = pol2."wlzindicatieID" AND (pol2."clientID" = pol1."clientID" OR EXISTS (SELECT FROM policy."contactpersoon" pol3 WHERE pol3."client_key" = pol1."client_key" AND pol3."contactPersoonID" = pol1."contactPersoonID" AND pol2."clientID" = pol3."clientID" OFFSET 0)) AND pol5."hoedanigheid" = 'ZA' AND pol5."code" = nullif(current_setting('caller.agb', true), '') OFFSET 0))
    )
);
GRANT SELECT ("client_key", "emailID", "emailadres", "ingangsdatum", "einddatum", "contactGegevensID") ON public."email" TO "{prefix}_ciz";
CREATE POLICY "lezen_ciz" ON public."email" FOR SELECT TO "{prefix}_ciz" USING (
    (SELECT position(' registers/wlzindicatieregister/indicaties/indicatie:read ' in current_setting('caller.scopes', true)) > 0 OR position(' registers/wlzindicatieregister/indicaties:read ' in current_setting('caller.scopes', true)) > 0) AND (
        EXISTS (SELECT FROM policy."contactgegevens" pol1, policy."client" pol2 WHERE pol1."client_key" = "email"."client_key" AND pol1."contactGegevensID" = "email"."contactGegevensID" AND pol2."client_key" = pol1."client_key" AND (pol2."clientID" = pol1."clientID" OR EXISTS (SELECT FROM policy."contactpersoon" pol3 WHERE pol3."client_key" = pol1."client_key" AND pol3."contactPersoonID" = pol1."contactPersoonID" AND pol2."clientID" = pol3."clientID" OFFSET 0)) OFFSET 0)
    )
);
GRANT SELECT ("client_key", "emailID", "emailadres", "ingangsdatum", "einddatum", "contactGegevensID") ON public."email" TO "{prefix}_burger";
CREATE POLICY "lezen_burger" ON public."email" FOR SELECT TO "{prefix}_burger" USING (
    (SELECT position(' registers/wlzindicatieregister/indicaties/indicatie:read ' in current_setting('caller.scopes', true)) > 0 OR position(' registers/wlzindicatieregister/indicaties:read ' in current_setting('caller.scopes', true)) > 0) AND (
        ("email"."client_key" = nullif(current_setting('caller.client_key', true), '')::uuid AND EXISTS (SELECT FROM policy."contactgegevens" pol1 WHERE pol1."client_key" = "email"."client_key" AND pol1."contactGegevensID" = "email"."contactGegevensID" AND pol1."contactPersoonID" IS NULL OFFSET 0))
    )
);

-- GeindiceerdZorgzwaartepakket
ALTER TABLE public."geindiceerdzorgzwaartepakket" ENABLE ROW LEVEL SECURITY;
GRANT SELECT ("client_key", "geindiceerdZorgzwaartepakketID", "zzpCode", "ingangsdatum", "einddatum", "voorkeurClient", "instellingVoorkeur", "financiering", "commentaar", "wlzindicatieID") ON public."geindiceerdzorgzwaartepakket" TO "{prefix}_zorgkantoor";
CREATE POLICY "lezen_zorgkantoor" ON public."geindiceerdzorgzwaartepakket" FOR SELECT TO "{prefix}_zorgkantoor" USING (
    (SELECT position(' registers/wlzindicatieregister/indicaties/indicatie:read ' in current_setting('caller.scopes', true)) > 0 OR position(' registers/wlzindicatieregister/indicaties:read ' in current_setting('caller.scopes', true)) > 0) AND (
        EXISTS (SELECT FROM policy."wlzindicatie" pol1 WHERE pol1."client_key" = "geindiceerdzorgzwaartepakket"."client_key" AND pol1."wlzindicatieID" = "geindiceerdzorgzwaartepakket"."wlzindicatieID" AND (pol1."initieelVerantwoordelijkZorgkantoor" = nullif(current_setting('caller.uzovi', true), '') OR (current_setting('caller.relations', true) = 'fresh' AND EXISTS (SELECT FROM policy."zorgrelatie" pol2 WHERE pol2."client_key" = pol1."client_key" AND pol2."wlzIndicatieID" = pol1."wlzindicatieID" AND pol2."code" = nullif(current_setting('caller.uzovi', true), '') AND (pol2."hoedanigheid" = 'ZKu' OR pol2."hoedanigheid" = 'ZKn' OR pol2."hoedanigheid" = 'ZKv') OFFSET 0))) OFFSET 0)
    )
);
GRANT SELECT ("client_key", "geindiceerdZorgzwaartepakketID", "zzpCode", "ingangsdatum", "einddatum", "voorkeurClient", "instellingVoorkeur", "financiering", "commentaar", "wlzindicatieID") ON public."geindiceerdzorgzwaartepakket" TO "{prefix}_zorgaanbieder";
CREATE POLICY "lezen_zorgaanbieder" ON public."geindiceerdzorgzwaartepakket" FOR SELECT TO "{prefix}_zorgaanbieder" USING (
    (SELECT position(' registers/wlzindicatieregister/indicaties/indicatie:read ' in current_setting('caller.scopes', true)) > 0 OR position(' registers/wlzindicatieregister/indicaties:read ' in current_setting('caller.scopes', true)) > 0) AND (
        (current_setting('caller.relations', true) = 'fresh' AND EXISTS (SELECT FROM policy."zorgrelatie" pol2 WHERE pol2."client_key" = "geindiceerdzorgzwaartepakket"."client_key" AND pol2."wlzIndicatieID" = "geindiceerdzorgzwaartepakket"."wlzindicatieID" AND pol2."hoedanigheid" = 'ZA' AND pol2."code" = nullif(current_setting('caller.agb', true), '') OFFSET 0))
    )
);
GRANT SELECT ("client_key", "geindiceerdZorgzwaartepakketID", "zzpCode", "ingangsdatum", "einddatum", "voorkeurClient", "instellingVoorkeur", "financiering", "commentaar", "wlzindicatieID") ON public."geindiceerdzorgzwaartepakket" TO "{prefix}_ciz";
CREATE POLICY "lezen_ciz" ON public."geindiceerdzorgzwaartepakket" FOR SELECT TO "{prefix}_ciz" USING (
    (SELECT position(' registers/wlzindicatieregister/indicaties/indicatie:read ' in current_setting('caller.scopes', true)) > 0 OR position(' registers/wlzindicatieregister/indicaties:read ' in current_setting('caller.scopes', true)) > 0)
);
GRANT SELECT ("client_key", "geindiceerdZorgzwaartepakketID", "zzpCode", "ingangsdatum", "einddatum", "voorkeurClient", "instellingVoorkeur", "financiering", "wlzindicatieID") ON public."geindiceerdzorgzwaartepakket" TO "{prefix}_burger";
CREATE POLICY "lezen_burger" ON public."geindiceerdzorgzwaartepakket" FOR SELECT TO "{prefix}_burger" USING (
    (SELECT position(' registers/wlzindicatieregister/indicaties/indicatie:read ' in current_setting('caller.scopes', true)) > 0 OR position(' registers/wlzindicatieregister/indicaties:read ' in current_setting('caller.scopes', true)) > 0) AND (
        "geindiceerdzorgzwaartepakket"."client_key" = nullif(current_setting('caller.client_key', true), '')::uuid
    )
);

-- Grondslag
ALTER TABLE public."grondslag" ENABLE ROW LEVEL SECURITY;
GRANT SELECT ("client_key", "grondslagID", "grondslag", "volgorde", "wlzindicatieID") ON public."grondslag" TO "{prefix}_zorgkantoor";
CREATE POLICY "lezen_zorgkantoor" ON public."grondslag" FOR SELECT TO "{prefix}_zorgkantoor" USING (
    (SELECT position(' registers/wlzindicatieregister/indicaties/indicatie:read ' in current_setting('caller.scopes', true)) > 0 OR position(' registers/wlzindicatieregister/indicaties:read ' in current_setting('caller.scopes', true)) > 0) AND (
        EXISTS (SELECT FROM policy."wlzindicatie" pol1 WHERE pol1."client_key" = "grondslag"."client_key" AND pol1."wlzindicatieID" = "grondslag"."wlzindicatieID" AND (pol1."initieelVerantwoordelijkZorgkantoor" = nullif(current_setting('caller.uzovi', true), '') OR (current_setting('caller.relations', true) = 'fresh' AND EXISTS (SELECT FROM policy."zorgrelatie" pol2 WHERE pol2."client_key" = pol1."client_key" AND pol2."wlzIndicatieID" = pol1."wlzindicatieID" AND pol2."code" = nullif(current_setting('caller.uzovi', true), '') AND (pol2."hoedanigheid" = 'ZKu' OR pol2."hoedanigheid" = 'ZKn' OR pol2."hoedanigheid" = 'ZKv') OFFSET 0))) OFFSET 0)
    )
);
GRANT SELECT ("client_key", "grondslagID", "grondslag", "volgorde", "wlzindicatieID") ON public."grondslag" TO "{prefix}_zorgaanbieder";
CREATE POLICY "lezen_zorgaanbieder" ON public."grondslag" FOR SELECT TO "{prefix}_zorgaanbieder" USING (
    (SELECT position(' registers/wlzindicatieregister/indicaties/indicatie:read ' in current_setting('caller.scopes', true)) > 0 OR position(' registers/wlzindicatieregister/indicaties:read ' in current_setting('caller.scopes', true)) > 0) AND (
        (current_setting('caller.relations', true) = 'fresh' AND EXISTS (SELECT FROM policy."zorgrelatie" pol2 WHERE pol2."client_key" = "grondslag"."client_key" AND pol2."wlzIndicatieID" = "grondslag"."wlzindicatieID" AND pol2."hoedanigheid" = 'ZA' AND pol2."code" = nullif(current_setting('caller.agb', true), '') OFFSET 0))
    )
);
GRANT SELECT ("client_key", "grondslagID", "grondslag", "volgorde", "wlzindicatieID") ON public."grondslag" TO "{prefix}_ciz";
CREATE POLICY "lezen_ciz" ON public."grondslag" FOR SELECT TO "{prefix}_ciz" USING (
    (SELECT position(' registers/wlzindicatieregister/indicaties/indicatie:read ' in current_setting('caller.scopes', true)) > 0 OR position(' registers/wlzindicatieregister/indicaties:read ' in current_setting('caller.scopes', true)) > 0)
);
GRANT SELECT ("client_key", "grondslagID", "grondslag", "volgorde", "wlzindicatieID") ON public."grondslag" TO "{prefix}_burger";
CREATE POLICY "lezen_burger" ON public."grondslag" FOR SELECT TO "{prefix}_burger" USING (
    (SELECT position(' registers/wlzindicatieregister/indicaties/indicatie:read ' in current_setting('caller.scopes', true)) > 0 OR position(' registers/wlzindicatieregister/indicaties:read ' in current_setting('caller.scopes', true)) > 0) AND (
        "grondslag"."client_key" = nullif(current_setting('caller.client_key', true), '')::uuid
    )
);

-- Stoornis
ALTER TABLE public."stoornis" ENABLE ROW LEVEL SECURITY;
GRANT SELECT ("client_key", "stoornisID", "grondslag", "diagnoseCodelijst", "diagnoseSubCodelijst", "ziektebeeldStoornis", "prognose", "commentaar", "wlzindicatieID") ON public."stoornis" TO "{prefix}_zorgkantoor";
CREATE POLICY "lezen_zorgkantoor" ON public."stoornis" FOR SELECT TO "{prefix}_zorgkantoor" USING (
    (SELECT position(' registers/wlzindicatieregister/indicaties/indicatie:read ' in current_setting('caller.scopes', true)) > 0 OR position(' registers/wlzindicatieregister/indicaties:read ' in current_setting('caller.scopes', true)) > 0) AND (
        EXISTS (SELECT FROM policy."wlzindicatie" pol1 WHERE pol1."client_key" = "stoornis"."client_key" AND pol1."wlzindicatieID" = "stoornis"."wlzindicatieID" AND (pol1."initieelVerantwoordelijkZorgkantoor" = nullif(current_setting('caller.uzovi', true), '') OR (current_setting('caller.relations', true) = 'fresh' AND EXISTS (SELECT FROM policy."zorgrelatie" pol2 WHERE pol2."client_key" = pol1."client_key" AND pol2."wlzIndicatieID" = pol1."wlzindicatieID" AND pol2."code" = nullif(current_setting('caller.uzovi', true), '') AND (pol2."hoedanigheid" = 'ZKu' OR pol2."hoedanigheid" = 'ZKn' OR pol2."hoedanigheid" = 'ZKv') OFFSET 0))) OFFSET 0)
    )
);
GRANT SELECT ("client_key", "stoornisID", "grondslag", "diagnoseCodelijst", "diagnoseSubCodelijst", "ziektebeeldStoornis", "prognose", "commentaar", "wlzindicatieID") ON public."stoornis" TO "{prefix}_zorgaanbieder";
CREATE POLICY "lezen_zorgaanbieder" ON public."stoornis" FOR SELECT TO "{prefix}_zorgaanbieder" USING (
    (SELECT position(' registers/wlzindicatieregister/indicaties/indicatie:read ' in current_setting('caller.scopes', true)) > 0 OR position(' registers/wlzindicatieregister/indicaties:read ' in current_setting('caller.scopes', true)) > 0) AND (
        (current_setting('caller.relations', true) = 'fresh' AND EXISTS (SELECT FROM policy."zorgrelatie" pol2 WHERE pol2."client_key" = "stoornis"."client_key" AND pol2."wlzIndicatieID" = "stoornis"."wlzindicatieID" AND pol2."hoedanigheid" = 'ZA' AND pol2."code" = nullif(current_setting('caller.agb', true), '') OFFSET 0))
    )
);
GRANT SELECT ("client_key", "stoornisID", "grondslag", "diagnoseCodelijst", "diagnoseSubCodelijst", "ziektebeeldStoornis", "prognose", "commentaar", "wlzindicatieID") ON public."stoornis" TO "{prefix}_ciz";
CREATE POLICY "lezen_ciz" ON public."stoornis" FOR SELECT TO "{prefix}_ciz" USING (
    (SELECT position(' registers/wlzindicatieregister/indicaties/indicatie:read ' in current_setting('caller.scopes', true)) > 0 OR position(' registers/wlzindicatieregister/indicaties:read ' in current_setting('caller.scopes', true)) > 0)
);
GRANT SELECT ("client_key", "stoornisID", "grondslag", "diagnoseCodelijst", "diagnoseSubCodelijst", "ziektebeeldStoornis", "prognose", "wlzindicatieID") ON public."stoornis" TO "{prefix}_burger";
CREATE POLICY "lezen_burger" ON public."stoornis" FOR SELECT TO "{prefix}_burger" USING (
    (SELECT position(' registers/wlzindicatieregister/indicaties/indicatie:read ' in current_setting('caller.scopes', true)) > 0 OR position(' registers/wlzindicatieregister/indicaties:read ' in current_setting('caller.scopes', true)) > 0) AND (
        "stoornis"."client_key" = nullif(current_setting('caller.client_key', true), '')::uuid
    )
);

-- StoornisScore
ALTER TABLE public."stoornisscore" ENABLE ROW LEVEL SECURITY;
GRANT SELECT ("client_key", "stoornisScoreID", "stoornisVraag", "stoornisScore", "commentaar", "wlzindicatieID") ON public."stoornisscore" TO "{prefix}_zorgkantoor";
CREATE POLICY "lezen_zorgkantoor" ON public."stoornisscore" FOR SELECT TO "{prefix}_zorgkantoor" USING (
    (SELECT position(' registers/wlzindicatieregister/indicaties/indicatie:read ' in current_setting('caller.scopes', true)) > 0 OR position(' registers/wlzindicatieregister/indicaties:read ' in current_setting('caller.scopes', true)) > 0) AND (
        EXISTS (SELECT FROM policy."wlzindicatie" pol1 WHERE pol1."client_key" = "stoornisscore"."client_key" AND pol1."wlzindicatieID" = "stoornisscore"."wlzindicatieID" AND (pol1."initieelVerantwoordelijkZorgkantoor" = nullif(current_setting('caller.uzovi', true), '') OR (current_setting('caller.relations', true) = 'fresh' AND EXISTS (SELECT FROM policy."zorgrelatie" pol2 WHERE pol2."client_key" = pol1."client_key" AND pol2."wlzIndicatieID" = pol1."wlzindicatieID" AND pol2."code" = nullif(current_setting('caller.uzovi', true), '') AND (pol2."hoedanigheid" = 'ZKu' OR pol2."hoedanigheid" = 'ZKn' OR pol2."hoedanigheid" = 'ZKv') OFFSET 0))) OFFSET 0)
    )
);
GRANT SELECT ("client_key", "stoornisScoreID", "stoornisVraag", "stoornisScore", "commentaar", "wlzindicatieID") ON public."stoornisscore" TO "{prefix}_zorgaanbieder";
CREATE POLICY "lezen_zorgaanbieder" ON public."stoornisscore" FOR SELECT TO "{prefix}_zorgaanbieder" USING (
    (SELECT position(' registers/wlzindicatieregister/indicaties/indicatie:read ' in current_setting('caller.scopes', true)) > 0 OR position(' registers/wlzindicatieregister/indicaties:read ' in current_setting('caller.scopes', true)) > 0) AND (
        (current_setting('caller.relations', true) = 'fresh' AND EXISTS (SELECT FROM policy."zorgrelatie" pol2 WHERE pol2."client_key" = "stoornisscore"."client_key" AND pol2."wlzIndicatieID" = "stoornisscore"."wlzindicatieID" AND pol2."hoedanigheid" = 'ZA' AND pol2."code" = nullif(current_setting('caller.agb', true), '') OFFSET 0))
    )
);
GRANT SELECT ("client_key", "stoornisScoreID", "stoornisVraag", "stoornisScore", "commentaar", "wlzindicatieID") ON public."stoornisscore" TO "{prefix}_ciz";
CREATE POLICY "lezen_ciz" ON public."stoornisscore" FOR SELECT TO "{prefix}_ciz" USING (
    (SELECT position(' registers/wlzindicatieregister/indicaties/indicatie:read ' in current_setting('caller.scopes', true)) > 0 OR position(' registers/wlzindicatieregister/indicaties:read ' in current_setting('caller.scopes', true)) > 0)
);
GRANT SELECT ("client_key", "stoornisScoreID", "stoornisVraag", "stoornisScore", "wlzindicatieID") ON public."stoornisscore" TO "{prefix}_burger";
CREATE POLICY "lezen_burger" ON public."stoornisscore" FOR SELECT TO "{prefix}_burger" USING (
    (SELECT position(' registers/wlzindicatieregister/indicaties/indicatie:read ' in current_setting('caller.scopes', true)) > 0 OR position(' registers/wlzindicatieregister/indicaties:read ' in current_setting('caller.scopes', true)) > 0) AND (
        "stoornisscore"."client_key" = nullif(current_setting('caller.client_key', true), '')::uuid
    )
);

-- Telefoon
ALTER TABLE public."telefoon" ENABLE ROW LEVEL SECURITY;
GRANT SELECT ("client_key", "telefoonID", "telefoonnummer", "landnummer", "ingangsdatum", "einddatum", "contactGegevensID") ON public."telefoon" TO "{prefix}_zorgkantoor";
CREATE POLICY "lezen_zorgkantoor" ON public."telefoon" FOR SELECT TO "{prefix}_zorgkantoor" USING (
    (SELECT position(' registers/wlzindicatieregister/indicaties/indicatie:read ' in current_setting('caller.scopes', true)) > 0 OR position(' registers/wlzindicatieregister/indicaties:read ' in current_setting('caller.scopes', true)) > 0) AND (
        EXISTS (SELECT FROM policy."contactgegevens" pol1, policy."client" pol2, policy."wlzindicatie" pol4 WHERE pol1."client_key" = "telefoon"."client_key" AND pol1."contactGegevensID" = "telefoon"."contactGegevensID" AND pol2."client_key" = pol1."client_key" AND pol4."client_key" = pol2."client_key" AND pol4."wlzindicatieID" = pol2."wlzindicatieID" AND (pol2."clientID" = pol1."clientID" OR EXISTS (SELECT FROM policy."contactpersoon" pol3 WHERE pol3."client_key" = pol1."client_key" AND pol3."contactPersoonID" = pol1."contactPersoonID" AND pol2."clientID" = pol3."clientID" OFFSET 0)) AND (pol4."initieelVerantwoordelijkZorgkantoor" = nullif(current_setting('caller.uzovi', true), '') OR (current_setting('caller.relations', true) = 'fresh' AND EXISTS (SELECT FROM policy."zorgrelatie" pol5 WHERE pol5."client_key" = pol4."client_key" AND pol5."wlzIndicatieID" = pol4."wlzindicatieID" AND pol5."code" = nullif(current_setting('caller.uzovi', true), '') AND (pol5."hoedanigheid" = 'ZKu' OR pol5."hoedanigheid" = 'ZKn' OR pol5."hoedanigheid" = 'ZKv') OFFSET 0))) OFFSET 0)
    )
);
GRANT SELECT ("client_key", "telefoonID", "telefoonnummer", "landnummer", "ingangsdatum", "einddatum", "contactGegevensID") ON public."telefoon" TO "{prefix}_zorgaanbieder";
CREATE POLICY "lezen_zorgaanbieder" ON public."telefoon" FOR SELECT TO "{prefix}_zorgaanbieder" USING (
    (SELECT position(' registers/wlzindicatieregister/indicaties/indicatie:read ' in current_setting('caller.scopes', true)) > 0 OR position(' registers/wlzindicatieregister/indicaties:read ' in current_setting('caller.scopes', true)) > 0) AND (
        (current_setting('caller.relations', true) = 'fresh' AND EXISTS (SELECT FROM policy."contactgegevens" pol1, policy."client" pol2, policy."zorgrelatie" pol5 WHERE pol1."client_key" = "telefoon"."client_key" AND pol1."contactGegevensID" = "telefoon"."contactGegevensID" AND pol2."client_key" = pol1."client_key" AND pol5."client_key" = pol2."client_key" AND pol5."wlzIndicatieID" = pol2."wlzindicatieID" AND (pol2."clientID" = pol1."clientID" OR EXISTS (SELECT FROM policy."contactpersoon" pol3 WHERE pol3."client_key" = pol1."client_key" AND pol3."contactPersoonID" = pol1."contactPersoonID" AND pol2."clientID" = pol3."clientID" OFFSET 0)) AND pol5."hoedanigheid" = 'ZA' AND pol5."code" = nullif(current_setting('caller.agb', true), '') OFFSET 0))
    )
);
GRANT SELECT ("client_key", "telefoonID", "telefoonnummer", "landnummer", "ingangsdatum", "einddatum", "contactGegevensID") ON public."telefoon" TO "{prefix}_ciz";
CREATE POLICY "lezen_ciz" ON public."telefoon" FOR SELECT TO "{prefix}_ciz" USING (
    (SELECT position(' registers/wlzindicatieregister/indicaties/indicatie:read ' in current_setting('caller.scopes', true)) > 0 OR position(' registers/wlzindicatieregister/indicaties:read ' in current_setting('caller.scopes', true)) > 0) AND (
        EXISTS (SELECT FROM policy."contactgegevens" pol1, policy."client" pol2 WHERE pol1."client_key" = "telefoon"."client_key" AND pol1."contactGegevensID" = "telefoon"."contactGegevensID" AND pol2."client_key" = pol1."client_key" AND (pol2."clientID" = pol1."clientID" OR EXISTS (SELECT FROM policy."contactpersoon" pol3 WHERE pol3."client_key" = pol1."client_key" AND pol3."contactPersoonID" = pol1."contactPersoonID" AND pol2."clientID" = pol3."clientID" OFFSET 0)) OFFSET 0)
    )
);
GRANT SELECT ("client_key", "telefoonID", "telefoonnummer", "landnummer", "ingangsdatum", "einddatum", "contactGegevensID") ON public."telefoon" TO "{prefix}_burger";
CREATE POLICY "lezen_burger" ON public."telefoon" FOR SELECT TO "{prefix}_burger" USING (
    (SELECT position(' registers/wlzindicatieregister/indicaties/indicatie:read ' in current_setting('caller.scopes', true)) > 0 OR position(' registers/wlzindicatieregister/indicaties:read ' in current_setting('caller.scopes', true)) > 0) AND (
        ("telefoon"."client_key" = nullif(current_setting('caller.client_key', true), '')::uuid AND EXISTS (SELECT FROM policy."contactgegevens" pol1 WHERE pol1."client_key" = "telefoon"."client_key" AND pol1."contactGegevensID" = "telefoon"."contactGegevensID" AND pol1."contactPersoonID" IS NULL OFFSET 0))
    )
);

-- VervallenGeldigheid
ALTER TABLE public."vervallengeldigheid" ENABLE ROW LEVEL SECURITY;
GRANT SELECT ("client_key", "vervallenGeldigheidID", "vervaldatum", "vaststellingmoment", "reden", "nieuwVerantwoordelijkZorgkantoor", "wlzindicatieID") ON public."vervallengeldigheid" TO "{prefix}_zorgkantoor";
CREATE POLICY "lezen_zorgkantoor" ON public."vervallengeldigheid" FOR SELECT TO "{prefix}_zorgkantoor" USING (
    (SELECT position(' registers/wlzindicatieregister/indicaties/indicatie:read ' in current_setting('caller.scopes', true)) > 0 OR position(' registers/wlzindicatieregister/indicaties:read ' in current_setting('caller.scopes', true)) > 0) AND (
        EXISTS (SELECT FROM policy."wlzindicatie" pol1 WHERE pol1."client_key" = "vervallengeldigheid"."client_key" AND pol1."wlzindicatieID" = "vervallengeldigheid"."wlzindicatieID" AND (pol1."initieelVerantwoordelijkZorgkantoor" = nullif(current_setting('caller.uzovi', true), '') OR (current_setting('caller.relations', true) = 'fresh' AND EXISTS (SELECT FROM policy."zorgrelatie" pol2 WHERE pol2."client_key" = pol1."client_key" AND pol2."wlzIndicatieID" = pol1."wlzindicatieID" AND pol2."code" = nullif(current_setting('caller.uzovi', true), '') AND (pol2."hoedanigheid" = 'ZKu' OR pol2."hoedanigheid" = 'ZKn' OR pol2."hoedanigheid" = 'ZKv') OFFSET 0))) OFFSET 0)
    )
);
GRANT SELECT ("client_key", "vervallenGeldigheidID", "vervaldatum", "vaststellingmoment", "reden", "nieuwVerantwoordelijkZorgkantoor", "wlzindicatieID") ON public."vervallengeldigheid" TO "{prefix}_zorgaanbieder";
CREATE POLICY "lezen_zorgaanbieder" ON public."vervallengeldigheid" FOR SELECT TO "{prefix}_zorgaanbieder" USING (
    (SELECT position(' registers/wlzindicatieregister/indicaties/indicatie:read ' in current_setting('caller.scopes', true)) > 0 OR position(' registers/wlzindicatieregister/indicaties:read ' in current_setting('caller.scopes', true)) > 0) AND (
        (current_setting('caller.relations', true) = 'fresh' AND EXISTS (SELECT FROM policy."zorgrelatie" pol2 WHERE pol2."client_key" = "vervallengeldigheid"."client_key" AND pol2."wlzIndicatieID" = "vervallengeldigheid"."wlzindicatieID" AND pol2."hoedanigheid" = 'ZA' AND pol2."code" = nullif(current_setting('caller.agb', true), '') OFFSET 0))
    )
);
GRANT SELECT ("client_key", "vervallenGeldigheidID", "vervaldatum", "vaststellingmoment", "reden", "nieuwVerantwoordelijkZorgkantoor", "wlzindicatieID") ON public."vervallengeldigheid" TO "{prefix}_ciz";
CREATE POLICY "lezen_ciz" ON public."vervallengeldigheid" FOR SELECT TO "{prefix}_ciz" USING (
    (SELECT position(' registers/wlzindicatieregister/indicaties/indicatie:read ' in current_setting('caller.scopes', true)) > 0 OR position(' registers/wlzindicatieregister/indicaties:read ' in current_setting('caller.scopes', true)) > 0)
);
GRANT SELECT ("client_key", "vervallenGeldigheidID", "vervaldatum", "vaststellingmoment", "reden", "nieuwVerantwoordelijkZorgkantoor", "wlzindicatieID") ON public."vervallengeldigheid" TO "{prefix}_burger";
CREATE POLICY "lezen_burger" ON public."vervallengeldigheid" FOR SELECT TO "{prefix}_burger" USING (
    (SELECT position(' registers/wlzindicatieregister/indicaties/indicatie:read ' in current_setting('caller.scopes', true)) > 0 OR position(' registers/wlzindicatieregister/indicaties:read ' in current_setting('caller.scopes', true)) > 0) AND (
        "vervallengeldigheid"."client_key" = nullif(current_setting('caller.client_key', true), '')::uuid
    )
);

-- WlzIndicatie
ALTER TABLE public."wlzindicatie" ENABLE ROW LEVEL SECURITY;
GRANT SELECT ("client_key", "wlzindicatieID", "bsn", "besluitnummer", "soortWlzindicatie", "afgiftedatum", "ingangsdatum", "einddatum", "meerzorg", "initieelVerantwoordelijkZorgkantoor", "vervaldatum", "commentaar") ON public."wlzindicatie" TO "{prefix}_zorgkantoor";
CREATE POLICY "lezen_zorgkantoor" ON public."wlzindicatie" FOR SELECT TO "{prefix}_zorgkantoor" USING (
    (SELECT position(' registers/wlzindicatieregister/indicaties/indicatie:read ' in current_setting('caller.scopes', true)) > 0 OR position(' registers/wlzindicatieregister/indicaties:read ' in current_setting('caller.scopes', true)) > 0) AND (
        "wlzindicatie"."initieelVerantwoordelijkZorgkantoor" = nullif(current_setting('caller.uzovi', true), '')
        OR (current_setting('caller.relations', true) = 'fresh' AND EXISTS (SELECT FROM policy."zorgrelatie" pol1 WHERE pol1."client_key" = "wlzindicatie"."client_key" AND pol1."wlzIndicatieID" = "wlzindicatie"."wlzindicatieID" AND pol1."code" = nullif(current_setting('caller.uzovi', true), '') AND (pol1."hoedanigheid" = 'ZKu' OR pol1."hoedanigheid" = 'ZKn' OR pol1."hoedanigheid" = 'ZKv') OFFSET 0))
    )
);
GRANT SELECT ("client_key", "wlzindicatieID", "bsn", "besluitnummer", "soortWlzindicatie", "afgiftedatum", "ingangsdatum", "einddatum", "meerzorg", "initieelVerantwoordelijkZorgkantoor", "vervaldatum", "commentaar") ON public."wlzindicatie" TO "{prefix}_zorgaanbieder";
CREATE POLICY "lezen_zorgaanbieder" ON public."wlzindicatie" FOR SELECT TO "{prefix}_zorgaanbieder" USING (
    (SELECT position(' registers/wlzindicatieregister/indicaties/indicatie:read ' in current_setting('caller.scopes', true)) > 0 OR position(' registers/wlzindicatieregister/indicaties:read ' in current_setting('caller.scopes', true)) > 0) AND (
        (current_setting('caller.relations', true) = 'fresh' AND EXISTS (SELECT FROM policy."zorgrelatie" pol1 WHERE pol1."client_key" = "wlzindicatie"."client_key" AND pol1."wlzIndicatieID" = "wlzindicatie"."wlzindicatieID" AND pol1."hoedanigheid" = 'ZA' AND pol1."code" = nullif(current_setting('caller.agb', true), '') OFFSET 0))
    )
);
GRANT SELECT ("client_key", "wlzindicatieID", "bsn", "besluitnummer", "soortWlzindicatie", "afgiftedatum", "ingangsdatum", "einddatum", "meerzorg", "initieelVerantwoordelijkZorgkantoor", "vervaldatum", "commentaar") ON public."wlzindicatie" TO "{prefix}_ciz";
CREATE POLICY "lezen_ciz" ON public."wlzindicatie" FOR SELECT TO "{prefix}_ciz" USING (
    (SELECT position(' registers/wlzindicatieregister/indicaties/indicatie:read ' in current_setting('caller.scopes', true)) > 0 OR position(' registers/wlzindicatieregister/indicaties:read ' in current_setting('caller.scopes', true)) > 0)
);
GRANT SELECT ("client_key", "wlzindicatieID", "bsn", "besluitnummer", "soortWlzindicatie", "afgiftedatum", "ingangsdatum", "einddatum", "meerzorg", "initieelVerantwoordelijkZorgkantoor", "vervaldatum") ON public."wlzindicatie" TO "{prefix}_burger";
CREATE POLICY "lezen_burger" ON public."wlzindicatie" FOR SELECT TO "{prefix}_burger" USING (
    (SELECT position(' registers/wlzindicatieregister/indicaties/indicatie:read ' in current_setting('caller.scopes', true)) > 0 OR position(' registers/wlzindicatieregister/indicaties:read ' in current_setting('caller.scopes', true)) > 0) AND (
        "wlzindicatie"."client_key" = nullif(current_setting('caller.client_key', true), '')::uuid
    )
);

-- Wzd
ALTER TABLE public."wzd" ENABLE ROW LEVEL SECURITY;
GRANT SELECT ("client_key", "wzdID", "wzdVerklaring", "ingangsdatum", "einddatum", "wlzindicatieID") ON public."wzd" TO "{prefix}_zorgkantoor";
CREATE POLICY "lezen_zorgkantoor" ON public."wzd" FOR SELECT TO "{prefix}_zorgkantoor" USING (
    (SELECT position(' registers/wlzindicatieregister/indicaties/indicatie:read ' in current_setting('caller.scopes', true)) > 0 OR position(' registers/wlzindicatieregister/indicaties:read ' in current_setting('caller.scopes', true)) > 0) AND (
        EXISTS (SELECT FROM policy."wlzindicatie" pol1 WHERE pol1."client_key" = "wzd"."client_key" AND pol1."wlzindicatieID" = "wzd"."wlzindicatieID" AND (pol1."initieelVerantwoordelijkZorgkantoor" = nullif(current_setting('caller.uzovi', true), '') OR (current_setting('caller.relations', true) = 'fresh' AND EXISTS (SELECT FROM policy."zorgrelatie" pol2 WHERE pol2."client_key" = pol1."client_key" AND pol2."wlzIndicatieID" = pol1."wlzindicatieID" AND pol2."code" = nullif(current_setting('caller.uzovi', true), '') AND (pol2."hoedanigheid" = 'ZKu' OR pol2."hoedanigheid" = 'ZKn' OR pol2."hoedanigheid" = 'ZKv') OFFSET 0))) OFFSET 0)
    )
);
GRANT SELECT ("client_key", "wzdID", "wzdVerklaring", "ingangsdatum", "einddatum", "wlzindicatieID") ON public."wzd" TO "{prefix}_zorgaanbieder";
CREATE POLICY "lezen_zorgaanbieder" ON public."wzd" FOR SELECT TO "{prefix}_zorgaanbieder" USING (
    (SELECT position(' registers/wlzindicatieregister/indicaties/indicatie:read ' in current_setting('caller.scopes', true)) > 0 OR position(' registers/wlzindicatieregister/indicaties:read ' in current_setting('caller.scopes', true)) > 0) AND (
        (current_setting('caller.relations', true) = 'fresh' AND EXISTS (SELECT FROM policy."zorgrelatie" pol2 WHERE pol2."client_key" = "wzd"."client_key" AND pol2."wlzIndicatieID" = "wzd"."wlzindicatieID" AND pol2."hoedanigheid" = 'ZA' AND pol2."code" = nullif(current_setting('caller.agb', true), '') OFFSET 0))
    )
);
GRANT SELECT ("client_key", "wzdID", "wzdVerklaring", "ingangsdatum", "einddatum", "wlzindicatieID") ON public."wzd" TO "{prefix}_ciz";
CREATE POLICY "lezen_ciz" ON public."wzd" FOR SELECT TO "{prefix}_ciz" USING (
    (SELECT position(' registers/wlzindicatieregister/indicaties/indicatie:read ' in current_setting('caller.scopes', true)) > 0 OR position(' registers/wlzindicatieregister/indicaties:read ' in current_setting('caller.scopes', true)) > 0)
);
GRANT SELECT ("client_key", "wzdID", "wzdVerklaring", "ingangsdatum", "einddatum", "wlzindicatieID") ON public."wzd" TO "{prefix}_burger";
CREATE POLICY "lezen_burger" ON public."wzd" FOR SELECT TO "{prefix}_burger" USING (
    (SELECT position(' registers/wlzindicatieregister/indicaties/indicatie:read ' in current_setting('caller.scopes', true)) > 0 OR position(' registers/wlzindicatieregister/indicaties:read ' in current_setting('caller.scopes', true)) > 0) AND (
        "wzd"."client_key" = nullif(current_setting('caller.client_key', true), '')::uuid
    )
);

-- Zorgrelatie
ALTER TABLE public."zorgrelatie" ENABLE ROW LEVEL SECURITY;
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{prefix}_projector') THEN
        CREATE POLICY project ON public."zorgrelatie" TO "{prefix}_projector" USING (true) WITH CHECK (true);
    END IF;
END $$;
