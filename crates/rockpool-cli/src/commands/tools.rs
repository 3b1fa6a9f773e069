//! `rockpool connect …` and `rockpool disconnect …`.

use rockpool_engine::api::requests::{
    EditedSettings, SnippetQuery, ToolConnect, ToolDisconnect, ToolKeyAfter,
};
use rockpool_engine::snapshot::ToolView;
use secrecy::ExposeSecret as _;
use serde_json::json;

use super::session::Session;
use crate::args::{ConnectArgs, DisconnectArgs};
use crate::console::Style;
use crate::failure::Failure;
use crate::show;

pub(super) async fn connect(session: &Session<'_>, args: ConnectArgs) -> Result<(), Failure> {
    if let Some(kind) = &args.snippet {
        return snippet(session, kind, args.model).await;
    }
    let tools = session.client.list_tools().await?;
    let Some(name) = args.tool else {
        return session.tell(&tools, || show::tools(&tools));
    };
    let mut wish = ToolConnect { account: args.account, model: args.model, seen: None };
    let preview = session.client.preview_tool(&name, &wish).await?;
    if args.dry_run {
        return session.tell(&preview, || preview.diff.lines().map(ToOwned::to_owned).collect());
    }
    let tool = tools.iter().find(|tool| tool.name == name);
    let title = tool.map_or(name.as_str(), |tool| tool.title.as_str());
    if !args.yes {
        for line in preview.diff.lines() {
            session.console.hint(line);
        }
        let (client, account) = (&preview.client, &preview.account);
        session.console.hint(&format!("{title} gets a key of its own as client “{client}”, on {account}."));
        match session.console.confirm("Make this change?") {
            Some(true) => {}
            Some(false) => return Err(Failure::Refused("nothing was changed".to_owned())),
            None => {
                let text = "nobody is there to be asked; --yes makes the change, --dry-run only shows it";
                return Err(Failure::Refused(text.to_owned()));
            }
        }
    }
    wish.seen = Some(preview.seen);
    let connected = session.client.connect_tool(&name, &wish).await?;
    session.tell(&connected, || vec![format!("{title} is connected.")])?;
    if session.console.style() == Style::Text {
        if let Some(key) = &connected.key {
            session.console.result(key.expose_secret())?;
        }
        for line in show::todo(title, &connected.todo) {
            session.console.hint(&line);
        }
    }
    if let Some(remark) = show::login_remark(&connected.tool) {
        session.console.hint(&remark);
    }
    check(session, &name).await;
    Ok(())
}

/// It is connected whatever comes of this.
async fn check(session: &Session<'_>, name: &str) {
    let line = match session.client.verify_tool(name).await {
        Ok(check) => {
            let seconds = std::time::Duration::from_millis(check.milliseconds).as_secs_f64();
            format!("Checked with one request: {} answered after {seconds:.1} s.", check.account)
        }
        Err(error) => format!("Not checked: {error}"),
    };
    session.console.hint(&line);
}

pub(super) async fn disconnect(session: &Session<'_>, args: &DisconnectArgs) -> Result<(), Failure> {
    let edited = match (args.keep, args.take_back) {
        (true, _) => EditedSettings::Keep,
        (false, true) => EditedSettings::TakeBack,
        (false, false) => EditedSettings::Ask,
    };
    let key = if args.keep_key { ToolKeyAfter::Keep } else { ToolKeyAfter::Remove };
    let tool = match session.client.disconnect_tool(&args.tool, &ToolDisconnect { edited, key }).await {
        Ok(tool) => tool,
        Err(rockpool_engine::api::ClientError::Refused(problem)) if problem.code == "settings_edited" => {
            let text =
                format!("{} `--keep` leaves them as they are, `--take-back` undoes them.", problem.detail);
            return Err(Failure::Refused(text));
        }
        Err(error) => return Err(error.into()),
    };
    session.tell(&tool, || vec![disconnected(&tool)])
}

fn disconnected(tool: &ToolView) -> String {
    format!("{} is disconnected; start it anew.", tool.title)
}

async fn snippet(session: &Session<'_>, kind: &str, model: Option<String>) -> Result<(), Failure> {
    let snippets = session.client.list_snippets(&SnippetQuery { model }).await?;
    let Some(snippet) = snippets.iter().find(|snippet| snippet.name == kind) else {
        let names: Vec<&str> = snippets.iter().map(|snippet| snippet.name.as_str()).collect();
        return Err(Failure::Refused(format!(
            "there is no snippet “{kind}”; there are {}",
            names.join(", ")
        )));
    };
    session.tell(&json!(snippet), || snippet.text.lines().map(ToOwned::to_owned).collect())?;
    session.console.hint(
        "YOUR_KEY stands for a key: `rockpool client add NAME --account ACCOUNT` makes one. Keys that were made before \
         cannot be shown again.",
    );
    Ok(())
}
