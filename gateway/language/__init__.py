"""Documents: parsed within limits, normalized, printed."""
