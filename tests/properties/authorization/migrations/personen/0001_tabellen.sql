CREATE TABLE persoon (client_key uuid NOT NULL, "persoonID" uuid, naam text NOT NULL, woonplaats text, geboren date,
  geheim boolean NOT NULL, PRIMARY KEY (client_key, "persoonID"));
CREATE TABLE betrokkene (client_key uuid NOT NULL, "betrokkeneID" uuid, code text NOT NULL, van date NOT NULL, tot date,
  "persoonID" uuid NOT NULL, PRIMARY KEY (client_key, "betrokkeneID"));
CREATE INDEX ON betrokkene (code);
CREATE SCHEMA projectie;
CREATE TABLE projectie.stand (volledig_tot timestamptz NOT NULL);
INSERT INTO projectie.stand VALUES (now());
GRANT USAGE ON SCHEMA projectie TO "{prefix}_app";
GRANT SELECT ON projectie.stand TO "{prefix}_app";
