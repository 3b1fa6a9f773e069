//! Quota as the provider tells it: usage API, response headers, stream events.
