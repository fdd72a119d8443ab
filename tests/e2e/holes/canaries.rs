//! Secrets that are easy to recognise go through a Core's whole life. Afterwards each is where it belongs, and nowhere
//! else: no log at its most talkative, metric, argument, environment, database, answer or event.

use super::sampler::{Sampler, Shown};
use condrix_tests::rig::leaks::files_with;
use condrix_tests::rig::{Client, Conversation, Core, CoreOptions, Credentials, World, eventually, read};
use condrix_tests::vendor::Answer;
use reqwest::Method;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::time::Duration;
use toml::{Table, toml};

const PASSWORD: &str = "canary-password-of-a-person";
const KEY: &str = "sk-ant-api03-canary-key-of-a-core";
const PROMPT: &str = "canary-prompt-that-nobody-else-says";
const OUTPUT: &str = "canary-output-of-a-tool";

/// A secret, what it is, and the files that may hold it.
struct Secret {
    what: &'static str,
    text: String,
    kept: Vec<PathBuf>,
}

/// Secrets and what was said, as they come about.
#[derive(Default)]
struct Kept {
    secrets: Vec<Secret>,
    answers: Vec<String>,
}

impl Kept {
    fn secret(&mut self, what: &'static str, text: &str, kept: &[PathBuf]) {
        assert!(text.len() >= 12, "{what} is too short to be recognised: {text}");
        self.secrets.push(Secret { what, text: text.to_owned(), kept: kept.to_vec() });
    }

    fn answer(&mut self, answer: &Value) {
        self.answers.push(answer.to_string());
    }
}

/// The level counts for everything, libraries included.
fn talkative() -> Table {
    toml! {
        [log]
        level = "trace"
        format = "json"
    }
}

/// A person and a program of theirs.
async fn people(world: &World, kept: &mut Kept) -> (Client, Client) {
    kept.secret("password", PASSWORD, &[]);
    world.gateway.order(&["user", "add", "eve"], &format!("{PASSWORD}\n")).await;
    let link = world.gateway.order(&["setup-link"], "").await;
    let link = link["link"].as_str().expect("a link");
    kept.secret("set-up token", link.split_once("#token=").expect("the token is in the fragment").1, &[]);
    let cookie = world.gateway.client().log_in("eve", PASSWORD).await.cookie().expect("eve can log in");
    kept.secret("cookie", cookie.split_once('=').expect("a name and a value").1, &[]);
    let eve = world.gateway.client().with(Credentials::Cookie(cookie));
    let made = eve.post("/api/v1/tokens", &json!({ "name": "canary" })).await.expect(201);
    let secret = made["token"].as_str().expect("a secret").to_owned();
    kept.secret("API token", &secret, &[]);
    let program = eve.exchange(&secret).await;
    let Credentials::Bearer(jwt) = program.credentials() else { panic!("a program has a JWT") };
    kept.secret("JWT", jwt, &[]);
    (eve, program)
}

/// Another host is made a Core.
async fn pair(world: &World, eve: &Client, kept: &mut Kept) -> Core {
    let core = Core::prepare("spare", &world.gateway, &world.vendor, &CoreOptions::default());
    let made = eve.post("/api/v1/pairing-tokens", &json!({ "name": "spare" })).await.expect(201);
    let token = made["token"].as_str().expect("a token").to_owned();
    kept.secret("pairing token", &token, &[]);
    let parsed: protocol::pairing::PairingToken = token.parse().expect("the token is whole");
    kept.secret("pairing secret", secrecy::ExposeSecret::expose_secret(&parsed.secret), &[]);
    let joined = core.join(&token).await;
    let said = [joined.stdout, joined.stderr].concat();
    assert!(joined.status.success(), "{}", String::from_utf8_lossy(&said));
    kept.answers.push(String::from_utf8_lossy(&said).into_owned());
    core
}

/// Signs in; the tokens may lie in the CLI's file alone.
async fn sign_in(world: &World, core: &Core, by: &Client, kept: &mut Kept) {
    let sign_in = core.begin_sign_in(by).await;
    let pasted = world.vendor.approve(&sign_in.url, "ada").expect("the vendor's page shows a code");
    let state = core.hand_in(by, &sign_in, &pasted).await.expect(200);
    kept.answer(&state);
    kept.secret("authorization code", pasted.split_once('#').expect("a code and a state").0, &[]);
    for name in ["accessToken", "refreshToken"] {
        kept.secret("token", &core.token(name).expect("the Core is signed in"), &[core.credentials_file()]);
    }
}

/// The tokens are exchanged for new ones, which are as secret; the old ones are nowhere any more.
async fn refresh(core: &Core, kept: &mut Kept) {
    let before = core.token("refreshToken");
    core.let_the_access_token_age(Duration::from_mins(4));
    eventually("the tokens are new", async || (core.token("refreshToken") != before).then_some(())).await;
    for old in kept.secrets.iter_mut().filter(|secret| secret.what == "token") {
        old.kept.clear();
    }
    for name in ["accessToken", "refreshToken"] {
        kept.secret("token", &core.token(name).expect("the Core is signed in"), &[core.credentials_file()]);
    }
}

