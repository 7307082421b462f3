package main

import (
	"github.com/goaco/aco/cmd/aco/internal/measure"
	"github.com/goaco/aco/cmd/aco/internal/torture"
	"github.com/spf13/cobra"
)

// The hidden commands, which the command runs in a process of their own.

func holdCommand() *cobra.Command {
	return &cobra.Command{Use: "hold ROW PEER N", Hidden: true, RunE: func(cmd *cobra.Command, args []string) error {
		return asUsage(measure.PrintHeld(args, cmd.OutOrStdout()))
	}}
}

func tortureCommand() *cobra.Command {
	return &cobra.Command{Use: "torture LENGTH SEED", Hidden: true, RunE: func(cmd *cobra.Command, args []string) error {
		return asUsage(torture.RunAndPrint(args, cmd.OutOrStdout()))
	}}
}

// asUsage makes an error one of the command line.
func asUsage(err error) error {
	if err != nil {
		return usageError(err.Error())
	}
	return nil
}
