"""What a register says of its tables."""

from __future__ import annotations

from gateway.authorization.tables import Column, Row, read_mapping

TITLE = {"column": "title", "kind": "text", "hidden": False, "nullable": True, "refers": ""}
SHELF = {"column": "shelf", "kind": "uuid", "hidden": True, "nullable": False, "refers": "Shelf"}


def test_each_table_has_the_key_of_its_client_also_where_the_register_does_not_say_so():
    entry = {"table": "book", "key": "bookID", "hidden": False, "columns": {"title": TITLE, "shelfID": SHELF}}
    view = {"table": "", "key": "", "hidden": True, "columns": {}, "relations": {}, "projected": True}
    found = read_mapping({"register": "stock", "types": {"Book": {**entry, "relations": {}}, "View": view}})
    assert found.register == "stock"
    assert found.rows == {
        "Book": Row(
            "Book",
            "book",
            "bookID",
            hidden=False,
            columns={
                "title": Column("title", "title", "text", hidden=False, nullable=True, refers=""),
                "shelfID": Column("shelfID", "shelf", "uuid", hidden=True, nullable=False, refers="Shelf"),
                "client_key": Column("client_key", "client_key", "key", hidden=True, nullable=False, refers=""),
            },
            relations={},
            projected=False,
        ),
        "View": Row("View", "", "", hidden=True, columns={}, relations={}, projected=True),
    }
