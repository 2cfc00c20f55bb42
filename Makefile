# Short names for `python3 run.py`, which needs no make and does the same everywhere.
PYTHON ?= python3

.PHONY: check test lint peers format demo table bench

check test lint peers format demo table bench:
	$(PYTHON) run.py $@
