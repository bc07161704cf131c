# Bare `make` lists the targets. Each installs what it needs: uv into .tools/, packages into .venv/.
UV := .tools/bin/uv
RUN := $(UV) run --no-sync
export PIP_ROOT_USER_ACTION := ignore
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# An activated environment may have no pip, and is not the one that runs the targets.
export PATH := $(if $(VIRTUAL_ENV),$(subst $(VIRTUAL_ENV)/bin:,,$(PATH)),$(PATH))
unexport PYTHONDONTWRITEBYTECODE VIRTUAL_ENV
# What lies at the top, such as a json.py, is not taken for Python's own; stages inherit it.
export PYTHONSAFEPATH := 1
# DVC loads what lies in its database as code, and would keep it where others can write.
export DVC_SITE_CACHE_DIR := $(CURDIR)/.dvc/tmp/site
# What a person gives reaches the shell as it is, whatever characters it holds.
GIVEN := BASE DATA TARGET KEY GROUP TIME TIME_FORMAT TASK FORCE
$(foreach name,$(GIVEN),$(eval override $(name) := $$(value $(name))))
export $(GIVEN)

.DEFAULT_GOAL := help
.PHONY: help env repro review check test slow simulate workflows tour schema adopt resolve bench

help:  ## list the targets
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10

$(UV): uv.txt
	python3 -m pip install --quiet --target .tools --upgrade --no-deps --require-hashes -r uv.txt
	@touch $@

.venv/.synced: $(UV) uv.lock pyproject.toml
	$(UV) sync --locked --inexact
	@mkdir -p .dvc/tmp && mkdir -p -m 700 .dvc/tmp/site
	@! pwd | LC_ALL=C grep -q '[^ -~]' || echo "Note: \`dvc exp run --temp\` fails in this folder, since" \
		"DVC 3.67 writes its path in ASCII; leave --temp out. Everything else works."
	@touch $@

env: .venv/.synced  ## install the locked environment

repro: env  ## pull the data, run what changed, print the metrics
	$(RUN) python -m pipeline.clone
	$(RUN) dvc pull --allow-missing
	$(RUN) dvc repro
	$(RUN) dvc metrics show

review: env  ## judge your change as the pull request will: [BASE=revision]
	$(RUN) python -m review $${BASE:+--base "$$BASE"}

check: env  ## lint, format, types and conventions
	$(RUN) ruff check
	$(RUN) ruff format --check
	$(RUN) mypy
	$(RUN) pytest tests/test_conventions.py
	$(RUN) check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(RUN) check-jsonschema --builtin-schema vendor.dependabot .github/dependabot.yml
	$(RUN) zizmor --offline --quiet --persona auditor .github/workflows

test: env  ## the fast tests
	$(RUN) pytest -m "not (slow or simulation or workflow)" -n auto

slow: env  ## the tests that clone the repository and run the real pipeline
	$(RUN) pytest -m slow -n auto --dist worksteal

simulate: env  ## the tests that count how often a review is right, on made-up models (3 minutes)
	$(RUN) pytest -m simulation -n auto --dist worksteal

workflows: env .tools/bin/act .tools/bin/actionlint  ## lint the workflows and run them here (needs Go)
	.tools/bin/actionlint
	$(RUN) pytest -m workflow -n auto --dist worksteal

.tools/bin/act:
	GOBIN="$(CURDIR)/.tools/bin" go install github.com/nektos/act@v0.2.89

.tools/bin/actionlint:
	GOBIN="$(CURDIR)/.tools/bin" go install github.com/rhysd/actionlint/cmd/actionlint@v1.7.12

schema: env  ## draft data/schema.yaml from the deliveries, keeping what you decided
	$(RUN) python -m adopt.draft

adopt: env  ## put your table in: DATA=path TARGET=column [KEY= GROUP= TIME= TIME_FORMAT= TASK= FORCE=1]
	@exec $(RUN) python -m adopt --data="$$DATA" --target="$$TARGET" --key="$$KEY" \
		--group="$$GROUP" --time="$$TIME" --time-format="$$TIME_FORMAT" --task="$$TASK" \
		--force="$$FORCE"

resolve: env  ## in a merge with conflicts: put the deliveries of both sides together
	@exec $(RUN) python -m adopt.resolve

tour: env  ## a change on each level in a scratch clone, and the review of each (2 minutes)
	$(RUN) python docs/tour.py

bench: env  ## speed, also beside DVC by hand, Snakemake, Kedro; what a review costs (15 minutes)
	$(RUN) python benchmarks/peers/compare.py
	$(RUN) python benchmarks/speed.py
	PYTHONPATH=benchmarks $(RUN) python benchmarks/cost.py
