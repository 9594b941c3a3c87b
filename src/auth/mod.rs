//! Authentication: one file per type, each a signer and the fields it takes.
