"""How fast the product is on this machine: lines of numbers, measured in groups, kept as tables in docs/speed.md."""
