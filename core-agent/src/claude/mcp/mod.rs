//! MCP servers that the CLI is given: for every session of the Core, and for those of one workspace.
//!
//! They are kept in a private file of the agent's state, and each process gets its own in another one, which goes when the
//! process has read it: argv and environment can be read by others. What is secret of a server is in no answer, and the
//! guard knows it.

mod handover;
mod server;
mod start;
mod status;

pub(super) use handover::{Handover, clear};
pub use server::{Server, ServerFault, ServerName};
pub(super) use start::Starter;
pub use start::become_at_home;
pub use status::ServerStatus;
pub(super) use status::read as read_status;

use crate::guard::{Guard, Source};
use crate::private_files::{self, PrivateFileError};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Of the Core, or of one workspace.
const MOST: usize = 32;
/// What a file that is read whole holds.
const LARGEST_FILE: usize = 60 * 1024;

#[derive(Debug, thiserror::Error)]
pub enum McpError {
    #[error(transparent)]
    Server(#[from] ServerFault),
    #[error("there is no such server")]
    Unknown,
    #[error(
        "there are as many servers as it takes ({MOST} of the Core and of a workspace, {LARGEST_FILE} bytes in all)"
    )]
    TooMany,
    #[error(transparent)]
    File(#[from] PrivateFileError),
}

/// Servers by name.
pub type Servers = BTreeMap<String, Server>;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct All {
    core: Servers,
    workspaces: BTreeMap<String, Servers>,
}

impl All {
    fn of(&mut self, workspace: Option<&str>) -> &mut Servers {
        match workspace {
            None => &mut self.core,
            Some(workspace) => self.workspaces.entry(workspace.to_owned()).or_default(),
        }
    }

    fn exposed(&self) -> Value {
        let workspaces: Value =
            self.workspaces.iter().map(|(name, servers)| (name.clone(), exposed(servers))).collect();
        json!({ "core": exposed(&self.core), "workspaces": workspaces })
    }
}

fn exposed(servers: &Servers) -> Value {
    servers.iter().map(|(name, server)| (name.clone(), server.exposed())).collect()
}

#[derive(Debug)]
pub struct McpServers {
    path: PathBuf,
    guard: Guard,
    starter: Starter,
    kept: Mutex<Kept>,
}

#[derive(Debug)]
struct Kept {
    all: All,
    /// Counts changes: a process that was started before the last one is replaced when it has nothing to do.
    revision: u64,
}

