module github.com/teleinstr/teleinstr/runtime/dogstatsd

go 1.26.0

require (
	github.com/DataDog/datadog-go/v5 v5.9.1
	github.com/teleinstr/teleinstr v0.0.0
)

replace github.com/teleinstr/teleinstr => ../..
