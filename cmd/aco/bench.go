package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// The bench command: it measures every peer of every chosen row in turn, several times
// over, so that all meet the same moods of the machine, and reports what it found.

// bench carries out "aco bench" with its arguments.
func bench(args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("aco bench", flag.ContinueOnError)
	var said bytes.Buffer
	flags.SetOutput(&said)
	quick := flags.Bool("quick", false, "take less than 15 s, with more noise")
	asJSON := flags.Bool("json", false, "print JSON, with every repeat's figure")
	only := flags.String("rows", "", "comma-separated rows to measure (default all)")
	libaco := flags.String("libaco", "", "`program` that measures C libaco in the same run: "+
		"called with COROUTINES:STACK_BYTES, it prints a JSON object with pair_ns")
	flags.Usage = func() {
		fmt.Fprintln(flags.Output(), "usage: aco bench [flags] [row ...]\nrows:", strings.Join(rowNames(), " "))
		flags.PrintDefaults()
	}
	if err := flags.Parse(args); err != nil {
		stderr.Write(said.Bytes())
		if err == flag.ErrHelp {
			return err
		}
		return errUsage
	}
	names := flags.Args()
	if *only != "" {
		names = append(names, strings.Split(*only, ",")...)
	}
	for _, n := range names {
		if !slices.Contains(rowNames(), n) {
			fmt.Fprintf(stderr, "unknown row %q\n", n)
			flags.SetOutput(stderr)
			flags.Usage()
			return errUsage
		}
	}
	plan := plan{repeats: 9, budget: 60 * time.Millisecond}
	if *quick {
		plan.repeats, plan.budget = 5, 25*time.Millisecond
	}
	report := newReport()
	for _, r := range rows {
		if len(names) == 0 || slices.Contains(names, r.name) {
			report.Rows = append(report.Rows, &result{Row: r.name, What: r.what, row: r})
		}
	}
	if !*asJSON {
		report.head(stdout)
	}
	measureAll(report, plan, *libaco, stderr)
	if *asJSON {
		out := json.NewEncoder(stdout)
		out.SetIndent("", "  ")
		return out.Encode(report)
	}
	report.table(stdout)
	return nil
}

// measureAll fills in the report's rows, showing how far it is on stderr. An interrupt
// ends it with the rows that are complete.
func measureAll(report *report, plan plan, libaco string, stderr io.Writer) {
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt)
	defer signal.Stop(stop)
	var bar *progressbar.ProgressBar
	if f, ok := stderr.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		bar = progressbar.NewOptions(len(report.Rows)*plan.repeats, progressbar.OptionSetWriter(stderr),
			progressbar.OptionClearOnFinish(), progressbar.OptionSetWidth(40))
	}
	for i, r := range report.Rows {
		if bar == nil {
			fmt.Fprintf(stderr, "measuring %s (%d of %d)\n", r.Row, i+1, len(report.Rows))
		} else {
			bar.Describe(r.Row)
		}
		m := newMeasurement(r, plan)
		for range plan.repeats {
			m.repeat()
			if libaco != "" && r.row.libaco != "" {
				m.external("C libaco", func() (float64, error) { return runLibaco(libaco, r.row.libaco) })
			}
			if bar != nil {
				bar.Add(1)
			}
			select {
			case <-stop:
				report.Rows, report.Interrupted = report.Rows[:i], true
				return
			default:
			}
		}
		m.finish()
	}
	if bar != nil {
		bar.Finish()
	}
}

// runLibaco returns the nanoseconds of a resume and a yield that program reports for a row.
func runLibaco(program, row string) (float64, error) {
	out, err := exec.Command(program, row).Output()
	if err != nil {
		return 0, fmt.Errorf("%s %s: %w", program, row, err)
	}
	var line struct {
		Pair float64 `json:"pair_ns"`
	}
	if err := json.Unmarshal(out, &line); err != nil {
		return 0, fmt.Errorf("%s %s: %w", program, row, err)
	}
	return line.Pair, nil
}
