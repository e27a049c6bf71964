"""Updates and runs: snapshots, recordings, sweeps, checkpoints and the outcome of a run."""
