"""The page of training."""
