# Two commands matter: `make book` builds the HTML, executing every chapter; `make test` runs every check that CI runs.
# Both set up .venv themselves and need only Python >= 3.11, make and git.
VENV   ?= .venv
PYTHON ?= python3
BIN     = $(VENV)/bin
CACHE   = _build/.jupyter_cache
# A page's outputs depend on the package, the pins and the benchmarks' results, which the execution cache does not know.
STAMP  := $(shell git ls-files -co --exclude-standard xlmtut constraints.txt benchmarks/results | LC_ALL=C sort | xargs cat | cksum | tr ' ' -)
# Kernels start without the user's own IPython profile, and without two notices that mean nothing here.
IPYTHON = _build/.ipython
export IPYTHONDIR = $(CURDIR)/$(IPYTHON)
# The book's models are so small that a second thread only waits, and on a busy machine waits long.
export OMP_NUM_THREADS = 1
export PYTHONWARNINGS = ignore:IProgress not found
PYTEST  = $(BIN)/python -m pytest -q -n 2

.PHONY: help book test lint unit notebooks nbval pages checkpoints findings clean
help:
	@echo "make book       build the book into _build/html, executing what changed"
	@echo "make test       every check that CI runs: lint, types, unit tests, book, notebooks, pages"
	@echo "make notebooks  write the Colab notebooks again after a chapter changed"
	@echo "make lint | unit | nbval | pages   one part of make test"
	@echo "make checkpoints   pretrain the mini checkpoints again (about 60 minutes of one core)"
	@echo "make findings   run what is missing of the studies in xlmtut/findings (about 90 minutes on two cores)"
	@echo "make clean      remove what was built (the environment in $(VENV) stays)"

$(VENV)/.ok: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, found " + sys.version.split()[0] + "; try make PYTHON=python3.12")'
	@echo "Installing the environment in $(VENV) (about two minutes, once) ..."
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install -q --use-pep517 --disable-pip-version-check -c constraints.txt -e '.[book,test,languages]'
	@touch $@

$(CACHE)/.$(STAMP):
	@rm -rf $(CACHE) && mkdir -p $(CACHE) && touch $@

$(IPYTHON):
	@mkdir -p $@/profile_default
	@echo "c.IPKernelApp.log_level = 'ERROR'" > $@/profile_default/ipython_kernel_config.py

# A strict build that failed would pass when run again, because nothing is out of date: always start afresh.
# Executed chapters come from the cache, so this costs seconds.
book: $(VENV)/.ok $(CACHE)/.$(STAMP) $(IPYTHON)
	@rm -rf _build/html _build/.doctrees _build/jupyter_execute
	$(BIN)/jupyter-book build . -W --keep-going -n -q
	@echo "Open $(CURDIR)/_build/html/index.html"

test: lint unit book nbval pages

lint: $(VENV)/.ok
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

unit: $(VENV)/.ok
	$(PYTEST) tests xlmtut --ignore tests/book

# Run every executed notebook again and compare the outputs with the stored ones.
nbval: $(VENV)/.ok $(IPYTHON)
	$(BIN)/python tools/executed_notebooks.py
	$(BIN)/python -m pytest -q --nbval _build/nbval --nbval-current-env --nbval-cell-timeout 600 \
	  --nbval-sanitize-with tests/nbval_sanitize.cfg -n 2 --dist loadfile

# What readers get: Colab notebooks up to date, exercises and figures complete, pages sound in a browser.
pages: $(VENV)/.ok $(IPYTHON)
	$(BIN)/python tools/colab_notebooks.py --check
	$(PYTEST) --dist loadfile -rs tests/book
	$(BIN)/python tools/readme_status.py --check

notebooks: $(VENV)/.ok
	$(BIN)/python tools/colab_notebooks.py

# The checkpoints that the package ships; interrupted, it goes on where it was.
checkpoints: $(VENV)/.ok
	$(BIN)/python tools/checkpoints.py

# The studies that chapters 5.4, 6.0 and 6.2 read; what is there is not run again.
findings: $(VENV)/.ok
	for study in paper shipped anchors; do $(BIN)/python tools/findings.py $$study --processes 2 || exit 1; done

clean:
	rm -rf _build
