"""Updates and runs: snapshots, recordings, sweeps, checkpoints, and what a run comes to."""
