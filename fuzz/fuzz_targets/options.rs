//! Fuzzes what a client and an engine say.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| annex_fuzz::options(bytes));
