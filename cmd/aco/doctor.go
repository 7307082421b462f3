package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/goaco/aco/cmd/aco/internal/doctor"
	"github.com/goaco/aco/cmd/aco/internal/terminal"
	"github.com/goaco/aco/cmd/aco/internal/torture"
	"github.com/spf13/cobra"
)

// The doctor command: which engine runs coroutines in a program built like this one, and what
// the start-up check found.

// errFellBack says that the native engine is not in use.
var errFellBack = errors.New("the native engine is not in use")

// doctorCommand returns "aco doctor".
func doctorCommand() *cobra.Command {
	var asJSON, verbose bool
	var length time.Duration
	var seed uint64
	cmd := &cobra.Command{
		Use:   "doctor [flags]",
		Short: "Tell which engine is in use and why, and test it",
		Long: "Tell which engine runs coroutines in a program that is built and run like this one, why, what the\n" +
			"start-up check looked for and found, and the settings that matter. The exit status is 0 if the native\n" +
			"engine is in use, 3 if it is not, and 1 if the torture found a fault.",
		Example: "  aco doctor                 what is in use, and why\n" +
			"  aco doctor -v              and each thing that was checked\n" +
			"  aco doctor -json           the same, for a report of a bug\n" +
			"  aco doctor -torture 30s    random programs on coroutines, compared with plain calls\n" +
			"  ACO_ENGINE=portable aco doctor",
		Args:                  noArguments,
		ValidArgsFunction:     cobra.NoFileCompletions,
		DisableFlagsInUseLine: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if length < 0 || length > 1000*time.Hour {
				return usageError(fmt.Sprintf("-torture %v: want a length of time, such as 30s, of at most 1000h", length))
			}
			if cmd.Flags().Changed("seed") && length == 0 {
				return usageError("-seed: is the torture's, so -torture has to be there too")
			}
			return examine(cmd.OutOrStdout(), cmd.ErrOrStderr(), asJSON, verbose, length, seed)
		},
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().BoolVarP(&verbose, "v", "v", false, "show each check, not only those that failed")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON, for a report of a bug")
	cmd.Flags().DurationVar(&length, "torture", 0, "run random programs on coroutines for a `time` such as 30s, and compare")
	cmd.Flags().Uint64Var(&seed, "seed", 0, "the torture's `seed` (default a random one)")
	return cmd
}

// examine carries out "aco doctor".
func examine(stdout, stderr io.Writer, asJSON, verbose bool, length time.Duration, seed uint64) error {
	d := doctor.Diagnose()
	if !asJSON {
		d.Print(stdout, terminal.Columns(stdout), verbose)
	}
	var err error
	if length > 0 {
		d.Torture, err = torture.Run(length, seed, stderr)
		if err == nil && !asJSON {
			d.Torture.Print(stdout)
		}
	}
	if err == nil && !asJSON {
		d.Verdict(stdout, terminal.Columns(stdout))
	}
	if asJSON {
		out := json.NewEncoder(stdout)
		out.SetIndent("", "  ")
		if err := out.Encode(d); err != nil {
			return err
		}
	}
	switch {
	case err != nil:
		return err
	case d.Torture != nil && d.Torture.Fault != "":
		return errors.New("the torture found a fault: please report it, with the output of aco doctor -json")
	case d.Torture != nil && d.Torture.Interrupted:
		return errInterrupted
	case d.Engine.Name != "native":
		return errFellBack
	}
	return nil
}
