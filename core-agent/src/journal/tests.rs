mod altered;

use super::small_disk::SmallDisk;
use super::*;
use proptest::test_runner::TestRunner;
use protocol::approval::{Asks, Terms};
use protocol::event::{BypassEnd, InterruptReason, Usage, WithdrawnReason};
use protocol::ids::UserId;
use protocol::image::ImageType;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Command as Process, Stdio};
use std::time::Duration;
use time::OffsetDateTime;
use tokio::task::JoinHandle;

const BOOT: &str = "5d3f0a52-0000-4000-8000-000000000001";
const NEXT_BOOT: &str = "5d3f0a52-0000-4000-8000-000000000002";

struct Opened {
    journal: Journal,
    writer: JoinHandle<()>,
}

impl Opened {
    async fn close(self) {
        self.journal.close().await.unwrap();
        self.writer.await.unwrap();
        self.journal.readers.close().await;
        self.journal.searches.close().await;
    }

    /// As a killed process leaves it: no clean end is noted.
    async fn abandon(self) {
        self.writer.abort();
        assert!(self.writer.await.unwrap_err().is_cancelled());
        self.journal.readers.close().await;
        self.journal.searches.close().await;
    }
}

/// Waits until SQLite has let go of a journal that was abandoned: its log is gone then.
async fn left_alone(path: &Path) {
    let gone = async {
        while path.with_extension("db-wal").exists() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), gone).await.unwrap();
}

async fn open(path: &Path) -> Opened {
    open_on(path, BOOT).await
}

async fn open_on(path: &Path, boot_id: &str) -> Opened {
    let (journal, writer) = Journal::open(path, boot_id).await.unwrap();
    Opened { journal, writer: tokio::spawn(writer.run()) }
}

fn ada() -> Actor {
    Actor { user: UserId::from_uuid(uuid::Uuid::nil()), name: "Ada".into() }
}

fn named(name: &str) -> Actor {
    Actor { user: UserId::new(), name: name.into() }
}

async fn session(journal: &Journal) -> SessionId {
    let id = SessionId::new();
    let new = NewSession {
        id,
        workspace: "demo".into(),
        model: None,
        permission_mode: PermissionMode::Default,
        title: None,
        visibility: Visibility::Shared,
        by: ada(),
    };
    journal.create_session(new).await.unwrap();
    id
}

fn everybodys() -> Filter {
    let viewer = Viewer { user: UserId::new(), sees_all: false };
    Filter { viewer, archived: false, workspace: None, owner: None, active: false }
}

fn message(session: SessionId, key: &str, text: &str) -> NewMessage {
    NewMessage {
        session,
        turn: TurnId::new(),
        idempotency_key: key.into(),
        body_hash: SecretHash::of_bytes(text.as_bytes()),
        text: text.into(),
        images: Vec::new(),
        by: ada(),
    }
}

/// A turn that runs.
async fn turn(journal: &Journal, session: SessionId) -> TurnId {
    let message = message(session, &TurnId::new().to_string(), "hello");
    let turn = message.turn;
    assert!(matches!(journal.accept_message(message).await.unwrap(), Acceptance::New { .. }));
    journal.append(session, vec![Event::TurnStarted { turn, model: None }]).await.unwrap();
    turn
}

fn delta(turn: TurnId, text: &str) -> Event {
    Event::TextDelta { turn, message: "msg".into(), block: 0, text: text.into() }
}

fn asked(turn: TurnId, approval: ApprovalId) -> Event {
    Event::ApprovalRequested {
        turn,
        approval,
        tool_use: None,
        tool: "Bash".into(),
        input: serde_json::json!({"command": "ls"}),
        description: None,
        suggestions: serde_json::json!([]),
        asks: Asks::default(),
    }
}

fn answer(approval: ApprovalId, decision: Decision, by: &Actor) -> Answer {
    Answer { approval, decision, message: None, terms: Terms::default(), by: by.clone() }
}

async fn all(journal: &Journal, session: SessionId) -> Vec<Recorded> {
    let mut events: Vec<Recorded> = Vec::new();
    loop {
        let batch = journal.read(session, events.last().map_or(0, |last| last.seq), 100).await.unwrap();
        if batch.is_empty() {
            return events;
        }
        events.extend(batch);
    }
}

fn is_dense(events: &[Recorded]) -> bool {
    events.iter().zip(1..).all(|(event, seq)| event.seq == seq)
}

#[tokio::test]
async fn what_was_appended_is_read_back_in_order_and_numbered_without_gaps() {
    let folder = tempfile::tempdir().unwrap();
    let opened = open(&folder.path().join("journal.db")).await;
    let journal = &opened.journal;
    let id = session(journal).await;
    let turn = turn(journal, id).await;
    let appends = (0..50).map(|number| journal.append(id, vec![delta(turn, &number.to_string()), delta(turn, "-")]));
    let mut newest = futures::future::try_join_all(appends).await.unwrap();
    newest.sort_unstable();
    assert_eq!(newest, (0..50).map(|number| 5 + 2 * number).collect::<Vec<_>>());
    let events = all(journal, id).await;
    assert_eq!(events.len(), 103);
    assert!(is_dense(&events));
    assert!(matches!(&events[0].event, Event::SessionCreated { workspace, .. } if workspace == "demo"));
    assert!(matches!(&events[1].event, Event::MessageAccepted { text, .. } if text == "hello"));
    assert_eq!(journal.session(id).await.unwrap().unwrap().last_seq, 103);
    opened.close().await;
}

