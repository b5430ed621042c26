"""How a call travels: endpoint tables, messages, errors, retries, throughput, paging."""
