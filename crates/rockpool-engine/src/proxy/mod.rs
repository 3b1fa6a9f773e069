//! The data plane: from the local tool to the provider and back.
