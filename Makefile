# `make` says what there is. Everything is installed into .venv beside this file, and again only when
# the requirements change. Plain enough for the old make of macOS.

SHELL := /bin/bash
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8501
MINUTES ?= 10

.PHONY: help run checks checks-python checks-web quick units changed test wasm browsers fuzz lowest lock bench docs browser servers pictures

help:  ## list the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile

run: $(VENV)/.runs  ## start the page on http://localhost:8501 (make run PORT=8080: on another port)
	@exec $(BIN)/streamlit run app.py --server.port $(PORT)

checks: checks-python checks-web

checks-python: $(VENV)/.tests
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/mypy

checks-web: node_modules/.made
	$(NODE) node_modules/.bin/tsc --project .
	$(NODE) node_modules/.bin/biome check --error-on-warnings
	$(BIN)/python -m tests.web

# The units whose lists are derived from what is added, with the doctests of their modules.
UNITS := tests/core/layers tests/core/test_losses.py tests/core/test_optimizers.py tests/core/test_mistakes.py tests/core/test_mistakes_of_batches.py \
  tests/core/test_latex_to_text.py tests/core/test_contract.py tests/core/test_notebook_network.py tests/core/test_network_texts.py tests/core/test_notebook_ops.py \
  tests/words tests/pages/test_registry.py tests/view/test_constants.py tests/view/test_imports.py \
  --doctest-modules cnnviz/core/network cnnviz/core/mistakes cnnviz/words cnnviz/pages/registry.py

quick:  ## run lint, types, node's tests and the unit tests of layers, losses, optimizers, mistakes, words and pages, in under a minute
	@$(MAKE) --no-print-directory --jobs 2 checks units

units: $(VENV)/.tests
	$(BIN)/pytest --quiet --numprocesses 2 -k "not tensorflow" $(UNITS)

changed: $(VENV)/.tests node_modules/.made  ## run lint, types and the tests nearest to what changed, in two minutes (make changed BASE=main: since main)
	$(BIN)/python -m tests.changed $(BASE)

# What the last line needs is fetched and unpacked meanwhile.
test: checks browser servers  ## all that CI runs except `make wasm` and `make browsers`: also doctests, all unit, property and browser tests, and the lowest versions
	$(BIN)/python -m tests.lowest --make & \
	$(BIN)/pytest --numprocesses auto --dist loadfile --doctest-modules cnnviz tests --ignore tests/browsers --ignore tests/e2e --ignore tests/bench --ignore tests/web --ignore tests/wasm
	$(BIN)/pytest --numprocesses 2 --dist loadgroup --reruns 1 -r R tests/e2e
	$(BIN)/python -m tests.lowest

wasm: node_modules/.made browser  ## test the page without a server: Python and NumPy as WebAssembly in a browser, number by number
	$(BIN)/pytest --quiet tests/wasm

browsers: $(VENV)/.tests  ## the main walkthrough in Firefox and WebKitGTK from the system's packages; names the ones that are missing
	@$(as_root); \
	install() { as_root apt-get install -qq -y --no-install-recommends "$$@" >/dev/null 2>&1; }; \
	get() { \
	  command -v $$1 >/dev/null && return; shift; echo "Getting $$*, of the system's packages …"; \
	  install "$$@" || { as_root apt-get update -qq >/dev/null 2>&1; install "$$@"; } || echo "They could not be installed."; \
	}; \
	get firefox-esr firefox-esr; get WebKitWebDriver webkit2gtk-driver xvfb; get Xvfb xvfb
	$(BIN)/pytest --verbose -r s tests/browsers

fuzz: $(VENV)/.tests  ## tests on newly drawn inputs (make fuzz MINUTES=60: for an hour)
	$(BIN)/python -m tests.fuzz --minutes $(MINUTES)

lowest: $(VENV)/.tests browser  ## tests with the lowest Streamlit, NumPy, Pillow and Plotly that pyproject.toml allows
	$(BIN)/python -m tests.lowest

bench: $(VENV)/.bench browser  ## timings in tests/bench, as ratios and medians (minutes; on an idle machine)
	@failed=0; \
	for file in tests/bench/[a-z]*.py; do \
	  name=$$(basename $$file .py); echo; echo "== $$name"; \
	  $(BIN)/python -m tests.bench.$$name || failed=1; \
	done; \
	exit $$failed

docs: $(VENV)/.tests  ## reference of all public functions, from their docstrings, in docs/api/
	$(BIN)/pdoc --docformat markdown --output-directory docs/api cnnviz cnnviz.core cnnviz.data cnnviz.export cnnviz.words
	@echo "Open docs/api/index.html."

pictures: $(VENV)/.tests browser  ## screenshots of every page, stage, size and theme, in pictures/ (minutes)
	$(BIN)/python -m tests.pictures

lock: $(VENV)/.made  ## update locks/ to the newest versions that the requirements allow, with their hashes
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check "uv>=0.13,<0.14"
	$(BIN)/python -m tests.lock

# --- What the above need -------------------------------------------------------------------------

# Each stamp is newer than the versions that were installed with it. Only files whose hash is in locks/ are installed.
LOCKED := locks/page.txt locks/tensorflow.txt
$(VENV)/.runs: $(LOCKED) $(VENV)/.made
	$(call install,locks/tensorflow.txt)

$(VENV)/.tests: $(LOCKED) locks/tests.txt $(VENV)/.made
	$(call install,locks/tests.txt)

