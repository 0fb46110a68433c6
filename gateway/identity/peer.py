"""What the connection itself tells of the other side, among the headers of a request.

The names begin with a colon, which no header that came over a line can have: who finds such a header knows that the gateway put it
there (`transport/peers.py`), and that it goes to no subgraph.
"""

from __future__ import annotations

__all__ = ["ADDRESS", "CERTIFICATE", "METHOD", "SOCKET"]

ADDRESS = b":address"
"""The client's IP address; empty for a unix socket."""
CERTIFICATE = b":certificate"
"""The client's own certificate, DER."""
METHOD = b":method"
"""The HTTP method."""
SOCKET = b":socket"
"""A name of the WebSocket, for as long as it stands."""
