"""The sensor daemon: hardware in, minute records out. It scores nothing."""
