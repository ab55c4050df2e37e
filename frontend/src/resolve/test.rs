//! Tests without build args.

use crate::resolve::apply::concrete;
use crate::spec::package_config::Signer;
use crate::spec::target::Frontend;
use crate::spec::test::{ContentCheck, FileCheck, Test, TestStep};

concrete!(ContentCheck: contains, ends_with, equals, matches, starts_with; empty);
concrete!(FileCheck: content, link_target; is_dir, no_follow, not_exist, permissions);
concrete!(Frontend: image; target, cmdline);
concrete!(Signer: image, args; span, cmdline);
concrete!(Test: env, files, mounts, steps; span, name, dir);
concrete!(TestStep: env, stdin, stdout, stderr; command);
