//go:build !race

package aco_test

const raceEnabled = false
