//! An answer that came while this process stood still.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::mpsc;

use super::*;

/// An issuer in a thread of its own, which goes on while the runtime of the test stands still.
struct Issuer {
    url: Url,
    asked: tokio::sync::oneshot::Receiver<()>,
    go: mpsc::Sender<()>,
    answered: mpsc::Receiver<()>,
}

impl Issuer {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
        let (tell_asked, asked) = tokio::sync::oneshot::channel();
        let (go, gate) = mpsc::channel();
        let (tell_answered, answered) = mpsc::channel();
        std::thread::spawn(move || {
            let (mut socket, _) = listener.accept().unwrap();
            let mut request = Vec::new();
            while !request.ends_with(b"END") {
                let mut chunk = [0; 4096];
                let count = socket.read(&mut chunk).unwrap();
                request.extend_from_slice(&chunk[..count]);
                // Both bodies of the tests end with the secret; JSON closes its braces after it.
                while request.ends_with(b"}") || request.ends_with(b"\"") {
                    request.pop();
                }
            }
            tell_asked.send(()).unwrap();
            gate.recv().unwrap();
            let body = r#"{"access_token":"at2","refresh_token":"rt2"}"#;
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
            socket.write_all(format!("{head}{body}").as_bytes()).unwrap();
            tell_answered.send(()).unwrap();
            // The client hangs up first.
            let _ = socket.read(&mut [0; 1]);
        });
        Self { url, asked, go, answered }
    }

    fn client(&self) -> OAuthClient {
        let config = crate::config::Config::rehearsal("/n".into(), self.url.clone(), self.url.clone());
        OAuthClient::new(self.url.clone(), crate::test_http::clients(&config).fresh)
    }

    /// Stands still, the runtime with it, while the issuer answers and half an hour passes.
    async fn freeze(self) {
        self.asked.await.unwrap();
        tokio::time::pause();
        self.go.send(()).unwrap();
        self.answered.recv().unwrap();
        tokio::time::advance(Duration::from_secs(1800)).await;
    }
}

#[tokio::test]
async fn a_refresh_whose_answer_came_while_the_process_was_frozen_is_not_lost() {
    let issuer = Issuer::start();
    let client = issuer.client();
    let asked =
        tokio::spawn(async move { client.refresh(&"rt-1-END".into(), RefreshReason::Scheduled).await });
    issuer.freeze().await;
    let renewal = asked.await.unwrap().unwrap();
    assert_eq!(renewal.refresh_token.unwrap().expose_secret(), "rt2");
}

#[tokio::test]
async fn a_sign_in_whose_answer_came_while_the_process_was_frozen_is_not_lost() {
    let issuer = Issuer::start();
    let client = issuer.client();
    let asked = tokio::spawn(async move {
        let verifier = Verifier::given("END".to_owned());
        client.exchange_code(&"c".into(), "r", &verifier).await
    });
    issuer.freeze().await;
    assert_eq!(asked.await.unwrap().unwrap().access_token.expose_secret(), "at2");
}
