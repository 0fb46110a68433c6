"""Streams of answers from subgraphs: over WebSocket, server-sent events or multipart, one form inside the gateway."""
