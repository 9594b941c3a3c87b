//! Files and local state: TOML to model and back, `state.db`, watching.
