"""Work that takes longer than a request: durable records, a queue, a worker process that can be cancelled, and events."""
