//! Fuzzes bounds of versions and names.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| annex_fuzz::constraint(bytes));
