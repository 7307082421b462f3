package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"os/signal"
	"slices"
	"strings"

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

var formats = []string{"table", "json", "go"}

// benchCommand returns "aco bench".
func benchCommand() *cobra.Command {
	var f benchFlags
	cmd := &cobra.Command{
		Use:   "bench [flags] [row ...]",
		Short: "Measure a switch, and work made of switches, against other ways",
		Long: "Measure what coroutines cost, against everything else that Go has for the purpose, in the same run.\n" +
			"Each figure is of one operation. The minimum of the repeats is the figure to compare; the spread\n" +
			"says how far the slowest repeat was from it.\n\nRows; those with a colon take long and much memory, and are measured only if they are named:\n" + describeRows() + "\nPeers: " + strings.Join(peerNames(), " "),
		Example: "  aco bench                              every row but the largest: two minutes\n" +
			"  aco bench -quick                       in less than 15 s\n" +
			"  aco bench one walk                     two rows\n" +
			"  aco bench -peers iter.Pull,aco one     two peers\n" +
			"  aco bench -rows 2000000:40             two million coroutines, 40 bytes alive\n" +
			"  aco bench -html report.html            a page with charts, beside the table\n" +
			"  aco bench -format go >new.txt          for benchstat -row /row -col /peer new.txt",
		ValidArgsFunction:     cobra.FixedCompletions(rowNames(), cobra.ShellCompDirectiveNoFileComp),
		Args:                  cobra.ArbitraryArgs,
		DisableFlagsInUseLine: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if cmd.Flags().Changed("rows") && len(f.rows) == 0 {
				return usageError("-rows: no row; rows: " + strings.Join(rowsInShort(), " "))
			}
			return f.run(append(args, f.rows...), cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.BoolVar(&f.quick, "quick", false, "take less than 15 s, with more noise")
	flags.StringSliceVar(&f.rows, "rows", nil, "comma-separated `rows` to measure (default all but those with a colon)")
	flags.StringSliceVar(&f.peers, "peers", nil, "comma-separated `peers` to measure (default all)")
	flags.StringVar(&f.format, "format", "table", "`format` of the figures: table, json with every repeat's figure, or go for benchstat")
	flags.BoolVar(&f.json, "json", false, "the same as -format json")
	flags.StringVar(&f.html, "html", "", "write a page with charts to `file` too")
	flags.StringVar(&f.svg, "svg", "", "write a picture of the ratios to `file` too")
	flags.StringVar(&f.libaco, "libaco", "", "`program` that measures C libaco in the same run: "+
		"called with COROUTINES:STACK_BYTES, it prints a JSON object with pair_ns")
	for name, complete := range map[string]cobra.CompletionFunc{"rows": listed(rowNames()), "peers": listed(peerNames()),
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
		if !slices.Contains(rowNames(), name) {
			return unknown("row", name, "rows", rowsInShort())
		}
	}
	if err := choose("peer", f.peers, peerNames()); err != nil {
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
	plan := fullPlan
	if f.quick {
		plan = quickPlan
	}
	report := newReport()
	report.Quick = f.quick
	for _, r := range rows {
		res := &result{Row: r.name, What: r.what, Unit: r.unitName(), row: r, chosen: f.peers}
		named := slices.Contains(names, r.name)
		if named && len(res.peers()) == 0 {
			return usageError(fmt.Sprintf("row %q has none of these peers; it has: %s", r.name, strings.Join(r.peerNames(), " ")))
		}
		if (len(names) == 0 && !r.large || named) && len(res.peers()) > 0 {
			report.Rows = append(report.Rows, res)
		}
	}
	if len(report.Rows) == 0 {
		return usageError("no peer; peers: " + strings.Join(peerNames(), " "))
	}
	if f.svg != "" && !slices.ContainsFunc(report.Rows, (*result).compares) {
		return usageError("-svg: no row has both iter.Pull and aco")
	}
	pictures, err := openPictures(f.html, f.svg)
	if err != nil {
		return err
	}
	defer pictures.close()
	if f.format == "table" {
		report.head(stdout)
	}
	measureAll(report, plan, f.libaco, stderr)
	var drawn error
	if len(report.Rows) > 0 { // before the output, which may end at a closed pipe
		drawn = pictures.draw(report, stderr)
	}
	switch f.format {
	case "json":
		out := json.NewEncoder(stdout)
		out.SetIndent("", "  ")
		err = out.Encode(report)
	case "go":
		err = report.goFormat(stdout)
	default:
		report.table(stdout)
	}
	if err == nil {
		err = drawn
	}
	if err == nil && report.Interrupted {
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

// measureAll fills in the report's rows, showing how far it is on stderr. An interrupt ends it
// at once with the rows that are complete: what is being measured then is left to itself.
func measureAll(report *report, plan plan, libaco string, stderr io.Writer) {
	ctx, stop := signal.NotifyContext(context.Background(), interrupts...)
	defer stop()
	todo := report.Rows
	report.Rows = []*result{}
	shown := newBar(stderr, "", int64(len(todo)))
	defer shown.end()
	for i, r := range todo {
		if shown == nil {
			fmt.Fprintf(stderr, "measuring %s (%d of %d)\n", r.Row, i+1, len(todo))
		}
		shown.set(int64(i), r.Row)
		done := make(chan struct{})
		go func() {
			defer close(done)
			measureRow(ctx, r, plan, libaco)
		}()
		select {
		case <-done:
		case <-ctx.Done():
		}
		if ctx.Err() != nil {
			report.Interrupted = true
			return
		}
		report.Rows = append(report.Rows, r)
	}
}

// runLibaco returns the nanoseconds of a resume and a yield that program reports for a row.
func runLibaco(ctx context.Context, program, row string) (float64, error) {
	out, err := exec.CommandContext(ctx, program, row).Output()
	if err != nil {
		return 0, fmt.Errorf("%s %s: %w", program, row, err)
	}
	var line struct {
		Pair float64 `json:"pair_ns"`
	}
	if err := json.Unmarshal(out, &line); err != nil {
		return 0, fmt.Errorf("%s %s: %w", program, row, err)
	}
	if line.Pair <= 0 {
		return 0, fmt.Errorf("%s %s: said %q, without a pair_ns above 0", program, row, out)
	}
	return line.Pair, nil
}
