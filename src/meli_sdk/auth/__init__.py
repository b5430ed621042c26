"""How a seller stays connected."""