/// A message with a tool that somebody approves.
async fn converse(world: &World, core: &Core, by: &Client, kept: &mut Kept) -> Conversation {
    let mut chat = core.converse(by, "garden").await;
    let input = json!({ "command": format!("printf '%s-%s' {OUTPUT} end"), "description": "say it" });
    world.vendor.script().once(PROMPT, Answer::Tool { name: "Bash".to_owned(), input, text: None });
    let turn = chat.say(PROMPT).await;
    let asked = chat.until_kind("approval_requested").await;
    chat.decide(&asked, &json!({ "decision": "allow" })).await.expect(200);
    chat.end_of(&turn).await;
    assert!(chat.seen().iter().any(|event| event.to_string().contains(&format!("{OUTPUT}-end"))));
    for event in chat.seen() {
        kept.answers.push(event.to_string().replace(PROMPT, "").replace(OUTPUT, ""));
    }
    chat
}

/// Everything that the gateway tells about.
async fn ask_for_all(client: &Client, cores: &[&Core], kept: &mut Kept) {
    for path in ["me", "tokens", "login-sessions", "cores", "pairing-tokens"] {
        kept.answer(&client.get(&format!("/api/v1/{path}")).await.expect(200));
    }
    for core in cores {
        for path in ["claude", "workspaces", "sessions"] {
            kept.answer(&client.get(&core.path(path)).await.expect(200));
        }
    }
}

/// Whatever is written down by either program: registry and journal with their write-ahead logs, keys, the CLI's files.
fn assert_kept(world: &World, cores: &[&Core], kept: &Kept, shown: &Shown) {
    // One of them never ran and has no log; what it said when it joined is among the answers.
    let ran = cores.iter().filter(|core| core.name() != "spare");
    let logs = ran.map(|core| core.log_text()).chain([world.gateway.log_text()]).collect::<String>();
    assert!(logs.contains("\"level\":\"DEBUG\""), "the programs say what they say when they are asked");
    for Secret { what, text, kept: places } in &kept.secrets {
        assert!(!shown.holds(text), "{what} in a process");
        let lines: Vec<_> = logs.lines().filter(|line| line.contains(text)).collect();
        assert!(lines.is_empty(), "{what} in a log: {lines:?}");
        for answer in &kept.answers {
            assert!(!answer.contains(text), "{what} in {answer}");
        }
        let folders = cores.iter().map(|core| core.folder()).chain([world.gateway.folder().path()]);
        let found: Vec<_> = folders.flat_map(|folder| files_with(folder, text)).collect();
        let stray: Vec<_> = found.iter().filter(|file| !places.iter().any(|place| file.starts_with(place))).collect();
        assert!(stray.is_empty(), "{what} in {stray:?}");
    }
}

#[tokio::test]
async fn secrets_are_where_they_belong_and_in_no_log_process_database_or_answer() {
    let sampler = Sampler::start();
    let world = World::start_with(&talkative()).await;
    let mut kept = Kept::default();
    let (eve, program) = people(&world, &mut kept).await;
    world.vendor.accept_api_key(KEY);
    let options = CoreOptions { settings: talkative(), ..CoreOptions::default() };
    let mut plan = world.core_with("plan", &options).await;
    let mut keyed = world.core_with("keyed", &CoreOptions { api_key: Some(KEY.to_owned()), ..options }).await;
    let spare = pair(&world, &eve, &mut kept).await;
    kept.secret("API key", KEY, &[keyed.folder().join("api-key")]);
    // What was said belongs to the journal and to the CLI's transcript.
    for (what, text) in [("prompt", PROMPT), ("output", OUTPUT)] {
        let places =
            [&plan, &keyed].map(|core| [core.state().join("journal.db"), core.home().join(".claude/projects")]);
        let journals = [&plan, &keyed].map(|core| core.state().join("journal.db-wal"));
        kept.secret(what, text, &[places.concat(), journals.to_vec()].concat());
    }

    sign_in(&world, &plan, &program, &mut kept).await;
    for core in [&plan, &keyed] {
        converse(&world, core, &program, &mut kept).await;
    }
    refresh(&plan, &mut kept).await;
    ask_for_all(&program, &[&plan, &keyed], &mut kept).await;
    kept.answers.push(world.gateway.metrics().await);
    let signed_in = plan.token("accessToken").is_some();
    assert!(signed_in, "the CLI's own file holds the tokens");
    assert!(!files_with(&plan.state(), PROMPT).is_empty(), "the journal holds the prompt");

    kept.answer(&plan.sign_out(&program).await.expect(200));
    for core in [&plan, &keyed] {
        let revoked = program.post(&format!("/api/v1/cores/{}/revoke", core.id()), &json!({ "sign_out": true })).await;
        kept.answer(&revoked.expect(200));
    }
    kept.answer(&program.get("/api/v1/cores").await.expect(200));
    kept.answers.push(world.gateway.metrics().await);
    assert_eq!(read(eve.request(Method::POST, "/api/v1/logout")).await.status, 204);
    let shown = sampler.stop();
    // The sampler saw what there was to see.
    assert!(shown.arguments.contains("--permission-prompt-tool") && shown.arguments.contains("supervise"));
    assert!(shown.environment.contains(&format!("HOME={}", plan.home().display())));

    // The tool's output is in the shell's own arguments: it is what was asked to run.
    let shown = Shown { arguments: shown.arguments.into_iter().filter(|one| !one.contains(OUTPUT)).collect(), ..shown };
    assert_kept(&world, &[&plan, &keyed, &spare], &kept, &shown);
    for core in [&mut plan, &mut keyed] {
        core.program().stop().await;
    }
    assert_eq!(plan.credentials(), None, "signed out");
    for Secret { kept: places, .. } in kept.secrets.iter_mut().filter(|secret| secret.what == "token") {
        places.clear();
    }
    // Also when all is written out.
    assert_kept(&world, &[&plan, &keyed, &spare], &kept, &shown);
}
