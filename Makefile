# On a machine with Python 3.11 or later and make, each of these installs what it needs by itself:
#   make demo     a campaign with known truth, collected on schedule and drawn, in a minute
#   make demo-x   the scheduled collector on a stand-in for X, in a minute (ARCHIVE="FILE ..." TAG=... for real posts)
#   make test     the tests          make check    style, types, imports, README
#   make proofs   the slow tests     make bench    measures, and writes docs/performance.md
#   make docs     writes docs/schema.md, docs/formats.md, docs/pictures and the costs in docs/platforms/x.md anew

VENV := .venv
BIN := $(VENV)/bin
ARCHIVES := ../shared/data
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet

# Two of these at once would install into one place.
.NOTPARALLEL:
# Installing writes bytecode, so that the program starts as fast as it can.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: venv demo demo-x test check proofs bench docs clean

venv: $(VENV)/dev.stamp

demo: $(VENV)/run.stamp
	$(BIN)/groundswell demo

demo-x: $(VENV)/dev.stamp
	$(BIN)/python -m tests.platforms.x.demo $(if $(ARCHIVE),--archive $(ARCHIVE)) $(if $(TAG),--tag "$(TAG)")

test: $(VENV)/dev.stamp
	$(BIN)/pytest -n 2 -m "not proof"

check: $(VENV)/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest tests/test_imports.py tests/groundswell/test_help.py

proofs: $(VENV)/dev.stamp
	$(BIN)/pytest -n 2 -m proof

bench: $(VENV)/dev.stamp
	$(BIN)/python benchmarks/run.py $(PARTS)

docs: $(VENV)/dev.stamp
	$(BIN)/python -m storage.schema_page docs/schema.md
	$(BIN)/python -m collector.x.cost_page docs/platforms/x.md
	$(BIN)/python -m groundswell.charts.gallery docs/pictures
	test ! -d "$(ARCHIVES)" || $(BIN)/python -m collector.archive.formats_page "$(ARCHIVES)" docs/formats.md

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp is made last: an install that was killed leaves none, and is done again.
$(VENV)/run.stamp: requirements.lock pyproject.toml $(VENV)/made.stamp
	$(PIP) --compile --require-hashes -r requirements.lock
	$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/dev.stamp: requirements-dev.lock pyproject.toml $(VENV)/made.stamp
	$(PIP) --compile --require-hashes -r requirements-dev.lock
	$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/made.stamp:
	@for python in $(PYTHON) python3.13 python3.12 python3.11 python3; do \
	    if $$python -c 'import sys, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	        $$python -m venv $(VENV) && touch $@; exit; \
	    fi; \
	done; \
	echo "No Python 3.11 or later with venv was found: install one (Debian, Ubuntu: apt install" >&2; \
	echo "python3 python3-venv), or name it: make PYTHON=/path/to/python3" >&2; \
	exit 1
