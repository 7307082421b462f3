// Command aco measures what coroutines cost on this machine: go run ./cmd/aco bench.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
)

// errUsage says that the command line was wrong; what was wrong has been printed.
var errUsage = errors.New("usage")

func main() {
	os.Exit(run(os.Args[1:]))
}

// run carries out the command line and returns the exit status: 0, 1 for a failure, 2 for
// a command line that makes no sense.
func run(args []string) int {
	if len(args) == 0 || args[0] != "bench" {
		name := "no command"
		if len(args) > 0 {
			name = fmt.Sprintf("unknown command %q", args[0])
		}
		fmt.Fprintf(os.Stderr, "aco: %s\nusage: aco bench [flags] [row ...]\n", name)
		return 2
	}
	switch err := bench(args[1:], os.Stdout, os.Stderr); {
	case err == nil || errors.Is(err, flag.ErrHelp):
		return 0
	case errors.Is(err, errUsage):
		return 2
	default:
		fmt.Fprintln(os.Stderr, "aco:", err)
		return 1
	}
}
