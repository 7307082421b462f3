package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/goaco/aco"
)

// Bad command lines are told in one line, followed by the usage.
func TestUsage(t *testing.T) {
	for _, args := range [][]string{{"-rows", "nope"}, {"nope"}, {"-nope"}, {"one", "nope"}} {
		var out, errs bytes.Buffer
		if err := bench(args, &out, &errs); !errors.Is(err, errUsage) {
			t.Errorf("%q: %v, want a usage error", args, err)
		}
		first, rest, _ := strings.Cut(errs.String(), "\n")
		if !strings.Contains(first, "nope") || !strings.HasPrefix(rest, "usage: aco bench") {
			t.Errorf("%q: printed %q", args, errs.String())
		}
	}
	if code := run([]string{"bench", "-nope"}); code != 2 {
		t.Errorf("exit status %d, want 2", code)
	}
	if code := run([]string{"nope"}); code != 2 {
		t.Errorf("exit status %d, want 2", code)
	}
}

// Every row can be measured, and gives every peer a figure.
func TestRows(t *testing.T) {
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			res := &result{Row: r.name, row: r}
			m := newMeasurement(res, plan{repeats: 1, budget: time.Millisecond})
			m.repeat()
			m.finish()
			for _, f := range res.Peers {
				if f.Min <= 0 || f.Ratio <= 0 {
					t.Errorf("%s: min %v, ratio %v", f.Peer, f.Min, f.Ratio)
				}
			}
		})
	}
}

// The JSON report can be read back.
func TestJSON(t *testing.T) {
	var out, errs bytes.Buffer
	if err := bench([]string{"-json", "-quick", "one"}, &out, &errs); err != nil {
		t.Fatal(err)
	}
	var r report
	if err := json.Unmarshal(out.Bytes(), &r); err != nil {
		t.Fatal(err)
	}
	if len(r.Rows) != 1 || len(r.Rows[0].Peers) != 4 || len(r.Rows[0].Peers[0].Repeats) != 5 {
		t.Errorf("read back %+v", r)
	}
}

// The doctor names the engine, in words and in JSON, and says by its error that it is portable.
func TestDoctor(t *testing.T) {
	var out, errs bytes.Buffer
	native := aco.Engine().Name == "native"
	if err := doctor(nil, &out, &errs); (err == nil) != native {
		t.Error(err)
	}
	if !strings.Contains(out.String(), "engine      "+aco.Engine().Name) {
		t.Errorf("printed %q", out.String())
	}
	out.Reset()
	doctor([]string{"-json"}, &out, &errs)
	var d diagnosis
	if err := json.Unmarshal(out.Bytes(), &d); err != nil || d.Engine.Name != aco.Engine().Name {
		t.Errorf("%v, read back %+v", err, d)
	}
	if err := doctor([]string{"nope"}, &out, &errs); !errors.Is(err, errUsage) {
		t.Errorf("%v, want a usage error", err)
	}
}
