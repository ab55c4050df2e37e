//! From request to result: the one asynchronous story.

mod answer;
mod source;

use std::collections::BTreeMap;

use buildkit_llb::{Definition, Platform};

use crate::diagnostic::{Diagnostic, Problems, SourceFile};
use crate::gateway::{self, Gateway};
