//! Fuzzes the reading of a spec.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| annex_fuzz::decode(bytes));
