# Two commands do everything: `make serve` and `make test`.
.DEFAULT_GOAL := help
.PHONY: help serve test setup train check bench fuzz soak pin clean

export PATH := $(CURDIR)/.venv/bin:$(PATH)

help:  ## show this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST)

serve: .venv/.assistant bot/.venv/.ready  ## set up what is missing and start the assistant
	@.venv/bin/advisor serve

test: setup  ## set up, check, and run every test
	@$(MAKE) --no-print-directory check
	@.venv/bin/pytest --numprocesses auto --maxprocesses 4 --dist loadscope --no-loadscope-reorder

setup: .venv/.dev bot/.venv/.ready  ## make both environments, with what tests need

train: .venv/.assistant bot/.venv/.ready  ## train the dialogue model if none fits the bot's files
	@.venv/bin/advisor train

check: setup  ## ruff, mypy, import-linter, deptry, pins, and Rasa's own validation
	@scripts/check

bench: setup  ## measure what README and docs state
	@.venv/bin/python -m benchmarks

fuzz: setup  ## try a million changed deliveries on every channel's verifier and reader
	@ADVISOR_FUZZ_CASES=1000000 .venv/bin/pytest --timeout 3600 tests/channels/messaging/test_fuzz.py

pictures: setup  ## take the pictures of the guides anew
	@scripts/pictures

soak: setup  ## kill gateway and bot 500 times, the action server 250 times
	@ADVISOR_KILLS=500 .venv/bin/pytest --timeout 0 tests/faults/test_kills.py tests/faults/test_actions.py

pin: .venv/.dev  ## resolve the requirement files anew
	@scripts/pin

clean:  ## remove the environments; what the assistant has stored stays
	rm -rf .venv bot/.venv

.venv/.assistant: requirements/assistant.txt pyproject.toml scripts/setup
	@scripts/setup assistant

.venv/.dev: requirements/dev.txt pyproject.toml scripts/setup
	@scripts/setup dev

bot/.venv/.ready: bot/requirements.txt scripts/setup scripts/python310
	@scripts/setup bot
