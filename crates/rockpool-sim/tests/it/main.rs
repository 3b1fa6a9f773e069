//! The simulator seen from outside, over real sockets.

mod http;
mod sign_in;
mod socket;
mod support;
mod transport;
