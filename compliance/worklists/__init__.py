"""What is left to do, unit by unit: lists that can be sent, and what is written of their items."""
