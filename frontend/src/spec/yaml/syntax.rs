//! The library's errors in our words.

use granit_parser::ErrorKind;

use crate::diagnostic::{Diagnostic, literal};
use crate::span::Span;
use crate::spec::yaml::MAX_DEPTH;

/// What an error of the parser tells the author.
pub(super) fn diagnostic(kind: &ErrorKind, span: Span) -> Diagnostic {
    let error = |message: &str| Diagnostic::error(span, message);
    match kind {
        ErrorKind::TabNotAllowed
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation
        | ErrorKind::TabAtBlockScalarStart => error("a tab cannot indent").help("indent with spaces"),
        ErrorKind::UnclosedFlowCollection { open } => error(&format!("`{open}` is not closed")),
        ErrorKind::MismatchedFlowCollectionEnd { open, close } => {
            error(&format!("`{close}` cannot close `{open}`"))
        }
        ErrorKind::ExpectedFlowMappingSeparator
        | ErrorKind::UnexpectedEofFlowMapping
        | ErrorKind::UnexpectedEofImplicitFlowMapping => {
            error("expected `,` or `}`").help("is a `{` above not closed?")
        }
        ErrorKind::ExpectedFlowSequenceSeparator | ErrorKind::UnexpectedEofFlowSequence => {
            error("expected `,` or `]`").help("is a `[` above not closed?")
        }
        ErrorKind::ExpectedBlockSequenceEntry => {
            error("expected an entry that starts with `- `, as those above")
        }
        ErrorKind::ExpectedNodeContent => error("expected a value"),
        ErrorKind::MissingAnchorOrAliasName => {
            error("expected a name after `&` or `*`").help("put text that starts with `&` or `*` in quotes")
        }
        ErrorKind::UndeclaredTagHandle => {
            error("unknown tag").help("put text that starts with `!` in quotes")
        }
        ErrorKind::MisplacedFlowCollectionEnd => error("this bracket closes nothing"),
        ErrorKind::UnclosedQuotedScalar => error("the text in quotes does not end"),
        ErrorKind::UnexpectedCharacter { character } if character.is_control() => {
            error(&format!("control character U+{:04X}", u32::from(*character))).help("leave it out")
        }
        ErrorKind::UnexpectedCharacter { character } => {
            error(&format!("no value starts with {}", literal(&character.to_string())))
                .help("put the text in quotes")
        }
        ErrorKind::MappingValueNotAllowed | ErrorKind::InvalidColonPlacement => {
            error("there cannot be a `:` here").help("put text that holds `: ` in quotes")
        }
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => {
            error("expected `:` and a space after a key")
        }
        ErrorKind::UnknownQuotedScalarEscape => {
            error("unknown escape").help("in double quotes, write `\\\\` for a backslash")
        }
        ErrorKind::RecursionLimitExceeded => {
            error(&format!("more than {MAX_DEPTH} collections within each other"))
        }
        ErrorKind::InvalidIndentation | ErrorKind::ExpectedBlockMappingKey => {
            error("this line fits to none of the lines above").help("indent all keys of a mapping alike")
        }
        other => error(&format!("not valid YAML: {other}")),
    }
}
