-- Row policies ask of each row in question: is this caller (code, hoedanigheid) involved with this person? Without an index
-- that begins with the person and holds the code, PostgreSQL reads *all* relations of the caller for every row and keeps
-- those of the person (a BitmapAnd), which for a large office grows with the square of its clients.
CREATE INDEX ON zorgrelatie (client_key, code, hoedanigheid);

-- Steps along an id always name the person too: one index answers both, instead of two that are laid over each other.
CREATE INDEX ON zorgrelatie ("bemiddelingID", client_key);
DROP INDEX "zorgrelatie_bemiddelingID_idx";
CREATE INDEX ON zorgrelatie ("bemiddelingspecificatieID", client_key);
DROP INDEX "zorgrelatie_bemiddelingspecificatieID_idx";
CREATE INDEX ON zorgrelatie ("wlzIndicatieID", client_key);
DROP INDEX "zorgrelatie_wlzIndicatieID_idx";
CREATE INDEX ON beperking ("wlzindicatieID", client_key);
DROP INDEX "beperking_wlzindicatieID_idx";
CREATE INDEX ON beperkingscore ("beperkingID", client_key);
DROP INDEX "beperkingscore_beperkingID_idx";
CREATE INDEX ON stoornisscore ("wlzindicatieID", client_key);
DROP INDEX "stoornisscore_wlzindicatieID_idx";
