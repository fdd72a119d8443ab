//! In whose name commits are made on this Core: everybody says for themselves.
//!
//! ```text
//!  git in a terminal ─────────────────────────► authors/{user}
//!  git in a session ─► signatures/{process} ──► authors/{user of the session}
//! ```
//!
//! All of these are files of git's configuration that it looks for at every start, and that need not be there: a change
//! holds from the next commit on, and without an author git's own configuration does. A process of the CLI may be there
//! before its session has an owner; so it gets a file of its own, which then says whose it is.

use super::configuration::{File, value};
use super::{GitFolder, configuration};
use crate::private_files::{self, PrivateFileError};
use protocol::ids::UserId;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use uuid::Uuid;

const LONGEST: usize = 200;
/// People with an author, which is one small file each.
const MOST: usize = 1_000;

#[derive(Debug, thiserror::Error)]
pub enum AuthorError {
    #[error(
        "a name and an email address are 1 to {LONGEST} characters with a letter or digit among them, without line breaks, < and >; the address holds no spaces"
    )]
    Value,
    #[error("{MOST} people have an author on this Core, which is as many as it takes")]
    TooMany,
    #[error("you have no author on this Core")]
    Unknown,
    #[error(transparent)]
    File(#[from] PrivateFileError),
    #[error("the authors cannot be looked at: {0}")]
    Io(#[from] io::Error),
}

/// Who a commit says that has made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Author {
    name: String,
    email: String,
}

impl Author {
    pub fn new(name: String, email: String) -> Result<Self, AuthorError> {
        // git itself drops dots and the like from both ends of a name, and refuses what is empty then.
        let sound = |text: &str| {
            (1..=LONGEST).contains(&text.chars().count())
                && text.chars().any(char::is_alphanumeric)
                && !text.contains(|character: char| character.is_control() || matches!(character, '<' | '>'))
        };
        if sound(&name) && sound(&email) && !email.contains(char::is_whitespace) {
            Ok(Self { name, email })
        } else {
            Err(AuthorError::Value)
        }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn email(&self) -> &str {
        &self.email
    }
}

#[derive(Clone, Debug)]
pub struct Authors {
    folder: GitFolder,
    /// Held by whoever changes one.
    changing: Arc<Mutex<()>>,
}

impl Authors {
    pub fn new(folder: &GitFolder) -> Self {
        Self { folder: folder.clone(), changing: Arc::default() }
    }

    /// Blocking, as all of these.
    pub fn get(&self, user: UserId) -> Result<Author, AuthorError> {
        let text = private_files::read(&self.folder.author(user))?.ok_or(AuthorError::Unknown)?;
        let text = String::from_utf8_lossy(&text);
        let part = |key| value(&text, key).ok_or(AuthorError::Unknown);
        Author::new(part("name")?, part("email")?)
    }

    pub fn put(&self, user: UserId, author: &Author) -> Result<(), AuthorError> {
        let _alone = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let path = self.folder.author(user);
        if !path.try_exists()? && std::fs::read_dir(self.folder.authors())?.count() >= MOST {
            return Err(AuthorError::TooMany);
        }
        let mut file = File::default();
        file.section("user", None).line("name", &author.name).line("email", &author.email);
        Ok(private_files::write(&path, file.as_str().as_bytes())?)
    }

    pub fn remove(&self, user: UserId) -> Result<(), AuthorError> {
        let _alone = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        match std::fs::remove_file(self.folder.author(user)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(AuthorError::Unknown),
            removed => Ok(removed?),
        }
    }
}

/// What tells git in one process whose commits it makes. Gone when it is dropped.
#[derive(Debug)]
pub struct Signature(PathBuf);

impl Signature {
    /// For a process that is nobody's yet.
    pub fn new(folder: &GitFolder) -> Self {
        Self(folder.signatures().join(Uuid::new_v4().to_string()))
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    /// From here on it makes the commits of this person. Blocking.
    pub fn belongs_to(&self, user: UserId) -> Result<(), PrivateFileError> {
        let mut file = configuration::File::default();
        // Beside this one's folder, wherever that lies.
        file.section("include", None).line("path", &format!("../{}/{user}", super::AUTHORS));
        private_files::write(&self.0, file.as_str().as_bytes())
    }

    /// Removes what a killed agent has left behind. Blocking.
    pub fn clear(folder: &GitFolder) {
        let Ok(entries) = std::fs::read_dir(folder.signatures()) else { return };
        for entry in entries.flatten() {
            drop(Self(entry.path()));
        }
    }
}

impl Drop for Signature {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_file(&self.0)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(%error, "a file that says whose commits a process makes is left behind");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::variables;
    use super::*;
    use std::process::Command;

