//! Fuzzes the reading of YAML.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| annex_fuzz::yaml(bytes));
