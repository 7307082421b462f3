// Command aco measures what coroutines cost on this machine, go run ./cmd/aco bench, and tells
// which engine runs them and why, go run ./cmd/aco doctor.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
)

// errUsage says that the command line was wrong; what was wrong has been printed.
var errUsage = errors.New("usage")

func main() {
	os.Exit(run(os.Args[1:]))
}

// run carries out the command line and returns the exit status: 0, 1 for a failure, 2 for a
// command line that makes no sense, 3 if doctor finds that the native engine is not in use.
func run(args []string) int {
	commands := map[string]func(args []string, stdout, stderr io.Writer) error{"bench": bench, "doctor": doctor}
	name := "no command"
	var command func(args []string, stdout, stderr io.Writer) error
	if len(args) > 0 {
		name = fmt.Sprintf("unknown command %q", args[0])
		command = commands[args[0]]
	}
	if command == nil {
		fmt.Fprintf(os.Stderr, "aco: %s\nusage: aco bench [flags] [row ...]\n       aco doctor [flags]\n", name)
		return 2
	}
	switch err := command(args[1:], os.Stdout, os.Stderr); {
	case err == nil || errors.Is(err, flag.ErrHelp):
		return 0
	case errors.Is(err, errUsage):
		return 2
	case errors.Is(err, errFellBack):
		return 3
	default:
		fmt.Fprintln(os.Stderr, "aco:", err)
		return 1
	}
}
