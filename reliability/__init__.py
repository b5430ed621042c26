"""The promises that no unit test can show, tried hard: kills, races, faults, load. `python -m reliability --help`."""
