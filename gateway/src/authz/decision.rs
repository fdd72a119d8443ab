//! Allow or refuse: route × asker × Core.

use super::table::{Owned, Rule};
use protocol::claude::Method;
use protocol::headers::Grant;
use protocol::ids::UserId;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Member,
    Admin,
}

/// Who asks. `grant` is what the user holds on the Core in question, and None where no Core is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asker {
    pub user: UserId,
    pub role: Role,
    pub grant: Option<Grant>,
}

/// What the owner rule needs to know of a Core, from its last report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CoreFacts {
    pub method: Method,
    pub owner: Option<UserId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("nobody is logged in")]
    Unauthenticated,
    #[error("the user may not do this")]
    Forbidden,
    #[error("only the owner of the Core's sign-in may do this")]
    OwnerOnly,
}

/// Decides. Allowed towards a Core, it says with which grant; allowed elsewhere, None.
///
/// `core` is only looked at for a Core's routes; a Core that has never reported has no sign-in.
pub fn decide(rule: Rule, asker: Option<Asker>, core: CoreFacts) -> Result<Option<Grant>, Refusal> {
    let need = match rule {
        Rule::Public => return Ok(None),
        Rule::Authenticated => return asker.map(|_| None).ok_or(Refusal::Unauthenticated),
        Rule::Administrator => {
            return match asker.ok_or(Refusal::Unauthenticated)?.role {
                Role::Admin => Ok(None),
                Role::Member => Err(Refusal::Forbidden),
            };
        }
        Rule::Core(need) => need,
    };
    let asker = asker.ok_or(Refusal::Unauthenticated)?;
    let grant = asker.grant.filter(|grant| *grant >= need.grant).ok_or(Refusal::Forbidden)?;
    let owns = core.owner == Some(asker.user);
    let within_owner_rule = match (core.method, need.owned) {
        (Method::None | Method::ApiKey | Method::Console, _) | (Method::OAuth, Owned::Anyone) => true,
        (Method::OAuth, Owned::OwnerOnly) => owns,
        (Method::OAuth, Owned::OwnerOrAdministrator) => owns || asker.role == Role::Admin,
    };
    if within_owner_rule { Ok(Some(grant)) } else { Err(Refusal::OwnerOnly) }
}

#[cfg(test)]
mod tests {
    use super::super::table::{Need, ROUTES, Route};
    use super::*;

    fn asker(role: Role, grant: Option<Grant>) -> Asker {
        Asker { user: UserId::new(), role, grant }
    }

    const GRANTS: [Option<Grant>; 4] = [None, Some(Grant::Observe), Some(Grant::Operate), Some(Grant::Administer)];

    fn core_routes() -> impl Iterator<Item = (&'static Route, Need)> {
        ROUTES.iter().filter_map(|route| match route.rule {
            Rule::Core(need) => Some((route, need)),
            Rule::Public | Rule::Authenticated | Rule::Administrator => None,
        })
    }

    #[test]
    fn nobody_gets_past_anything_but_public_routes() {
        for route in ROUTES {
            let decided = decide(route.rule, None, CoreFacts::default());
            let expected = if route.rule == Rule::Public { Ok(None) } else { Err(Refusal::Unauthenticated) };
            assert_eq!(decided, expected, "{}", route.template);
        }
    }

    #[test]
    fn exactly_these_routes_are_public() {
        let public: Vec<_> =
            ROUTES.iter().filter(|route| route.rule == Rule::Public).map(|route| route.template).collect();
        assert_eq!(
            public,
            [
                "/",
                "/setup",
                "/login",
                "/inbox",
                "/settings",
                "/settings/{tab}",
                "/cores/{core}",
                "/cores/{core}/workspaces/{workspace}",
                "/cores/{core}/sessions/{session}",
                "/favicon.svg",
                "/manifest.webmanifest",
                "/assets/{file}",
                "/api/v1/csp-reports",
                "/livez",
                "/readyz",
                "/api/openapi.json",
                "/link/v1",
                "/api/v1/setup",
                "/api/v1/login",
                "/api/v1/token",
                "/api/v1/pairing"
            ]
        );
    }

    #[test]
    fn a_member_is_no_administrator() {
        for route in ROUTES.iter().filter(|route| route.rule == Rule::Administrator) {
            let member = asker(Role::Member, Some(Grant::Administer));
            assert_eq!(decide(route.rule, Some(member), CoreFacts::default()), Err(Refusal::Forbidden));
            let admin = asker(Role::Admin, None);
            assert_eq!(decide(route.rule, Some(admin), CoreFacts::default()), Ok(None));
        }
    }

    #[test]
    fn a_grant_opens_what_it_covers_and_nothing_more_whatever_the_role() {
        for (route, need) in core_routes() {
            for method in [Method::None, Method::ApiKey, Method::Console] {
                for role in [Role::Member, Role::Admin] {
                    for grant in GRANTS {
                        let facts = CoreFacts { method, owner: None };
                        let decided = decide(route.rule, Some(asker(role, grant)), facts);
                        let expected = match grant {
                            Some(held) if held >= need.grant => Ok(Some(held)),
                            _ => Err(Refusal::Forbidden),
                        };
                        assert_eq!(decided, expected, "{} {grant:?}", route.template);
                    }
                }
            }
        }
    }

    #[test]
    fn a_plan_is_used_by_its_owner_only_and_no_grant_or_role_overrides() {
        for (route, need) in core_routes() {
            let owner = asker(Role::Member, Some(Grant::Administer));
            for facts_owner in [Some(owner.user), None] {
                let facts = CoreFacts { method: Method::OAuth, owner: facts_owner };
                let other = decide(route.rule, Some(asker(Role::Member, Some(Grant::Administer))), facts);
                let admin = decide(route.rule, Some(asker(Role::Admin, Some(Grant::Administer))), facts);
                let (other_may, admin_may) = match need.owned {
                    Owned::Anyone => (true, true),
                    Owned::OwnerOnly => (false, false),
                    Owned::OwnerOrAdministrator => (false, true),
                };
                assert_eq!(other.is_ok(), other_may, "another user: {}", route.template);
                assert_eq!(admin.is_ok(), admin_may, "an administrator: {}", route.template);
                if !other_may {
                    assert_eq!(other, Err(Refusal::OwnerOnly));
                }
            }
            let own = CoreFacts { method: Method::OAuth, owner: Some(owner.user) };
            assert_eq!(decide(route.rule, Some(owner), own), Ok(Some(Grant::Administer)));
        }
    }

    #[test]
    fn every_core_route_that_changes_something_is_under_the_owner_rule() {
        for (route, need) in core_routes() {
            let changes = route.verb != super::super::table::Verb::Get;
            if changes {
                assert_ne!(need.owned, Owned::Anyone, "{}", route.template);
                assert!(need.grant > Grant::Observe, "{}", route.template);
            }
        }
    }
}
