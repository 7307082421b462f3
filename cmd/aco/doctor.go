package main

import (
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
		d.print(stdout)
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

func (d *diagnosis) print(w io.Writer) {
	e := d.Engine
	build := maps.Clone(d.Build)
	delete(build, "DefaultGODEBUG") // long, and follows from the version and the release
	fmt.Fprintf(w, "engine      %s: %s\n", e.Name, e.Reason)
	fmt.Fprintf(w, "standalone  %s\n", e.Standalone)
	fmt.Fprintf(w, "aco         %s\n", d.Version)
	fmt.Fprintf(w, "built for   %s %s/%s, race=%t cgo=%s\n", e.GoVersion, d.GOOS, e.GOARCH, d.Race, d.Cgo)
	fmt.Fprintf(w, "built with  %s\n", settings(build))
	fmt.Fprintf(w, "runs on     %d CPUs, GOMAXPROCS=%d GODEBUG=%q\n", d.CPUs, d.GOMAXPROCS, d.GODEBUG)
	fmt.Fprintf(w, "variables   %s\n", settings(d.Env))
	if len(e.Checks) > 0 {
		t := table.NewWriter()
		t.SetOutputMirror(w)
		t.SetStyle(table.StyleLight)
		t.Style().Format.Header = text.FormatDefault
		t.AppendHeader(table.Row{"start-up check", "expected", "found", ""})
		for _, c := range e.Checks {
			verdict, colour := "ok", text.Colors{text.FgGreen}
			if !c.OK {
				verdict, colour = "no", text.Colors{text.FgRed}
			}
			if inColour(w) {
				text.EnableColors()
				verdict = colour.Sprint(verdict)
			}
			t.AppendRow(table.Row{c.Name, c.Want, c.Got, verdict})
		}
		t.Render()
	}
	if e.Name == "native" {
		fmt.Fprintln(w, "To have the portable engine: ACO_ENGINE=portable in the environment, or build with -tags aco_portable.")
		return
	}
	fmt.Fprintln(w, "To have the native engine: 386, amd64 or arm64, a Go release that it has been verified on, no race detector or sanitizer,\n"+
		"neither ACO_ENGINE=portable nor -tags aco_portable. With -tags aco_native it is also tried on a later release of Go.")
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