#[tokio::test]
async fn a_batch_of_large_events_is_bounded_and_the_rest_follows() {
    let folder = tempfile::tempdir().unwrap();
    let opened = open(&folder.path().join("journal.db")).await;
    let id = session(&opened.journal).await;
    let turn = turn(&opened.journal, id).await;
    let large = "x".repeat(600 * 1024);
    for _ in 0..5 {
        opened.journal.append(id, vec![delta(turn, &large)]).await.unwrap();
    }
    assert_eq!(opened.journal.read(id, 3, 100).await.unwrap().len(), 2);
    assert_eq!(all(&opened.journal, id).await.len(), 8);
    opened.close().await;
}

#[tokio::test]
async fn a_follower_sees_every_commit_of_its_session() {
    let folder = tempfile::tempdir().unwrap();
    let opened = open(&folder.path().join("journal.db")).await;
    let journal = &opened.journal;
    assert!(journal.head(SessionId::new()).await.unwrap().is_none());
    let id = session(journal).await;
    let mut head = journal.head(id).await.unwrap().unwrap();
    assert_eq!(*head.borrow_and_update(), 1);
    let turn = turn(journal, id).await;
    let seq = journal.append(id, vec![delta(turn, "a")]).await.unwrap();
    assert_eq!(*head.wait_for(|newest| *newest >= seq).await.unwrap(), 4);
    let second = journal.head(id).await.unwrap().unwrap();
    assert_eq!(*second.borrow(), 4);
    opened.close().await;
}

#[tokio::test]
async fn a_retried_key_makes_one_turn_and_a_reused_one_none() {
    let folder = tempfile::tempdir().unwrap();
    let opened = open(&folder.path().join("journal.db")).await;
    let journal = &opened.journal;
    let id = session(journal).await;
    let retries = (0..20).map(|_| journal.accept_message(message(id, "key", "hello")));
    let outcomes = futures::future::try_join_all(retries).await.unwrap();
    let new: Vec<_> = outcomes.iter().filter(|outcome| matches!(outcome, Acceptance::New { .. })).collect();
    let [Acceptance::New { turn, seq }] = new[..] else { panic!("{outcomes:?}") };
    for outcome in &outcomes {
        assert!(
            matches!(outcome, Acceptance::New { .. }) || *outcome == Acceptance::Retried { turn: *turn, seq: *seq }
        );
    }
    assert_eq!(journal.accept_message(message(id, "key", "other")).await.unwrap(), Acceptance::KeyReused);
    let of_another = NewMessage { by: named("Bob"), ..message(id, "key", "other") };
    assert!(
        matches!(journal.accept_message(of_another).await.unwrap(), Acceptance::New { .. }),
        "a key is its author's"
    );
    assert_eq!(all(journal, id).await.len(), 3);
    assert_eq!(journal.open_messages(id).await.unwrap().len(), 2);
    opened.close().await;
}

#[tokio::test]
async fn the_queue_is_bounded_and_ordered_and_a_closed_session_takes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let opened = open(&folder.path().join("journal.db")).await;
    let journal = &opened.journal;
    let id = session(journal).await;
    let running = turn(journal, id).await;
    for number in 0..MAX_QUEUED_MESSAGES {
        let accepted = journal.accept_message(message(id, &number.to_string(), &number.to_string())).await.unwrap();
        assert!(matches!(accepted, Acceptance::New { .. }));
    }
    assert_eq!(journal.accept_message(message(id, "more", "more")).await.unwrap(), Acceptance::QueueFull);
    let open = journal.open_messages(id).await.unwrap();
    assert_eq!((open[0].turn, open[0].status), (running, MessageStatus::Running));
    let texts: Vec<_> = open[1..].iter().map(|message| message.text.clone()).collect();
    assert_eq!(texts, (0..MAX_QUEUED_MESSAGES).map(|number| number.to_string()).collect::<Vec<_>>());

    journal.append(id, vec![Event::TurnCompleted { turn: running, usage: Usage::default() }]).await.unwrap();
    assert_eq!(journal.open_messages(id).await.unwrap().len(), 16);
    journal.close_session(id).await.unwrap();
    assert_eq!(journal.accept_message(message(id, "late", "late")).await.unwrap(), Acceptance::Closed);
    assert!(matches!(journal.accept_message(message(id, "0", "0")).await.unwrap(), Acceptance::Retried { .. }));
    let session = journal.session(id).await.unwrap().unwrap();
    assert!(session.closed_at.is_some());
    opened.close().await;
}

#[tokio::test]
async fn settings_follow_from_events() {
    let folder = tempfile::tempdir().unwrap();
    let opened = open(&folder.path().join("journal.db")).await;
    let journal = &opened.journal;
    let id = session(journal).await;
    let changed = vec![
        Event::ModelChanged { model: "opus".into(), by: ada() },
        Event::PermissionModeChanged { mode: PermissionMode::AcceptEdits, by: None },
    ];
    journal.append(id, changed).await.unwrap();
    let session = journal.session(id).await.unwrap().unwrap();
    assert_eq!((session.model.as_deref(), session.permission_mode), (Some("opus"), PermissionMode::AcceptEdits));
    let filter = everybodys();
    assert_eq!(journal.sessions(&filter, None, 10).await.unwrap(), [session]);
    assert_eq!(journal.sessions(&filter, Some(id), 10).await.unwrap(), []);
    opened.close().await;
}

