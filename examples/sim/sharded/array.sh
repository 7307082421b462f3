#!/bin/sh
# An array of 16 tasks for Slurm, each of which runs a part of the study: sbatch array.sh. When all have ended: sharded -merge part*.json
#SBATCH --job-name=study
#SBATCH --array=0-15
#SBATCH --cpus-per-task=4
#SBATCH --time=01:00:00
set -eu
sharded -shard "$SLURM_ARRAY_TASK_ID" -of 16 -o "part$SLURM_ARRAY_TASK_ID.json"
