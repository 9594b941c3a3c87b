//! Foreign formats, end to end: golden pairs, round trips through our files, and hostile input.
//!
//! Every folder below `tests/formats/postman` with a `source.json` or a `source` folder in it is a fixture: what it
//! becomes in our files is `imported.snap`, what it is exported as `exported.snap`.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod golden;
mod hostile;
mod lossless;
mod members;
mod ours;
mod v3;
