//! Every route of the public interface, as the gateway itself describes it: a test that goes through all of them cannot
//! forget the one that is added tomorrow.

use condrix_tests::rig::Client;
use reqwest::Method;

#[derive(Clone, Debug)]
pub(crate) struct Described {
    pub(crate) method: Method,
    /// With its variable parts in braces.
    pub(crate) template: String,
    /// Whether it says that it asks for nobody.
    pub(crate) public: bool,
}

impl Described {
    pub(crate) fn changes(&self) -> bool {
        self.method != Method::GET
    }

    /// Its address, with these values for the variable parts.
    pub(crate) fn path(&self, value: impl Fn(&str) -> String) -> String {
        let fill = |segment: &str| match segment.strip_prefix('{').and_then(|segment| segment.strip_suffix('}')) {
            Some(name) => value(name),
            None => segment.to_owned(),
        };
        self.template.split('/').map(fill).collect::<Vec<_>>().join("/")
    }
}

pub(crate) async fn described(client: &Client) -> Vec<Described> {
    let document = client.get("/api/openapi.json").await.expect(200);
    let mut routes = Vec::new();
    for (template, item) in document["paths"].as_object().expect("the document has paths") {
        for (verb, operation) in item.as_object().expect("a path has operations") {
            let Ok(method) = verb.to_uppercase().parse::<Method>() else { continue };
            if ["GET", "POST", "PUT", "PATCH", "DELETE"].contains(&method.as_str()) {
                let public = operation["security"] == serde_json::json!([{}]);
                routes.push(Described { method, template: template.clone(), public });
            }
        }
    }
    assert!(routes.len() > 20, "{routes:?}");
    routes
}
