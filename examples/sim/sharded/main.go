// Command sharded runs a part of a study of a queue, and merges the parts.
//
//	sharded -shard 0 -of 4 -o part0.json
//	sharded -merge part*.json
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/goaco/aco/sim"
	"github.com/goaco/aco/sim/stat"
	"github.com/goaco/aco/sim/study"
)

const seeds = 200

func model(s *sim.Sim) study.Result {
	server := sim.NewResource(s, "server", 1)
	monitor := server.Monitor()
	s.Go("source", func(p *sim.Proc) {
		for {
			s.Go("customer", func(p *sim.Proc) {
				server.Acquire(p)
				p.Sleep(s.Rand().Float64())
				server.Release(p)
			})
			p.Sleep(s.Rand().Float64() * 1.5)
		}
	})
	s.RunUntil(context.Background(), 100)
	return study.Result{"wait": monitor.Wait, "busy": monitor.Busy}
}

func main() {
	shard := flag.Int("shard", 0, "the number of this part, from 0")
	of := flag.Int("of", 1, "how many parts there are")
	output := flag.String("o", "", "write the part to this file")
	merge := flag.Bool("merge", false, "merge the files that are named, and print the result")
	flag.Parse()
	var err error
	if *merge {
		err = mergeParts(os.Stdout, flag.Args())
	} else {
		err = runPart(*shard, *of, *output)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "sharded:", err)
		os.Exit(1)
	}
}

func runPart(shard, of int, output string) error {
	part, err := study.Replicate(context.Background(), seeds, model, study.Shard(shard, of))
	if err != nil {
		return err
	}
	text, err := json.Marshal(part)
	if err != nil {
		return err
	}
	return os.WriteFile(output, text, 0o666)
}

func mergeParts(w io.Writer, files []string) error {
	var all stat.Study
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		var part stat.Study
		if err := json.Unmarshal(text, &part); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		if err := all.Merge(&part); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	for _, name := range []string{"wait", "busy"} {
		m := all.Statistics[name]
		if m == nil {
			return fmt.Errorf("no part has %q", name)
		}
		low, high := m.Interval(0.95)
		fmt.Fprintf(w, "%s: %.4f, from %.4f to %.4f, %d seeds\n", name, m.Mean(), low, high, m.Across().N())
	}
	return nil
}
