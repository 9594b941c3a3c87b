//! Foreign formats: one file or folder each.
