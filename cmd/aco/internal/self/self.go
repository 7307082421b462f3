// Package self runs this program again, in a process of its own, for what needs one.
package self

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"syscall"
)

// Variable is the variable that makes a test's program the command.
const Variable = "ACO_AS_COMMAND"

// Interrupts are what ends a command, with what there is so far.
var Interrupts = []os.Signal{os.Interrupt, syscall.SIGTERM}

// Command returns the command with these arguments, to be run in a process of its own, which ends with ctx. The variable
// ACO_EXEC names what this program is run by, an emulator, if the machine itself can't.
func Command(ctx context.Context, args ...string) (*exec.Cmd, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	args = append(append(strings.Fields(os.Getenv("ACO_EXEC")), program), args...)
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Env = append(os.Environ(), Variable+"=1")
	return cmd, nil
}

// Asked reports whether a test's program is to be the command.
func Asked() bool { return os.Getenv(Variable) != "" }
