-- A row policy steps along an id to relations of one capacity, or of the caller's own code. As part of the index they are asked once for each step;
-- as a filter they were asked of every relation there: of each of eight for a levering, and each time the caller's code was read anew.
CREATE INDEX ON zorgrelatie ("bemiddelingID", client_key, code);
DROP INDEX "zorgrelatie_bemiddelingID_client_key_idx";
CREATE INDEX ON zorgrelatie ("bemiddelingspecificatieID", client_key, hoedanigheid);
DROP INDEX "zorgrelatie_bemiddelingspecificatieID_client_key_idx";
