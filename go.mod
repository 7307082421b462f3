module github.com/goaco/aco

go 1.25
