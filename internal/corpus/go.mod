module github.com/goaco/aco/internal/corpus

go 1.25.0

require github.com/goaco/aco v0.1.0

replace github.com/goaco/aco => ../..
