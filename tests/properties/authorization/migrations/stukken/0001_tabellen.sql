CREATE TABLE stuk (client_key uuid NOT NULL, "stukID" uuid, titel text NOT NULL, auteur text, moment timestamptz,
  bladzijden int, "zaakID" uuid NOT NULL, PRIMARY KEY (client_key, "stukID"));
CREATE TABLE betrokkene (client_key uuid NOT NULL, "betrokkeneID" uuid, code text NOT NULL, van date NOT NULL, tot date,
  "zaakID" uuid NOT NULL, PRIMARY KEY (client_key, "betrokkeneID"));
CREATE INDEX ON betrokkene (code);
CREATE SCHEMA projectie;
CREATE TABLE projectie.stand (volledig_tot timestamptz NOT NULL);
INSERT INTO projectie.stand VALUES (now());
GRANT USAGE ON SCHEMA projectie TO "{prefix}_app";
GRANT SELECT ON projectie.stand TO "{prefix}_app";