#[tokio::test]
async fn of_two_who_decide_at_once_one_wins_and_the_other_learns_who() {
    let folder = tempfile::tempdir().unwrap();
    let opened = open(&folder.path().join("journal.db")).await;
    let journal = &opened.journal;
    let id = session(journal).await;
    let turn = turn(journal, id).await;
    for _ in 0..20 {
        let approval = ApprovalId::new();
        journal.append(id, vec![asked(turn, approval)]).await.unwrap();
        assert_eq!(journal.pending_approvals(id).await.unwrap().len(), 1);
        let (bob, eve) = (named("Bob"), named("Eve"));
        let (one, other) = tokio::join!(
            journal.decide_approval(id, answer(approval, Decision::Allow, &bob)),
            journal.decide_approval(id, answer(approval, Decision::Deny, &eve)),
        );
        match (one.unwrap(), other.unwrap()) {
            (Decided::Won { .. }, lost) => assert_eq!(lost, Decided::Lost { by: bob, decision: Decision::Allow }),
            (lost, Decided::Won { .. }) => assert_eq!(lost, Decided::Lost { by: eve, decision: Decision::Deny }),
            neither => panic!("nobody won: {neither:?}"),
        }
        let decisions =
            |event: &&Recorded| matches!(event.event, Event::ApprovalDecided { approval: of, .. } if of == approval);
        assert_eq!(all(journal, id).await.iter().filter(decisions).count(), 1);
    }
    let unknown = journal.decide_approval(id, answer(ApprovalId::new(), Decision::Allow, &ada())).await.unwrap();
    assert_eq!(unknown, Decided::Unknown);
    opened.close().await;
}

#[tokio::test]
async fn a_turn_that_ends_withdraws_what_it_asked_before_it_ends() {
    let folder = tempfile::tempdir().unwrap();
    let opened = open(&folder.path().join("journal.db")).await;
    let journal = &opened.journal;
    let id = session(journal).await;
    let turn = turn(journal, id).await;
    let approval = ApprovalId::new();
    journal.append(id, vec![asked(turn, approval)]).await.unwrap();
    journal.append(id, vec![Event::TurnCompleted { turn, usage: Usage::default() }]).await.unwrap();
    let late = Event::ApprovalWithdrawn { turn, approval, reason: WithdrawnReason::Cli };
    let seq = journal.append(id, vec![late]).await.unwrap();
    let events = all(journal, id).await;
    assert_eq!(seq, 6, "what was withdrawn is not withdrawn again");
    let withdrawn = Event::ApprovalWithdrawn { turn, approval, reason: WithdrawnReason::TurnEnded };
    assert_eq!(events[4].event, withdrawn);
    assert!(matches!(events[5].event, Event::TurnCompleted { .. }));
    let decided = journal.decide_approval(id, answer(approval, Decision::Allow, &ada())).await.unwrap();
    assert_eq!(decided, Decided::Withdrawn);
    opened.close().await;
}

#[tokio::test]
async fn a_restart_gives_up_what_waits_in_a_closed_session() {
    let folder = tempfile::tempdir().unwrap();
    let opened = open(&folder.path().join("journal.db")).await;
    let journal = &opened.journal;
    let (closed, other) = (session(journal).await, session(journal).await);
    for id in [closed, other] {
        journal.accept_message(message(id, "k", "hello")).await.unwrap();
    }
    journal.close_session(closed).await.unwrap();
    assert_eq!(journal.recover().await.unwrap(), [other]);
    assert!(journal.open_messages(closed).await.unwrap().is_empty());
    let end = all(journal, closed).await.pop().unwrap().event;
    assert!(matches!(end, Event::TurnInterrupted { reason: InterruptReason::User, .. }), "{end:?}");
    opened.close().await;
}

#[tokio::test]
async fn a_restart_interrupts_what_was_running_and_keeps_what_was_queued() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let opened = open(&path).await;
    let (busy, idle) = (session(&opened.journal).await, session(&opened.journal).await);
    let (running, approval) = (turn(&opened.journal, busy).await, ApprovalId::new());
    opened.journal.append(busy, vec![asked(running, approval)]).await.unwrap();
    opened.journal.accept_message(message(busy, "next", "next")).await.unwrap();
    let before = all(&opened.journal, idle).await;
    opened.abandon().await;

    let opened = open(&path).await;
    assert_eq!(opened.journal.recover().await.unwrap(), [busy]);
    let events = all(&opened.journal, busy).await;
    assert!(is_dense(&events));
    let reason = WithdrawnReason::ProcessEnded;
    assert_eq!(events[5].event, Event::ApprovalWithdrawn { turn: running, approval, reason });
    let reason = InterruptReason::AgentRestarted;
    assert_eq!(events[6].event, Event::TurnInterrupted { turn: running, reason, by: None, usage: None });
    assert_eq!(events.len(), 7);
    let open = opened.journal.open_messages(busy).await.unwrap();
    assert_eq!(open.iter().map(|message| message.status).collect::<Vec<_>>(), [MessageStatus::Queued]);
    assert_eq!(all(&opened.journal, idle).await, before);
    assert_eq!(opened.journal.recover().await.unwrap(), [busy]);
    assert_eq!(all(&opened.journal, busy).await.len(), 7, "recovering twice changes nothing");
    opened.close().await;
}

