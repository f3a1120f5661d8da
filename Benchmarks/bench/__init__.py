"""What `make bench` runs: two mail servers, one load generator, and a table of what was measured."""
