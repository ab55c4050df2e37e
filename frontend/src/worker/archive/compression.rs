//! Unpackers for the members of a package.

use std::io::{self, BufRead, BufReader, Read};

use liblzma::stream::{IGNORE_CHECK, MtStreamBuilder, Stream};

use crate::worker::archive::Refusal;

/// Reader of the unpacked bytes of `input`; `suffix` is how the member's name ends, such as `.xz`.
pub(super) fn reader<'a>(
    suffix: &str,
    input: impl Read + 'a,
    threads: u32,
) -> Result<Box<dyn Read + 'a>, Refusal> {
    let input = BufReader::with_capacity(BUFFER, input);
    match suffix {
        "" => Ok(Box::new(input)),
        ".bz2" => Ok(Box::new(bzip2::bufread::MultiBzDecoder::new(input))),
        ".gz" => Ok(Box::new(flate2::bufread::MultiGzDecoder::new(input))),
        ".lzma" => {
            let stream = Stream::new_lzma_decoder(XZ_MEMORY).map_err(io::Error::other)?;
            Ok(Box::new(liblzma::bufread::XzDecoder::new_stream(input, stream)))
        }
        ".xz" => Ok(Box::new(xz(input, threads).map_err(io::Error::other)?)),
        ".zst" => {
            let mut decoder = zstd::stream::read::Decoder::with_buffer(input)?;
            decoder.window_log_max(ZSTD_WINDOW_LOG)?;
            Ok(Box::new(decoder))
        }
        suffix => Err(Refusal::Content(format!(
            "is packed as `{suffix}`: only `.xz`, `.zst`, `.gz`, `.bz2`, `.lzma` and unpacked archives can be read"
        ))),
    }
}

fn xz<R: BufRead>(input: R, threads: u32) -> Result<liblzma::bufread::XzDecoder<R>, liblzma::stream::Error> {
    let stream = if threads > 1 {
        MtStreamBuilder::new()
            .threads(threads)
            .memlimit_threading(XZ_MEMORY)
            .memlimit_stop(XZ_MEMORY)
            .decoder()?
    } else {
        // The whole file has been compared with its SHA-256: a weaker sum need not be computed too.
        Stream::new_stream_decoder(XZ_MEMORY, IGNORE_CHECK)?
    };
    Ok(liblzma::bufread::XzDecoder::new_stream(input, stream))
}

/// Packed bytes read at once.
const BUFFER: usize = 128 << 10;
/// Most memory of one xz decoder: `xz -9` needs 65 MiB, and the threads hold blocks of 24 MiB at `-6`.
const XZ_MEMORY: u64 = 384 << 20;
/// Largest window, 128 MiB: what `zstd --ultra -22` makes and the library's own limit.
const ZSTD_WINDOW_LOG: u32 = 27;

#[cfg(test)]
pub(super) mod tests {
    use std::io::Write;

    use super::*;

    /// Packs `bytes` as a file whose name ends in `suffix`.
    pub(in crate::worker) fn pack(suffix: &str, bytes: &[u8]) -> Vec<u8> {
        match suffix {
            "" => bytes.to_vec(),
            ".bz2" => {
                let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
                encoder.write_all(bytes).unwrap();
                encoder.finish().unwrap()
            }
            ".gz" => {
                let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
                encoder.write_all(bytes).unwrap();
                encoder.finish().unwrap()
            }
            ".lzma" => {
                let options = liblzma::stream::LzmaOptions::new_preset(0).unwrap();
                let stream = Stream::new_lzma_encoder(&options).unwrap();
                let mut encoder = liblzma::write::XzEncoder::new_stream(Vec::new(), stream);
                encoder.write_all(bytes).unwrap();
                encoder.finish().unwrap()
            }
            ".xz" => {
                let mut builder = MtStreamBuilder::new();
                let stream = builder.preset(0).block_size(1 << 16).threads(2).encoder().unwrap();
                let mut encoder = liblzma::write::XzEncoder::new_stream(Vec::new(), stream);
                encoder.write_all(bytes).unwrap();
                encoder.finish().unwrap()
            }
            ".zst" => zstd::encode_all(bytes, 1).unwrap(),
            suffix => panic!("no packer for {suffix}"),
        }
    }

    fn unpack(suffix: &str, bytes: &[u8], threads: u32) -> Result<Vec<u8>, Refusal> {
        let mut out = Vec::new();
        reader(suffix, bytes, threads)?.read_to_end(&mut out)?;
        Ok(out)
    }

    #[test]
    fn what_was_packed_comes_back() {
        let text: Vec<u8> = (0..300_000_u32).flat_map(|n| (n / 7).to_le_bytes()).collect();
        for suffix in ["", ".bz2", ".gz", ".lzma", ".xz", ".zst"] {
            let packed = pack(suffix, &text);
            for threads in [1, 2] {
                assert!(unpack(suffix, &packed, threads).unwrap() == text, "{suffix} {threads}");
            }
        }
    }

    #[test]
    fn a_flipped_bit_is_noticed() {
        let text: Vec<u8> = (0..30_000_u32).flat_map(|n| (n / 7).to_le_bytes()).collect();
        // With one thread, xz leaves it to the SHA-256 of the file.
        for (suffix, threads) in [(".bz2", 1), (".gz", 1), (".xz", 2)] {
            let mut packed = pack(suffix, &text);
            let middle = packed.len() / 2;
            packed[middle] ^= 4;
            assert!(matches!(unpack(suffix, &packed, threads), Err(Refusal::Content(_))), "{suffix}");
        }
    }

    #[test]
    fn a_cut_archive_is_noticed() {
        let text = vec![3; 100_000];
        for suffix in [".bz2", ".gz", ".lzma", ".xz", ".zst"] {
            let packed = pack(suffix, &text);
            for threads in [1, 2] {
                assert!(
                    matches!(unpack(suffix, &packed[..packed.len() - 9], threads), Err(Refusal::Content(_))),
                    "{suffix}"
                );
            }
        }
    }

    #[test]
    fn other_packers_are_refused_by_name() {
        let Err(Refusal::Content(why)) = unpack(".lz4", b"", 1) else { panic!("it was read") };
        assert_eq!(
            why,
            "is packed as `.lz4`: only `.xz`, `.zst`, `.gz`, `.bz2`, `.lzma` and unpacked archives can be read"
        );
    }
}
