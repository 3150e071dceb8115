# Verbs a person types. make passes NAME=value on to the program, which says more with --help.
.DEFAULT_GOAL := help
.SILENT:
.PHONY: help synth docs format quota preview seal cluster-prepare variables real-parts test lint verify bench bench-functions bench-receiver bench-runtimes fuzz soak soak-dead-letters clean check-node
export CDK8S_CHECK_UPGRADE := false

run := node --import tsx
ready := node_modules/.installed

help:
	awk 'BEGIN { FS = ":.*## " } /^##@ / { print "\n" substr($$0, 5) } /^[a-z0-9%-]+:.*## / { sub("%", "<env>", $$1); printf "  %-20s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

##@ Change
synth: $(ready) ## write manifests/ [ENV=name: one environment] [OUT=folder: elsewhere]
	node tools/bundle.mjs
	node dist/synth.cjs
	node tools/bundle.mjs cloud
	node dist/cloud.mjs

docs: $(ready) ## write the generated pages
	$(run) tools/docs/main.ts

format: $(ready) ## format every file
	node_modules/.bin/oxfmt .

quota: $(ready) ## print what each namespace needs and may use [ENV=name]
	$(run) tools/quota.ts

preview: $(ready) ## say what a change does in every environment (BASE=ref) [FORMAT=name] [OUT=folder] [FAIL_ON=danger] [ENGINE=pulumi]
	node tools/bundle.mjs preview
	node dist/preview.mjs

##@ Check
test: $(ready) ## run every test whose parts are there [TIER=name] [FILES="part of a path"]
	$(run) tools/test.ts $(if $(TIER),--tier '$(TIER)') $(FILES)

real-parts: $(ready) ## make the API server and what else the tests need, once [PART=name]
	$(run) tools/real-parts/main.ts $(foreach part,$(PART),--part '$(part)')

fuzz: $(ready) ## try decoders of events with random requests [SECONDS=60]
	FUZZ_SECONDS=$(or $(SECONDS),60) $(run) tools/test.ts --tier unit decoder
	FUZZ_SECONDS=$(or $(SECONDS),60) $(run) tools/test.ts --tier conformance decoder

lint: $(ready) ## look for mistakes in the code
	$(run) tools/verify.ts lint

verify: $(ready) ## check format, code, types, dead code, generated files and tests [STEPS="name ..."]
	$(run) tools/verify.ts $(STEPS)

bench: $(ready) ## measure a synth and previews against their bars [SUITE=start|queue|informer|report|intents|agents]
	$(run) test/bench/$(or $(SUITE),main).ts

bench-functions: $(ready) ## measure how fast functions become services
	$(run) test/bench/functions.ts

bench-receiver: $(ready) ## measure events, dead letters, deploys and publisher confirms against their bars
	$(run) test/bench/receiver.ts

bench-runtimes: $(ready) ## measure the wrappers of functions against their bars [RUNTIME=name]
	$(run) test/bench/runtimes/main.ts $(RUNTIME)

soak: $(ready) ## churn for half an hour and kill replicas, on a real API server [SOAK_MINUTES=n] [SOAK_KILLS=n]
	$(run) test/soak/main.ts

soak-dead-letters: $(ready) ## send events through a real broker while everything is killed; say which it loses [EVENTS=100000]
	DEAD_LETTER_EVENTS=$(or $(EVENTS),100000) $(run) tools/test.ts --tier broker dead-letters

##@ Run
seal: $(ready) ## seal a Secret for an environment (ENV=name SECRET=name)
	$(run) tools/seal.ts

cluster-prepare: $(ready) ## apply what must be there before an environment (ENV=name) [CONTEXT=name]
	$(run) tools/cluster-prepare.ts

variables: $(ready) ## print shell variables for the commands of docs/runbooks/ (ENV=name) [CONTEXT=name]
	$(run) tools/variables.ts

##@ Stacks
.PHONY: up stack-diff stack-preview destroy
up: $(ready) ## change cloud and cluster to what the settings say (STACK=name)
	$(run) tools/stack/main.ts $@

stack-diff: $(ready) ## show how cloud and cluster differ from the settings; fails when they do (STACK=name)
	$(run) tools/stack/main.ts $@

stack-preview: $(ready) ## try the stack: show what an update would do, or write it (STACK=name) [OUT=folder]
	$(run) tools/stack/main.ts $@

destroy: $(ready) ## remove what the stack made, but what is kept (STACK=name)
	$(run) tools/stack/main.ts $@

##@ Image
.PHONY: image-bundle build-images-local
image-bundle: $(ready) ## write the files that the image runs, dist/image/
	$(run) tools/image/main.ts $@

build-images-local: $(ready) ## build the image for this machine [ENV=name] [BUILDER=docker|podman|buildah]
	$(run) tools/image/main.ts $@

build-and-push-all-%: $(ready) ## build, push and record the image [TAG=name] [PLATFORMS=list]
	$(run) tools/image/main.ts $@

##@ Clean
clean: ## remove what these verbs made in the checkout, without manifests/ and docs/
	rm -rf dist node_modules

$(ready): package-lock.json | check-node
	npm ci --include=dev --no-audit --no-fund --loglevel=error >&2
	touch $@

check-node:
	command -v node >/dev/null || { echo 'node: not found; install Node.js, package.json names the oldest version' >&2; exit 1; }
	node tools/check-node.cjs

# verbs for people on call
-include tools/operations/make/verbs.mk
