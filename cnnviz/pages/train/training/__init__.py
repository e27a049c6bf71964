"""Training a network on two to ten classes of images."""