impl McpServers {
    /// Reads them. Where they cannot be read there are none, and none is stored in their place before somebody says so.
    pub(super) fn open(path: PathBuf, guard: Guard, starter: Starter) -> Self {
        let all = match private_files::read(&path) {
            // Without the error's text: it may quote a secret.
            Ok(Some(text)) => serde_json::from_slice(&text).unwrap_or_else(|_| {
                tracing::error!(path = %path.display(), "the MCP servers' file is damaged");
                All::default()
            }),
            Ok(None) => All::default(),
            Err(error) => {
                tracing::error!(%error, "the MCP servers cannot be read");
                All::default()
            }
        };
        let servers = Self { path, guard, starter, kept: Mutex::new(Kept { all, revision: 0 }) };
        servers.tell_guard(&[&servers.lock().all]);
        servers
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell_guard(&self, in_use: &[&All]) {
        let servers =
            in_use.iter().flat_map(|all| all.core.values().chain(all.workspaces.values().flat_map(BTreeMap::values)));
        self.guard.set_live(Source::McpServers, servers.flat_map(Server::values).collect());
    }

    /// Puts a server in place of one of its name. Blocking.
    pub(super) fn put(&self, workspace: Option<&str>, name: &ServerName, server: Server) -> Result<(), McpError> {
        server.check(workspace.is_none())?;
        self.change(|all| {
            let servers = all.of(workspace);
            servers.insert(name.as_str().to_owned(), server);
            if servers.len() > MOST { Err(McpError::TooMany) } else { Ok(()) }
        })
    }

    /// Blocking.
    pub(super) fn remove(&self, workspace: Option<&str>, name: &str) -> Result<(), McpError> {
        self.change(|all| {
            all.of(workspace).remove(name).ok_or(McpError::Unknown)?;
            all.workspaces.retain(|_, servers| !servers.is_empty());
            Ok(())
        })
    }

    /// The name is to be another directory's. Blocking.
    pub(super) fn forget(&self, workspace: &str) -> Result<(), PrivateFileError> {
        let mut kept = self.lock();
        if !kept.all.workspaces.contains_key(workspace) {
            return Ok(());
        }
        let mut next = kept.all.clone();
        next.workspaces.remove(workspace);
        private_files::write(&self.path, next.exposed().to_string().as_bytes())?;
        self.tell_guard(&[&next]);
        kept.all = next;
        kept.revision += 1;
        Ok(())
    }

    fn change(&self, change: impl FnOnce(&mut All) -> Result<(), McpError>) -> Result<(), McpError> {
        let mut kept = self.lock();
        let mut next = kept.all.clone();
        change(&mut next)?;
        let text = next.exposed().to_string();
        if text.len() > LARGEST_FILE {
            return Err(McpError::TooMany);
        }
        // Before anything can carry them; and where the file is not written, the ones before stay in use.
        self.tell_guard(&[&kept.all, &next]);
        private_files::write(&self.path, text.as_bytes())?;
        self.tell_guard(&[&next]);
        kept.all = next;
        kept.revision += 1;
        Ok(())
    }

    /// Those of the Core, or of one workspace.
    pub fn listed(&self, workspace: Option<&str>) -> Servers {
        let kept = self.lock();
        match workspace {
            None => kept.all.core.clone(),
            Some(workspace) => kept.all.workspaces.get(workspace).cloned().unwrap_or_default(),
        }
    }

    pub(super) fn revision(&self) -> u64 {
        self.lock().revision
    }

    /// What a process in this workspace is given, as the CLI reads it. A workspace's own win. None where there are none.
    pub(super) fn configuration(&self, workspace: &str) -> Option<Value> {
        let told = |servers: Servers, of_all: bool| {
            servers.into_iter().map(move |(name, server)| (name, server.told(&self.starter, of_all)))
        };
        let mut servers: Map<String, Value> = told(self.listed(None), true).collect();
        servers.extend(told(self.listed(Some(workspace)), false));
        (!servers.is_empty()).then(|| json!({ "mcpServers": servers }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::supervise::Supervisor;
    use std::os::unix::fs::PermissionsExt as _;

    fn open(file: PathBuf, guard: Guard) -> McpServers {
        McpServers::open(file, guard, Starter::new(Supervisor::at("/opt/core-agent"), "/usr/bin"))
    }

    fn server(token: &str) -> Server {
        serde_json::from_value(json!({"type": "stdio", "command": "x", "secret_env": {"TOKEN": token}})).unwrap()
    }

    #[test]
    fn servers_are_kept_privately_a_workspaces_own_win_and_their_secrets_are_masked() {
        let folder = tempfile::tempdir().unwrap();
        let (file, guard) = (folder.path().join("mcp.json"), Guard::new());
        let servers = open(file.clone(), guard.clone());
        assert_eq!(servers.configuration("garden"), None);
        let name: ServerName = "echo".parse().unwrap();
        servers.put(None, &name, server("of-the-whole-core")).unwrap();
        servers.put(Some("garden"), &name, server("of-the-garden-alone")).unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        let again = open(file, guard.clone());
        let token = |workspace| again.configuration(workspace).unwrap()["mcpServers"]["echo"]["env"]["TOKEN"].clone();
        assert_eq!((token("garden"), token("kitchen")), (json!("of-the-garden-alone"), json!("of-the-whole-core")));
        assert!(!guard.mask("it is of-the-garden-alone".into()).contains("of-the-garden"));
        again.remove(Some("garden"), "echo").unwrap();
        assert!(matches!(again.remove(Some("garden"), "echo"), Err(McpError::Unknown)));
        assert_eq!((token("garden"), again.revision()), (json!("of-the-whole-core"), 1));
    }

    #[test]
    fn a_secret_stays_masked_for_as_long_as_it_is_in_use_although_its_server_was_to_go() {
        let (folder, guard) = (tempfile::tempdir().unwrap(), Guard::new());
        let servers = open(folder.path().join("mcp.json"), guard.clone());
        let name: ServerName = "echo".parse().unwrap();
        servers.put(None, &name, server("first-secret-value")).unwrap();
        // In the way of what is written.
        let unfinished = folder.path().join("mcp.new");
        std::fs::create_dir(&unfinished).unwrap();
        let is_live = |secret: &str| guard.is_live(&secret.to_owned().into());
        for change in [servers.put(None, &name, server("second-secret-value")), servers.remove(None, "echo")] {
            assert!(matches!(change, Err(McpError::File(_))), "{change:?}");
            assert!(is_live("first-secret-value"));
        }
        std::fs::remove_dir(&unfinished).unwrap();
        servers.remove(None, "echo").unwrap();
        assert!(!is_live("first-secret-value") && !is_live("second-secret-value"));
    }

    #[test]
    fn there_are_so_many_servers_and_no_more() {
        let folder = tempfile::tempdir().unwrap();
        let servers = open(folder.path().join("mcp.json"), Guard::new());
        for number in 0..MOST {
            servers.put(None, &format!("s{number}").parse().unwrap(), server("x")).unwrap();
        }
        let more = servers.put(None, &"more".parse().unwrap(), server("x"));
        assert!(matches!(more, Err(McpError::TooMany)));
        servers.put(None, &"s1".parse().unwrap(), server("y")).unwrap();
        assert_eq!(servers.listed(None).len(), MOST);
    }
}
