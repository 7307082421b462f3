package workload

// The rows of work that users have, besides consumers. An operation is one value of it: a leaf, a
// token, a number. All peers draw values through a function next, as they would in a program, from
// generators that are written for each of them; making and ending those is part of the work. The functions that
// make generators are not inlined: the compiler inlines nothing into a closure of a function that is.

func workRows() []*Row {
	return []*Row{fringeRow(), lexerRow(), pipelineRow(), mergeRow(), permutationsRow()}
}

// mix adds a value to a checksum in which the order of values counts.
func mix(sum, v int) int { return sum*31 + v }
