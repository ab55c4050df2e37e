//! The small values inside options, in the forms that Go's programs print and accept.

use crate::request::option::Expected;

/// A boolean in the spellings of Go's `strconv.ParseBool`.
///
/// # Errors
/// Any other word.
pub(super) fn boolean(text: &str) -> Result<bool, Expected> {
    match text {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Ok(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Ok(false),
        _ => Err(Expected::phrase("`true` or `false`")),
    }
}

/// The fields of one line of comma-separated values, as of RFC 4180.
///
/// # Errors
/// A quote that is not closed, or one inside an unquoted field.
pub(super) fn fields(line: &str) -> Result<Vec<String>, Expected> {
    let mut fields = Vec::new();
    let mut rest = line;
    loop {
        let (field, after) = match rest.strip_prefix('"') {
            Some(quoted) => quoted_field(quoted)?,
            None => plain_field(rest)?,
        };
        fields.push(field);
        match after {
            Some(after) => rest = after,
            None => return Ok(fields),
        }
    }
}

/// `key=value` pairs of one line of comma-separated values, in their order.
///
/// # Errors
/// What [`fields`] refuses, and a field without `=`.
pub(super) fn pairs(line: &str) -> Result<Vec<(String, String)>, Expected> {
    let split = |field: String| match field.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err(Expected::phrase("comma-separated `key=value` pairs")),
    };
    fields(line)?.into_iter().map(split).collect()
}

fn plain_field(text: &str) -> Result<(String, Option<&str>), Expected> {
    let (field, after) = split_comma(text);
    if field.contains('"') {
        return Err(QUOTES);
    }
    Ok((field.to_owned(), after))
}

/// `text` begins after the opening quote.
fn quoted_field(text: &str) -> Result<(String, Option<&str>), Expected> {
    let mut field = String::new();
    let mut rest = text;
    loop {
        let (inside, after) = rest.split_once('"').ok_or(QUOTES)?;
        field.push_str(inside);
        if let Some(more) = after.strip_prefix('"') {
            field.push('"');
            rest = more;
        } else if after.is_empty() {
            return Ok((field, None));
        } else {
            return Ok((field, Some(after.strip_prefix(',').ok_or(QUOTES)?)));
        }
    }
}

fn split_comma(text: &str) -> (&str, Option<&str>) {
    text.split_once(',').map_or((text, None), |(field, after)| (field, Some(after)))
}

const QUOTES: Expected =
    Expected::phrase("comma-separated values, a value with quotes as `\"a \"\"b\"\" c\"`");

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn print(fields: &[String]) -> String {
        let quoted: Vec<String> =
            fields.iter().map(|field| format!("\"{}\"", field.replace('"', "\"\""))).collect();
        quoted.join(",")
    }

    #[test]
    fn a_quoted_field_may_hold_commas_and_quotes() {
        assert_eq!(fields(r#"a,"b,""c""",d"#).unwrap(), ["a", r#"b,"c""#, "d"]);
        assert_eq!(fields("").unwrap(), [""]);
        assert_eq!(fields("a,").unwrap(), ["a", ""]);
    }

    #[test]
    fn a_misplaced_quote_is_refused() {
        for line in [r#"a"b"#, r#""a"#, r#""a"b"#, r#""a"",b"#] {
            assert_eq!(fields(line), Err(QUOTES), "{line}");
        }
    }

    #[test]
    fn a_pair_needs_a_key() {
        assert_eq!(pairs("a=1,b=").unwrap(), [("a".into(), "1".into()), ("b".into(), String::new())]);
        assert!(pairs("=1").is_err());
        assert!(pairs("a").is_err());
    }

    proptest! {
        #[test]
        fn quoted_fields_come_back(values in prop::collection::vec(any::<String>(), 1..5)) {
            prop_assert_eq!(fields(&print(&values)).unwrap(), values);
        }

        #[test]
        fn any_line_is_read_or_refused(line in any::<String>()) {
            let _ = pairs(&line);
            let _ = boolean(&line);
        }
    }
}
