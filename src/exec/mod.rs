//! The pipeline every send goes through, and what calls it many times.
