module github.com/goaco/aco/cmd/aco

go 1.24.0

require (
	github.com/goaco/aco v0.0.0-00010101000000-000000000000
	github.com/jedib0t/go-pretty/v6 v6.7.1
	github.com/schollz/progressbar/v3 v3.18.0
	golang.org/x/term v0.36.0
)

require (
	github.com/mattn/go-runewidth v0.0.16 // indirect
	github.com/mitchellh/colorstring v0.0.0-20190213212951-d06e56a500db // indirect
	github.com/rivo/uniseg v0.4.7 // indirect
	golang.org/x/sys v0.37.0 // indirect
	golang.org/x/text v0.22.0 // indirect
)

