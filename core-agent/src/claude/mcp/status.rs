//! What the CLI says of its servers. Its answer repeats their configuration, headers included: only what is named here is
//! taken out of it.

use crate::guard::Guard;
use serde::Serialize;
use serde_json::Value;

const MOST_SERVERS: usize = 128;
const MOST_TOOLS: usize = 512;
const LONGEST: usize = 512;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ServerStatus {
    pub name: String,
    /// As the CLI names it: `pending`, `connected`, `failed`, `needs-auth` or `disabled`.
    pub status: String,
    pub error: Option<String>,
    /// The names of its tools.
    pub tools: Vec<String>,
}

/// Reads the answer to `mcp_status`.
pub(in crate::claude) fn read(answer: &Value, guard: &Guard) -> Vec<ServerStatus> {
    let text = |value: &Value| value.as_str().map(|text| guard.mask(text.chars().take(LONGEST).collect()));
    let server = |server: &Value| {
        let tools = server["tools"].as_array().map(Vec::as_slice).unwrap_or_default();
        Some(ServerStatus {
            name: text(&server["name"])?,
            status: text(&server["status"])?,
            error: text(&server["error"]),
            tools: tools.iter().take(MOST_TOOLS).filter_map(|tool| text(&tool["name"])).collect(),
        })
    };
    let servers = answer["mcpServers"].as_array().map(Vec::as_slice).unwrap_or_default();
    servers.iter().take(MOST_SERVERS).filter_map(server).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_status_has_no_configuration() {
        let answer = json!({"mcpServers": [
            {"name": "echo", "status": "connected", "config": {"env": {"T": "hush"}}, "tools": [{"name": "say"}]},
            {"name": "web", "status": "failed", "error": "HTTP 401", "config": {"headers": {"Authorization": "hush"}}},
            {"status": "nameless"}]});
        let status = read(&answer, &Guard::new());
        assert_eq!(status.len(), 2);
        assert_eq!((status[0].tools[0].as_str(), status[1].error.as_deref()), ("say", Some("HTTP 401")));
        assert!(!serde_json::to_string(&status).unwrap().contains("hush"));
    }
}
