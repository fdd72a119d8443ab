//! The description as the code has it: the gateway's own routes, and the Cores' as the agent describes them, under the
//! address that the gateway gives them.
//!
//! `CONDRIX_UPDATE_OPENAPI=1 cargo test -p condrix-gateway openapi` writes the committed file anew.

use super::DOCUMENT;
use crate::api::routes;
use crate::authz::{ROUTES, Rule};
use crate::web::{FILES, PAGES};
use serde_json::{Map, Value, json};
use std::collections::{BTreeSet, HashSet};

const CORES: &str = include_str!("../../../../core-agent/openapi.json");
const ABOVE_A_CORE: &str = "/api/v1/cores/{core}";
const VERBS: [&str; 4] = ["get", "post", "patch", "delete"];

fn object<'v>(value: &'v mut Value, pointer: &str) -> &'v mut Map<String, Value> {
    value.pointer_mut(pointer).and_then(Value::as_object_mut).unwrap_or_else(|| panic!("{pointer} is no object"))
}

fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (verb, operation) in item.as_object().unwrap().iter().filter(|(verb, _)| VERBS.contains(&verb.as_str())) {
            all.push((verb.to_uppercase(), path.clone(), operation.clone()));
        }
    }
    all
}

/// Everything that the gateway answers itself, where anything may end in a problem.
fn gateway() -> Value {
    let mut document = serde_json::to_value(routes().into_openapi()).unwrap();
    let problem = json!({
        "description": "What went wrong (RFC 9457)",
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    });
    for item in object(&mut document, "/paths").values_mut() {
        for (_, operation) in item.as_object_mut().unwrap().iter_mut() {
            object(operation, "/responses").insert("default".to_owned(), problem.clone());
        }
    }
    document
}

fn merged() -> Value {
    let (mut document, mut cores) = (gateway(), serde_json::from_str::<Value>(CORES).unwrap());
    let core = json!({
        "name": "core", "in": "path", "required": true, "schema": {"$ref": "#/components/schemas/CoreId"},
    });
    for (path, mut item) in std::mem::take(object(&mut cores, "/paths")) {
        let Some(rest) = path.strip_prefix("/v1/") else { continue };
        for (_, operation) in item.as_object_mut().unwrap().iter_mut() {
            let operation = operation.as_object_mut().unwrap();
            let id = format!("core_{}", operation["operationId"].as_str().unwrap());
            operation.insert("operationId".to_owned(), id.into());
            let parameters = operation.entry("parameters").or_insert_with(|| json!([]));
            parameters.as_array_mut().unwrap().insert(0, core.clone());
        }
        let taken = object(&mut document, "/paths").insert(format!("{ABOVE_A_CORE}/{rest}"), item);
        assert!(taken.is_none(), "{path} is the gateway's own");
    }
    for (name, schema) in std::mem::take(object(&mut cores, "/components/schemas")) {
        let schemas = object(&mut document, "/components/schemas");
        if let Some(ours) = schemas.get(&name) {
            assert_eq!(*ours, schema, "{name} means two things");
        }
        schemas.insert(name, schema);
    }
    document
}

#[test]
fn the_committed_openapi_document_is_the_generated_one() {
    let mut generated = serde_json::to_string_pretty(&merged()).unwrap();
    generated.push('\n');
    if std::env::var_os("CONDRIX_UPDATE_OPENAPI").is_some() {
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json"), &generated).unwrap();
        return;
    }
    assert!(DOCUMENT == generated, "gateway/openapi.json is out of date: see this module");
}

#[test]
fn what_the_openapi_document_describes_is_what_the_table_of_rules_knows() {
    let described: BTreeSet<_> =
        operations(&merged()).into_iter().map(|(verb, path, _)| format!("{verb} {path}")).collect();
    // Pages for people, the description itself, and what agents' links run in.
    let pages = [PAGES, FILES, &["/api/openapi.json", "/link/v1"]].concat();
    let known: BTreeSet<_> = ROUTES
        .iter()
        .filter(|route| !pages.contains(&route.template))
        .map(|route| format!("{} {}", route.verb.as_str(), route.template))
        .collect();
    assert!(described.is_subset(&known), "no rule: {:?}", described.difference(&known));
    let undescribed: Vec<_> = known.difference(&described).filter(|route| !route.contains(ABOVE_A_CORE)).collect();
    assert!(undescribed.is_empty(), "{undescribed:?}");
}

#[test]
fn every_operation_of_the_openapi_document_has_a_name_of_its_own() {
    let mut seen = HashSet::new();
    for (verb, path, operation) in operations(&merged()) {
        let id = operation["operationId"].as_str().unwrap_or_else(|| panic!("{verb} {path} has no name"));
        assert!(seen.insert(id.to_owned()), "{id} is the name of two operations");
    }
}

#[test]
fn the_openapi_document_says_where_no_login_is_needed() {
    for (verb, path, operation) in operations(&gateway()) {
        let rule = ROUTES.iter().find(|route| route.verb.as_str() == verb && route.template == path).unwrap().rule;
        assert_eq!(operation["security"] == json!([{}]), rule == Rule::Public, "{verb} {path}");
    }
}

#[test]
fn every_reference_in_the_openapi_document_leads_somewhere() {
    fn check(document: &Value, value: &Value) {
        match value {
            Value::Object(members) => {
                if let Some(reference) = members.get("$ref").and_then(Value::as_str) {
                    let pointer = reference.strip_prefix('#').unwrap();
                    assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
                }
                members.values().for_each(|member| check(document, member));
            }
            Value::Array(items) => items.iter().for_each(|item| check(document, item)),
            _ => {}
        }
    }
    let document = merged();
    check(&document, &document);
}
