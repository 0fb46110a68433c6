CREATE TABLE zaak (client_key uuid NOT NULL, "zaakID" uuid, soort text NOT NULL, beheerder text NOT NULL, waarnemer text,
  opening date NOT NULL, sluiting date, bedrag int, notitie text, "persoonID" uuid NOT NULL, "voorgangerID" uuid,
  PRIMARY KEY (client_key, "zaakID"),
  FOREIGN KEY (client_key, "voorgangerID") REFERENCES zaak DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE partij (client_key uuid NOT NULL, "partijID" uuid, code text NOT NULL, rol text, van date NOT NULL, tot date,
  "zaakID" uuid NOT NULL, PRIMARY KEY (client_key, "partijID"),
  FOREIGN KEY (client_key, "zaakID") REFERENCES zaak DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE betrokkene (client_key uuid NOT NULL, "betrokkeneID" uuid, code text NOT NULL, van date NOT NULL, tot date,
  "zaakID" uuid NOT NULL, PRIMARY KEY (client_key, "betrokkeneID"),
  FOREIGN KEY (client_key, "zaakID") REFERENCES zaak DEFERRABLE INITIALLY DEFERRED);
CREATE INDEX ON zaak (beheerder);
CREATE INDEX ON partij (code);
CREATE INDEX ON betrokkene (code);
