# What one does with this project. Each target is a line here and a script under scripts/ that explains itself
# (scripts/NAME.sh --help).

SHELL := /bin/bash
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

## CONFIG=debug|release    how the programs are built (debug; what is measured: release)

.PHONY: help build release demo test test-kubernetes test-web lint format conformance interop library fuzz bench bench-firewall bench-expressions bench-directions bench-planner bench-agent bench-capture acceptance clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@sed -nE 's/^## /  /p' $(MAKEFILE_LIST)

build: ## build the programs for development
	@scripts/build.sh debug

release: ## build the programs as they are shipped (into .build-release)
	@scripts/build.sh release

## CHECK=1                 for demo: ask the printed URL once, check the answer, stop everything
demo: ## start an edge, a sample service and an agent, and print the URL of the service
	@scripts/demo.sh $(if $(CHECK),--check)

test: ## everything that must pass before a change is merged
	@scripts/test.sh

test-kubernetes: ## the tests that need a Kubernetes API server, against a real one on loopback
	@scripts/test-kubernetes.sh

lint: ## check form: format, imports, rules about files, scripts, links
	@scripts/lint.sh

format: ## let swift format decide
	@git ls-files -z '*.swift' | xargs -0 swift format format --in-place --parallel

## SUITE=name [DIR=folder] for conformance: cel, ip, proxy-protocol, agent-protocol, paths, http1, http2, http2-abuse, grpc, waf-crs or all
conformance: ## run a published suite of cases against this build
	@scripts/conformance.sh $(SUITE) $(if $(DIR),--dir $(DIR))

library: ## make the library's documentation, and compile its examples
	@scripts/library.sh

## CLIENT=name [DRIVER=f]  for interop: sdk, policies, http2, websocket, oidc, events, inspector, dashboard, terminal, examples, proxies, release, tls, api, command, schemathesis, pyngrok; another driver takes the same arguments
interop: ## run a published client's driver against a fresh edge
	@scripts/interop.sh $(CLIENT) $(if $(DRIVER),--driver $(DRIVER))

test-web: ## what people do in a browser at the dashboard and the inspector, and what is hard to use there
	@scripts/interop.sh dashboard
	@scripts/interop.sh inspector

## MINUTES=n               for fuzz: how long each target runs (1)
fuzz: ## look for inputs that crash the parsers of outside bytes
	@scripts/fuzz.sh $(if $(MINUTES),--minutes $(MINUTES))

## ROUNDS, DUR, SYSTEMS    for bench: repetitions (3), seconds of one run (2), which peers; more: scripts/bench.sh --help
bench: ## measure the release build beside other proxies and tunnels, and print the ratio table
	@scripts/bench.sh

bench-expressions: ## measure expressions beside two Python packages, and count what they take from the heap
	@scripts/bench-expressions.sh

bench-firewall: ## measure the firewall beside nginx with the same engine and rules
	@scripts/bench-firewall.sh

bench-directions: ## measure one large body down and up, beside ssh -R
	@scripts/bench-directions.sh

bench-planner: ## measure how fast endpoints come into force among many
	@scripts/bench-planner.sh

bench-capture: ## measure what the capture of traffic costs, and a rehearsal of 10,000 exchanges
	@scripts/bench-capture.sh

bench-agent: ## measure the agent's start, and what it keeps when idle
	@scripts/bench-agent.sh

## PART=name               for acceptance: programs, soak, overload, netfault, tests, crash, firewall, events, capture, fuzz, tsan or bench (all, one after another)
acceptance: ## the tests in full counts: soak, slow readers, gigabyte bodies, every client
	@scripts/acceptance.sh $(if $(PART),--part $(PART))

clean: ## remove what was built and what runs left behind
	@rm -rf .build .build-release Benchmarks/.build Fuzz/.build .run
