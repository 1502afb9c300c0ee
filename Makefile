# make demo      install into .venv, read the samples, compare three accounts, write demo.html and matrix.html
# make test      everything that must hold: lint, types, tests
# make assets    fetch and build the third-party files of the desk's pages (needs npm and its registry)
# make evaluate  measure this build against gold sets: make evaluate DATA=folder
# make picture   the picture of the README, from demo.html (needs chromium)
# make clean     remove .venv and what was built

VENV := .venv
PYTHON_IN := $(VENV)/bin/python
RASHOMON := $(PYTHON_IN) -m rashomon.cli
PIP_INSTALL := $(PYTHON_IN) -m pip install --quiet --disable-pip-version-check --editable
SAMPLES := samples/cabra.jsonl samples/espinar.jsonl samples/macomia.jsonl
CHROMIUM = $(shell command -v chromium || command -v chromium-browser || command -v google-chrome)
PICTURE := docs/images/page.png
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
USABLE := $(PYTHON_IN) -c '$(NEW_ENOUGH)' >/dev/null 2>&1 && $(PYTHON_IN) -m pip --version >/dev/null 2>&1

# An environment that was moved, or whose Python is gone, has nothing installed, whatever its stamps say.
ifneq ($(shell $(USABLE) && echo yes),yes)
$(shell rm -f $(VENV)/.usable $(VENV)/.installed*)
endif

.PHONY: assets desk-assets demo test evaluate picture clean chromium
.DELETE_ON_ERROR:

demo: $(VENV)/.installed
	@$(RASHOMON) read $(SAMPLES) --format table
	@$(RASHOMON) read $(SAMPLES) --format html --output demo.html
	@$(RASHOMON) compare samples/cabra.jsonl --format html --output matrix.html
	@$(RASHOMON) compare samples/cabra.jsonl --format table --top 1
	@echo
	@echo "In a browser: $(CURDIR)/matrix.html, the same matrix with every cell linked to its words;"
	@echo "              $(CURDIR)/demo.html, the reports with every word marked that a claim came from."

# All three run, whatever the first one says; the tests' closing line comes last.
# One process a core, each file of tests in one of them.
PYTEST_ARGS ?= -n auto --dist loadfile
test: $(VENV)/.installed-test chromium desk-assets
	@status=0; \
	echo "== ruff"; $(PYTHON_IN) -m ruff check . || status=1; \
	echo "== mypy"; $(PYTHON_IN) -m mypy || status=1; \
	echo "== pytest"; $(PYTHON_IN) -m pytest $(PYTEST_ARGS) || status=1; \
	exit $$status

# The desk works without them, with no map and no plots to point at; where npm cannot reach its registry it has to.
ASSETS := src/rashomon/desk/static/vendor/versions.json
assets: $(ASSETS)
$(ASSETS): frontend/package-lock.json frontend/build.mjs frontend/charts.js
	@command -v npm >/dev/null || { echo "npm is needed for this: https://nodejs.org" >&2; exit 1; }
	@cd frontend && npm ci --no-audit --no-fund --silent && node build.mjs
	@touch $@

desk-assets:
	@$(MAKE) --no-print-directory assets >/dev/null 2>&1 \
	  || echo "the desk's third-party files could not be built (make assets says why): no map, no htmx"

evaluate: $(VENV)/.installed-evaluate
	@$(RASHOMON) evaluate all $(if $(DATA),--data "$(DATA)")

picture: demo
	@test -n "$(CHROMIUM)" || { echo "chromium is needed for this" >&2; exit 1; }
	@mkdir -p $(dir $(PICTURE))
	@folder=$$(mktemp -d); \
	"$(CHROMIUM)" --headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
	  --disable-background-networking --disable-component-update --disable-sync --hide-scrollbars \
	  --user-data-dir="$$folder" --screenshot="$(CURDIR)/$(PICTURE)" --window-size=1400,1000 \
	  "file://$(CURDIR)/demo.html" 2>/dev/null; \
	rm -rf "$$folder"; ls -l $(PICTURE)

clean:
	rm -rf $(VENV) demo.html matrix.html build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

# Stamps: a second run installs nothing unless pyproject.toml has changed.
$(VENV)/.installed: pyproject.toml | $(VENV)/.usable
	@echo "Installing Rashomon into $(VENV) (a minute or two, once) ..."
	@$(PIP_INSTALL) .
	@touch $@

$(VENV)/.installed-test: pyproject.toml | $(VENV)/.usable
	@echo "Installing Rashomon and what its tests need into $(VENV) (a few minutes, once) ..."
	@$(PIP_INSTALL) '.[test]'
	@touch $@ $(VENV)/.installed

$(VENV)/.installed-evaluate: pyproject.toml | $(VENV)/.usable
	@echo "Installing Rashomon and what its evaluation needs into $(VENV) ..."
	@$(PIP_INSTALL) '.[evaluate]'
	@touch $@ $(VENV)/.installed

# Some machines have stand-ins named python3.13 that only print an error: each candidate has to run and say its age.
$(VENV)/.usable:
	@if $(USABLE); then touch $@; exit 0; fi; \
	for candidate in $(PYTHON) python3.13 python3.12 python3.11 python3 python; do \
	  if "$$candidate" -c '$(NEW_ENOUGH)' >/dev/null 2>&1; then found=$$candidate; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
	  echo "Rashomon needs Python 3.11 or newer; there is only $$(python3 --version 2>&1 | head -n 1)." >&2; \
	  echo "Install one, or name it: make demo PYTHON=/path/to/python3.11" >&2; \
	  exit 1; \
	fi; \
	echo "Making $(VENV) with $$("$$found" --version)"; \
	"$$found" -m venv --clear $(VENV) || { \
	  echo "This Python makes no environments. On Debian and Ubuntu: apt-get install python3-venv" >&2; \
	  rm -rf $(VENV); \
	  exit 1; \
	}
	@touch $@

# The page is tried in a real browser too where there is one; without it those tests are skipped, and pytest says so.
chromium:
	@if [ -z "$(CHROMIUM)" ]; then \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "Installing chromium for the tests of the page ..."; \
	    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium; } \
	      >/dev/null 2>&1 || echo "chromium could not be installed: the tests in a browser will be skipped"; \
	  else echo "no chromium here: the tests in a browser will be skipped"; fi; \
	fi
