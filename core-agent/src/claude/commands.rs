//! The slash commands that the CLI offers, as its processes say when they start. They depend on the workspace: one that is
//! trusted brings its own.

use crate::guard::Guard;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// More than any CLI lists.
const MOST: usize = 512;
const LONGEST_NAME: usize = 128;
const LONGEST_TEXT: usize = 2048;
/// Workspaces that are remembered; a Core has more in rare cases, and then those that the CLI has
/// everywhere are told.
const MAX_WORKSPACES: usize = 256;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SlashCommand {
    /// Without its slash.
    pub name: String,
    #[serde(default)]
    pub description: String,
    #[serde(default, rename(deserialize = "argumentHint"))]
    pub argument_hint: Option<String>,
}

#[derive(Clone, Debug)]
pub(super) struct Commands {
    guard: Guard,
    known: Arc<Mutex<Known>>,
}

#[derive(Debug, Default)]
struct Known {
    /// What a process in no workspace said: no workspace's own are in it.
    everywhere: Option<Vec<SlashCommand>>,
    by_workspace: HashMap<String, Vec<SlashCommand>>,
}

impl Commands {
    pub(super) fn new(guard: Guard) -> Self {
        Self { guard, known: Arc::default() }
    }

    /// Takes the list of an `initialize` answer, of a process that runs in this workspace or in none.
    pub(super) fn learn(&self, workspace: Option<&str>, initialized: &Value) {
        let Some(listed) = initialized.get("commands").and_then(Value::as_array) else { return };
        let commands: Vec<SlashCommand> = listed.iter().take(MOST).filter_map(|command| self.read(command)).collect();
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(workspace) = workspace else {
            known.everywhere = Some(commands);
            return;
        };
        if known.by_workspace.len() < MAX_WORKSPACES || known.by_workspace.contains_key(workspace) {
            known.by_workspace.insert(workspace.to_owned(), commands);
        }
    }

    /// What the CLI offers in a workspace, as far as it has said so.
    pub(super) fn of(&self, workspace: &str) -> Option<Vec<SlashCommand>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.by_workspace.get(workspace).or(known.everywhere.as_ref()).cloned()
    }

    fn read(&self, command: &Value) -> Option<SlashCommand> {
        let command = SlashCommand::deserialize(command).ok()?;
        if command.name.is_empty() || command.name.len() > LONGEST_NAME {
            return None;
        }
        let text = |text: String| self.guard.mask(text.chars().take(LONGEST_TEXT).collect());
        Some(SlashCommand {
            name: self.guard.mask(command.name),
            description: text(command.description),
            argument_hint: command.argument_hint.filter(|hint| !hint.is_empty()).map(text),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_workspace_has_its_own_commands_and_no_others_and_one_that_has_not_run_those_of_none() {
        let commands = Commands::new(Guard::new());
        assert_eq!(commands.of("garden"), None);
        let said =
            |name: &str| json!({"commands": [{"name": name, "description": "d", "argumentHint": ""}, {"name": ""}, 3]});
        commands.learn(Some("garden"), &said("water"));
        assert_eq!(commands.of("kitchen"), None, "whoever asks has the CLI asked");
        commands.learn(None, &said("compact"));
        let names =
            |workspace| commands.of(workspace).unwrap().into_iter().map(|command| command.name).collect::<Vec<_>>();
        assert_eq!((names("garden"), names("kitchen")), (vec!["water".to_owned()], vec!["compact".to_owned()]));
        assert_eq!(commands.of("garden").unwrap()[0].argument_hint, None);
    }
}
