"""What makes a release of the product: its locked packages, its archive, and the account of what it brings."""
