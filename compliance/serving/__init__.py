"""The web server's side: requests, uploads, headers, and the words of Streamlit's frontend."""
