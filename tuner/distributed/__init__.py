"""Chief and workers: trials by lease, over KerasTuner's own service."""
