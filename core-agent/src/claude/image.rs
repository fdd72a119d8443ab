//! Pictures in messages, judged before they are kept: the CLI drops one that it cannot read without a word.

use imagesize::ImageType as Found;
use protocol::image::{Image, ImageType};
use ring::digest;

/// In a message.
pub const MOST: usize = 8;
/// What the vendor takes of one, in bytes before base64.
pub const LARGEST: usize = 3_750_000;
/// What the vendor takes of one, along either side.
const LONGEST_SIDE: u32 = 8_000;

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImageFault {
    #[error("a message has at most {MOST} pictures")]
    TooMany,
    #[error("a picture has at most {LARGEST} bytes")]
    TooLarge,
    #[error("a picture's data is not base64")]
    Encoding,
    #[error("a picture is not what its media type says")]
    OtherType,
    #[error("a picture's size cannot be read")]
    Unreadable,
    #[error("a picture has 1 to {LONGEST_SIDE} pixels along each side")]
    Dimensions,
}

/// Looks at the first bytes and the dimensions, and names the picture.
pub fn judge(media_type: ImageType, data: &[u8]) -> Result<Image, ImageFault> {
    if data.len() > LARGEST {
        return Err(ImageFault::TooLarge);
    }
    let found = imagesize::image_type(data).map_err(|_| ImageFault::OtherType)?;
    let claimed = match media_type {
        ImageType::Png => Found::Png,
        ImageType::Jpeg => Found::Jpeg,
        ImageType::Gif => Found::Gif,
        ImageType::Webp => Found::Webp,
    };
    if found != claimed {
        return Err(ImageFault::OtherType);
    }
    let size = imagesize::blob_size(data).map_err(|_| ImageFault::Unreadable)?;
    let bounded = |length: usize| u32::try_from(length).ok().filter(|length| (1..=LONGEST_SIDE).contains(length));
    let (Some(width), Some(height)) = (bounded(size.width), bounded(size.height)) else {
        return Err(ImageFault::Dimensions);
    };
    let hash = hex(digest::digest(&digest::SHA256, data).as_ref());
    Ok(Image { hash, media_type, size: data.len() as u64, width, height })
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a `String` does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gif(width: u16, height: u16) -> Vec<u8> {
        [b"GIF89a".as_slice(), &width.to_le_bytes(), &height.to_le_bytes(), &[0; 3]].concat()
    }

    #[test]
    fn a_picture_is_named_by_its_bytes_and_says_how_large_it_is() {
        let image = judge(ImageType::Gif, &gif(3, 5)).unwrap();
        assert_eq!((image.width, image.height, image.size), (3, 5, 13));
        assert_eq!((image.hash.len(), image.media_type.media_type()), (64, "image/gif"));
        assert_ne!(image.hash, judge(ImageType::Gif, &gif(3, 6)).unwrap().hash);
    }

    #[test]
    fn what_is_no_picture_of_the_said_type_is_refused() {
        assert_eq!(judge(ImageType::Png, &gif(3, 5)), Err(ImageFault::OtherType));
        for other in [b"".as_slice(), b"<svg xmlns='x'/>", b"BM, a bitmap that is none", &[0; 64]] {
            assert_eq!(judge(ImageType::Png, other), Err(ImageFault::OtherType));
        }
        assert_eq!(judge(ImageType::Jpeg, b"\xff\xd8\xff\xe0 and nothing more"), Err(ImageFault::Unreadable));
    }

    #[test]
    fn a_picture_has_bounds() {
        assert_eq!(judge(ImageType::Gif, &gif(8_001, 1)), Err(ImageFault::Dimensions));
        assert_eq!(judge(ImageType::Gif, &gif(0, 1)), Err(ImageFault::Dimensions));
        assert_eq!(judge(ImageType::Gif, &[gif(1, 1), vec![0; LARGEST]].concat()), Err(ImageFault::TooLarge));
    }
}
