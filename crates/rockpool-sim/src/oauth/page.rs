//! The HTML that people see: who to sign in as, and why not.

use url::form_urlencoded;

use crate::world::people::Person;

/// Query fields of the page's own links, besides those of the request.
pub(crate) const PICK_USER: &str = "sim_user";
pub(crate) const PICK_ACCOUNT: &str = "sim_account";
pub(crate) const PICK_DENY: &str = "sim_deny";

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;background:#0e2a36;color:#e8f4f4;display:grid;place-items:center;min-height:100vh;margin:0}\
main{background:#143b4a;border-radius:14px;padding:2rem;width:min(26rem,90vw)}h1{font-size:1.3rem;margin:0 0 .3rem}\
p.note{color:#9fc7cc;margin:0 0 1.2rem}a{display:block;color:inherit;text-decoration:none;background:#1c5162;border-radius:10px;padding:.8rem 1rem;margin:.5rem 0}\
a:hover,a:focus{background:#26697d}a small{display:block;color:#9fc7cc}a.deny{background:none;text-align:center;color:#9fc7cc}code{font-size:1.2rem}";

fn page(title: &str, body: &str) -> String {
    let title = escape(title);
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
<title>{title} - simulation</title><style>{STYLE}</style></head><body><main><h1>{title}</h1>\
<p class=\"note\">This is a simulation for tests and rehearsals (rockpool-sim). Nobody here is real, and no real account can be used.</p>{body}</main></body></html>"
    )
}

/// The choice of people; each link repeats the request's own query.
pub(crate) fn choose(people: &[Person], allowed: &[String], query: &str) -> String {
    let mut body = links(people, allowed, "/oauth/authorize", query);
    let deny = form_urlencoded::Serializer::new(query.to_owned())
        .append_pair(PICK_DENY, "access denied by the person")
        .finish();
    body.push_str(&deny_link(&format!("/oauth/authorize?{deny}")));
    page("Sign in as", &body)
}

/// The choice of people for a device code.
pub(crate) fn choose_for_device(people: &[Person], user_code: &str) -> String {
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("user_code", user_code).finish();
    let mut body = format!("<p>Code <code>{}</code></p>", escape(user_code));
    body.push_str(&links(people, &[], "/codex/device", &query));
    body.push_str(&deny_link(&format!("/codex/device?{query}&{PICK_DENY}=1")));
    page("Sign in on the other device as", &body)
}

/// Asks for the code that the device shows.
pub(crate) fn ask_for_device_code() -> String {
    page(
        "Sign in on another device",
        "<form action=\"/codex/device\"><label>Code <input name=\"user_code\" autofocus></label> <button>Go on</button></form>",
    )
}

/// The end of a device sign-in, and anything else that is one sentence.
pub(crate) fn message(title: &str, text: &str) -> String {
    page(title, &format!("<p>{}</p>", escape(text)))
}

/// Why a sign-in cannot start.
pub(crate) fn refused(why: &str) -> String {
    message("This sign-in request is not valid", why)
}

fn links(people: &[Person], allowed: &[String], path: &str, query: &str) -> String {
    let mut out = String::new();
    for person in people {
        for workspace in &person.workspaces {
            if !allowed.is_empty() && !allowed.contains(&workspace.account_id) {
                continue;
            }
            let query = form_urlencoded::Serializer::new(query.to_owned())
                .append_pair(PICK_USER, &person.user_id)
                .append_pair(PICK_ACCOUNT, &workspace.account_id)
                .finish();
            let href = escape(&format!("{path}?{query}"));
            let email = escape(&person.email);
            let name = escape(workspace.name.as_deref().unwrap_or("Personal"));
            let plan = escape(&workspace.plan);
            out.push_str(&format!("<a href=\"{href}\">{email}<small>{name}, {plan}</small></a>"));
        }
    }
    out
}

fn deny_link(to: &str) -> String {
    format!("<a class=\"deny\" href=\"{}\">Deny</a>", escape(to))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