#[tokio::test]
async fn the_epoch_outlives_kills_and_clean_ends_but_not_a_power_cut() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let opened = open(&path).await;
    assert_eq!(opened.journal.epoch(), 1);
    opened.abandon().await;
    let opened = open(&path).await;
    assert_eq!(opened.journal.epoch(), 1, "killed");
    opened.close().await;
    let opened = open_on(&path, NEXT_BOOT).await;
    assert_eq!(opened.journal.epoch(), 1, "ended cleanly before another boot");
    opened.abandon().await;
    let opened = open_on(&path, BOOT).await;
    assert_eq!(opened.journal.epoch(), 2, "in use when the machine stopped");
    opened.close().await;
}

#[tokio::test]
async fn one_bad_command_does_not_take_the_others_of_its_batch_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let (journal, writer) = Journal::open(&folder.path().join("journal.db"), BOOT).await.unwrap();
    let id = SessionId::new();
    let by = ada();
    let new = NewSession {
        id,
        workspace: "w".into(),
        model: None,
        permission_mode: PermissionMode::Plan,
        title: None,
        visibility: Visibility::Shared,
        by,
    };
    let stray = Event::TurnCompleted { turn: TurnId::new(), usage: Usage::default() };
    let work = async {
        let (created, stray, unknown, good) = tokio::join!(
            journal.create_session(new),
            journal.append(id, vec![Event::ModelChanged { model: "m".into(), by: ada() }, stray]),
            journal.append(SessionId::new(), vec![]),
            journal.accept_message(message(id, "k", "hello")),
        );
        created.unwrap();
        assert!(matches!(stray, Err(JournalError::UnknownTurn(_))), "{stray:?}");
        assert!(matches!(unknown, Err(JournalError::UnknownSession(_))), "{unknown:?}");
        assert!(matches!(good, Ok(Acceptance::New { seq: 2, .. })), "{good:?}");
        assert_eq!(journal.session(id).await.unwrap().unwrap().model, None, "half of a command was written");
        journal.close().await.unwrap();
    };
    tokio::join!(writer.run(), work);
    assert!(matches!(journal.append(id, vec![]).await, Err(JournalError::Closed)));
}

#[tokio::test]
async fn a_full_disk_is_reported_and_harms_nothing_that_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let (journal, mut writer) = Journal::open(&path, BOOT).await.unwrap();
    let pages: i64 = sqlx::query_scalar("PRAGMA page_count").fetch_one(&mut writer.db).await.unwrap();
    let limit = sqlx::AssertSqlSafe(format!("PRAGMA max_page_count = {}", pages + 20));
    sqlx::query(limit).execute(&mut writer.db).await.unwrap();
    let opened = Opened { journal, writer: tokio::spawn(writer.run()) };
    let id = session(&opened.journal).await;
    let turn = turn(&opened.journal, id).await;
    let large = "x".repeat(8 * 1024);
    let mut acknowledged = 3;
    let error = loop {
        match opened.journal.append(id, vec![delta(turn, &large)]).await {
            Ok(seq) => acknowledged = seq,
            Err(error) => break error,
        }
    };
    assert!(matches!(error, JournalError::DiskFull), "{error}");
    assert!(acknowledged > 3);
    assert_eq!(all(&opened.journal, id).await.len() as u64, acknowledged);
    opened.abandon().await;

    let opened = open(&path).await;
    assert_eq!(all(&opened.journal, id).await.len() as u64, acknowledged);
    assert_eq!(opened.journal.append(id, vec![delta(turn, &large)]).await.unwrap(), acknowledged + 1);
    opened.close().await;
}

fn said(turn: TurnId, text: &str) -> Event {
    Event::Text { turn, message: "msg".into(), block: 0, text: text.into() }
}

fn seen_by(user: UserId, sees_all: bool) -> Filter {
    Filter { viewer: Viewer { user, sees_all }, ..everybodys() }
}

async fn found(journal: &Journal, filter: &Filter, words: &str) -> Vec<(SessionId, u64)> {
    let words = Words::parse(words).unwrap();
    let search = Search { words, viewer: filter.viewer, workspace: filter.workspace.clone(), limit: 10 };
    let mut found: Vec<_> = journal.search(&search).await.unwrap().iter().map(|hit| (hit.session, hit.seq)).collect();
    found.sort_unstable();
    found
}

#[tokio::test]
async fn a_private_session_is_listed_and_found_for_its_owner_and_whoever_sees_all() {
    let folder = tempfile::tempdir().unwrap();
    let opened = open(&folder.path().join("journal.db")).await;
    let journal = &opened.journal;
    let (shared, private) = (session(journal).await, session(journal).await);
    for id in [shared, private] {
        turn(journal, id).await;
    }
    let hidden = Event::VisibilityChanged { visibility: Visibility::Private, by: ada() };
    journal.append(private, vec![hidden]).await.unwrap();
    let other = UserId::new();
    for (filter, sessions) in [
        (seen_by(ada().user, false), vec![private, shared]),
        (seen_by(other, true), vec![private, shared]),
        (seen_by(other, false), vec![shared]),
        (Filter { owner: Some(ada().user), ..seen_by(other, false) }, vec![shared]),
        (Filter { owner: Some(other), ..seen_by(other, true) }, vec![]),
        (Filter { archived: true, ..seen_by(other, true) }, vec![]),
        (Filter { workspace: Some("other".into()), ..seen_by(other, true) }, vec![]),
    ] {
        let listed = journal.sessions(&filter, None, 10).await.unwrap();
        assert_eq!(listed.iter().map(|session| session.id).collect::<Vec<_>>(), sessions, "{filter:?}");
    }
    assert_eq!(found(journal, &seen_by(other, false), "hello").await, [(shared, 2)]);
    assert_eq!(found(journal, &seen_by(other, true), "hello").await.len(), 2);
    assert_eq!(found(journal, &Filter { workspace: Some("x".into()), ..everybodys() }, "hello").await, []);
    opened.close().await;
}

