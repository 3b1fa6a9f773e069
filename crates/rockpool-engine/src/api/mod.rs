//! The management API: one router for window, dashboard, command line and scripts.
