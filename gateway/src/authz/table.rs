//! Every route of the public API, the gateway's and the Cores', with its rule. There is no other list.

use protocol::headers::Grant;
use protocol::link::Class;
use protocol::link::paths::CARRIER;

/// The methods that the API uses. HEAD is answered wherever GET is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verb {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

impl Verb {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    pub(super) fn of(method: &http::Method) -> Option<Self> {
        match *method {
            http::Method::GET | http::Method::HEAD => Some(Self::Get),
            http::Method::POST => Some(Self::Post),
            http::Method::PUT => Some(Self::Put),
            http::Method::PATCH => Some(Self::Patch),
            http::Method::DELETE => Some(Self::Delete),
            _ => None,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Anybody. Where a secret is needed (a password, a pairing token), the handler asks for it.
    Public,
    /// Whoever is logged in.
    Authenticated,
    /// An administrator of the gateway.
    Administrator,
    /// Whoever has the grant on the Core, within the owner rule.
    Core(Need),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Need {
    pub grant: Grant,
    pub owned: Owned,
}

/// What the owner rule says while the Core is signed in by OAuth: a plan belongs to a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owned {
    /// Seeing is not using.
    Anyone,
    /// Using the plan, or replacing it.
    OwnerOnly,
    /// Ending its use: an administrator may take a plan off a Core, but not use it.
    OwnerOrAdministrator,
}

/// How a route is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Requests and answers.
    Http,
    /// The same, or a WebSocket.
    HttpOrWebSocket,
    /// A WebSocket and nothing else, in which an agent's link runs.
    Link,
    /// Reports that a browser sends by itself. Whoever sends one is nobody, with a cookie as well.
    Reports,
}

/// What the audit log has of a request to a Core, before the Core hears of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audited {
    TerminalOpened,
    TerminalAttached,
    TerminalWatched,
    TerminalClosed,
    RecordingRead,
    RecordingRemoved,
    BypassBegun,
    WorkspaceTrusted,
    WorkspaceDistrusted,
    McpServerSet,
    McpServerRemoved,
    GitCredentialSet,
    GitCredentialRemoved,
    SessionRemoved,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route {
    pub verb: Verb,
    /// The address with its variable parts in braces: what metrics and documentation call it.
    pub template: &'static str,
    pub rule: Rule,
    pub access: Access,
    /// Which of a link's connections carries it. Meaningless for the gateway's own routes.
    pub class: Class,
    /// None: what comes of it is in the Core's journal, or is no act of anybody.
    pub audited: Option<Audited>,
}

const fn gateway(verb: Verb, template: &'static str, rule: Rule) -> Route {
    Route { verb, template, rule, access: Access::Http, class: Class::Interactive, audited: None }
}

const fn core(verb: Verb, template: &'static str, grant: Grant, owned: Owned) -> Route {
    gateway(verb, template, Rule::Core(Need { grant, owned }))
}

/// The same route, with its line in the audit log.
const fn audited(act: Audited, route: Route) -> Route {
    Route { audited: Some(act), ..route }
}

use Grant::{Administer, Observe, Operate};
use Owned::{Anyone, OwnerOnly, OwnerOrAdministrator};
use Rule::{Administrator, Authenticated, Public};
use Verb::{Delete, Get, Patch, Post, Put};

pub const ROUTES: &[Route] = &[
    // The web client: one document, and its files.
    gateway(Get, "/", Public),
    gateway(Get, "/setup", Public),
    gateway(Get, "/login", Public),
    gateway(Get, "/inbox", Public),
    gateway(Get, "/settings", Public),
    gateway(Get, "/settings/{tab}", Public),
    gateway(Get, "/cores/{core}", Public),
    gateway(Get, "/cores/{core}/workspaces/{workspace}", Public),
    gateway(Get, "/cores/{core}/sessions/{session}", Public),
    gateway(Get, "/favicon.svg", Public),
    gateway(Get, "/manifest.webmanifest", Public),
    gateway(Get, "/assets/{file}", Public),
    Route { access: Access::Reports, ..gateway(Post, "/api/v1/csp-reports", Public) },
    // What runs here, and how it is spoken to.
    gateway(Get, "/livez", Public),
    gateway(Get, "/readyz", Public),
    gateway(Get, "/api/openapi.json", Public),
    // An agent proves itself inside, as on the port.
    Route { access: Access::Link, ..gateway(Get, CARRIER, Public) },
    // Becoming somebody.
    gateway(Post, "/api/v1/setup", Public),
    gateway(Post, "/api/v1/login", Public),
    gateway(Post, "/api/v1/token", Public),
    gateway(Post, "/api/v1/pairing", Public),
    // One's own affairs.
    gateway(Post, "/api/v1/logout", Authenticated),
    gateway(Get, "/api/v1/me", Authenticated),
    gateway(Get, "/api/v1/login-sessions", Authenticated),
    gateway(Delete, "/api/v1/login-sessions/{session}", Authenticated),
    gateway(Get, "/api/v1/tokens", Authenticated),
    gateway(Post, "/api/v1/tokens", Authenticated),
    gateway(Delete, "/api/v1/tokens/{token}", Authenticated),
    // Cores, as the gateway knows them.
    gateway(Get, "/api/v1/events", Authenticated),
    gateway(Get, "/api/v1/cores", Authenticated),
    gateway(Get, "/api/v1/cores/{core}", Authenticated),
    gateway(Patch, "/api/v1/cores/{core}", Administrator),
    gateway(Post, "/api/v1/cores/{core}/revoke", Administrator),
    gateway(Post, "/api/v1/cores/{core}/restore", Administrator),
    gateway(Get, "/api/v1/pairing-tokens", Administrator),
    gateway(Post, "/api/v1/pairing-tokens", Administrator),
    gateway(Delete, "/api/v1/pairing-tokens/{token}", Administrator),
    // What a Core answers itself.
    core(Get, "/api/v1/cores/{core}/claude", Observe, Anyone),
    core(Post, "/api/v1/cores/{core}/claude/sign-ins", Administer, OwnerOnly),
    core(Delete, "/api/v1/cores/{core}/claude/sign-ins/{sign_in}", Administer, OwnerOnly),
    core(Post, "/api/v1/cores/{core}/claude/sign-ins/{sign_in}/code", Administer, OwnerOnly),
    core(Post, "/api/v1/cores/{core}/claude/sign-out", Administer, OwnerOrAdministrator),
    // How everything on it stands: a line now and then, and nobody's history.
    core(Get, "/api/v1/cores/{core}/events", Observe, Anyone),
    core(Get, "/api/v1/cores/{core}/workspaces", Observe, Anyone),
    core(Post, "/api/v1/cores/{core}/workspaces", Operate, OwnerOnly),
    // Whoever trusts a workspace lets it act as the Core's user.
    audited(
        Audited::WorkspaceTrusted,
        core(Put, "/api/v1/cores/{core}/workspaces/{workspace}/trust", Administer, OwnerOnly),
    ),
    audited(
        Audited::WorkspaceDistrusted,
        core(Delete, "/api/v1/cores/{core}/workspaces/{workspace}/trust", Administer, OwnerOnly),
    ),
    // A server is a program that runs as the Core's user, or is told what is said.
    core(Get, "/api/v1/cores/{core}/mcp-servers", Operate, OwnerOnly),
    audited(Audited::McpServerSet, core(Put, "/api/v1/cores/{core}/mcp-servers/{server}", Administer, OwnerOnly)),
    audited(
        Audited::McpServerRemoved,
        core(Delete, "/api/v1/cores/{core}/mcp-servers/{server}", Administer, OwnerOnly),
    ),
    core(Get, "/api/v1/cores/{core}/workspaces/{workspace}/mcp-servers", Operate, OwnerOnly),
    audited(
        Audited::McpServerSet,
        core(Put, "/api/v1/cores/{core}/workspaces/{workspace}/mcp-servers/{server}", Administer, OwnerOnly),
    ),
    audited(
        Audited::McpServerRemoved,
        core(Delete, "/api/v1/cores/{core}/workspaces/{workspace}/mcp-servers/{server}", Administer, OwnerOnly),
    ),
    core(Get, "/api/v1/cores/{core}/sessions/{session}/mcp-servers", Operate, OwnerOnly),
    core(Patch, "/api/v1/cores/{core}/sessions/{session}/mcp-servers/{server}", Operate, OwnerOnly),
    core(Post, "/api/v1/cores/{core}/sessions/{session}/mcp-servers/{server}/reconnect", Operate, OwnerOnly),
    core(Get, "/api/v1/cores/{core}/workspaces/{workspace}", Observe, Anyone),
    core(Delete, "/api/v1/cores/{core}/workspaces/{workspace}", Operate, OwnerOnly),
    core(Get, "/api/v1/cores/{core}/git/deploy-key", Administer, OwnerOnly),
    core(Get, "/api/v1/cores/{core}/git/credentials", Administer, OwnerOnly),
    audited(Audited::GitCredentialSet, core(Post, "/api/v1/cores/{core}/git/credentials", Administer, OwnerOnly)),
    audited(
        Audited::GitCredentialRemoved,
        core(Delete, "/api/v1/cores/{core}/git/credentials/{host}", Administer, OwnerOnly),
    ),
    // Everybody's own.
    core(Get, "/api/v1/cores/{core}/git/author", Operate, OwnerOnly),
    core(Put, "/api/v1/cores/{core}/git/author", Operate, OwnerOnly),
    core(Delete, "/api/v1/cores/{core}/git/author", Operate, OwnerOnly),
    core(Get, "/api/v1/cores/{core}/sessions", Observe, Anyone),
    core(Post, "/api/v1/cores/{core}/sessions", Operate, OwnerOnly),
    core(Get, "/api/v1/cores/{core}/sessions/{session}", Observe, Anyone),
    core(Patch, "/api/v1/cores/{core}/sessions/{session}", Operate, OwnerOnly),
    // To remove is not to use.
    audited(
        Audited::SessionRemoved,
        core(Delete, "/api/v1/cores/{core}/sessions/{session}", Operate, OwnerOrAdministrator),
    ),
    core(Post, "/api/v1/cores/{core}/sessions/{session}/close", Operate, OwnerOnly),
    core(Post, "/api/v1/cores/{core}/sessions/{session}/fork", Operate, OwnerOnly),
    Route { class: Class::Bulk, ..core(Get, "/api/v1/cores/{core}/sessions/{session}/export", Observe, Anyone) },
    core(Post, "/api/v1/cores/{core}/sessions/{session}/messages", Operate, OwnerOnly),
    // A reader that comes back may be sent a long history: not on the connection that carries keystrokes.
    Route {
        access: Access::HttpOrWebSocket,
        class: Class::Bulk,
        ..core(Get, "/api/v1/cores/{core}/sessions/{session}/events", Observe, Anyone)
    },
    core(Get, "/api/v1/cores/{core}/sessions/{session}/approvals", Observe, Anyone),
    core(Post, "/api/v1/cores/{core}/sessions/{session}/approvals/{approval}", Operate, OwnerOnly),
    core(Post, "/api/v1/cores/{core}/sessions/{session}/interrupt", Operate, OwnerOnly),
    core(Get, "/api/v1/cores/{core}/search", Observe, Anyone),
    core(Get, "/api/v1/cores/{core}/removals", Administer, Anyone),
    core(Get, "/api/v1/cores/{core}/journal", Observe, Anyone),
    // A picture is as long as a history.
    Route {
        class: Class::Bulk,
        ..core(Get, "/api/v1/cores/{core}/sessions/{session}/images/{image}", Observe, Anyone)
    },
    // The CLI may have to be started to say it.
    core(Get, "/api/v1/cores/{core}/sessions/{session}/commands", Operate, OwnerOnly),
    // Running without asking is lent by an administrator, and taken back by whoever operates.
    audited(Audited::BypassBegun, core(Post, "/api/v1/cores/{core}/sessions/{session}/bypass", Administer, OwnerOnly)),
    core(Delete, "/api/v1/cores/{core}/sessions/{session}/bypass", Operate, OwnerOnly),
    // Whoever types into a terminal is the Core's user; and its title says what runs there.
    core(Get, "/api/v1/cores/{core}/terminals", Administer, OwnerOnly),
    audited(Audited::TerminalOpened, core(Post, "/api/v1/cores/{core}/terminals", Administer, OwnerOnly)),
    core(Get, "/api/v1/cores/{core}/terminals/{terminal}", Administer, OwnerOnly),
    core(Patch, "/api/v1/cores/{core}/terminals/{terminal}", Administer, OwnerOnly),
    audited(Audited::TerminalClosed, core(Delete, "/api/v1/cores/{core}/terminals/{terminal}", Administer, OwnerOnly)),
    // Keystrokes ride the interactive connection, which no history ever fills.
    Route {
        access: Access::HttpOrWebSocket,
        ..audited(
            Audited::TerminalAttached,
            core(Get, "/api/v1/cores/{core}/terminals/{terminal}/attach", Administer, OwnerOnly),
        )
    },
    Route {
        access: Access::HttpOrWebSocket,
        ..audited(
            Audited::TerminalWatched,
            core(Get, "/api/v1/cores/{core}/terminals/{terminal}/watch", Administer, OwnerOnly),
        )
    },
    core(Get, "/api/v1/cores/{core}/recordings", Administer, OwnerOnly),
    Route {
        class: Class::Bulk,
        ..audited(
            Audited::RecordingRead,
            core(Get, "/api/v1/cores/{core}/recordings/{terminal}", Administer, OwnerOnly),
        )
    },
    audited(
        Audited::RecordingRemoved,
        core(Delete, "/api/v1/cores/{core}/recordings/{terminal}", Administer, OwnerOnly),
    ),
];
