"""Where Streamlit is bent: what is used of it that it does not promise, and what is replaced in it."""
