CREATE TABLE bewoner (client_key uuid NOT NULL, "bewonerID" uuid, bsn text NOT NULL, naam text,
  PRIMARY KEY (client_key, "bewonerID"));
CREATE TABLE kleur (client_key uuid NOT NULL, "kleurID" uuid, naam text NOT NULL, PRIMARY KEY (client_key, "kleurID"));
CREATE TABLE huis (client_key uuid NOT NULL, "huisID" uuid, naam text NOT NULL, "straatID" uuid NOT NULL,
  "bewonerID" uuid NOT NULL, PRIMARY KEY (client_key, "huisID"));
CREATE TABLE kamer (client_key uuid NOT NULL, "kamerID" uuid, naam text NOT NULL, nummer int, oppervlak float8,
  gebouwd date, gemeten timestamptz, "huisID" uuid NOT NULL, "kleurID" uuid, PRIMARY KEY (client_key, "kamerID"));