    fn author(name: &str, email: &str) -> Result<Author, AuthorError> {
        Author::new(name.to_owned(), email.to_owned())
    }

    /// Whose commits git makes that is told of this file.
    fn ident(file: &Path) -> String {
        let mut git = Command::new("git");
        git.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin").env("GIT_CONFIG_NOSYSTEM", "1");
        git.envs(variables([
            ("user.useConfigOnly", "true".to_owned()),
            ("include.path", file.to_str().unwrap().to_owned()),
        ]));
        let said = git.args(["var", "GIT_AUTHOR_IDENT"]).output().unwrap();
        let ident = String::from_utf8(said.stdout).unwrap();
        ident.rsplit_once('>').map(|(ident, _)| format!("{ident}>")).unwrap_or_default()
    }

    #[test]
    fn git_commits_as_the_owner_of_a_process_says_and_a_change_holds_at_once() {
        let state = tempfile::tempdir().unwrap();
        let folder = GitFolder::open(state.path()).unwrap();
        let (authors, ada, ben) = (Authors::new(&folder), UserId::new(), UserId::new());
        authors.put(ada, &author("Ada \"the first\" Lovelace", "ada@example.com").unwrap()).unwrap();
        let signature = Signature::new(&folder);
        assert_eq!(ident(signature.path()), "", "it is nobody's");
        signature.belongs_to(ada).unwrap();
        assert_eq!(ident(signature.path()), "Ada \"the first\" Lovelace <ada@example.com>");
        authors.put(ada, &author("Ada", "a@b").unwrap()).unwrap();
        assert_eq!(ident(signature.path()), "Ada <a@b>");
        assert_eq!((ident(&folder.author(ada)), ident(&folder.author(ben))), ("Ada <a@b>".into(), String::new()));
        assert_eq!(authors.get(ada).unwrap(), author("Ada", "a@b").unwrap());
        authors.remove(ada).unwrap();
        assert!(matches!(authors.remove(ada), Err(AuthorError::Unknown)));
        assert!(matches!(authors.get(ada), Err(AuthorError::Unknown)));
        assert_eq!(ident(signature.path()), "");
    }

    #[test]
    fn a_signature_goes_with_its_process_or_at_the_next_start() {
        let state = tempfile::tempdir().unwrap();
        let folder = GitFolder::open(state.path()).unwrap();
        let (signature, left) = (Signature::new(&folder), Signature::new(&folder));
        for one in [&signature, &left] {
            one.belongs_to(UserId::new()).unwrap();
        }
        drop(signature);
        std::mem::forget(left);
        assert_eq!(std::fs::read_dir(folder.signatures()).unwrap().count(), 1);
        Signature::clear(&folder);
        assert_eq!(std::fs::read_dir(folder.signatures()).unwrap().count(), 0);
    }

    #[test]
    fn what_would_be_another_author_or_none_is_refused() {
        for (name, email) in [
            ("", "a@b"),
            ("Ada", ""),
            (" . ", "a@b"),
            ("Ada <x@y>", "a@b"),
            ("Ada", "a@b> <c@d"),
            ("Ada\nemail = x", "a@b"),
            ("Ada", "a@b\r"),
            ("Ada\0", "a@b"),
            ("Ada", "a @b"),
            (&"x".repeat(LONGEST + 1), "a@b"),
        ] {
            assert!(matches!(author(name, email), Err(AuthorError::Value)), "{name:?} {email:?}");
        }
        assert!(author("Ægir Ødegård; jr.", "ada+git@host").is_ok());
    }
}
