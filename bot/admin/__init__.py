"""Pages for admins on the one web server."""
