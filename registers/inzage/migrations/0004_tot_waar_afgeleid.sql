-- How far `registers inzage locate` has derived the lines of each gateway process. A process ships its lines in their order, so what is
-- not past its number is new. Moved in the transaction that derives, and only as far as was shipped before the registers were asked whose records are.
CREATE TABLE afgeleid (
    instance text PRIMARY KEY,
    sequence bigint NOT NULL
);
