"""The Train page's second half: a network trained on two to ten classes of images."""
