# make demo   sets everything up, builds real data from the scores that come with music21, releases it, says where to look
# make test   sets everything up and runs linters, type checker and the test suite
# make test-long   runs more kills and faults of the kinds that the suite has one or two of
# make bench  prints every benchmark table
# make docs   makes a site of the pages in site/; fails on a dead link or anchor
# make lock   makes requirements/*.lock anew from pyproject.toml

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO := musicdata-demo
TORCH ?= torch==2.13.0

# The lock is installed without asking what else its packages want: it has all of it. PyTorch, its own needs apart, is in
# none (requirements/README.md).
PIP := $(BIN)/pip install --quiet --disable-pip-version-check
LOCKED := $(PIP) --require-hashes --no-deps --requirement
EDITABLE := $(PIP) --no-deps --no-build-isolation --editable .
UPGRADE ?= --upgrade

.PHONY: demo test test-long bench docs lint install install-dev lock timidity chromium clean

demo: install timidity
	$(BIN)/musicdata doctor
	$(BIN)/musicdata build musictm --limit 60 --work $(DEMO)/built
	$(BIN)/musicdata check $(DEMO)/built
	$(BIN)/musicdata show sheets --work $(DEMO)/built --limit 10 --save $(DEMO)/look
	$(BIN)/musicdata show audio --work $(DEMO)/built --limit 10 --save $(DEMO)/look
	rm -rf $(DEMO)/musictm-1.0.0
	$(BIN)/musicdata release build $(DEMO)/built --version 1.0.0 --out $(DEMO)/musictm-1.0.0
	$(BIN)/musicdata release verify $(DEMO)/musictm-1.0.0
	@echo
	@echo "Pictures and sounds of ten samples: $(DEMO)/look"
	@echo "The release: $(DEMO)/musictm-1.0.0, its card README.md; how the gate judged it: $(DEMO)/built/validation/validation.html"
	@echo "Look at it, listen, search: $(BIN)/musicdata view $(DEMO)/built"
	@echo "All tables: $(DEMO)/built/tables; the notes of a sample: $(BIN)/musicdata show alignment --work $(DEMO)/built"

# One thread a process: the matrices of the tests are small, and a second thread costs more than it brings. Two processes,
# each with whole files of tests, in the order of tests/conftest.py.
test: lint docs timidity chromium
	OMP_NUM_THREADS=1 $(BIN)/pytest -m "not long" -n 2 --dist loadfile --no-loadscope-reorder

test-long: install-dev timidity
	OMP_NUM_THREADS=1 $(BIN)/pytest -m long -n 2

lint: install-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: install-dev timidity
	$(BIN)/python -m tests.benchmarks

docs: install-dev
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet

install: $(VENV)/installed
install-dev: $(VENV)/installed-dev

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=python3.12 …"; exit 4; }
	@$(PYTHON) -m venv $(VENV) || { echo "The venv module is missing. Run: apt-get install python3-venv"; rm -rf $(VENV); exit 4; }

$(VENV)/installed: $(VENV)/bin/python pyproject.toml requirements/demo.lock
	$(LOCKED) requirements/demo.lock
	$(EDITABLE)
	@touch $@

# PyTorch goes first and by itself: what depends on it would otherwise choose its build, and gigabytes of CUDA with it.
$(VENV)/installed-dev: $(VENV)/bin/python pyproject.toml requirements/dev.lock
	$(PIP) $(TORCH)
	$(LOCKED) requirements/dev.lock
	$(EDITABLE)
	@touch $@ $(VENV)/installed

# One version of a package for all Pythons, so that what is built does not change with them.
lock: $(VENV)/bin/python
	$(PIP) uv
	$(call locked,dev,- --extra dev)
	$(call locked,demo,--extra build --extra validate --extra view --group install --constraint requirements/dev.lock)

define locked
printf '%s\n' '$(TORCH)' | $(BIN)/uv pip compile pyproject.toml $(2) $(UPGRADE) --universal --fork-strategy fewest --python-version 3.11 \
	--generate-hashes --no-annotate --custom-compile-command 'make lock' --quiet --output-file requirements/$(1).lock
awk '/^[a-z0-9]/ { skip = /^(torch=|triton|nvidia-|cuda-)/ } !skip' requirements/$(1).lock > requirements/$(1).new
mv requirements/$(1).new requirements/$(1).lock
endef

# TiMidity++ is the one program that comes from the system.
timidity:
	@command -v timidity >/dev/null || \
	if [ "$$(id -u)" = 0 ]; then apt-get update -q && apt-get install -q -y --no-install-recommends timidity; \
	elif sudo -n true 2>/dev/null; then sudo apt-get update -q && sudo apt-get install -q -y --no-install-recommends timidity; \
	else echo "TiMidity++ is missing. Run: sudo apt-get install timidity   then the same make command again"; exit 4; fi

# The tests of the page look at it in a browser; without one they are skipped, and say so.
chromium:
	@command -v chromium >/dev/null || command -v google-chrome >/dev/null || \
	if [ "$$(id -u)" = 0 ]; then apt-get update -q && apt-get install -q -y --no-install-recommends chromium; \
	elif sudo -n true 2>/dev/null; then sudo apt-get update -q && sudo apt-get install -q -y --no-install-recommends chromium; \
	else echo "There is no Chromium: tests of the page will be skipped. Run: sudo apt-get install chromium"; fi

clean:
	rm -rf $(VENV) site musicdata-work musicdata-demo .pytest_cache .ruff_cache .mypy_cache
