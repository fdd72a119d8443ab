//! Lines of a child's output, each of bounded length.

use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader};

/// The longest line that is taken: the CLI puts whole tool results and images on one.
const MAX_LINE: usize = 16 * 1024 * 1024;

#[derive(Debug, thiserror::Error)]
pub enum LineError {
    /// The line was skipped; the next one can be read.
    #[error("a line of more than {MAX_LINE} bytes")]
    TooLong,
    #[error("the child's output cannot be read: {0}")]
    Io(#[from] std::io::Error),
}

#[derive(Debug)]
pub(super) struct Lines<R> {
    reader: BufReader<R>,
    /// The part of the current line that has arrived: kept here, so that a caller may give up waiting and come back.
    partial: Vec<u8>,
    too_long: bool,
}

impl<R: AsyncRead + Unpin> Lines<R> {
    pub(super) fn new(output: R) -> Self {
        Self { reader: BufReader::with_capacity(64 * 1024, output), partial: Vec::new(), too_long: false }
    }

    /// The next line without its end, or None after the last. Cancel safe. Bytes that are not UTF-8 are replaced.
    pub(super) async fn next(&mut self) -> Option<Result<String, LineError>> {
        loop {
            let available = match self.reader.fill_buf().await {
                Ok(available) => available,
                Err(error) => return Some(Err(error.into())),
            };
            if available.is_empty() {
                return if self.partial.is_empty() && !self.too_long { None } else { Some(self.take()) };
            }
            let end = available.iter().position(|byte| *byte == b'\n');
            let line = &available[..end.unwrap_or(available.len())];
            if self.too_long || self.partial.len() + line.len() > MAX_LINE {
                self.too_long = true;
                self.partial = Vec::new();
            } else {
                self.partial.extend_from_slice(line);
            }
            let consumed = line.len() + usize::from(end.is_some());
            self.reader.consume(consumed);
            if end.is_some() {
                return Some(self.take());
            }
        }
    }

    fn take(&mut self) -> Result<String, LineError> {
        if std::mem::take(&mut self.too_long) {
            return Err(LineError::TooLong);
        }
        let mut line = std::mem::take(&mut self.partial);
        if line.last() == Some(&b'\r') {
            line.pop();
        }
        Ok(String::from_utf8(line).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn lines(text: &[u8]) -> Vec<Option<String>> {
        let mut lines = Lines::new(text);
        let mut seen = Vec::new();
        while let Some(line) = lines.next().await {
            seen.push(line.ok());
        }
        seen
    }

    #[tokio::test]
    async fn lines_end_with_a_newline_or_the_output() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(lines(b"a\r\n\nb> ").await, [some("a"), some(""), some("b> ")]);
        assert_eq!(lines(b"").await, []);
        assert_eq!(lines(b"\xff\n").await, [some("\u{fffd}")]);
    }

    #[tokio::test]
    async fn a_line_that_is_too_long_is_skipped_and_the_next_is_read() {
        let mut text = vec![b'x'; MAX_LINE + 1];
        text.extend_from_slice(b"\nnext\n");
        assert_eq!(lines(&text).await, [None, Some("next".to_owned())]);
    }
}
