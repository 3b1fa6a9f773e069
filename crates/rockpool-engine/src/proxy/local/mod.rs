//! What is answered here, from what is known of the pool.

pub(crate) mod dashboard_page;
pub(crate) mod model_cache;
pub(crate) mod models;
pub(crate) mod pool_catalogue;
pub(crate) mod pool_usage;
