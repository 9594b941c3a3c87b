//! Sends a signed request and returns the exchange.
