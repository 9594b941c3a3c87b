//! Pure data, no I/O.
