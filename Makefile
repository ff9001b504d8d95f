# Everything one does with SIMS, in one word each. `make help` lists them.

PYTHON ?= python3
PORT ?= 8000
SIZE ?= m
ROWS ?= 100000
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help run test lint format bench bench-import bench-reports bench-search bench-audit bench-faults clean

help: ## Say what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: .venv/.runtime ## Start SIMS with demo data (PORT=8123 picks the port, SIMS_INSTANCE=<folder> the data)
	@exec $(BIN)/python -m sims.serve --port $(PORT)

test: lint ## Lint, then run every test on SQLite and PostgreSQL (TESTS=tests/core picks some)
	$(BIN)/python -m pytest -n 2 $(TESTS)

lint: .venv/.tools ## Check style, types and layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy sims

format: .venv/.tools ## Put the code into the house style
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

bench: .venv/.tools ## Measure every main page on PostgreSQL (SIZE=l or xl: large data, compared with s)
	SIMS_BENCH_SIZE=$(SIZE) $(BIN)/python -m tests.bench

bench-import: .venv/.tools ## Import a large file beside COPY and executemany (ROWS=100000)
	$(BIN)/python -m tests.bench.imports $(ROWS)

bench-reports: .venv/.tools ## Make long reports beside COPY and a bare XlsxWriter loop (SIZE=m)
	$(BIN)/python -m tests.bench.reports $(SIZE)

bench-search: .venv/.tools ## Search beside the bare SQL, by kind of query (SIZE=m)
	$(BIN)/python -m tests.bench.search $(SIZE)

bench-audit: .venv/.tools ## Fifty writers with and without the activity log's chain
	$(BIN)/python -m tests.bench.audit

bench-faults: .venv/.tools ## Eight people work while servers die, then while the tables are upgraded
	$(BIN)/python -m tests.bench.faults
	$(BIN)/python -m tests.bench.faults upgrade

clean: ## Take away what these commands made, except your data in instance/
	rm -rf .venv build *.egg-info .pytest_cache .ruff_cache .mypy_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/bin/python:
	@$(PYTHON) -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	    { echo "SIMS needs Python 3.11 or newer with venv, and $(PYTHON) is not that." \
	           "Name another: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -m venv .venv

.venv/.runtime: config/requirements.txt setup.cfg pyproject.toml | .venv/bin/python
	@echo "Installing what SIMS needs into .venv (once)"
	@$(PIP) -r config/requirements.txt
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

.venv/.tools: config/requirements-dev.txt .venv/.runtime
	@echo "Installing what the tests need into .venv (once)"
	@$(PIP) -r config/requirements-dev.txt
	@touch $@
