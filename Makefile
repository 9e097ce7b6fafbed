# `make demo` and `make test` do everything on a fresh machine; `make help` lists the rest.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
HOME_DIR ?= var
CUSTOMERS ?= 20000
MONTHS ?= 24
SEED ?= 1
SERVE ?= 1
DBT_DOCS := $(abspath models/target/docs)
DBT_OPTIONS := --project-dir models --profiles-dir models --target-path $(DBT_DOCS) --log-path $(DBT_DOCS)
PACKAGES := warehouse store segments signals api apps pipelines cli

.PHONY: help install lock demo test test-long check format browser dbt-docs

help:
	@echo "make demo       simulated operator, pipeline, report, then serve (SERVE=0 stops after the report)"
	@echo "make test       all tests"
	@echo "make check      format, lint, types, import contracts"
	@echo "make test-long  the long mode of the compiler's proof and other slow tests"
	@echo "make dbt-docs   dbt's documentation of the models and of who reads them: models/target/docs/static_index.html"
	@echo "make install    the environment in $(VENV) alone"
	@echo "make lock       compile requirements.txt from pyproject.toml"

$(VENV)/.installed: requirements.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing $$(grep -c '^[a-z].*==' requirements.txt) packages into $(VENV), about two minutes"
	@if [ -t 1 ]; then quiet=; else quiet=--quiet; fi; \
	  $(BIN)/pip install $$quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@echo "parsing the models"
	$(BIN)/python -m pipelines.lib.dbt_project
	touch $@

install: $(VENV)/.installed

demo: install
	CUSTOMERS=$(CUSTOMERS) MONTHS=$(MONTHS) SEED=$(SEED) SERVE=$(SERVE) sh scripts/demo.sh $(BIN)/vitrina $(HOME_DIR)

browser:
	sh scripts/install_system.sh

test: install browser
	$(BIN)/pytest -n 2

test-long: install browser
	$(BIN)/pytest -n 2 -m long

check: install
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Without a build database: the lineage and the descriptions, not the sizes of tables.
dbt-docs: install
	$(BIN)/dbt parse $(DBT_OPTIONS)
	$(BIN)/dbt docs generate --no-compile --empty-catalog --static $(DBT_OPTIONS)

format: install
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: install
	$(BIN)/pip install --quiet pip-tools
	$(BIN)/pip-compile --quiet --generate-hashes --all-extras --allow-unsafe --no-strip-extras \
	  --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --output-file requirements.txt pyproject.toml
