package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"

	"github.com/goaco/aco/cmd/aco/internal/measure"
	"github.com/goaco/aco/cmd/aco/internal/report"
	"github.com/goaco/aco/cmd/aco/internal/workload"
	"github.com/spf13/cobra"
)

// The bench command: it measures every peer of every chosen row in turn, several times
// over, and reports what it found.

// benchFlags are the flags of "aco bench".
type benchFlags struct {
	quick, json bool
	rows, peers []string
	format      string
	html, svg   string
	libaco      string
}

// manyQuick is how many coroutines a row has at most that -quick measures without being asked: to make and to free more takes long.
const manyQuick = 10000

var formats = []string{"table", "json", "go"}

// benchCommand returns "aco bench".
func benchCommand() *cobra.Command {
	var f benchFlags
	cmd := &cobra.Command{
		Use:   "bench [flags] [row ...]",
		Short: "Measure a switch, and work made of switches, against other ways",
		Long: "Measure what coroutines cost, against everything else that Go has for the purpose, in the same run.\n" +
			"Each figure is of one operation. The minimum of the repeats is the figure to compare; the spread\n" +
			"says how far the slowest repeat was from it.\n\nRows; those with a colon take long and much memory, and are measured only if they are named:\n" + workload.Describe() + "\nPeers: " + strings.Join(workload.PeerNames(), " "),
		Example: "  aco bench                              every row but the largest: three minutes\n" +
			"  aco bench -quick                       in less than 15 s on two idle cores\n" +
			"  aco bench one batch                    a row, and all those of batches\n" +
			"  aco bench -peers iter.Pull,aco one     two peers\n" +
			"  aco bench -rows 2000000:40             two million coroutines, 40 bytes alive\n" +
			"  aco bench -html report.html            a page with charts, beside the table\n" +
			"  aco bench -format go >new.txt          for benchstat -row /row -col /peer new.txt",
		ValidArgsFunction:     cobra.FixedCompletions(workload.RowNames(), cobra.ShellCompDirectiveNoFileComp),
		Args:                  cobra.ArbitraryArgs,
		DisableFlagsInUseLine: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if cmd.Flags().Changed("rows") && len(f.rows) == 0 {
				return usageError("-rows: no row; rows: " + strings.Join(workload.RowsInShort(), " "))
			}
			return f.run(append(args, f.rows...), cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.BoolVar(&f.quick, "quick", false, "take less than 15 s on two idle cores, with more noise, and leave out rows of 100,000 coroutines that are not named")
	flags.StringSliceVar(&f.rows, "rows", nil, "comma-separated `rows` to measure (default all but those with a colon)")
	flags.StringSliceVar(&f.peers, "peers", nil, "comma-separated `peers` to measure (default all)")
	flags.StringVar(&f.format, "format", "table", "`format` of the figures: table, json with every repeat's figure, or go for benchstat")
	flags.BoolVar(&f.json, "json", false, "the same as -format json")
	flags.StringVar(&f.html, "html", "", "write a page with charts to `file` too")
	flags.StringVar(&f.svg, "svg", "", "write a picture of the ratios to `file` too")
	flags.StringVar(&f.libaco, "libaco", "", "`program` that measures C libaco in the same run: "+
		"called with COROUTINES:STACK_BYTES, it prints a JSON object with pair_ns")
	for name, complete := range map[string]cobra.CompletionFunc{"rows": listed(workload.RowNames()), "peers": listed(workload.PeerNames()),
		"format": cobra.FixedCompletions(formats, cobra.ShellCompDirectiveNoFileComp)} {
		if err := cmd.RegisterFlagCompletionFunc(name, complete); err != nil {
			panic(err)
		}
	}
	return cmd
}

// listed completes the last of names that commas separate.
func listed(known []string) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, list string) (offers []string, _ cobra.ShellCompDirective) {
		before := list[:strings.LastIndex(list, ",")+1]
		for _, name := range known {
			offers = append(offers, before+name)
		}
		return offers, cobra.ShellCompDirectiveNoFileComp
	}
}

// run carries out "aco bench" for the rows of these names, all but the large ones if there are none.
func (f *benchFlags) run(names []string, stdout, stderr io.Writer) error {
	if f.json && f.format == "table" {
		f.format = "json"
	}
	for _, name := range names {
		if !slices.ContainsFunc(workload.Rows, func(r *workload.Row) bool { return r.Called([]string{name}) }) {
			return unknown("row", name, "rows", workload.RowsInShort())
		}
	}
	if err := choose("peer", f.peers, workload.PeerNames()); err != nil {
		return err
	}
	if err := choose("format", []string{f.format}, formats); err != nil {
		return err
	}
	if f.json && f.format != "json" {
		return usageError("-json and -format " + f.format + ": want one of them")
	}
	if err := checkLibaco(f.libaco); err != nil {
		return err
	}
	plan := measure.Full
	if f.quick {
		plan = measure.Quick
	}
	found := report.New()
	found.Quick = f.quick
	for _, r := range workload.Rows {
		res := &measure.Result{Row: r.Name, What: r.What, Unit: r.UnitName(), Of: r, Chosen: f.peers}
		named := r.Called(names)
		if named && len(res.ToMeasure()) == 0 {
			return usageError(fmt.Sprintf("row %q has none of these peers; it has: %s", r.Name, strings.Join(r.PeerNames(), " ")))
		}
		if (len(names) == 0 && !r.Large && !(f.quick && r.Batch > manyQuick) || named) && len(res.ToMeasure()) > 0 {
			found.Rows = append(found.Rows, res)
		}
	}
	if len(found.Rows) == 0 {
		return usageError("no peer; peers: " + strings.Join(workload.PeerNames(), " "))
	}
	if f.svg != "" && !slices.ContainsFunc(found.Rows, (*measure.Result).Compares) {
		return usageError("-svg: no row has both iter.Pull and aco")
	}
	pictures, err := report.OpenPictures(f.html, f.svg)
	if err != nil {
		return asUsage(err)
	}
	defer pictures.Close()
	if f.format == "table" {
		found.Head(stdout)
	}
	found.Rows, found.Interrupted = measure.All(found.Rows, plan, f.libaco, stderr)
	var drawn error
	if len(found.Rows) > 0 { // before the output, which may end at a closed pipe
		drawn = pictures.Draw(found, stderr)
	}
	switch f.format {
	case "json":
		out := json.NewEncoder(stdout)
		out.SetIndent("", "  ")
		err = out.Encode(found)
	case "go":
		err = found.GoFormat(stdout)
	default:
		found.Table(stdout)
	}
	if err == nil {
		err = drawn
	}
	if err == nil && found.Interrupted {
		err = errInterrupted
	}
	return err
}

// checkLibaco says in time that there is no such program to measure C libaco.
func checkLibaco(program string) error {
	if program == "" {
		return nil
	}
	if _, err := exec.LookPath(program); err != nil {
		return usageError("-libaco: " + err.Error())
	}
	return nil
}
