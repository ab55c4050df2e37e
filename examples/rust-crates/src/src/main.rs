//! Prints the CRC-32 of files.

use std::fs::File;
use std::io::{self, Read};
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut code = ExitCode::SUCCESS;
    let mut paths = std::env::args_os().skip(1).peekable();
    if paths.peek().is_none() {
        eprintln!("usage: crcs FILE...");
        return ExitCode::from(64);
    }
    for path in paths {
        let path = std::path::PathBuf::from(path);
        match File::open(&path).and_then(checksum) {
            Ok(checksum) => println!("{checksum:08x}  {}", path.display()),
            Err(error) => {
                eprintln!("crcs: {}: {error}", path.display());
                code = ExitCode::FAILURE;
            }
        }
    }
    code
}

fn checksum(mut file: File) -> io::Result<u32> {
    let mut hasher = crc32fast::Hasher::new();
    let mut buffer = [0; 1 << 16];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hasher.finalize()),
            read => hasher.update(&buffer[..read]),
        }
    }
}
