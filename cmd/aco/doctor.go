package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/goaco/aco"
	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/spf13/cobra"
)

// The doctor command: which engine runs coroutines in a program built like this one, and what
// the start-up check found.

// errFellBack says that the native engine is not in use.
var errFellBack = errors.New("the native engine is not in use")

// doctorCommand returns "aco doctor".
func doctorCommand() *cobra.Command {
	var asJSON bool
	var length time.Duration
	var seed uint64
	cmd := &cobra.Command{
		Use:   "doctor [flags]",
		Short: "Tell which engine is in use and why, and test it",
		Long: "Tell which engine runs coroutines in a program that is built and run like this one, why, what the\n" +
			"start-up check looked for and found, and the settings that matter. The exit status is 0 if the native\n" +
			"engine is in use, 3 if it is not, and 1 if the torture found a fault.",
		Example: "  aco doctor                 what is in use, and why\n" +
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
			return examine(cmd.OutOrStdout(), cmd.ErrOrStderr(), asJSON, length, seed)
		},
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON, for a report of a bug")
	cmd.Flags().DurationVar(&length, "torture", 0, "run random programs on coroutines for a `time` such as 30s, and compare")
	cmd.Flags().Uint64Var(&seed, "seed", 0, "the torture's `seed` (default a random one)")
	return cmd
}

// examine carries out "aco doctor".
func examine(stdout, stderr io.Writer, asJSON bool, length time.Duration, seed uint64) error {
	d := diagnose()
	if !asJSON {
		d.print(stdout, columns(stdout))
	}
	var err error
	if length > 0 {
		d.Torture, err = torture(length, seed, stderr)
		if err == nil && !asJSON {
			d.Torture.print(stdout)
		}
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

// A diagnosis is what doctor reports.
type diagnosis struct {
	Engine     aco.EngineInfo
	GOOS       string
	CPUs       int
	GOMAXPROCS int
	GODEBUG    string
	ACO_ENGINE string
	Version    string            // of the aco module, if the build knows it
	Race       bool              // whether the race detector is built in
	Cgo        string            // 1 if C could be called, 0 if not
	Build      map[string]string // the build's settings that may matter
	Env        map[string]string // the variables that may matter, where set
	Torture    *tortured         `json:",omitempty"`
}

// What may matter of the settings of a build and of the environment.
var (
	buildSettings = []string{"-asan", "-buildmode", "-compiler", "-cover", "-gcflags", "-ldflags", "-msan", "-race", "-tags",
		"-trimpath", "CGO_ENABLED", "DefaultGODEBUG", "GOAMD64", "GOEXPERIMENT", "GOFIPS140"}
	variables = []string{"ACO_ENGINE", "GODEBUG", "GOEXPERIMENT", "GOGC", "GOMAXPROCS", "GOMEMLIMIT", "GOTRACEBACK"}
)

func diagnose() *diagnosis {
	d := &diagnosis{Engine: aco.Engine(), GOOS: runtime.GOOS, CPUs: runtime.NumCPU(), GOMAXPROCS: runtime.GOMAXPROCS(0),
		GODEBUG: os.Getenv("GODEBUG"), ACO_ENGINE: os.Getenv("ACO_ENGINE"), Version: "unknown", Cgo: "unknown",
		Build: map[string]string{}, Env: map[string]string{}}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, dep := range append(info.Deps, &info.Main) {
			if dep.Path == "github.com/goaco/aco" {
				d.Version = dep.Version
			}
		}
		for _, s := range info.Settings {
			if slices.Contains(buildSettings, s.Key) {
				d.Build[s.Key] = s.Value
			}
		}
		d.Race = d.Build["-race"] == "true"
		if v, ok := d.Build["CGO_ENABLED"]; ok {
			d.Cgo = v
		}
	}
	for _, name := range variables {
		if v, ok := os.LookupEnv(name); ok {
			d.Env[name] = v
		}
	}
	return d
}

// print prints the diagnosis for people. If width is not 0 no line is longer.
func (d *diagnosis) print(w io.Writer, width int) {
	say := func(format string, args ...any) { fmt.Fprintln(w, wrap(fmt.Sprintf(format, args...), 12, width)) }
	e := d.Engine
	build := maps.Clone(d.Build)
	delete(build, "DefaultGODEBUG") // long, and follows from the version and the release
	say("engine      %s: %s", e.Name, e.Reason)
	say("standalone  %s", e.Standalone)
	say("aco         %s", d.Version)
	say("built for   %s %s/%s, race=%t cgo=%s", e.GoVersion, d.GOOS, e.GOARCH, d.Race, d.Cgo)
	say("built with  %s", settings(build))
	say("runs on     %d CPUs, GOMAXPROCS=%d GODEBUG=%q", d.CPUs, d.GOMAXPROCS, d.GODEBUG)
	say("variables   %s", settings(d.Env))
	if len(e.Checks) > 0 {
		printChecks(w, e.Checks, width)
	}
	other := "To have the portable engine: ACO_ENGINE=portable in the environment, or build with -tags aco_portable."
	if e.Name != "native" {
		other = "To have the native engine: 386, amd64 or arm64, a verified release of Go, no race detector or sanitizer, " +
			"neither ACO_ENGINE=portable nor -tags aco_portable. With -tags aco_native it is also tried on a later release of Go."
	}
	fmt.Fprintln(w, wrap(other, 0, cmp.Or(width, 120)))
}

// printChecks prints a table, or a list if the table does not fit.
func printChecks(w io.Writer, checks []aco.Check, width int) {
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.Style().Format.Header = text.FormatDefault
	t.AppendHeader(table.Row{"start-up check", "expected", "found", ""})
	var list strings.Builder
	for _, c := range checks {
		verdict, colour, expected := "ok", text.Colors{text.FgGreen}, ""
		if !c.OK {
			verdict, colour, expected = "no", text.Colors{text.FgRed}, ", expected "+c.Want
		}
		line := wrap(verdict+" "+c.Name+": "+c.Got+expected, 3, width)
		if inColour(w) {
			text.EnableColors()
			verdict = colour.Sprint(verdict)
		}
		t.AppendRow(table.Row{c.Name, c.Want, c.Got, verdict})
		fmt.Fprintln(&list, verdict+line[2:])
	}
	lines := t.Render()
	if border, _, _ := strings.Cut(lines, "\n"); width != 0 && utf8.RuneCountInString(border) > width {
		lines = wrap("start-up check", 0, width) + "\n" + strings.TrimSuffix(list.String(), "\n")
	}
	fmt.Fprintln(w, lines)
}

// settings formats names and values in the order of the names.
func settings(m map[string]string) string {
	var words []string
	for name, value := range m {
		words = append(words, fmt.Sprintf("%s=%q", name, value))
	}
	if len(words) == 0 {
		return "nothing that matters"
	}
	slices.Sort(words)
	return strings.Join(words, " ")
}
