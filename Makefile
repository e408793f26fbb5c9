# Each target installs and builds what it needs; nothing is expected but Node 20.19 or newer, npm and make.

NODE_MODULES := node_modules/.package-lock.json
SOURCES := $(shell find src build -type f) package.json tsconfig.json
BUILT := oclif.manifest.json

.DEFAULT_GOAL := help
.PHONY: help setup demo test soak check bench build docs scanner assemble-skills check-skills

help: ## Show the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1|/' | column -t -s '|' 2>/dev/null || grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST)

setup: $(NODE_MODULES) ## Install what is needed to build and test

$(NODE_MODULES): package-lock.json
	npm ci --no-audit --no-fund --loglevel=error
	@touch $@

build: $(BUILT) ## Build the command into dist/

$(BUILT): $(NODE_MODULES) $(SOURCES)
	npm run --silent build

demo: $(BUILT) ## Book a small bundled session, from start to end
	@node demo/play.js

test: $(NODE_MODULES) ## Build, and run all tests
	npm test --silent

soak: $(BUILT) ## Crowds, kills, faults and damage in full: about an hour
	npm run --silent soak

check: $(NODE_MODULES) $(BUILT) check-skills ## Types, lint, format, skills, and generated documentation
	npm run --silent typecheck
	npm run --silent lint
	node build/docs.js --check
	node build/scanner.js --check

scanner: $(NODE_MODULES) ## Compile the line scanner to WebAssembly
	node build/scanner.js

assemble-skills: $(BUILT) ## Render templates/skills into a skill for each agent, and the plugin
	@node bin/run.js skills assemble

check-skills: $(BUILT) ## Whether what is rendered is what the templates make, and keeps the rules of Agent Skills
	@node bin/run.js skills assemble --check --strict

docs: $(BUILT) ## Write the generated parts of the documentation
	node build/docs.js

bench: $(BUILT) ## Measure the figures of docs/explanation/performance.md
	node bench/run.js
	node bench/hook.js
