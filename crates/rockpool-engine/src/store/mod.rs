//! Domain state in SQLite: one thread owns the connection.
