-- Who is involved with a client, in which capacity and when: a projection of what the Bemiddelingsregister knows. Only row
-- policies read it. The ids point into other registers and may arrive before what they point at: no foreign keys.
--
-- hoedanigheid: ZKv responsible office, ZKu executing office, ZKn new office after a transfer, ZA provider with an
-- allocation, ZAr coordinating provider. code: UZOVI of an office, AGB of a provider.
CREATE TABLE zorgrelatie (
    client_key                  uuid NOT NULL,
    "zorgrelatieID"             uuid NOT NULL,
    hoedanigheid                text NOT NULL CHECK (hoedanigheid IN ('ZKv', 'ZKu', 'ZKn', 'ZA', 'ZAr')),
    code                        text NOT NULL,
    "wlzIndicatieID"            uuid NOT NULL,
    "bemiddelingID"             uuid NOT NULL,
    "bemiddelingspecificatieID" uuid,
    vanaf                       date NOT NULL,
    tot                         date,
    "overdrachtDatum"           date,
    versie                      integer NOT NULL DEFAULT 1,
    PRIMARY KEY (client_key, "zorgrelatieID")
);
CREATE INDEX ON zorgrelatie (code, hoedanigheid);
CREATE INDEX ON zorgrelatie ("bemiddelingspecificatieID");
CREATE INDEX ON zorgrelatie ("bemiddelingID");
CREATE INDEX ON zorgrelatie ("wlzIndicatieID");
