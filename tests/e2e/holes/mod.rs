//! The holes of the system that came before this one, each closed here and shown to be.
//!
//! | hole | shown by |
//! |---|---|
//! | whoever knocked with an unknown token became a Core and was handed the organisation's keys | `gateway::pairing`, which also shows all that a Core is told |
//! | removing a Core left its live socket working | `revocation` |
//! | `admin`/`admin` | [`strangers`] |
//! | any user reached any Core, and the relayed request carried no user | [`strangers`], `hostile::spoofing`, `claude::owner` |
//! | a file read by bare path join served the credentials file | [`paths`] |
//! | the sign-in's event carried the tokens to every client, and they were stored | [`canaries`], `claude::sign_in` |
//! | Origin was checked by its beginning | `hostile::origin` |
//! | without a header there was no authentication | [`strangers`], `hostile::origin` |
//! | a prompt in argv | [`canaries`] |
//! | a cancelled turn left its process running | [`cancelled`] |
//!
//! A token of a Core, which nothing there ever renewed, has no counterpart: a Core has a key, which never leaves its host.

mod canaries;
mod cancelled;
mod paths;
pub(crate) mod sampler;
mod strangers;

use condrix_tests::rig::Client;
use reqwest::Method;
use serde_json::json;

/// Every route that the gateway describes, but those that say that they ask for nobody.
async fn routes_for_users(client: &Client) -> Vec<(Method, String)> {
    let document = client.get("/api/openapi.json").await.expect(200);
    let mut routes = Vec::new();
    for (template, item) in document["paths"].as_object().expect("there are paths") {
        for (verb, operation) in item.as_object().expect("a path has operations") {
            if operation["security"] != json!([{}]) {
                let method = verb.to_uppercase().parse().expect("a method");
                routes.push((method, template.clone()));
            }
        }
    }
    assert!(routes.len() > 25, "{routes:?}");
    routes
}

/// An address for a template: one id in every variable part, but the Core's own in its.
fn address(template: &str, core: &str) -> String {
    let fill = |segment: &str| match segment {
        "{core}" => core.to_owned(),
        variable if variable.starts_with('{') => "00000000-0000-7000-8000-000000000000".to_owned(),
        plain => plain.to_owned(),
    };
    template.split('/').map(fill).collect::<Vec<_>>().join("/")
}
