# The whole of a developer's life: make demo, make test, make run, make lint, make types, make slow, make bench.
PYTHON ?= python3
VENV := venv
BIN := $(VENV)/bin
READY := $(VENV)/.installed

.PHONY: demo run test slow lint types bench clean

demo: $(READY)
	$(BIN)/peea demo samples

run: $(READY)
	@[ -f ward/peea.toml ] || $(BIN)/peea setup ward
	$(BIN)/peea run --ward ward

test: $(READY)
	$(BIN)/python -m pytest -m "not slow"

slow: $(READY)
	$(BIN)/python -m pytest -m slow

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)
	$(BIN)/mypy

bench: $(READY)
	$(BIN)/python -m benchmarks.sealing
	$(BIN)/python -m benchmarks.speed

$(READY): setup.cfg pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "PEEA needs Python 3.11 or newer; $(PYTHON) is older: make PYTHON=python3.11 ..." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' || \
	  { echo "$(PYTHON) cannot make virtual environments: on Debian, apt-get install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[speech,gtts,test]'
	@touch $@

clean:
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache
