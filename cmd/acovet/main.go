// Command acovet reports functions that make a coroutine whose Yield the compiler will call instead of inlining it,
// which takes twice the time of a switch, and says how to write them.
//
//	go install github.com/goaco/aco/cmd/acovet@latest
//	acovet ./...
//	go vet -vettool=$(which acovet) ./...
//
// With -fix it puts the directive where it belongs.
package main

import (
	"os"
	"strings"

	"github.com/goaco/aco/cmd/acovet/inlined"
	"golang.org/x/tools/go/analysis/singlechecker"
	"golang.org/x/tools/go/analysis/unitchecker"
)

func main() {
	if byVet(os.Args[1:]) {
		unitchecker.Main(inlined.Analyzer)
	}
	singlechecker.Main(inlined.Analyzer)
}

// byVet reports whether go vet has started this program: it asks for the version and the flags, and then hands over a
// file with a package.
func byVet(args []string) bool {
	if len(args) == 0 {
		return false
	}
	last := args[len(args)-1]
	return last == "-flags" || strings.HasPrefix(last, "-V=") || strings.HasSuffix(last, ".cfg")
}
