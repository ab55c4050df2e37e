//! The schema of the language is what the loader reads, what editors are told, and what the reference says.

#[path = "schema/accepting.rs"]
mod accepting;
#[path = "schema/json.rs"]
mod json;
#[path = "schema/page.rs"]
mod page;
#[path = "schema/probing.rs"]
mod probing;

use annex::schema::{self, SPEC};
use expect_test::expect_file;

#[test]
fn the_schema_for_editors_is_that_of_the_language() {
    let mut text = serde_json::to_string_pretty(&schema::document()).expect("a schema is made of JSON");
    text.push('\n');
    expect_file!["../docs/spec.schema.json"].assert_eq(&text);
}

#[test]
fn the_reference_tells_of_every_field() {
    expect_file!["../docs/reference.md"].assert_eq(&page::page());
}

#[test]
fn every_section_and_field_is_described_once() {
    for section in SPEC.all() {
        assert!(section.about.ends_with('.'), "{}: {}", section.name, section.about);
        let names: Vec<&str> = section.fields.iter().map(|field| field.name).collect();
        for (at, field) in section.fields.iter().enumerate() {
            let place = format!("{}.{}", section.name, field.name);
            assert!(field.about.ends_with('.') && field.about.len() > 5, "{place}: {}", field.about);
            assert!(!names[..at].contains(&field.name), "{place} is there twice");
        }
    }
}
