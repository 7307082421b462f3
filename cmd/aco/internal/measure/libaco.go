package measure

import (
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
)

// runLibaco returns the nanoseconds of a resume and a yield that program reports for a row.
func runLibaco(ctx context.Context, program, row string) (float64, error) {
	out, err := exec.CommandContext(ctx, program, row).Output()
	if err != nil {
		return 0, fmt.Errorf("%s %s: %w", program, row, err)
	}
	var line struct {
		Pair float64 `json:"pair_ns"`
	}
	if err := json.Unmarshal(out, &line); err != nil {
		return 0, fmt.Errorf("%s %s: %w", program, row, err)
	}
	if line.Pair <= 0 {
		return 0, fmt.Errorf("%s %s: said %q, without a pair_ns above 0", program, row, out)
	}
	return line.Pair, nil
}
