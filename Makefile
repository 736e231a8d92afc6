# Each target sets up .venv first if it must. `make serve` and `make test` are all a newcomer needs.
PYTHON ?= python3
BIN := .venv/bin
export NO_MKDOCS_2_WARNING := 1

ifdef BOOK_SITE
export BOOK_SITE
endif

.PHONY: serve build zensical book test test-fast test-listings audit-dependencies venv-by-hash check-numbers update mutate experiments tools lint format weights audit bench lock clean

serve: .venv/ready  ## build the site and serve it on 127.0.0.1:8000, rebuilt on each save
	$(BIN)/mkdocs serve --dev-addr 127.0.0.1:8000

build: .venv/ready  ## write site/; a warning fails it, and a failed build leaves the old site as it was
	rm -rf .cache/site
	$(BIN)/mkdocs build --strict --site-dir .cache/site
	rm -rf site && mv .cache/site site

zensical: .venv/ready  ## build the same site with Zensical, without Material, into .cache/zensical/site
	$(BIN)/python hooks/zensical_site.py

book: build  ## write book.pdf: the whole book, with contents and page numbers; needs Chromium
	$(BIN)/python hooks/pdf.py site book.pdf

test: .venv/ready  ## run all tests, file by file on as many cores as there are
	$(BIN)/python -m pytest -n auto --dist loadfile

test-fast: .venv/ready  ## the loop of a writer: seconds, no browser
	$(BIN)/python -m pytest -m "not browser and not slow"

check-numbers: .venv/ready  ## list every number of the book with its source
	$(BIN)/python hooks/bound_numbers.py

update: .venv/ready  ## renew stale outputs, bound numbers and fingerprints; prints what to read again
	$(BIN)/python hooks/update.py

mutate: .venv/ready  ## change one thing at a time: would a test notice? CHAPTER=tanh for one, SINCE=main for the changed
	$(BIN)/python tests/mutate.py $(CHAPTER) $(if $(SINCE),--changed $(SINCE)) $(if $(RECORD),--record)

experiments: .venv/ready  ## run the long experiments whose script has changed
	$(BIN)/python hooks/experiments.py

weights: build  ## measure what visits ask of a host, for the page on a million readers; needs Chromium
	PYTHONPATH=hooks:snippets $(BIN)/python tests/visits.py site --record

audit: build tests/audit/node_modules  ## Lighthouse over every page, median of three; needs Chromium and npm
	$(BIN)/python tests/audit/audit.py site

tests/audit/node_modules: tests/audit/package-lock.json
	npm ci --prefix tests/audit
	touch $@

bench: .venv/ready  ## build times as ratios to the same site without figures
	$(BIN)/python tests/bench.py

test-listings:  ## listings and outputs alone; with NUMPY=2.0.* MATPLOTLIB=3.8.* under other versions than the lock's
	rm -rf .cache/versions
	$(PYTHON) -m venv .cache/versions
	.cache/versions/bin/pip install --quiet --disable-pip-version-check uv -r requirements.txt
	.cache/versions/bin/uv pip install --quiet --python .cache/versions/bin/python --upgrade $(if $(NUMPY),"numpy==$(NUMPY)",numpy) $(if $(MATPLOTLIB),"matplotlib==$(MATPLOTLIB)",matplotlib)
	.cache/versions/bin/python -c 'import sys, numpy, matplotlib; print(sys.version, numpy.__version__, matplotlib.__version__)'
	.cache/versions/bin/python -m pytest docs README.md tests/test_or_gate.py

# An exception is one more line: --ignore-vuln ID  # why it does not reach us; since when (a date)
audit-dependencies: .venv/ready  ## known holes in the packages of the lock; asks the network
	$(BIN)/pip install --quiet pip-audit
	$(BIN)/pip-audit --requirement .github/requirements-by-hash.txt --require-hashes --disable-pip

tools: node_modules/ready  ## get what some tests need from npm: axe, the HTML checker, the vocabulary of schema.org

node_modules/ready: package.json package-lock.json .npmrc
	npm ci --silent
	touch $@

lint: .venv/ready
	$(BIN)/ruff check . && $(BIN)/ruff format --check .

format: .venv/ready
	$(BIN)/ruff check --fix . && $(BIN)/ruff format .

lock: .venv/ready  ## compile requirements.txt from requirements.in, for Python 3.11 and newer
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile --universal --python-version 3.11 --no-header --fork-strategy fewest --upgrade requirements.in -o requirements.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-header --no-annotate --fork-strategy fewest --generate-hashes --constraint requirements.txt requirements.in -o .github/requirements-by-hash.txt

.venv/ready: requirements.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; try make PYTHON=python3.12")'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

venv-by-hash: .github/requirements-by-hash.txt  ## set up .venv from the lock with hashes: what publishes the book
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r $<
	touch .venv/ready

clean:  ## remove all that make made
	rm -rf .venv .cache node_modules site book.pdf .pytest_cache .ruff_cache tests/audit/node_modules
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