#[tokio::test]
async fn a_session_in_which_something_goes_on_is_found_among_idle_ones() {
    let folder = tempfile::tempdir().unwrap();
    let opened = open(&folder.path().join("journal.db")).await;
    let journal = &opened.journal;
    let busy = session(journal).await;
    turn(journal, busy).await;
    session(journal).await;
    let listed = journal.sessions(&Filter { active: true, ..everybodys() }, None, 10).await.unwrap();
    assert_eq!(listed.iter().map(|session| session.id).collect::<Vec<_>>(), [busy]);
    opened.close().await;
}

#[tokio::test]
async fn an_archived_session_takes_no_message_until_it_is_taken_out() {
    let folder = tempfile::tempdir().unwrap();
    let opened = open(&folder.path().join("journal.db")).await;
    let journal = &opened.journal;
    let id = session(journal).await;
    journal.append(id, vec![Event::SessionArchived { by: ada() }]).await.unwrap();
    assert_eq!(journal.accept_message(message(id, "k", "hello")).await.unwrap(), Acceptance::Archived);
    assert!(journal.session(id).await.unwrap().unwrap().archived_at.is_some());
    journal.append(id, vec![Event::SessionUnarchived { by: ada() }]).await.unwrap();
    assert!(matches!(journal.accept_message(message(id, "k", "hello")).await.unwrap(), Acceptance::New { .. }));
    opened.close().await;
}

#[tokio::test]
async fn whole_texts_are_found_and_deltas_are_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let opened = open(&path).await;
    let id = session(&opened.journal).await;
    let turn = turn(&opened.journal, id).await;
    let texts = [delta(turn, "squeaky"), said(turn, "The squeaky gâte of “Jürgen’s” a\0b \u{2}garden")];
    opened.journal.append(id, texts.to_vec()).await.unwrap();
    let all = everybodys();
    for words in ["squeaky", "SQUEAKY gate", "jurgen", "sque", "gate squ", "squeaky \"gâte\"", "garden"] {
        assert_eq!(found(&opened.journal, &all, words).await, [(id, 5)], "{words}");
    }
    for words in ["gat squeaky", "squeaky NOT gate", "squeaky OR rose", "text:squeaky", "squeaky* -gate NEAR("] {
        assert_eq!(found(&opened.journal, &all, words).await, [], "{words}");
    }
    opened.close().await;
    let opened = open(&path).await;
    assert_eq!(found(&opened.journal, &all, "squeaky").await, [(id, 5)]);
    opened.close().await;
}

#[tokio::test]
async fn a_search_that_takes_too_long_is_given_up_and_the_next_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let opened = open(&folder.path().join("journal.db")).await;
    let id = session(&opened.journal).await;
    let turn = turn(&opened.journal, id).await;
    opened.journal.append(id, (0..500).map(|_| said(turn, "rose")).collect()).await.unwrap();
    let words = Words::parse("rose").unwrap();
    let search = Search { words, viewer: everybodys().viewer, workspace: None, limit: 10 };
    let given_up = opened.journal.search_within(&search, Duration::ZERO).await;
    assert!(matches!(given_up, Err(JournalError::SearchTooBroad)), "{given_up:?}");
    assert_eq!(opened.journal.search(&search).await.unwrap().len(), 10);
    opened.close().await;
}

#[test]
fn nothing_that_is_typed_is_an_error_of_the_index() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let (journal, _writer) = runtime.block_on(Journal::open(&path, BOOT)).unwrap();
    let typed = "\\PC{0,40}|[\"*^:(){}+ -]{0,20}|(NEAR|AND|OR|NOT|[a-z\"]| ){0,12}";
    let tried = TestRunner::default().run(&typed, |text| {
        if let Some(words) = Words::parse(&text) {
            let search = Search { words, viewer: everybodys().viewer, workspace: None, limit: 1 };
            runtime.block_on(journal.search(&search)).unwrap();
        }
        Ok(())
    });
    tried.unwrap();
}

#[tokio::test]
async fn what_an_earlier_version_wrote_is_shared_and_found() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&path).create_if_missing(true);
    let mut earlier = sqlx::ConnectOptions::connect(&options).await.unwrap();
    let first_two = open::MIGRATIONS.iter().take(2).cloned().collect();
    sqlx::migrate::Migrator::with_migrations(first_two).run(&mut earlier).await.unwrap();
    let (id, user) = (SessionId::new(), ada().user);
    let text = format!(
        r#"INSERT INTO epoch VALUES (1, 1, '{BOOT}', 1);
           INSERT INTO sessions VALUES ('{id}', 'demo', NULL, 'default', '{user}', 'Ada', 0, NULL, 3);
           INSERT INTO events VALUES
             ('{id}', 1, 0, '{{"kind":"session_created","workspace":"demo","model":null,"permission_mode":"default",
                "by":{{"user":"{user}","name":"Ada"}}}}'),
             ('{id}', 2, 0, '{{"kind":"message_accepted","turn":"{id}","text":"plant a rose",
                "by":{{"user":"{user}","name":"Ada"}}}}'),
             ('{id}', 3, 0, '{{"kind":"text_delta","turn":"{id}","message":"m","block":0,"text":"rose"}}');"#
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(text)).execute(&mut earlier).await.unwrap();
    sqlx::Connection::close(earlier).await.unwrap();

    let opened = open(&path).await;
    let session = opened.journal.session(id).await.unwrap().unwrap();
    assert_eq!((session.visibility, session.archived_at), (Visibility::Shared, None));
    assert_eq!(found(&opened.journal, &everybodys(), "rose").await, [(id, 2)]);
    assert_eq!(all(&opened.journal, id).await.len(), 3, "its events are understood");
    opened.journal.remove_session(id, Why::Deleted(ada())).await.unwrap();
    assert_eq!(found(&opened.journal, &everybodys(), "rose").await, []);
    assert!(!opened.journal.give_back().await.unwrap(), "its free pages stay its own");
    opened.close().await;
}

