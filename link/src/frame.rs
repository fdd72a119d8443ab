//! The handshake's messages: JSON behind a two-byte length.

use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

/// Larger than any message of this version; small enough to be given to strangers.
const LIMIT: usize = 8 * 1024;

#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    #[error("the connection failed: {0}")]
    Io(#[from] io::Error),
    #[error("a handshake message of {0} bytes is too large")]
    TooLarge(usize),
    #[error("a handshake message cannot be understood: {0}")]
    Json(#[from] serde_json::Error),
}

pub(crate) async fn write<S, M>(stream: &mut S, message: &M) -> Result<(), FrameError>
where
    S: AsyncWrite + Unpin,
    M: Serialize,
{
    let body = serde_json::to_vec(message)?;
    let length =
        u16::try_from(body.len()).ok().filter(|_| body.len() <= LIMIT).ok_or(FrameError::TooLarge(body.len()))?;
    stream.write_all(&length.to_be_bytes()).await?;
    stream.write_all(&body).await?;
    stream.flush().await?;
    Ok(())
}

pub(crate) async fn read<S, M>(stream: &mut S) -> Result<M, FrameError>
where
    S: AsyncRead + Unpin,
    M: DeserializeOwned,
{
    let length = usize::from(stream.read_u16().await?);
    if length > LIMIT {
        return Err(FrameError::TooLarge(length));
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    Ok(serde_json::from_slice(&body)?)
}
