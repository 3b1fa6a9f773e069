//! Signing a person in: browser, loopback callback, code exchange.