#[tokio::test]
async fn a_removed_session_is_gone_with_its_words_and_its_followers_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let opened = open(&path).await;
    let journal = &opened.journal;
    let (gone, stays) = (session(journal).await, session(journal).await);
    for id in [gone, stays] {
        let turn = turn(journal, id).await;
        let words = format!("xylophone {}", "rose ".repeat(4000));
        journal.append(id, vec![asked(turn, ApprovalId::new()), said(turn, &words)]).await.unwrap();
    }
    let mut head = journal.head(gone).await.unwrap().unwrap();
    head.mark_unchanged();
    let before = journal.space().await.unwrap().used;
    assert_eq!(journal.remove_session(gone, Why::Deleted(ada())).await.unwrap(), Removed::Gone);
    assert!(head.changed().await.is_err(), "the watch of a session that is gone closes");
    assert!(journal.session(gone).await.unwrap().is_none());
    assert!(journal.head(gone).await.unwrap().is_none());
    assert!(journal.read(gone, 0, 10).await.unwrap().is_empty());
    assert_eq!(found(journal, &everybodys(), "xylophone").await, [(stays, 5)]);
    assert_eq!(journal.open_messages(gone).await.unwrap(), []);
    let again = journal.remove_session(gone, Why::Deleted(ada())).await;
    assert!(matches!(again, Err(JournalError::UnknownSession(_))), "{again:?}");
    let removals = journal.removals(None, 10).await.unwrap();
    let [removal] = &removals[..] else { panic!("{removals:?}") };
    assert_eq!((removal.session, removal.events, removal.by.clone()), (gone, 5, Some(ada())));
    assert_eq!((removal.reason.as_str(), journal.pruned().await.unwrap()), ("deleted", 0));
    assert!(journal.space().await.unwrap().used < before);
    while journal.give_back().await.unwrap() {}
    opened.close().await;
    let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
    assert_eq!(text.matches("xylophone rose").count(), 1, "what was removed is overwritten");
    let opened = open(&path).await;
    let free: i64 = sqlx::query_scalar("PRAGMA freelist_count").fetch_one(&opened.journal.readers).await.unwrap();
    assert_eq!(free, 0, "its pages were given back");
    opened.close().await;
}

#[tokio::test]
async fn what_is_in_use_is_not_pruned() {
    let folder = tempfile::tempdir().unwrap();
    let opened = open(&folder.path().join("journal.db")).await;
    let journal = &opened.journal;
    let (busy, current, first, second) =
        (session(journal).await, session(journal).await, session(journal).await, session(journal).await);
    turn(journal, busy).await;
    for id in [second, first, busy] {
        journal.append(id, vec![Event::SessionArchived { by: ada() }]).await.unwrap();
        // What is archived next is archived later, also by a clock of milliseconds.
        let then = OffsetDateTime::now_utc() + Duration::from_millis(1);
        while OffsetDateTime::now_utc() <= then {
            tokio::task::yield_now().await;
        }
    }
    assert_eq!(journal.prunable(Prune::ForSize, 10).await.unwrap(), [second, first], "archived first goes first");
    for id in [busy, current] {
        assert_eq!(journal.remove_session(id, Why::Pruned(Prune::ForSize)).await.unwrap(), Removed::Kept);
    }
    let old = Prune::ForAge { before: OffsetDateTime::UNIX_EPOCH };
    assert_eq!(journal.prunable(old, 10).await.unwrap(), []);
    assert_eq!(journal.remove_session(first, Why::Pruned(old)).await.unwrap(), Removed::Kept);
    let all = Prune::ForAge { before: OffsetDateTime::now_utc() + Duration::from_secs(1) };
    assert_eq!(journal.prunable(all, 10).await.unwrap().len(), 3, "by age, archived or not, but for what is in use");
    for id in [current, first] {
        assert_eq!(journal.remove_session(id, Why::Pruned(all)).await.unwrap(), Removed::Gone);
    }
    assert_eq!(journal.pruned().await.unwrap(), 2);
    opened.close().await;
}

