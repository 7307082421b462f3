package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"

	"github.com/goaco/aco"
	"github.com/jedib0t/go-pretty/v6/table"
)

// The doctor command: which engine runs coroutines in a program built like this one, and what
// the start-up check found.

// errFellBack says that the native engine is not in use.
var errFellBack = errors.New("the native engine is not in use")

// doctor carries out "aco doctor" with its arguments.
func doctor(args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("aco doctor", flag.ContinueOnError)
	var said bytes.Buffer
	flags.SetOutput(&said)
	asJSON := flags.Bool("json", false, "print JSON, for a report of a bug")
	flags.Usage = func() {
		fmt.Fprintln(flags.Output(), "usage: aco doctor [flags]")
		flags.PrintDefaults()
	}
	err := flags.Parse(args)
	if err == nil && flags.NArg() > 0 {
		fmt.Fprintf(&said, "unknown argument %q\n", flags.Arg(0))
		flags.Usage()
		err = errUsage
	}
	if err != nil {
		stderr.Write(said.Bytes())
		if err == flag.ErrHelp {
			return err
		}
		return errUsage
	}
	d := diagnosis{aco.Engine(), runtime.GOOS, runtime.NumCPU(), runtime.GOMAXPROCS(0),
		os.Getenv("GODEBUG"), os.Getenv("ACO_ENGINE")}
	if *asJSON {
		out := json.NewEncoder(stdout)
		out.SetIndent("", "  ")
		if err := out.Encode(d); err != nil {
			return err
		}
	} else {
		d.print(stdout)
	}
	if d.Engine.Name != "native" {
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
}

func (d diagnosis) print(w io.Writer) {
	e := d.Engine
	fmt.Fprintf(w, "engine      %s: %s\n", e.Name, e.Reason)
	fmt.Fprintf(w, "standalone  %s\n", e.Standalone)
	fmt.Fprintf(w, "built for   %s %s/%s\n", e.GoVersion, d.GOOS, e.GOARCH)
	fmt.Fprintf(w, "runs on     %d CPUs, GOMAXPROCS=%d GODEBUG=%q ACO_ENGINE=%q\n", d.CPUs, d.GOMAXPROCS, d.GODEBUG, d.ACO_ENGINE)
	if len(e.Checks) > 0 {
		t := table.NewWriter()
		t.SetOutputMirror(w)
		t.SetStyle(table.StyleLight)
		t.AppendHeader(table.Row{"start-up check", "expected", "found", ""})
		for _, c := range e.Checks {
			verdict := "ok"
			if !c.OK {
				verdict = "no"
			}
			t.AppendRow(table.Row{c.Name, c.Want, c.Got, verdict})
		}
		t.Render()
	}
	if e.Name == "native" {
		fmt.Fprintln(w, "ACO_ENGINE=portable, or -tags aco_portable, chooses the other engine.")
	}
}
