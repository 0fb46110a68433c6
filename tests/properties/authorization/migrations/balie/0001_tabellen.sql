CREATE TABLE persoon (client_key uuid NOT NULL, "persoonID" uuid, naam text NOT NULL, woonplaats text, geboren date,
  geheim boolean NOT NULL, PRIMARY KEY (client_key, "persoonID"));
CREATE TABLE zaak (client_key uuid NOT NULL, "zaakID" uuid, soort text NOT NULL, beheerder text NOT NULL, waarnemer text,
  opening date NOT NULL, sluiting date, bedrag int, notitie text, "persoonID" uuid NOT NULL, "voorgangerID" uuid,
  PRIMARY KEY (client_key, "zaakID"),
  FOREIGN KEY (client_key, "persoonID") REFERENCES persoon DEFERRABLE INITIALLY DEFERRED,
  FOREIGN KEY (client_key, "voorgangerID") REFERENCES zaak DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE stuk (client_key uuid NOT NULL, "stukID" uuid, titel text NOT NULL, auteur text, moment timestamptz,
  bladzijden int, "zaakID" uuid NOT NULL, PRIMARY KEY (client_key, "stukID"),
  FOREIGN KEY (client_key, "zaakID") REFERENCES zaak DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE partij (client_key uuid NOT NULL, "partijID" uuid, code text NOT NULL, rol text, van date NOT NULL, tot date,
  "zaakID" uuid NOT NULL, PRIMARY KEY (client_key, "partijID"),
  FOREIGN KEY (client_key, "zaakID") REFERENCES zaak DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE betrokkene (client_key uuid NOT NULL, "betrokkeneID" uuid, code text NOT NULL, van date NOT NULL, tot date,
  "zaakID" uuid NOT NULL, PRIMARY KEY (client_key, "betrokkeneID"),
  FOREIGN KEY (client_key, "zaakID") REFERENCES zaak DEFERRABLE INITIALLY DEFERRED);
CREATE INDEX ON zaak (beheerder);
CREATE INDEX ON partij (code);
CREATE INDEX ON betrokkene (code);
