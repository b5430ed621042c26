"""What can be asked of Mercado Libre: one module per resource, each an endpoint table and a typed class."""
