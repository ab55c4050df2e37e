//! Standard input and output as one connection.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::FileTypeExt;
use std::os::unix::net::UnixStream as StdUnixStream;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::UnixStream;
use tokio::net::unix::pipe;

/// The connection that BuildKit gives a frontend: it reads from standard input and writes to
/// standard output.
///
/// BuildKit gives pipes; a socket serves as well, for programs that start a frontend themselves.
/// Nothing else may write to standard output while this lives.
#[derive(Debug)]
pub struct Stdio {
    input: Input,
    output: Output,
}

#[derive(Debug)]
enum Input {
    Pipe(pipe::Receiver),
    Socket(UnixStream),
}

#[derive(Debug)]
enum Output {
    Pipe(pipe::Sender),
    Socket(UnixStream),
}

impl Stdio {
    /// The process's own streams. Fails if one is a file or a terminal, which cannot be waited for
    /// without blocking.
    pub fn new() -> io::Result<Self> {
        Self::over(io::stdin().as_fd(), io::stdout().as_fd())
    }

    /// The connection that reads from `input` and writes to `output`, which stay open beside it.
    pub fn over(input: BorrowedFd<'_>, output: BorrowedFd<'_>) -> io::Result<Self> {
        let input = match kind(input.try_clone_to_owned()?)? {
            Kind::Pipe(fd) => Input::Pipe(pipe::Receiver::from_owned_fd(fd)?),
            Kind::Socket(fd) => Input::Socket(socket(fd)?),
        };
        let output = match kind(output.try_clone_to_owned()?)? {
            Kind::Pipe(fd) => Output::Pipe(pipe::Sender::from_owned_fd(fd)?),
            Kind::Socket(fd) => Output::Socket(socket(fd)?),
        };
        Ok(Self { input, output })
    }
}

enum Kind {
    Pipe(OwnedFd),
    Socket(OwnedFd),
}

fn kind(fd: OwnedFd) -> io::Result<Kind> {
    let file = File::from(fd);
    let kind = file.metadata()?.file_type();
    if kind.is_fifo() {
        Ok(Kind::Pipe(file.into()))
    } else if kind.is_socket() {
        Ok(Kind::Socket(file.into()))
    } else {
        Err(io::Error::new(
            io::ErrorKind::Unsupported,
            "a frontend is started by BuildKit, with pipes as standard input and output",
        ))
    }
}

fn socket(fd: OwnedFd) -> io::Result<UnixStream> {
    let stream = StdUnixStream::from(fd);
    stream.set_nonblocking(true)?;
    UnixStream::from_std(stream)
}

impl AsyncRead for Stdio {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match &mut self.get_mut().input {
            Input::Pipe(pipe) => Pin::new(pipe).poll_read(context, buffer),
            Input::Socket(socket) => Pin::new(socket).poll_read(context, buffer),
        }
    }
}

impl AsyncWrite for Stdio {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match &mut self.get_mut().output {
            Output::Pipe(pipe) => Pin::new(pipe).poll_write(context, bytes),
            Output::Socket(socket) => Pin::new(socket).poll_write(context, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.get_mut().output {
            Output::Pipe(pipe) => Pin::new(pipe).poll_flush(context),
            Output::Socket(socket) => Pin::new(socket).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.get_mut().output {
            Output::Pipe(pipe) => Pin::new(pipe).poll_shutdown(context),
            Output::Socket(socket) => Pin::new(socket).poll_shutdown(context),
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    #[tokio::test]
    async fn two_pipes_are_one_connection() {
        let (input, mut to_us) = io::pipe().unwrap();
        let (mut from_us, output) = io::pipe().unwrap();
        let mut stdio = Stdio::over(input.as_fd(), output.as_fd()).unwrap();
        drop((input, output));
        stdio.write_all(b"ping").await.unwrap();
        let mut bytes = [0; 4];
        io::Read::read_exact(&mut from_us, &mut bytes).unwrap();
        assert_eq!(&bytes, b"ping");
        io::Write::write_all(&mut to_us, b"pong").unwrap();
        stdio.read_exact(&mut bytes).await.unwrap();
        assert_eq!(&bytes, b"pong");
        drop(to_us);
        assert_eq!(stdio.read(&mut bytes).await.unwrap(), 0);
    }

    #[tokio::test]
    async fn one_socket_is_a_connection() {
        let (ours, theirs) = StdUnixStream::pair().unwrap();
        let mut stdio = Stdio::over(ours.as_fd(), ours.as_fd()).unwrap();
        drop(ours);
        let mut theirs = socket(theirs.into()).unwrap();
        stdio.write_all(b"ping").await.unwrap();
        let mut bytes = [0; 4];
        theirs.read_exact(&mut bytes).await.unwrap();
        theirs.write_all(&bytes).await.unwrap();
        stdio.read_exact(&mut bytes).await.unwrap();
        assert_eq!(&bytes, b"ping");
    }

    #[test]
    fn a_file_is_no_connection() {
        let file = tempfile::tempfile().unwrap();
        let error = Stdio::over(file.as_fd(), file.as_fd()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "a frontend is started by BuildKit, with pipes as standard input and output"
        );
    }
}
