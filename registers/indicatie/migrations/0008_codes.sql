-- A row policy steps along the indication to relations of the caller's own code. As part of the index it is asked once for each step; as a filter it
-- was asked of every relation there, and each time the caller's code was read anew.
CREATE INDEX ON zorgrelatie ("wlzIndicatieID", client_key, code);
DROP INDEX "zorgrelatie_wlzIndicatieID_client_key_idx";
