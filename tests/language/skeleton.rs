//! A spec with every key of the language, as the documentation of others shows it.

use super::*;

#[test]
fn the_skeleton_of_the_language_loads_and_resolves_for_a_target_of_its_own_and_for_another() {
    let text = include_str!("skeleton.yml");
    let mut problems = Problems::default();
    let spec = Spec::parse(text, &mut problems);
    let file = SourceFile { name: "skeleton.yml".to_owned(), text: text.to_owned() };
    let spec = spec.unwrap_or_else(|| panic!("{}", render(&file, &problems)));
    for target in ["azlinux3", "trixie"] {
        let build_args = BTreeMap::from([("COMMIT".to_owned(), "0".repeat(40))]);
        let selection = Selection {
            target,
            platform: ARM64,
            build_platform: AMD64,
            build_args: &build_args,
            known_targets: &["azlinux3", "trixie"],
        };
        if let Err(problems) = resolve(&spec, &selection) {
            panic!("{target}: {}", render(&file, &problems));
        }
    }
}
