"""What people see: the map, legends and ledgers."""
