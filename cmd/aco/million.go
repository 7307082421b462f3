package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os/signal"
	"sync/atomic"
	"time"

	"github.com/goaco/aco/cmd/aco/internal/million"
	"github.com/goaco/aco/cmd/aco/internal/self"
	"github.com/spf13/cobra"
)

// millionFlags are the flags of "aco million".
type millionFlags struct {
	million.Options
	json bool
}

// millionCommand returns "aco million".
func millionCommand() *cobra.Command {
	var f millionFlags
	cmd := &cobra.Command{
		Use:   "million [flags]",
		Short: "Suspend a million coroutines or more, and measure memory, time and the collector",
		Long: "Create very many coroutines, resume every one several times in order and at random, and check that each\n" +
			"kept its state. Report resident memory, times and collections. If there is not enough memory for it,\n" +
			"nothing is done.",
		Example: "  aco million                              1,000,000 with 120 bytes of suspended frames\n" +
			"  aco million -n 10000000 -bytes 120       ten million\n" +
			"  aco million -n 10000000 -locals 120      with 120 bytes of locals alive in the body\n" +
			"  aco million -n 10000000 -gc              compare collections, with plain structs and goroutines\n" +
			"  aco million -parallel                    throughput of all processors against one",
		Args:                  noArguments,
		ValidArgsFunction:     cobra.NoFileCompletions,
		DisableFlagsInUseLine: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case f.N < 1:
				return usageError(fmt.Sprintf("-n %d: want a number above 0", f.N))
			case f.Rounds < 1 || f.Rounds > 1000:
				return usageError(fmt.Sprintf("-rounds %d: want a number from 1 to 1000", f.Rounds))
			case f.Bytes < 1:
				return usageError(fmt.Sprintf("-bytes %d: want a number of bytes", f.Bytes))
			case f.Locals < 0 || cmd.Flags().Changed("locals") && f.Locals == 0:
				return usageError(fmt.Sprintf("-locals %d: want a number of bytes", f.Locals))
			case cmd.Flags().Changed("bytes") && cmd.Flags().Changed("locals"):
				return usageError("-bytes and -locals: want one of them")
			}
			if err := f.Check(); err != nil {
				return usageError(err.Error())
			}
			if err := checkLibaco(f.Libaco); err != nil {
				return err
			}
			return f.run(cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.IntVarP(&f.N, "n", "n", 1000000, "`number` of coroutines")
	flags.IntVar(&f.Bytes, "bytes", 120, "`bytes` of suspended frames: the nearest that there are")
	flags.IntVar(&f.Locals, "locals", 0, "`bytes` of locals alive in the body, instead of -bytes: the nearest that there are")
	flags.IntVar(&f.Rounds, "rounds", 4, "`number` of times that all are resumed, in order and as often at random")
	flags.BoolVar(&f.Collections, "gc", false, "compare a collection with one of plain structs and one of goroutines, and switch during one")
	flags.BoolVar(&f.Parallel, "parallel", false, "create, resume and drop on one processor and on all")
	flags.BoolVar(&f.json, "json", false, "print JSON")
	flags.StringVar(&f.Libaco, "libaco", "", "`program` that measures C libaco in the same run: called with COROUTINES:BYTES, it prints a JSON object")
	return cmd
}

// run carries out "aco million". An interrupt ends it at once, with what has been measured so far.
func (f *millionFlags) run(stdout, stderr io.Writer) error {
	ctx, stop := signal.NotifyContext(context.Background(), self.Interrupts...)
	defer stop()
	var known atomic.Pointer[million.Population]
	done := make(chan error, 1)
	go func() { done <- f.Measure(ctx, stderr, func(p *million.Population) { known.Store(p) }) }()
	var err error
	select {
	case err = <-done:
	case <-ctx.Done():
		select { // it looks now and then; a collection that is under way it can't end
		case <-done:
		case <-time.After(time.Second):
		}
	}
	interrupted := ctx.Err() != nil
	stop() // a second interrupt ends the process
	if err != nil && !interrupted {
		return err
	}
	p := known.Load()
	if p != nil {
		if f.json {
			out := json.NewEncoder(stdout)
			out.SetIndent("", "  ")
			err = out.Encode(p)
		} else {
			p.Print(stdout)
			err = nil
		}
	}
	if interrupted {
		if !f.json {
			said := "the figures above are complete, the rest is missing"
			if p == nil {
				said = "nothing has been measured"
			}
			fmt.Fprintln(stderr, "aco: interrupted:", said)
		}
		return errInterrupted
	}
	return err
}
