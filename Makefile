# Go, make and git are all that is needed; what else there is, the go command fetches.

STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
MODULES := $(dir $(shell find . -name go.mod -not -path './build/*' -not -path '*/testdata/*' | sort))
# A result in go test's cache does not depend on files outside of a module, such as the command that tests in a nested one build.
UNCACHED = $$([ $(1) = ./ ] || echo -count=1)
CONCURRENT := ./runtime/... ./scopes/... ./integration/example/...

RACE = go test -race $(CONCURRENT) && for module in $(filter ./runtime/%,$(MODULES)); do go -C $$module test -race -short ./... || exit; done

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "%-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo
demo: ## instrument a copy of the example program, run it, and take everything out again
	@integration/example/demo.sh build/demo

.PHONY: test
test: ## vet and test all modules, concurrent code with the race detector too
	for module in $(MODULES); do go -C $$module vet ./... && go -C $$module test $(call UNCACHED,$$module) ./... || exit; done
	go test -tags teleoff ./runtime/...
	if [ "$$(go env CGO_ENABLED)" = 1 ]; then $(RACE); else echo 'race detector: needs a C compiler'; fi

.PHONY: selflint
selflint: ## lint our own directives and calls with what is in the tree
	go build -o build/teleinstr ./cmd/teleinstr
	for module in $(MODULES); do (cd $$module && $(CURDIR)/build/teleinstr lint ./...) || exit; done
	go vet -vettool=build/teleinstr ./...

.PHONY: bench
bench: ## compare with what one would use instead, and with the budgets
	go -C integration/bench run .
	go -C integration/bench run ./build
	go -C integration/bench run ./lint
	go -C runtime/otel test -run '^$$' -bench . ./...

DURATION := 20m

.PHONY: soak
soak: ## run a service for 20 minutes, or DURATION, while what its reporters write to fails
	go -C integration/soak run . -duration $(DURATION)

# ST1005: messages end in the pattern ./... where that is what to write. SA1012: nil contexts are tested.
.PHONY: lint
lint: selflint ## say first what a reviewer would: format, vet, staticcheck, go.mod, directives
	test -z "$$(gofmt -l $$(git ls-files '*.go' ':!testdata/lint') | tee /dev/stderr)"
	for module in $(MODULES); do go -C $$module vet ./... && go -C $$module mod tidy -diff || exit; done
	go run $(STATICCHECK) -checks inherit,-ST1005,-SA1012 ./...
