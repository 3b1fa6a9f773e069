//! Credentials of logins: one refresh in flight each, saved before it is used, never sent twice.
