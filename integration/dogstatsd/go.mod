module github.com/teleinstr/teleinstr/integration/dogstatsd

go 1.26.0

require (
	github.com/teleinstr/teleinstr v0.0.0
	github.com/teleinstr/teleinstr/runtime/dogstatsd v0.0.0
)

require (
	github.com/DataDog/datadog-go/v5 v5.9.1 // indirect
	github.com/Microsoft/go-winio v0.5.0 // indirect
	golang.org/x/sys v0.50.0 // indirect
)

replace (
	github.com/teleinstr/teleinstr => ../..
	github.com/teleinstr/teleinstr/runtime/dogstatsd => ../../runtime/dogstatsd
)
