"""Other people's opinion on our gradients. TensorFlow is imported only when it is asked for."""
