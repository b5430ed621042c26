"""The check of an item before it is sent. Pure: it reads what it is given and calls nobody."""
