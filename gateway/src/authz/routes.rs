//! From method and path to the one rule that holds.

use super::table::{ROUTES, Route, Rule, Verb};
use http::Method;
use protocol::ids::CoreId;
use std::collections::HashMap;
use std::sync::LazyLock;

/// Who answers a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target<'p> {
    /// The gateway itself.
    Gateway,
    /// A Core; `rest` is the path after its id, with the leading slash.
    Core { core: CoreId, rest: &'p str },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Matched<'p> {
    pub route: &'static Route,
    pub target: Target<'p>,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoRoute {
    #[error("there is nothing at this address")]
    NotFound,
    /// The value of the `Allow` header.
    #[error("only {0} fit this address")]
    MethodNotAllowed(String),
}

type Methods = Vec<&'static Route>;

static BY_TEMPLATE: LazyLock<matchit::Router<Methods>> = LazyLock::new(|| {
    let mut templates: HashMap<&str, Methods> = HashMap::new();
    for route in ROUTES {
        templates.entry(route.template).or_default().push(route);
    }
    let mut router = matchit::Router::new();
    for (template, methods) in templates {
        router.insert(template, methods).expect("the table's templates do not overlap: a test inserts them all");
    }
    router
});

/// The rule for a method and a path (without its query), which has passed [`check_target`](super::check_target).
pub fn route<'p>(method: &Method, path: &'p str) -> Result<Matched<'p>, NoRoute> {
    let found = BY_TEMPLATE.at(path).map_err(|_| NoRoute::NotFound)?;
    // What is no id names no Core, whatever the method.
    let core = match found.params.get("core") {
        Some(id) => Some((id.parse::<CoreId>().map_err(|_| NoRoute::NotFound)?, id)),
        None => None,
    };
    let verb = Verb::of(method);
    let route = found
        .value
        .iter()
        .find(|route| Some(route.verb) == verb)
        .ok_or_else(|| NoRoute::MethodNotAllowed(allowed(found.value)))?;
    let target = match (route.rule, core) {
        (Rule::Core(_), Some((core, id))) => {
            let (_, rest) = path.split_once(id).ok_or(NoRoute::NotFound)?;
            Target::Core { core, rest }
        }
        (Rule::Core(_), None) => return Err(NoRoute::NotFound),
        (Rule::Public | Rule::Authenticated | Rule::Administrator, _) => Target::Gateway,
    };
    Ok(Matched { route, target })
}

fn allowed(methods: &Methods) -> String {
    let mut verbs: Vec<_> = methods.iter().map(|route| route.verb.as_str()).collect();
    if verbs.contains(&"GET") {
        verbs.push("HEAD");
    }
    verbs.sort_unstable();
    verbs.join(", ")
}

#[cfg(test)]
mod tests {
    use super::super::table::Access;
    use super::*;
    use protocol::link::Class;

    /// A path for a template, with an id in each variable part.
    fn path_of(template: &str) -> String {
        let id = CoreId::new().to_string();
        template
            .split('/')
            .map(|segment| if segment.starts_with('{') { id.clone() } else { segment.to_owned() })
            .collect::<Vec<_>>()
            .join("/")
    }

    const METHODS: [Method; 9] = [
        Method::GET,
        Method::HEAD,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
        Method::OPTIONS,
        Method::CONNECT,
        Method::TRACE,
    ];

    #[test]
    fn every_route_is_found_by_its_method_and_no_other_method_leads_to_it() {
        for route_of_table in ROUTES {
            let path = path_of(route_of_table.template);
            for method in METHODS {
                match route(&method, &path) {
                    Ok(matched) => {
                        assert_eq!(matched.route.template, route_of_table.template);
                        assert_eq!(Some(matched.route.verb), Verb::of(&method));
                    }
                    Err(NoRoute::MethodNotAllowed(allow)) => {
                        assert!(!allow.split(", ").any(|verb| verb == method.as_str()), "{method} {path}");
                        assert!(allow.contains(route_of_table.verb.as_str()));
                    }
                    Err(NoRoute::NotFound) => panic!("{method} {path} has a template"),
                }
            }
        }
    }

    #[test]
    fn no_two_lines_of_the_table_are_the_same_route() {
        let mut seen = std::collections::HashSet::new();
        for route in ROUTES {
            assert!(seen.insert((route.verb, route.template)), "{} {}", route.verb.as_str(), route.template);
        }
    }

    #[test]
    fn exactly_the_routes_below_a_core_that_the_core_answers_go_to_it() {
        let core = CoreId::new();
        let path = format!("/api/v1/cores/{core}/sessions/7/events");
        let matched = route(&Method::GET, &path).unwrap();
        assert_eq!(matched.target, Target::Core { core, rest: "/sessions/7/events" });
        assert_eq!(matched.route.access, Access::HttpOrWebSocket);
        assert_eq!(matched.route.class, Class::Bulk);
        for own in ["", "/revoke", "/restore"] {
            let method = if own.is_empty() { Method::GET } else { Method::POST };
            assert_eq!(route(&method, &format!("/api/v1/cores/{core}{own}")).unwrap().target, Target::Gateway);
        }
    }

    #[test]
    fn what_the_table_does_not_name_does_not_exist() {
        let core = CoreId::new();
        for path in [
            "/api".to_owned(),
            "/api/v1".to_owned(),
            "/api/v2/login".to_owned(),
            "/metrics".to_owned(),
            "/link/v1/reports".to_owned(),
            "/api/v1/LOGIN".to_owned(),
            "/api/v1/login/x".to_owned(),
            format!("/api/v1/cores/{core}/link/v1/revoked"),
            format!("/api/v1/cores/{core}/terminal"),
            format!("/api/v1/cores/{core}/claude/credentials"),
            "/api/v1/cores/not-an-id/sessions".to_owned(),
            format!("/api/v1/cores/{}/sessions", core.to_string().to_uppercase()),
        ] {
            for method in METHODS {
                assert_eq!(route(&method, &path), Err(NoRoute::NotFound), "{method} {path}");
            }
        }
    }
}
