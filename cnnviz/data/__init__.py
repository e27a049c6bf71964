"""Images as arrays: the bundled sample, test patterns, uploads and the full CIFAR-10 set."""
