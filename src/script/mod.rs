//! Runs Postman scripts on `QuickJS`.
