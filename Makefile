# Everything runs in .venv, which is made on the first use and kept while pyproject.toml and
# constraints.txt stay as they are.

PYTHON ?= python3
TORCH := torch==2.13.0
AXE := 4.14.1
BIN := .venv/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check install
PINNED := --constraint constraints.txt --build-constraint constraints.txt

.DEFAULT_GOAL := help
.PHONY: help run test test-peers test-integrations bench docs lock clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-17s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: .venv/installed  ## train the default run (ARGS="run.toml" adds arguments)
	@$(BIN)/rampup train $(ARGS)

test: .venv/tools .venv/browser  ## lint, check types, run all tests and measure coverage
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/python -m pytest -n auto --cov --cov-report=term $(ARGS)

test-peers: .venv/tools  ## test the presets beside keras, optax and timm too, which installs JAX
	@$(PIP) --constraint constraints.txt --group peers
	@$(PIP) --no-deps timm==1.0.31  # its schedulers alone; the rest would bring another torch
	$(BIN)/python -m pytest -n auto tests/schedule/presets

test-integrations: .venv/tools  ## test the scheduler inside accelerate, Lightning and Ignite too
	@$(PIP) --constraint constraints.txt --group integrations
	$(BIN)/python -m pytest -n auto tests/integrations

bench: .venv/tools  ## measure what the benchmarks measure
	@$(BIN)/python -m benchmarks

docs: .venv/installed  ## write the pages of docs/ that are read off the code
	@$(BIN)/python docs/generate.py

clean:  ## remove .venv, caches and build results; runs/ is yours and stays
	rm -rf .venv artefacts build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
	rm -f .coverage .coverage.*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# torch comes first: nothing that depends on it may then pull in another build.
.venv/installed: pyproject.toml constraints.txt
	@$(call need_python)
	@echo "Installing rampup into .venv; the first time takes a few minutes."
	@$(PYTHON) -m venv .venv
	@$(PIP) --constraint constraints.txt pip
	@$(PIP) $(PINNED) $(TORCH)
	@$(PIP) $(PINNED) --editable '.[data]'
	@touch $@

.venv/tools: .venv/installed
	@echo "Installing the test tools into .venv."
	@$(PIP) $(PINNED) --group dev
	@touch $@

# The report is looked at with the system's Chromium and with axe-core; where they cannot be had,
# the tests that need them are skipped, and say so. Nothing is fetched by the tests themselves.
.venv/browser: .venv/tools
	@command -v chromium >/dev/null || command -v google-chrome >/dev/null \
	|| { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null \
	&& echo "Installing Debian's chromium, for the tests of the report." \
	&& { apt-get -qq update; apt-get -qq -y install chromium >/dev/null; }; } \
	|| echo "NOT TESTED: the report in a browser; there is no chromium, and no root to install it"
	@npm install --silent --no-save --prefix .venv/axe axe-core@$(AXE) >/dev/null 2>&1 \
	|| echo "NOT TESTED: the report with axe-core; npm is missing or reaches no registry"
	@touch $@

# The oldest Python that we support writes the pins, so that all of them exist for it. hatchling
# and editables are what pip needs to build rampup itself.
lock:  ## renew constraints.txt; run it with Python 3.11
	@$(call need_python)
	@set -e; venv=$$(mktemp -d); trap 'rm -rf "$$venv"' EXIT; \
	pip="$$venv/bin/python -m pip --disable-pip-version-check"; \
	$(PYTHON) -m venv "$$venv"; \
	$$pip install --quiet --upgrade pip setuptools; \
	$$pip install --quiet $(TORCH); \
	$$pip install --quiet --editable '.[data]' --group dev hatchling editables; \
	$$pip list --format=freeze --exclude-editable > "$$venv/list"; \
	echo "# Written by make lock with $$($(PYTHON) --version); do not edit." > constraints.txt; \
	sed 's/+.*//' "$$venv/list" | LC_ALL=C sort -f >> constraints.txt; \
	echo "constraints.txt pins $$(grep -c == constraints.txt) packages."

need_python = $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	|| { echo "rampup needs Python 3.11 or newer; name one: make PYTHON=python3.11" >&2; exit 1; }
