//go:build !linux

package main

import (
	"errors"
	"time"
)

func stamp([]*peer) ([]int, error) { return nil, errors.New("times of arrival are read on Linux only") }

func lastArrival([]int, int) (time.Time, error) { return time.Time{}, nil }