#[tokio::test]
async fn a_fork_has_the_history_and_goes_on_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let opened = open(&folder.path().join("journal.db")).await;
    let journal = &opened.journal;
    let source = session(journal).await;
    let running = turn(journal, source).await;
    let (id, by) = (SessionId::new(), named("Bob"));
    let fork = NewFork { source, id, title: Some("T".into()), visibility: Some(Visibility::Private), by: by.clone() };
    assert_eq!(journal.fork_session(fork.clone()).await.unwrap(), Forked::Busy);
    assert!(journal.session(id).await.unwrap().is_none());
    let end = Event::TurnCompleted { turn: running, usage: Usage::default() };
    let archived = Event::SessionArchived { by: ada() };
    journal.append(source, vec![said(running, "rose"), end, archived]).await.unwrap();
    assert_eq!(journal.fork_session(fork).await.unwrap(), Forked::Done);
    let (of, own) = (all(journal, source).await, all(journal, id).await);
    assert!(is_dense(&own));
    assert_eq!(own[1..of.len()], of[1..]);
    assert!(matches!(&own[0].event, Event::SessionCreated { forked_from: Some(from), by: author, .. }
        if from.session == source && from.through == of.len() as u64 && *author == by));
    let made = journal.session(id).await.unwrap().unwrap();
    assert_eq!((made.title.as_deref(), made.visibility), (Some("T"), Visibility::Private));
    assert_eq!((made.archived_at, made.forked_from, made.last_seq), (None, Some(source), own.len() as u64));
    assert_eq!(made.created_by, by);
    assert_eq!(found(journal, &everybodys(), "rose").await, [(source, 4)], "the fork is private");
    assert_eq!(found(journal, &seen_by(by.user, false), "rose").await, [(source, 4), (id, 4)]);
    turn(journal, id).await;
    assert_eq!(all(journal, source).await, of);
    journal.remove_session(source, Why::Deleted(ada())).await.unwrap();
    assert_eq!(found(journal, &seen_by(by.user, false), "rose").await, [(id, 4)]);
    opened.close().await;
}

#[tokio::test]
async fn a_full_file_system_harms_nothing_that_is_there_and_writing_goes_on_once_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    // The test before this one shows the same without a file system of its own.
    let Some(_mounted) = SmallDisk::mount(folder.path(), "512k") else { return };
    let ballast = folder.path().join("ballast");
    std::fs::write(&ballast, vec![0; 64 * 1024]).unwrap();
    let path = folder.path().join("journal.db");
    let opened = open(&path).await;
    let id = session(&opened.journal).await;
    let turn = turn(&opened.journal, id).await;
    let mut acknowledged = 3;
    let error = loop {
        match opened.journal.append(id, vec![delta(turn, &"x".repeat(8 * 1024))]).await {
            Ok(seq) => acknowledged = seq,
            Err(error) => break error,
        }
    };
    assert!(matches!(error, JournalError::DiskFull), "{error:?}");
    assert_eq!(all(&opened.journal, id).await.len() as u64, acknowledged);
    std::fs::remove_file(&ballast).unwrap();
    assert_eq!(opened.journal.append(id, vec![delta(turn, "y")]).await.unwrap(), acknowledged + 1);
    opened.abandon().await;
    let opened = open(&path).await;
    assert_eq!(all(&opened.journal, id).await.len() as u64, acknowledged + 1);
    opened.abandon().await;
}

#[tokio::test]
async fn a_journal_is_read_on_a_full_disk_and_begins_to_be_written_once_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let Some(disk) = SmallDisk::mount(folder.path(), "1m") else { return };
    let path = folder.path().join("journal.db");
    let opened = open(&path).await;
    let id = session(&opened.journal).await;
    let running = turn(&opened.journal, id).await;
    opened.abandon().await;
    left_alone(&path).await;
    let ballast = disk.fill();
    // Ended again and again, on another boot.
    for _ in 0..2 {
        let opened = open_on(&path, NEXT_BOOT).await;
        assert_eq!(opened.journal.epoch(), 2, "what is shown is what will be noted");
        assert_eq!(all(&opened.journal, id).await.len(), 3);
        assert!(matches!(opened.journal.recover().await, Err(JournalError::DiskFull)));
        opened.abandon().await;
    }
    let opened = open_on(&path, NEXT_BOOT).await;
    std::fs::remove_file(&ballast).unwrap();
    assert!(opened.journal.recover().await.unwrap().is_empty());
    let last = all(&opened.journal, id).await.pop().unwrap().event;
    assert!(matches!(last, Event::TurnInterrupted { turn, .. } if turn == running), "{last:?}");
    opened.abandon().await;
    let opened = open_on(&path, NEXT_BOOT).await;
    assert_eq!(opened.journal.epoch(), 2, "it was noted before anything else was");
    opened.close().await;
}

#[tokio::test]
async fn a_clean_end_is_noted_only_of_what_was_begun() {
    let folder = tempfile::tempdir().unwrap();
    let Some(disk) = SmallDisk::mount(folder.path(), "1m") else { return };
    let path = folder.path().join("journal.db");
    open(&path).await.abandon().await;
    left_alone(&path).await;
    let ballast = disk.fill();
    open_on(&path, NEXT_BOOT).await.close().await;
    std::fs::remove_file(&ballast).unwrap();
    let opened = open_on(&path, NEXT_BOOT).await;
    assert_eq!(opened.journal.epoch(), 2, "what an earlier boot may have lost is not forgotten");
    opened.close().await;
}

