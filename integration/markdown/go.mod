module github.com/teleinstr/teleinstr/integration/markdown

go 1.26.0

require (
	github.com/google/go-cmp v0.7.0
	github.com/yuin/goldmark v1.8.2
	golang.org/x/net v0.62.0
)
