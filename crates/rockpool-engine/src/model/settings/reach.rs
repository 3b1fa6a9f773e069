//! Who can reach the endpoint, by where it listens and whom the owner lets in: decided here only.

use std::net::SocketAddr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// From where a connection can be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReachScope {
    /// Programs on this machine only.
    ThisMachine,
    /// Machines that can reach the one address that is listened on.
    OneAddress,
    /// Every machine that can reach any address of this one.
    AllNetworks,
}

/// Who can reach the endpoint. Everyone needs a key; the owner alone manages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Reach {
    /// From where.
    pub scope: ReachScope,
    /// The address that is listened on.
    pub address: String,
    /// Names beside this machine's own.
    pub hosts: Vec<String>,
    /// Web pages, by origin.
    pub origins: Vec<String>,
    /// All of it in one English sentence.
    pub sentence: String,
}

impl Reach {
    pub(crate) fn new(listen: SocketAddr, hosts: Vec<String>, origins: Vec<String>) -> Self {
        let scope = match listen.ip() {
            ip if ip.is_loopback() => ReachScope::ThisMachine,
            ip if ip.is_unspecified() => ReachScope::AllNetworks,
            _ => ReachScope::OneAddress,
        };
        let sentence = sentence(scope, listen, &hosts, &origins);
        Self { scope, address: listen.to_string(), hosts, origins, sentence }
    }
}

fn sentence(scope: ReachScope, listen: SocketAddr, hosts: &[String], origins: &[String]) -> String {
    let port = listen.port();
    let who = match scope {
        ReachScope::ThisMachine => "Programs on this machine".to_owned(),
        ReachScope::OneAddress => format!("This machine, and every machine that can reach {listen}"),
        ReachScope::AllNetworks => {
            format!(
                "Every machine of every network that this one is in, where no firewall closes port {port}"
            )
        }
    };
    let hosts = match hosts {
        [] => String::new(),
        some => format!(", also by the name {}", some.join(" or ")),
    };
    let origins = match origins {
        [] => ", but no web page".to_owned(),
        some => format!(", and of web pages those of {}", some.join(" and ")),
    };
    format!("{who}{hosts}{origins}; each needs a client key.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_sentence_says_who_can_reach_the_endpoint() {
        let say = |listen: &str, hosts: &[&str], origins: &[&str]| {
            let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
            Reach::new(listen.parse().unwrap(), owned(hosts), owned(origins)).sentence
        };
        assert_eq!(
            say("127.0.0.1:7625", &[], &[]),
            "Programs on this machine, but no web page; each needs a client key."
        );
        assert_eq!(
            say("0.0.0.0:7625", &["pool.lan", "host.docker.internal"], &["tauri://localhost"]),
            "Every machine of every network that this one is in, where no firewall closes port 7625, also by the \
             name pool.lan or host.docker.internal, and of web pages those of tauri://localhost; each needs a \
             client key."
        );
        assert!(say("192.168.0.9:7625", &[], &[]).contains("every machine that can reach 192.168.0.9:7625"));
    }
}