#[tokio::test]
async fn a_file_that_is_no_journal_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let opened = open(&path).await;
    let id = session(&opened.journal).await;
    let turn = turn(&opened.journal, id).await;
    for _ in 0..50 {
        opened.journal.append(id, vec![delta(turn, &"y".repeat(4000))]).await.unwrap();
    }
    opened.close().await;
    let whole = std::fs::read(&path).unwrap();
    assert!(whole.len() > 20 * 4096);

    let mut half_bad = whole.clone();
    half_bad[5 * 4096..].fill(0xAB);
    let foreign = folder.path().join("foreign.db");
    let made = Process::new("sqlite3").arg(&foreign).arg("CREATE TABLE t (a); INSERT INTO t VALUES (1);").status();
    let mut damaged = vec![half_bad, whole[..whole.len() / 2].to_vec(), b"not a database at all".to_vec(), Vec::new()];
    if made.is_ok_and(|status| status.success()) {
        damaged.push(std::fs::read(&foreign).unwrap());
    }
    for content in damaged {
        let path = folder.path().join("damaged.db");
        std::fs::write(&path, &content).unwrap();
        let error = Journal::open(&path, BOOT).await.unwrap_err();
        assert!(matches!(error, JournalError::Unusable { .. }), "{error}");
        assert!(error.to_string().contains("damaged.db"), "{error}");
        assert_eq!(std::fs::read(&path).unwrap(), content, "the file was changed");
    }
}

const CHILD: &str = "CONDRIX_TEST_JOURNAL";

/// Appends until it is killed and prints each number that was acknowledged.
#[tokio::test]
#[ignore = "the child of the test below"]
async fn appends_until_killed() {
    let Some(path) = std::env::var_os(CHILD).map(PathBuf::from) else { return };
    let opened = open(&path).await;
    let id = session(&opened.journal).await;
    let turn = turn(&opened.journal, id).await;
    println!("\nsession {id}");
    loop {
        let appends = (0..8).map(|_| opened.journal.append(id, vec![delta(turn, "a"), delta(turn, "b")]));
        let acknowledged = futures::future::try_join_all(appends).await.unwrap();
        println!("\nacknowledged {}", acknowledged.iter().max().unwrap());
    }
}

#[tokio::test]
async fn nothing_that_was_acknowledged_is_lost_when_the_process_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    for round in 1..=3_u64 {
        let mut child = Process::new(std::env::current_exe().unwrap())
            .args(["journal::tests::appends_until_killed", "--exact", "--ignored", "--nocapture"])
            .env(CHILD, &path)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (mut id, mut acknowledged) = (None, 0);
        let mut killed = false;
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            let line = line.unwrap();
            if let Some(session) = line.strip_prefix("session ") {
                id = Some(session.parse::<SessionId>().unwrap());
            } else if let Some(seq) = line.strip_prefix("acknowledged ") {
                acknowledged = seq.parse().unwrap();
                if acknowledged > 100 * round && !killed {
                    child.kill().unwrap();
                    killed = true;
                }
            }
        }
        child.wait().unwrap();
        let opened = open(&path).await;
        let events = all(&opened.journal, id.unwrap()).await;
        assert!(events.len() as u64 >= acknowledged && acknowledged > 0, "{} < {acknowledged}", events.len());
        assert!(is_dense(&events));
        assert_eq!(opened.journal.epoch(), 1);
        opened.close().await;
    }
}

#[tokio::test]
async fn a_session_that_was_lent_to_run_without_asking_asks_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let opened = open(&path).await;
    let id = session(&opened.journal).await;
    let until = time::OffsetDateTime::from_unix_timestamp(4_000_000_000).unwrap();
    opened.journal.append(id, vec![Event::BypassBegan { by: ada(), until }]).await.unwrap();
    let shown = opened.journal.session(id).await.unwrap().unwrap().bypass;
    assert_eq!(shown, Some(Bypass { by: ada(), until }));
    opened.abandon().await;

    let opened = open(&path).await;
    opened.journal.recover().await.unwrap();
    assert_eq!(opened.journal.session(id).await.unwrap().unwrap().bypass, None);
    let over = all(&opened.journal, id).await.pop().unwrap().event;
    assert_eq!(over, Event::BypassEnded { reason: BypassEnd::AgentRestarted, by: None });
    opened.close().await;
}

#[tokio::test]
async fn pictures_are_kept_once_and_a_session_holds_so_many_bytes_of_them() {
    let folder = tempfile::tempdir().unwrap();
    let opened = open(&folder.path().join("journal.db")).await;
    let id = session(&opened.journal).await;
    let picture = |byte: u8, size: u64| {
        let hash = format!("{byte:064}");
        let image = Image { hash, media_type: ImageType::Png, size, width: 1, height: 1 };
        NewImage { image, data: vec![byte; usize::try_from(size).unwrap()].into() }
    };
    let half = MAX_IMAGE_BYTES / 2;
    let mut first = message(id, "first", "look");
    first.images = vec![picture(1, half), picture(2, 3)];
    assert!(matches!(opened.journal.accept_message(first.clone()).await.unwrap(), Acceptance::New { .. }));
    let waiting = opened.journal.open_messages(id).await.unwrap().remove(0);
    assert_eq!(waiting.images, [first.images[0].image.hash.clone(), first.images[1].image.hash.clone()]);
    let stored = opened.journal.image(id, &waiting.images[1]).await.unwrap().unwrap();
    assert_eq!(stored, StoredImage { media_type: ImageType::Png, data: vec![2; 3] });
    let other = session(&opened.journal).await;
    assert_eq!(opened.journal.image(other, &waiting.images[1]).await.unwrap(), None);
    let mut more = message(id, "more", "look");
    more.images = vec![picture(3, half)];
    assert_eq!(opened.journal.accept_message(more).await.unwrap(), Acceptance::ImagesFull);
    assert_eq!(opened.journal.open_messages(id).await.unwrap().len(), 1);
    opened.close().await;
}
