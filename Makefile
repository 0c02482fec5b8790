# Two commands do everything: `make book` and `make test`. `make help` lists the rest.

# The interpreter that builds .venv (3.11 or newer), and where pip looks for torch besides its
# own index. On Linux the CPU build is far smaller; the README gives the index.
PYTHON ?= $(shell command -v python3.11 || command -v python3 || command -v python || echo python3)
TORCH_INDEX ?=

BIN := .venv/bin
INSTALLED := .venv/.installed
TESTABLE := .venv/.testable
BUILT := _build/html/.built
# Where such a step fails, it says at its end what is wrong and what to do.
EXPLAINED := book/_ext/explained.py
PIP_INSTALL = $(BIN)/python $(EXPLAINED) $(BIN)/pip install --progress-bar on $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX))
SOURCES := _config.yml _toc.yml pyproject.toml requirements.lock $(shell find book gentutor notebooks tests -type f \
	-not -path '*/__pycache__/*' -not -path '*/.*' | sed 's/ /\\ /g')

export PIP_DISABLE_PIP_VERSION_CHECK = 1
# A kernel draws into its notebook, whatever the reader's own windows are.
unexport MPLBACKEND

.PHONY: help book serve pdf lab test bench record lock dist clean
.DELETE_ON_ERROR:

help:  ## list what can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 14

book: $(BUILT)  ## install, run the notebooks and build the book (TORCH_INDEX=… chooses torch's index)
	@echo "The book is ready. Open file://$(CURDIR)/_build/html/index.html"

serve: book  ## serve the built book on http://127.0.0.1:8000
	$(BIN)/python -m http.server --bind 127.0.0.1 --directory _build/html 8000

pdf: book $(TESTABLE)  ## print the book into _build/gentutor.pdf by Chromium (PAPER=Letter; A4 unless set)
	$(BIN)/python book/_ext/print_book.py $(if $(PAPER),--paper $(PAPER))

lab: $(INSTALLED)  ## open JupyterLab at the list of chapters
	$(BIN)/jupyter lab --ServerApp.root_dir="$(CURDIR)" --LabApp.default_url=/lab/tree/notebooks

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

dist:  ## build sdist and wheel into _build/dist, checked by twine
	rm -rf _build/dist _build/releasing
	$(PYTHON) -m venv _build/releasing
	$(PYTHON) $(EXPLAINED) _build/releasing/bin/pip install --quiet build==1.6.1 twine==7.0.0
	$(PYTHON) $(EXPLAINED) _build/releasing/bin/python -m build --outdir _build/dist .
	_build/releasing/bin/twine check --strict _build/dist/*
	rm -rf _build/releasing

clean:  ## delete what was built; .venv stays
	rm -rf _build build .pytest_cache .mypy_cache .ruff_cache

# The stamp is written last, so that an interrupted installation starts over.
$(INSTALLED): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Python 3.11 or newer is needed; $(PYTHON) is $$($(PYTHON) --version 2>&1)." \
		"Name one: make book PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) $(EXPLAINED) $(PYTHON) -m venv --clear .venv
	$(PIP_INSTALL) -r requirements.lock
	$(BIN)/python $(EXPLAINED) $(BIN)/pip install --quiet --no-deps --editable .
	touch $@

# What tests need besides: peer libraries, Dask, a browser's driver, linters.
$(TESTABLE): $(INSTALLED) requirements-test.lock
	$(PIP_INSTALL) -r requirements-test.lock
	touch $@

# --all: a plain rebuild would keep stale copies of changed scripts and styles. Notebooks come
# from the cache unless their cells, the package or the versions changed. A process in the background
# does not hear Ctrl-C: it is ended here, without a traceback, and the notebooks done stay cached.
$(BUILT): $(INSTALLED) $(SOURCES)
	rm -rf $@ _build/html/reports
	trap 'kill $$!; exit 130' INT TERM; \
	$(BIN)/python $(EXPLAINED) $(BIN)/jupyter-book build . -W -n --keep-going --all & wait $$! || { \
		for report in _build/html/reports/*/*.err.log; do \
			test ! -f $$report || { cat $$report; echo "A cell failed, shown above, in $$report"; }; \
		done; exit 1; }
	touch $@
