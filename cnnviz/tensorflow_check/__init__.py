"""Cross-check of gradients with TensorFlow, which is imported only on demand."""