$(VENV)/.bench: locks/bench.txt $(VENV)/.tests
	$(call install,locks/bench.txt)

# What checks the browser's part. The lock file has every version and its hash; where a registry lacks one
# that is for other machines only, the versions in package.json are taken without it.
NODE := $(BIN)/node
node_modules/.made: package.json package-lock.json $(VENV)/.tests
	@echo "Installing what package.json names …"
	@export PATH="$(abspath $(BIN)):$$PATH"; \
	$(BIN)/npm ci --silent || $(BIN)/npm install --silent --no-package-lock
	@touch $@

# Python compiles what it imports, which is a small part of what is installed.
define install
@echo "Installing what $(1) names (the first time: some minutes, about 2 GB) …"
@$(BIN)/python -m pip install --quiet --no-compile --disable-pip-version-check --require-hashes -r $(1)
@touch $@
endef

OURS := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))

# Asks each Python itself whether it is one of ours: a name on the PATH may be a shim that leads
# nowhere. Debian keeps ensurepip, without which there is no virtual environment, in a package of its
# own; one of ours that has it goes first. A virtual environment that works is kept.
$(VENV)/.made:
	@if $(BIN)/python -c '$(OURS)' 2>/dev/null && $(BIN)/python -m pip --version >/dev/null 2>&1; then \
	  touch $@; exit; \
	fi; \
	found=; \
	for python in python3 python3.13 python3.12 python3.11; do \
	  $$python -c '$(OURS)' 2>/dev/null || continue; \
	  found=$${found:-$$python}; \
	  if $$python -c 'import ensurepip, venv' 2>/dev/null; then found=$$python; break; fi; \
	done; \
	if [[ -z $$found ]]; then \
	  echo "cnnviz needs Python 3.11, 3.12 or 3.13, and there is none on the PATH. Install one and try again." >&2; \
	  exit 1; \
	fi; \
	if ! $$found -c 'import ensurepip, venv' 2>/dev/null; then \
	  package=$$($$found -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])'); \
	  echo "$$found cannot make virtual environments: installing $$package …"; \
	  $(as_root); \
	  if ! { as_root apt-get update -qq && as_root apt-get install -qq -y --no-install-recommends $$package; }; then \
	    echo "$$package could not be installed. Install it and try again." >&2; exit 1; \
	  fi; \
	fi; \
	$$found -m venv --clear $(VENV) && touch $@

START := from playwright.sync_api import sync_playwright as start; from tests.e2e.conftest import launch_arguments; \
  p = start().start(); b = p.chromium; b.launch(**launch_arguments(b.executable_path)).close(); p.stop()

# For tests and timings. One that is there and starts will do; else Playwright's own, which is not to
# be had everywhere; else the system's package. A shell without windows needs a fifth less of the machine:
# CI gets it where there is one, whatever else is there.
browser: $(VENV)/.tests
	@starts() { $(BIN)/python -c '$(START)' >/dev/null 2>&1; }; $(as_root); \
	install() { as_root apt-get install -qq -y --no-install-recommends $$1 >/dev/null 2>&1; }; \
	if [[ -n $$CI ]] && ! command -v chromium-headless-shell >/dev/null; then \
	  install chromium-headless-shell || starts || { as_root apt-get update -qq; install chromium-headless-shell; }; \
	fi; \
	if starts; then exit; fi; \
	echo "No Chromium that starts: getting Playwright's own …"; \
	if as_root true; then with_deps=--with-deps; fi; \
	if $(BIN)/playwright install $$with_deps chromium >/dev/null 2>&1 && starts; then exit; fi; \
	echo "It is not to be had here: installing the system's package …"; \
	as_root apt-get update -qq; install chromium-headless-shell || install chromium; \
	if starts; then exit; fi; \
	$(BIN)/python -c '$(START)' 2>&1 | tail -n 3 >&2; \
	echo "The browser tests need Chromium, and none could be installed. Install chromium or google-chrome," >&2; \
	echo "or name one with CNNVIZ_BROWSER=/path/to/it, and try again." >&2; \
	exit 1

# Tests have these, real: nginx in front of two servers, Redis behind them, and LibreOffice, which recomputes spreadsheets.
# What is missing and cannot be had leaves its test out, and says so. After the browser: two packages cannot be installed at once.
servers: | browser
	@PATH=$$PATH:/usr/sbin; $(as_root); \
	install() { as_root apt-get install -qq -y --no-install-recommends "$$@" >/dev/null 2>&1; }; \
	get() { \
	  what=$$1; shift; echo "No $$what: getting the system's packages …"; \
	  install "$$@" || { as_root apt-get update -qq >/dev/null 2>&1 && install "$$@"; } || \
	  echo "They could not be installed: the test with $$what is left out."; \
	}; \
	command -v nginx >/dev/null && command -v redis-server >/dev/null || get "nginx or redis-server" nginx-light redis-server; \
	command -v soffice >/dev/null || get LibreOffice libreoffice-calc-nogui

# A shell function that runs a command as root without asking for a password, and fails where it cannot.
define as_root
as_root() { \
  if [[ $$(id -u) == 0 ]]; then DEBIAN_FRONTEND=noninteractive "$$@"; \
  else sudo -n env DEBIAN_FRONTEND=noninteractive "$$@" 2>/dev/null; fi; \
}
endef
