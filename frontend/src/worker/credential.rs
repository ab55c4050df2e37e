//! What git asks for when it opens a repository: a helper of git that reads mounted secrets.
//!
//! The protocol is that of git-credential(1): lines `key=value` up to an empty one, and lines as answer.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The scheme of a header is one that this git cannot send.
    Header(String),
    /// The client gave no secret for the host.
    NoSecret(String),
    /// A header is not two words.
    NotAHeader(String),
}

impl std::error::Error for Error {}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header(host) => {
                write!(
                    f,
                    "the header for `{host}` is not of the scheme `Basic`: others need git 2.46 or newer"
                )
            }
            Self::NoSecret(host) => write!(f, "there is no secret for host `{host}`"),
            Self::NotAHeader(host) => {
                write!(f, "the secret for `{host}` is no header: expected a scheme and a value")
            }
        }
    }
}

/// The answer to `action` of git, which says `input`; `read` gives a secret by the path `HOST/KIND`.
pub fn answer(action: &str, input: &str, read: impl Fn(&str) -> Option<String>) -> Result<String, Error> {
    let asked = Asked::read(input);
    let is_web = matches!(asked.protocol, "http" | "https");
    if action != "get" || !is_web || asked.host.contains('/') || matches!(asked.host, "" | "." | "..") {
        // Nothing is kept, and of other protocols nothing is known: git may ask others.
        return Ok(String::new());
    }
    let secret = |kind: &str| read(&format!("{}/{kind}", asked.host)).map(|text| text.trim().to_owned());
    if let Some(token) = secret("token") {
        return Ok(format!("username={TOKEN_USER}\npassword={token}\nquit=1\n"));
    }
    let host = || asked.host.to_owned();
    let header = secret("header").ok_or_else(|| Error::NoSecret(host()))?;
    let (scheme, value) = header.split_once(' ').ok_or_else(|| Error::NotAHeader(host()))?;
    let value = value.trim();
    if asked.takes_schemes {
        return Ok(format!("capability[]=authtype\nauthtype={scheme}\ncredential={value}\nquit=1\n"));
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(Error::Header(host()));
    }
    let decoded = STANDARD.decode(value).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let pair = decoded.as_deref().and_then(|pair| pair.split_once(':'));
    let (user, password) = pair.ok_or_else(|| Error::NotAHeader(host()))?;
    Ok(format!("username={user}\npassword={password}\nquit=1\n"))
}

/// What git wants to open.
struct Asked<'a> {
    protocol: &'a str,
    host: &'a str,
    /// Whether git sends headers of any scheme (since 2.46).
    takes_schemes: bool,
}

impl<'a> Asked<'a> {
    /// Lines that say nothing known are passed over.
    fn read(input: &'a str) -> Self {
        let mut asked = Self { protocol: "", host: "", takes_schemes: false };
        for line in input.lines().take_while(|line| !line.is_empty()) {
            match line.split_once('=') {
                Some(("protocol", protocol)) => asked.protocol = protocol,
                Some(("host", host)) => asked.host = host,
                Some(("capability[]", "authtype")) => asked.takes_schemes = true,
                _ => {}
            }
        }
        asked
    }
}

/// The user that hosts of repositories take with any token.
const TOKEN_USER: &str = "x-access-token";

#[cfg(test)]
mod tests {
    use super::*;

    fn check(input: &str, secrets: &[(&str, &str)], expected: &str) {
        let read = |path: &str| {
            secrets.iter().find(|(known, _)| *known == path).map(|(_, secret)| (*secret).to_owned())
        };
        let said = answer("get", input, read).unwrap_or_else(|error| error.to_string());
        assert_eq!(said, expected, "{input:?}");
    }

    const ASKED: &str = "protocol=https\nhost=a.example:8443\n";
    const NEW: &str = "capability[]=authtype\nprotocol=https\nhost=a.example:8443\n";

    #[test]
    fn a_token_is_a_password_without_the_newline_at_its_end() {
        let expected = "username=x-access-token\npassword=hunter2\nquit=1\n";
        for input in [ASKED, NEW] {
            check(input, &[("a.example:8443/token", "hunter2\n")], expected);
        }
        check(
            ASKED,
            &[("a.example:8443/header", "Basic bWU6eA=="), ("a.example:8443/token", "hunter2")],
            expected,
        );
    }

    #[test]
    fn a_header_is_sent_as_it_is_or_taken_apart() {
        let basic = [("a.example:8443/header", "Basic bWU6aHVudGVyMg==\n")];
        check(ASKED, &basic, "username=me\npassword=hunter2\nquit=1\n");
        let sent = "capability[]=authtype\nauthtype=Basic\ncredential=bWU6aHVudGVyMg==\nquit=1\n";
        check(NEW, &basic, sent);
        let bearer = [("a.example:8443/header", "Bearer hunter2")];
        check(NEW, &bearer, "capability[]=authtype\nauthtype=Bearer\ncredential=hunter2\nquit=1\n");
        check(
            ASKED,
            &bearer,
            "the header for `a.example:8443` is not of the scheme `Basic`: others need git 2.46 or newer",
        );
        let odd = "the secret for `a.example:8443` is no header: expected a scheme and a value";
        for header in ["Basic", "Basic !!", "Basic aGk="] {
            check(ASKED, &[("a.example:8443/header", header)], odd);
        }
    }

    #[test]
    fn what_is_not_known_is_left_to_others() {
        let secrets = [("a.example/token", "hunter2"), ("./token", "x"), ("../token", "x")];
        for input in [
            "protocol=ssh\nhost=a.example\n",
            "protocol=https\n",
            "protocol=https\n\nhost=a.example\n",
            "protocol=https\nhost=..\n",
            "protocol=https\nhost=a.example/../b\n",
            "odd\n",
            "",
        ] {
            check(input, &secrets, "");
        }
        for action in ["store", "erase"] {
            assert_eq!(answer(action, ASKED, |_| Some("hunter2".into())), Ok(String::new()));
        }
        check("protocol=https\nhost=b.example\nodd\n", &secrets, "there is no secret for host `b.example`");
    }
}
