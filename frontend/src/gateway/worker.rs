//! Who runs the steps of a build.

use buildkit_llb::Platform;
use buildkit_proto::types::WorkerRecord;
use serde::Deserialize;

/// One of an engine's workers; the first is the default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Worker {
    /// Its id.
    pub id: String,
    /// What it can run; the first is its own.
    pub platforms: Vec<Platform>,
    /// Version of its BuildKit, from 0.11 on where the engine's build has one.
    pub version: Option<String>,
}

impl From<&WorkerRecord> for Worker {
    fn from(record: &WorkerRecord) -> Self {
        let version = record.buildkit_version.as_ref().map(|version| version.version.clone());
        Self {
            id: record.id.clone(),
            platforms: record.platforms.iter().map(Platform::from).collect(),
            version: version.filter(|version| !version.is_empty()),
        }
    }
}

/// The workers in the text of the variable `BUILDKIT_WORKERS`: a JSON list, whose keys begin with a
/// capital letter up to BuildKit 0.8 and with a small one after.
pub(super) fn parse(text: &str) -> Result<Vec<Worker>, serde_json::Error> {
    let entries: Option<Vec<Entry>> = serde_json::from_str(text)?;
    let worker = |Entry { id, platforms }| Worker {
        id,
        platforms: platforms.unwrap_or_default().iter().map(EntryPlatform::platform).collect(),
        version: None,
    };
    Ok(entries.unwrap_or_default().into_iter().map(worker).collect())
}

#[derive(Deserialize)]
struct Entry {
    #[serde(alias = "ID", default)]
    id: String,
    #[serde(alias = "Platforms", default)]
    platforms: Option<Vec<EntryPlatform>>,
}

/// A platform in the JSON of the OCI image index.
#[derive(Deserialize)]
struct EntryPlatform {
    architecture: String,
    os: String,
    #[serde(default)]
    variant: String,
}

impl EntryPlatform {
    fn platform(&self) -> Platform {
        let Self { architecture, os, variant } = self;
        Platform::from(&buildkit_proto::pb::Platform {
            architecture: architecture.clone(),
            os: os.clone(),
            variant: variant.clone(),
            ..Default::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use buildkit_proto::types::BuildkitVersion;

    use super::*;

    fn check(text: &str, workers: &[(&str, &[&str])]) {
        let found: Vec<_> = parse(text).unwrap();
        let found: Vec<(String, Vec<String>)> = found
            .into_iter()
            .map(|worker| (worker.id, worker.platforms.iter().map(Platform::to_string).collect()))
            .collect();
        let workers: Vec<(String, Vec<String>)> = workers
            .iter()
            .map(|(id, platforms)| ((*id).to_owned(), platforms.iter().map(|p| (*p).to_owned()).collect()))
            .collect();
        assert_eq!(found, workers);
    }

    #[test]
    fn both_spellings_of_the_variable_are_read() {
        check(
            r#"[{"ID":"moby","Labels":{},"Platforms":[{"architecture":"amd64","os":"linux"}]}]"#,
            &[("moby", &["linux/amd64"])],
        );
        check(
            r#"[{"id":"w","labels":{"a":"b"},"platforms":[{"architecture":"arm64","os":"linux","variant":"v8"},{"architecture":"arm","os":"linux","variant":"v7"}]}]"#,
            &[("w", &["linux/arm64", "linux/arm/v7"])],
        );
        check(r#"[{"id":"w","platforms":null}]"#, &[("w", &[])]);
        check("null", &[]);
        assert!(parse("[{").is_err());
    }

    #[test]
    fn an_empty_version_is_none() {
        let mut record =
            WorkerRecord { buildkit_version: Some(BuildkitVersion::default()), ..WorkerRecord::default() };
        assert_eq!(Worker::from(&record).version, None);
        if let Some(version) = &mut record.buildkit_version {
            version.version = "v0.25.1".into();
        }
        assert_eq!(Worker::from(&record).version.as_deref(), Some("v0.25.1"));
    }
}
