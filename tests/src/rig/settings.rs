//! Configuration files: what every program of the rig needs, with what a test wants otherwise laid over it.

use toml::{Table, Value};

/// `over` wins; tables are joined key by key.
pub(super) fn joined(mut base: Table, over: &Table) -> Table {
    for (key, value) in over {
        let joint = match (base.remove(key), value) {
            (Some(Value::Table(below)), Value::Table(above)) => Value::Table(joined(below, above)),
            (_, value) => value.clone(),
        };
        base.insert(key.clone(), joint);
    }
    base
}

/// Sets one key of a section.
pub(super) fn set(table: &mut Table, section: &str, key: &str, value: String) {
    let section = table.entry(section).or_insert_with(|| Value::Table(Table::new()));
    section.as_table_mut().expect("a section is a table").insert(key.to_owned(), value.into());
}

pub(super) fn text(table: &Table) -> String {
    toml::to_string(table).expect("a table is TOML")
}
