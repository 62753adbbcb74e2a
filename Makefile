# The commands of docs: make run, setup, test, check, bench; also translations, lock and clean.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup run test check faults bench translations screenshots lock clean

# A caller's own virtual environment must not leak into ours.
unexport PYTHONHOME PYTHONPATH VIRTUAL_ENV

# The first interpreter of 3.11 or newer.
PYTHON := $(or $(PYTHON),$(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	env -u PYTHONHOME -u PYTHONPATH $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo $$name && break; done))
SETUP = $(or $(PYTHON),$(error Python 3.11 or newer is needed, and none was found)) scripts/setup.py
BIN := .venv/bin

help:
	@echo "make run     set everything up and serve http://127.0.0.1:12345"
	@echo "make setup   the same without starting the server"
	@echo "make test    all tests, on SQLite and on PostgreSQL with PostGIS (ARGS=… go to pytest)"
	@echo "make check   format, lint, types, import rules"
	@echo "make faults  processes killed, databases away, disks full, clocks stopped and set back"
	@echo "make bench   the benchmarks"
	@echo "make translations  bring the catalogues up to date with the texts of the code"
	@echo "make lock    pin all packages anew"
	@echo "make clean   remove what setup made in this tree; instance folders stay"

setup:
	@$(SETUP)

run: setup
	@exec $(BIN)/gunicorn -c gunicorn.conf.py wsgi:app

test:
	@scripts/test_needs.sh
	@$(SETUP) --dev
	@$(BIN)/python scripts/run_tests.py $(ARGS)

check:
	@$(SETUP) --dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Faults in their full form (tests/faults/form.py); `make test` runs a shortened one.
faults:
	@scripts/test_needs.sh
	@$(SETUP) --dev
	@FAULT_FORM=full $(BIN)/python -m pytest tests/test_faults*.py $(ARGS)
	@FAULT_FORM=full TEST_DATABASE=postgresql $(BIN)/python -m pytest -m database tests/test_faults*.py $(ARGS)

bench:
	@$(SETUP) --dev
	@$(BIN)/python -m tests.bench $(ARGS)

translations:
	@$(SETUP) --dev
	@$(BIN)/python scripts/translations.py
	@$(BIN)/pybabel --quiet compile -d app/translations

screenshots:
	@$(BIN)/python scripts/screenshots.py $(ARGS)

LOCK := $(BIN)/pip-compile --quiet --upgrade --strip-extras --annotation-style=line --no-header \
	--no-emit-index-url --no-emit-trusted-host --no-emit-find-links
lock:
	@$(SETUP) --dev
	$(LOCK) requirements.in
	$(LOCK) --constraint requirements.txt requirements-dev.in
	PATH="$(CURDIR)/$(BIN):$$PATH" npm install --package-lock-only --ignore-scripts

clean:
	rm -rf .venv node_modules app/static/vendor .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -prune -exec rm -rf {} +
