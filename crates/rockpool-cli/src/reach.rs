//! Finds the engine: the one that serves, else one in this process for as long as the command takes.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::{Method, StatusCode};
use rockpool_engine::Control;
use rockpool_engine::Engine;
use rockpool_engine::Principal;
use rockpool_engine::api::{InProcess, PREFIX, router};
use rockpool_engine::config::Config;

use crate::api::{Answered, Api};
use crate::failure::Failure;
use crate::host;
use crate::remote::Remote;

/// An engine, wherever it runs.
pub(crate) enum Reached {
    /// In another process.
    Remote(Remote),
    /// In this process.
    Local(Local),
}

/// An engine that lives as long as the command.
pub(crate) struct Local {
    engine: Engine,
    door: InProcess,
}

impl Local {
    fn new(engine: Engine) -> Self {
        let door = InProcess::new(router(Arc::new(engine.handle())), Principal::Owner);
        Self { engine, door }
    }
}

impl Reached {
    pub(crate) fn api(&self) -> &dyn Api {
        match self {
            Self::Remote(remote) => remote,
            Self::Local(local) => local,
        }
    }

    /// Waits until what the command began is saved.
    pub(crate) async fn close(self) {
        match self {
            Self::Remote(_) => {}
            Self::Local(local) => local.engine.shutdown().await,
        }
    }
}

impl Api for Local {
    fn send<'a>(
        &'a self,
        method: Method,
        path: &'a str,
        body: Option<Bytes>,
    ) -> BoxFuture<'a, Result<Answered, Failure>> {
        Box::pin(async move {
            let reply = self.door.call(method, path, body).await;
            Ok((reply.status, reply.body))
        })
    }
}

/// A killed server leaves its `control.json` behind, so what it names has to answer before it counts.
/// A server that is just starting, and another command at work, are waited for.
pub(crate) async fn reach(config: Config) -> Result<Reached, Failure> {
    let mut patience = host::Patience::new();
    loop {
        if let Some(control) = Control::read(&config.data_dir) {
            let remote = Remote::new(reachable(control.address), control.token);
            if answers(&remote).await {
                return Ok(Reached::Remote(remote));
            }
        }
        match host::offline(config.clone()).await {
            Ok(engine) => return Ok(Reached::Local(Local::new(engine))),
            Err(failure) => patience.wait_after(failure).await?,
        }
    }
}

async fn answers(remote: &Remote) -> bool {
    let path = format!("{PREFIX}/pools");
    remote.send(Method::GET, &path, None).await.is_ok_and(|(status, _)| status == StatusCode::OK)
}

/// A server that listens on all interfaces is asked over loopback.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip @ (IpAddr::V4(_) | IpAddr::V6(_)) => ip,
    };
    SocketAddr::new(ip, address.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_on_all_interfaces_is_asked_over_loopback() {
        let asked = |text: &str| reachable(text.parse().unwrap()).to_string();
        assert_eq!(asked("0.0.0.0:7625"), "127.0.0.1:7625");
        assert_eq!(asked("[::]:7625"), "[::1]:7625");
        assert_eq!(asked("127.0.0.1:7625"), "127.0.0.1:7625");
    }
}
