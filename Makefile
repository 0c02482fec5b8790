# Two commands do everything: `make book` and `make test`. `make help` lists the rest.

# The interpreter that builds .venv (3.11 or newer), and where pip looks for torch besides its
# own index. On Linux the CPU build is far smaller; the README gives the index.
PYTHON ?= $(firstword $(shell command -v python3.11 python3 python))
TORCH_INDEX ?=

BIN := .venv/bin
INSTALLED := .venv/.installed
TESTABLE := .venv/.testable
BUILT := _build/html/.built
SOURCES := _config.yml _toc.yml pyproject.toml requirements.lock $(shell find book gentutor notebooks tests -type f \
	-not -path '*/__pycache__/*' -not -path '*/.*' | sed 's/ /\\ /g')

export PIP_DISABLE_PIP_VERSION_CHECK = 1
# A kernel draws into its notebook, whatever the reader's own windows are.
unexport MPLBACKEND

.PHONY: help book serve pdf lab test bench record lock clean
.DELETE_ON_ERROR:

help:  ## list what can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 14

book: $(BUILT)  ## install, run the notebooks and build the book (TORCH_INDEX=… chooses torch's index)
	@echo "The book is ready. Open file://$(CURDIR)/_build/html/index.html"

serve: book  ## serve the built book on http://127.0.0.1:8000
	$(BIN)/python -m http.server --bind 127.0.0.1 --directory _build/html 8000

pdf: book $(TESTABLE)  ## print the book into _build/gentutor.pdf by Chromium (PAPER=Letter; A4 unless set)
	$(BIN)/python book/_ext/print_book.py $(if $(PAPER),--paper $(PAPER))

lab: $(INSTALLED)  ## open the notebooks in JupyterLab
	$(BIN)/jupyter lab notebooks

test: book $(TESTABLE)  ## run every test: package, doctests, claims, notebooks, browser
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not alone" --durations=30
	$(BIN)/python -m pytest tests/browser -m alone --durations=30

bench: $(TESTABLE)  ## measure speed against peer libraries, tables and JSON in benchmarks/results/
	$(BIN)/pip install --quiet --no-deps -r benchmarks/requirements.txt
	$(BIN)/python benchmarks/vae.py
	$(BIN)/python benchmarks/metrics.py
	$(BIN)/python benchmarks/vq.py
	$(BIN)/python benchmarks/ensemble.py
	$(BIN)/python benchmarks/page_training.py

record: $(TESTABLE)  ## train the sweeps of recordings/ that are not recorded yet; killed, it goes on
	for sweep in recordings/*.yml; do $(BIN)/gentutor record $$sweep || exit 1; done

FREEZE = _build/lock/bin/pip freeze --exclude gentutor --exclude setuptools | sed 's/+cpu$$//'
lock: ## resolve every version anew: requirements.lock to read and run, requirements-test.lock to test
	rm -rf _build/lock
	$(PYTHON) -m venv _build/lock
	_build/lock/bin/pip install --quiet $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX)) '.[book,lab]'
	$(FREEZE) > _build/lock/reading
	_build/lock/bin/pip install --quiet -c _build/lock/reading '.[cluster,proof,test,dev]'
	$(FREEZE) | grep -vxFf _build/lock/reading > _build/lock/testing
	mv _build/lock/reading requirements.lock
	mv _build/lock/testing requirements-test.lock
	rm -rf _build/lock build

clean:  ## delete what was built; .venv stays
	rm -rf _build build .pytest_cache .mypy_cache .ruff_cache

# The stamp is written last, so that an interrupted installation starts over.
$(INSTALLED): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; name one by PYTHON=…")'
	$(PYTHON) -m venv --clear .venv
	$(BIN)/pip install --progress-bar on $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX)) -r requirements.lock
	$(BIN)/pip install --quiet --no-deps --editable .
	touch $@

# What tests need besides: peer libraries, Dask, a browser's driver, linters.
$(TESTABLE): $(INSTALLED) requirements-test.lock
	$(BIN)/pip install --progress-bar on $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX)) -r requirements-test.lock
	touch $@

# --all: a plain rebuild would keep stale copies of changed scripts and styles. Notebooks come
# from the cache unless their cells, the package or the versions changed. A process in the background
# does not hear Ctrl-C: it is ended here, without a traceback, and the notebooks done stay cached.
$(BUILT): $(INSTALLED) $(SOURCES)
	rm -rf $@ _build/html/reports
	trap 'kill $$!; exit 130' INT TERM; \
	$(BIN)/jupyter-book build . -W -n --keep-going --all & wait $$! || { \
		for report in _build/html/reports/*/*.err.log; do \
			test ! -f $$report || { cat $$report; echo "A cell failed, shown above, in $$report"; }; \
		done; exit 1; }
	touch $@
