"""What tools/services does: PostgreSQL, Redis and Elasticsearch on this machine's loopback address."""
