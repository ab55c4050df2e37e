//! The hash tree by which dm-verity sees that an image is what it was when it was made.
//!
//! The tree's form is the kernel's (Documentation/admin-guide/device-mapper/verity.rst, version 1), behind the superblock
//! of cryptsetup (veritysetup(8)). Systemd takes `NAME.verity` and `NAME.roothash` beside `NAME.raw` for the image's own, and
//! `NAME.roothash.p7s` for a signature of the second (systemd-dissect(1)).

use std::io::{self, Read, Write};

use sha2::{Digest, Sha256};

use crate::worker::digest::digits;

/// Writes superblock and tree of `image` to `tree`; gives the root hash in hexadecimal digits, as it is signed.
///
/// The same image and `uuid` give the same bytes.
///
/// # Errors
///
/// Those of reading and writing; an image that is not whole blocks is [`io::ErrorKind::InvalidData`].
pub(crate) fn write(image: impl Read, uuid: [u8; 16], mut tree: impl Write) -> io::Result<String> {
    let salt: [u8; 32] = Sha256::digest(uuid).into();
    let mut level = hashes(image, salt)?;
    let blocks = (level.len() / DIGEST) as u64;
    let mut levels = Vec::new();
    while level.len() > DIGEST {
        level.resize(level.len().next_multiple_of(BLOCK), 0);
        let above = hashes(level.as_slice(), salt)?;
        levels.push(std::mem::replace(&mut level, above));
    }
    tree.write_all(&superblock(uuid, salt, blocks))?;
    // What is read first comes first.
    for level in levels.iter().rev() {
        tree.write_all(level)?;
    }
    Ok(digits(&level))
}

/// The digests of all blocks, one after the other.
fn hashes(mut data: impl Read, salt: [u8; 32]) -> io::Result<Vec<u8>> {
    let salted = Sha256::new_with_prefix(salt);
    let mut hashes = Vec::new();
    let mut blocks = vec![0; BLOCKS_AT_ONCE * BLOCK];
    loop {
        let mut filled = 0;
        while filled < blocks.len() {
            match data.read(&mut blocks[filled..])? {
                0 => break,
                count => filled += count,
            }
        }
        if filled % BLOCK != 0 {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "the image ends within a block"));
        }
        for block in blocks[..filled].chunks_exact(BLOCK) {
            hashes.extend_from_slice(&salted.clone().chain_update(block).finalize());
        }
        if filled < blocks.len() {
            return Ok(hashes);
        }
    }
}

/// The block before the tree (cryptsetup's `lib/verity/verity.c`; all numbers are little-endian).
fn superblock(uuid: [u8; 16], salt: [u8; 32], blocks: u64) -> Vec<u8> {
    let mut block = Vec::with_capacity(BLOCK);
    block.extend_from_slice(b"verity\0\0");
    // Version of the superblock; form of the tree, where 1 is: each digest of salt and block, in that order.
    for number in [1_u32, 1] {
        block.extend_from_slice(&number.to_le_bytes());
    }
    block.extend_from_slice(&uuid);
    let mut algorithm = [0; 32];
    algorithm[..ALGORITHM.len()].copy_from_slice(ALGORITHM);
    block.extend_from_slice(&algorithm);
    // Sizes of the blocks of data and of hashes.
    for _ in 0..2 {
        block.extend_from_slice(&4096_u32.to_le_bytes());
    }
    block.extend_from_slice(&blocks.to_le_bytes());
    block.extend_from_slice(&32_u16.to_le_bytes());
    block.extend_from_slice(&[0; 6]);
    block.extend_from_slice(&salt);
    block.resize(BLOCK, 0);
    block
}

/// Bytes of a block, of data and of hashes.
const BLOCK: usize = 4096;
/// How many blocks are read at once.
const BLOCKS_AT_ONCE: usize = 256;
/// The kernel's name of the hash.
const ALGORITHM: &[u8] = b"sha256";
/// Bytes of a digest.
const DIGEST: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    /// Root hashes are those of `veritysetup format --salt SALT --uuid UUID`, whose files are the same, byte for byte.
    #[test]
    fn tree_and_root_hash_are_those_of_veritysetup() {
        let image: Vec<u8> = (0..130 * 4096_u32).map(|at| (at / 7 % 251) as u8).collect();
        let uuid = *b"0123456789abcdef";
        for (blocks, root, sum) in [
            (
                1,
                "acb9f01b6568282e7f190ab1129ec3216ee819aee9d15edd4fd4d2d962b37eca",
                "9e258d0fd6fab2346e3c0795a54b6ff63b2cc8e136b09e265461c569c452770e",
            ),
            (
                128,
                "8f62cf0d10df6a57b21b27192c39c6d4ac41ee8809500bff969ceee99119a680",
                "aa50d98beb791ab856ad1fb9ef5cff32c37959bd616e5e86415a1b914996e716",
            ),
            (
                130,
                "9acfcc5b8deb78809f33dc6dd24af7181c366ff3e4050ef823b9f294349e0894",
                "9020b8b5d882220131b32e658b7fa82be973e2be6ff4700b8dcc5d5f416f4bcf",
            ),
        ] {
            let mut tree = Vec::new();
            let told = write(&image[..blocks * 4096], uuid, &mut tree).unwrap();
            let written = digits(&Sha256::digest(&tree));
            assert_eq!((told.as_str(), written.as_str()), (root, sum), "{blocks} blocks");
        }
    }

    #[test]
    fn an_image_of_broken_blocks_has_no_tree() {
        let mut tree = Vec::new();
        let error = write([0_u8; 5000].as_slice(), [0; 16], &mut tree).unwrap_err();
        assert_eq!((error.kind(), tree.len()), (io::ErrorKind::InvalidData, 0));
    }
}
