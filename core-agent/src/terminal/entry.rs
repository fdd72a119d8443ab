//! The agent's list of terminals, kept by a connection to each one's keeper.

use super::keepers::Keepers;
use super::size::Size;
use super::values::Values;
use super::wire::{AgentCodec, Exited, Frame, Order, State, Told};
use super::{TerminalError, folder, left_behind};
use crate::config::TerminalConfig;
use crate::supervise::tree::{self, Seen};
use futures::{SinkExt as _, StreamExt as _};
use protocol::event::Actor;
use protocol::ids::{TerminalId, UserId};
use rustix::process::{Pid, Signal};
use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use time::OffsetDateTime;
use tokio::net::UnixStream;
use tokio::sync::{mpsc, watch};
use tokio::time::timeout;
use tokio_util::codec::Framed;

const ORDERS: usize = 8;
/// What a keeper may take to say what its terminal is.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(10);

/// A terminal as clients see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terminal {
    pub id: TerminalId,
    pub name: Option<String>,
    pub workspace: Option<String>,
    pub recorded: bool,
    pub created_by: Actor,
    pub created_at: OffsetDateTime,
    pub size: Size,
    pub title: Option<String>,
    pub writers: u32,
    pub observers: u32,
    pub exited: Option<Exited>,
}

impl From<State> for Terminal {
    fn from(state: State) -> Self {
        let State { about, size, title, writers, observers, exited } = state;
        Self {
            id: about.id,
            name: about.name,
            workspace: about.workspace,
            recorded: about.recorded,
            created_by: about.created_by,
            created_at: about.created_at,
            size,
            title,
            writers,
            observers,
            exited,
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct Entries {
    table: Mutex<Table>,
    changed: watch::Sender<()>,
}

#[derive(Debug, Default)]
struct Table {
    entries: BTreeMap<TerminalId, Entry>,
    /// Terminals that are being made, by whom.
    reserved: Vec<UserId>,
}

#[derive(Debug)]
struct Entry {
    terminal: Terminal,
    orders: mpsc::Sender<Order>,
    /// None: the kernel does not say, or it has ended.
    keeper: Option<Seen>,
}

/// A place for a terminal that is being made.
#[derive(Debug)]
pub(super) struct Reserved {
    entries: Arc<Entries>,
    user: UserId,
}

impl Drop for Reserved {
    fn drop(&mut self) {
        let mut table = self.entries.table();
        if let Some(at) = table.reserved.iter().position(|user| *user == self.user) {
            table.reserved.swap_remove(at);
        }
    }
}

impl Entries {
    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn all(&self) -> Vec<Terminal> {
        self.table().entries.values().map(|entry| entry.terminal.clone()).collect()
    }

    pub(super) fn get(&self, id: TerminalId) -> Option<Terminal> {
        self.table().entries.get(&id).map(|entry| entry.terminal.clone())
    }

    pub(super) fn reserve(self: &Arc<Self>, config: &TerminalConfig, user: UserId) -> Result<Reserved, TerminalError> {
        let mut table = self.table();
        // One whose shell has ended takes no place: nothing of it runs.
        let living = || table.entries.values().filter(|entry| entry.terminal.exited.is_none());
        let of_user = living().filter(|entry| entry.terminal.created_by.user == user).count()
            + table.reserved.iter().filter(|reserved| **reserved == user).count();
        if living().count() + table.reserved.len() >= config.max as usize {
            return Err(TerminalError::TooMany(config.max));
        }
        if of_user >= config.max_per_user as usize {
            return Err(TerminalError::TooManyOfOne(config.max_per_user));
        }
        table.reserved.push(user);
        drop(table);
        Ok(Reserved { entries: Arc::clone(self), user })
    }

    /// Those whose shell has ended, oldest first, beyond as many as there may be of the living: nobody need close them,
    /// but each keeps a process for as long as its end can be looked at.
    pub(super) fn surplus(&self, config: &TerminalConfig) -> Vec<TerminalId> {
        let table = self.table();
        let ended: Vec<_> =
            table.entries.iter().filter(|(_, entry)| entry.terminal.exited.is_some()).map(|(id, _)| *id).collect();
        ended[..ended.len().saturating_sub(config.max as usize)].to_vec()
    }

    pub(super) async fn order(&self, id: TerminalId, order: Order) -> Result<(), TerminalError> {
        let orders = self.table().entries.get(&id).map(|entry| entry.orders.clone());
        orders.ok_or(TerminalError::Unknown)?.send(order).await.map_err(|_| TerminalError::Unknown)
    }

    /// Waits until a terminal is as wanted.
    pub(super) async fn wait(&self, id: TerminalId, wanted: impl Fn(&Terminal) -> bool) -> Result<(), TerminalError> {
        let mut changed = self.changed.subscribe();
        let is_so = async {
            loop {
                match self.get(id) {
                    None => return Err(TerminalError::Unknown),
                    Some(terminal) if wanted(&terminal) => return Ok(()),
                    Some(_) => {}
                }
                // The sender is this table's own.
                drop(changed.changed().await);
            }
        };
        timeout(PATIENCE, is_so).await.map_err(|_| TerminalError::Reach(io::ErrorKind::TimedOut.into()))?
    }

    pub(super) async fn gone(&self, id: TerminalId) {
        let mut changed = self.changed.subscribe();
        while self.get(id).is_some() {
            // As above.
            drop(changed.changed().await);
        }
    }

    /// Kills a keeper. Whoever follows it sees to what it leaves.
    pub(super) fn kill(&self, id: TerminalId) {
        if let Some(keeper) = self.table().entries.get(&id).and_then(|entry| entry.keeper) {
            tree::send(keeper, Signal::KILL);
        }
    }

    fn put(&self, terminal: Terminal, orders: &mpsc::Sender<Order>, keeper: Option<Seen>) {
        self.table().entries.insert(terminal.id, Entry { terminal, orders: orders.clone(), keeper });
        self.changed.send_replace(());
    }

    fn remove(&self, id: TerminalId) {
        self.table().entries.remove(&id);
        self.changed.send_replace(());
    }
}

/// Makes a terminal's keeper tell of it, for as long as there is one. Returns when the terminal is in the list.
pub(super) async fn follow(keepers: &Keepers, id: TerminalId) -> io::Result<()> {
    let Keepers { folder, entries, guard, left, tasks, .. } = keepers.clone();
    let stream = folder::connect(&folder, id).await?;
    let keeper = keeper_of(&stream);
    let mut frames = Framed::new(stream, AgentCodec::default());
    let mut values = guard.changes();
    values.mark_unchanged();
    frames.send(Frame::Said(Order::Mask { values: Values(guard.values()) })).await?;
    frames.send(Frame::Said(Order::Follow)).await?;
    let (orders, mut ordered) = mpsc::channel(ORDERS);
    let first = timeout(PATIENCE, next(&mut frames, id)).await.map_err(|_| io::ErrorKind::TimedOut)?;
    entries.put(first.ok_or(io::ErrorKind::UnexpectedEof)?, &orders, keeper);
    // It ends with its keeper, or with the agent.
    tasks.spawn(async move {
        loop {
            let order = tokio::select! {
                told = next(&mut frames, id) => match told {
                    Some(terminal) => {
                        entries.put(terminal, &orders, keeper);
                        continue;
                    }
                    None => break,
                },
                order = ordered.recv() => match order {
                    Some(order) => order,
                    None => break,
                },
                // The terminal goes on without this agent.
                () = left.cancelled() => break,
                Ok(()) = values.changed() => Order::Mask { values: Values(guard.values()) },
            };
            if frames.send(Frame::Said(order)).await.is_err() {
                break;
            }
        }
        // One that ends says so. One that was killed has left what ran there.
        if !left.is_cancelled() && entries.get(id).is_some_and(|terminal| terminal.exited.is_none()) {
            left_behind::kill(id).await;
            folder::remove(&folder, id);
        }
        entries.remove(id);
    });
    Ok(())
}

/// Who keeps the terminal at the other end, as far as the kernel says.
pub(super) fn keeper_of(stream: &UnixStream) -> Option<Seen> {
    tree::look(Pid::from_raw(stream.peer_cred().ok()?.pid()?)?)
}

async fn next(frames: &mut Framed<UnixStream, AgentCodec>, id: TerminalId) -> Option<Terminal> {
    loop {
        match frames.next().await? {
            Ok(Frame::Said(Told::State(state))) if state.about.id == id => return Some(state.into()),
            // To a follower a keeper says nothing else.
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(terminal = %id, %error, "a terminal's keeper does not speak as it should");
                return None;
            }
        }
    }
}
