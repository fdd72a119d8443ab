//! The web client, as `make web` has built it, in this program's own memory: a gateway is one file, and serves no
//! folder.
//!
//! It is a crate of its own for its build script, which compresses: unoptimised, as build scripts are, that takes five
//! times as long (see the profiles in the workspace's Cargo.toml).

/// A file of the web client.
#[derive(Debug)]
pub struct File {
    /// From the top of the client, without a leading slash: `index.html`, `assets/…`.
    pub path: &'static str,
    pub media_type: &'static str,
    pub identity: &'static [u8],
    /// None where compressing saves nothing; so with gzip.
    pub brotli: Option<&'static [u8]>,
    pub gzip: Option<&'static [u8]>,
}

/// All of them, sorted by path.
pub static FILES: &[File] = include!(concat!(env!("OUT_DIR"), "/files.rs"));

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::read::GzDecoder;
    use std::io::Read as _;

    #[test]
    fn every_compressed_form_is_the_same_file_and_shorter() {
        for file in FILES {
            if let Some(compressed) = file.brotli {
                let mut content = Vec::new();
                brotli::BrotliDecompress(&mut &*compressed, &mut content).unwrap();
                assert!(content == file.identity && compressed.len() < content.len(), "{}", file.path);
            }
            if let Some(compressed) = file.gzip {
                let mut content = Vec::new();
                GzDecoder::new(compressed).read_to_end(&mut content).unwrap();
                assert!(content == file.identity && compressed.len() < content.len(), "{}", file.path);
            }
        }
    }

    #[test]
    fn files_are_sorted_and_the_document_is_among_them() {
        assert!(FILES.is_sorted_by(|one, next| one.path < next.path));
        assert!(FILES.iter().any(|file| file.path == "index.html"));
    }
}
