//! The simulator seen from outside, over real sockets.

// `cfg(test)` holds for all of this target anyway; it tells clippy that helpers here may unwrap as tests may.
#[cfg(test)]
mod http;
#[cfg(test)]
mod orders;
#[cfg(test)]
mod rules;
#[cfg(test)]
mod sign_in;
#[cfg(test)]
mod socket;
#[cfg(test)]
mod support;
#[cfg(test)]
mod transport;
