"""What the gateway tells of itself: trace ids, metrics, and a log without personal data."""
