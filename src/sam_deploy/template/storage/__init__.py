"""What keeps data: buckets, tables, streams, CDNs, settings. Pure."""
