"""What the server takes from browsers and says to them."""
