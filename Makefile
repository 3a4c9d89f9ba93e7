# make search   set up, and search on handwritten digits: about three minutes on two cores
# make test     set up, and run the tests
# make help     the rest

PYTHON ?= python3
VENV ?= .venv
JOBS ?= 2
BIN := $(VENV)/bin
export TF_CPP_MIN_LOG_LEVEL ?= 3

.DEFAULT_GOAL := help

.PHONY: help search test test-slow test-lowest lint format benchmarks docs docs-commands notebook clean

help: ## Show this list
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 16

search: $(VENV)/.installed ## Search on handwritten digits
	$(BIN)/memnas search --rungs 3 --reduction-factor 3

test: $(VENV)/.installed-dev ## Run the tests, JOBS=2 files at once
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile

test-slow: $(VENV)/.installed-dev ## Run the tests that take minutes each
	$(BIN)/python -m pytest -m slow

test-lowest: $(VENV)/bin/python ## Run the tests with the lowest versions of requirements.txt, in $(VENV)-lowest
	$(PYTHON) -m venv $(VENV)-lowest
	$(VENV)-lowest/bin/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m tests.lowest_requirements > $(VENV)-lowest/lowest.txt
	$(VENV)-lowest/bin/python -m pip install --quiet --requirement $(VENV)-lowest/lowest.txt \
	  --editable ".[dev]"
	@# old versions warn of what newer ones changed
	$(VENV)-lowest/bin/python -m pytest -n $(JOBS) --dist loadfile -W default

lint: $(VENV)/.installed-dev ## Check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.installed-dev ## Mend style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

benchmarks: $(VENV)/.installed ## Measure speed again
	$(BIN)/python -m benchmarks.memory_speed

docs: $(VENV)/.installed-dev ## Build the API reference into build/api
	$(BIN)/python -m docs.build_api build/api

docs-commands: $(VENV)/.installed ## Write docs/commands.md anew
	$(BIN)/python -m docs.generate_commands

notebook: $(VENV)/.installed-dev ## Run the example notebook, into build/example.ipynb
	$(BIN)/python -m docs.run_notebook build/example.ipynb

clean: ## Remove the environment, caches and searches
	rm -rf $(VENV) $(VENV)-lowest build *.egg-info .pytest_cache .hypothesis .mypy_cache .ruff_cache searches

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)
	@# the pip that comes with older Pythons takes ten minutes to choose versions
	$@ -m pip install --quiet --upgrade pip

$(VENV)/.installed: requirements.txt setup.py | $(VENV)/bin/python
	@echo "installing what the search needs into $(VENV) (a few minutes the first time)"
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	@echo "installing what the tests need into $(VENV)"
	$(BIN)/python -m pip install --quiet --editable ".[dev]"
	@touch $@
