module github.com/teleinstr/teleinstr

go 1.26
