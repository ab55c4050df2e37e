//! What is read of shell programs.

use std::fmt::Write;

use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::*;

fn check(text: &str, expected: &Expect) {
    let Program { commands, functions } = Program::parse(text.as_bytes());
    let mut out = String::new();
    for command in commands {
        let words: Vec<String> = command
            .into_iter()
            .map(|word| word.map_or_else(|| "?".to_owned(), |word| format!("{word:?}")))
            .collect();
        writeln!(out, "{}", words.join(" ")).unwrap();
    }
    for function in functions {
        writeln!(out, "function {function}").unwrap();
    }
    expected.assert_eq(&out);
}

#[test]
fn commands_are_found_wherever_they_stand() {
    check(
        r#"#!/bin/sh
set -e   # stop
case "$1" in
    configure|abort-upgrade)
        if command -v setcap >/dev/null 2>&1; then
            if ! setcap cap_net_raw+ep /usr/bin/x; then echo "no 'luck'" >&2; fi
        fi
    ;;
    (other) one; two ;;
    *) case $2 in a) three; esac
esac && four
install_it() {
    for user in a b; do five "$user"; done
    ( six ) || { seven; }
}
update-alternatives --install /usr/bin/editor editor /usr/bin/vim 30 \
    --slave /usr/share/man/man1/editor.1.gz editor.1.gz /usr/share/man/man1/vim.1.gz
cat <<-END >>file
	rm -rf /
	END
while read line; do eight; done < /etc/x
nine
"#,
        &expect![[r#"
            "set" "-e"
            "command" "-v" "setcap"
            "setcap" "cap_net_raw+ep" "/usr/bin/x"
            "echo" "no 'luck'"
            "one"
            "two"
            "three"
            "four"
            "five" ?
            "six"
            "seven"
            "update-alternatives" "--install" "/usr/bin/editor" "editor" "/usr/bin/vim" "30" "--slave" "/usr/share/man/man1/editor.1.gz" "editor.1.gz" "/usr/share/man/man1/vim.1.gz"
            "cat"
            "read" "line"
            "eight"
            "nine"
            function install_it
        "#]],
    );
}

#[test]
fn words_are_known_when_every_run_has_the_same() {
    check(
        r#"
PROGRAM=$(dpkg-divert --truename /bin/ping)
USER="redis"
GROUP="$USER"
LIST="a b"
TWICE=1
TWICE=2
SELF=$SELF/x
setcap cap_net_raw+ep $PROGRAM
own ${USER}:"$GROUP" '$USER' \$USER "a\"b\z"
list $LIST "$LIST" $TWICE $NONE $SELF
more "$(id -u "$USER")" `date` ${USER:-x} $1 /etc/* ~/x x[1] "" $((1 + 2)) [ x ]
NAME=ssh run it
export EXPORTED=yes
say $EXPORTED
read ASKED
ASKED=no
say $ASKED
"#,
        &expect![[r#"
            "setcap" "cap_net_raw+ep" "/bin/ping"
            "own" "redis:redis" "$USER" "$USER" "a\"b\\z"
            "list" ? "a b" ? ? ?
            "more" ? ? ? ? ? ? ? "" ? "[" "x" "]"
            "run" "it"
            "say" "yes"
            "read" "ASKED"
            "say" ?
        "#]],
    );
}

#[test]
fn what_is_no_program_gives_no_commands() {
    check("echo 'never ends", &expect![""]);
    check("a $(b", &expect![""]);
    check(
        &format!("x {}{}", "$(".repeat(50), ")".repeat(50)),
        &expect![[r#"
        "x" ?
    "#]],
    );
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "[a-c =$(){}\"'`;|&<>\n\\\\#!*-]{0,60}") {
        let _ = Program::parse(text.as_bytes());
    }

    #[test]
    fn no_words_make_it_panic(words in proptest::collection::vec("case|in|esac|a\\)|;;|for|do|done|x=1|\\$x|\\(|\\)|if|then|fi|\n", 0..20)) {
        let _ = Program::parse(words.join(" ").as_bytes());
    }
}
