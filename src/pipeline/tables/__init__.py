"""From the files of deliveries to typed rows."""
