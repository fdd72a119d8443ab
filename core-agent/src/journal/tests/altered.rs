//! How sessions stand, and that it is told when they stand otherwise.

use super::*;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::TryRecvError;

/// What was told since this was asked last: which sessions, and for whom each was there before.
fn told(altered: &mut Receiver<Altered>) -> Vec<(SessionId, Visibility)> {
    std::iter::from_fn(|| altered.try_recv().ok()).map(|altered| (altered.session, altered.visibility)).collect()
}

async fn stands(journal: &Journal, id: SessionId) -> Activity {
    let session = journal.session(id).await.unwrap().unwrap();
    let newest = all(journal, id).await.pop().unwrap().at;
    assert_eq!(session.updated_at, newest, "{session:?}");
    let everybodys = Filter { viewer: anybody(), archived: false, workspace: None, owner: None, active: false };
    assert!(journal.sessions(&everybodys, None, 10).await.unwrap().contains(&session));
    session.activity
}

fn anybody() -> Viewer {
    Viewer { user: UserId::new(), sees_all: true }
}

#[tokio::test]
async fn a_session_works_for_as_long_as_messages_are_open_and_waits_while_somebody_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let opened = open(&path).await;
    let (journal, mut altered) = (&opened.journal, opened.journal.altered());
    let id = session(journal).await;
    assert_eq!((stands(journal, id).await, told(&mut altered).len()), (Activity::Idle, 1));

    let (first, approval) = (turn(journal, id).await, ApprovalId::new());
    assert_eq!((stands(journal, id).await, told(&mut altered).len()), (Activity::Working, 2));
    journal.append(id, vec![delta(first, "text"), delta(first, "that grows")]).await.unwrap();
    assert_eq!((stands(journal, id).await, told(&mut altered).len()), (Activity::Working, 0));
    journal.append(id, vec![asked(first, approval)]).await.unwrap();
    assert_eq!((stands(journal, id).await, told(&mut altered).len()), (Activity::Waiting, 1));
    journal.decide_approval(id, answer(approval, Decision::Allow, &ada())).await.unwrap();
    assert_eq!((stands(journal, id).await, told(&mut altered).len()), (Activity::Working, 1));
    journal.accept_message(message(id, "k", "and then?")).await.unwrap();
    let ended = Event::TurnInterrupted { turn: first, reason: InterruptReason::User, by: None, usage: None };
    journal.append(id, vec![ended]).await.unwrap();
    assert_eq!(stands(journal, id).await, Activity::Working, "a message waits");

    let second = journal.open_messages(id).await.unwrap()[0].turn;
    let asks = asked(second, ApprovalId::new());
    journal.append(id, vec![Event::TurnStarted { turn: second, model: None }, asks]).await.unwrap();
    opened.abandon().await;
    let opened = open(&path).await;
    assert_eq!(opened.journal.recover().await.unwrap(), []);
    assert_eq!(stands(&opened.journal, id).await, Activity::Idle, "nobody can answer what an earlier process asked");
    opened.close().await;
}

#[tokio::test]
async fn what_is_told_of_a_session_is_for_whom_it_was_there_before() {
    let folder = tempfile::tempdir().unwrap();
    let opened = open(&folder.path().join("journal.db")).await;
    let (journal, mut altered) = (&opened.journal, opened.journal.altered());
    let id = session(journal).await;
    let (shared, private) = ((id, Visibility::Shared), (id, Visibility::Private));
    for visibility in [Visibility::Private, Visibility::Shared, Visibility::Private] {
        journal.append(id, vec![Event::VisibilityChanged { visibility, by: ada() }]).await.unwrap();
    }
    assert_eq!(told(&mut altered), [shared, shared, private, shared]);
    journal.close_session(id).await.unwrap();
    let fork = NewFork { source: id, id: SessionId::new(), title: None, visibility: None, by: ada() };
    let forked = (fork.id, Visibility::Private);
    journal.fork_session(fork).await.unwrap();
    journal.remove_session(id, Why::Deleted(ada())).await.unwrap();
    assert_eq!(told(&mut altered), [private, forked, private]);
    assert_eq!(altered.try_recv(), Err(TryRecvError::Empty));
    opened.close().await;
}
