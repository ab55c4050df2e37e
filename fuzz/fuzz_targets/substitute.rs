//! Fuzzes build args in a text.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| annex_fuzz::substitute(bytes));
