//! `--features-by-tag`.

use crate::fixture::Folder;

#[test]
fn each_tag_is_a_feature_of_the_crate() {
    let folder = Folder::with_pets();
    let generate = ["generate", "pets.yaml", "--out", "pets", "--name", "pets", "--features-by-tag"];
    let ended = folder.run(&generate);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let manifest = folder.read("pets/Cargo.toml");
    assert!(manifest.contains("default = [\"full\", \"rustls\"]\n"), "{manifest}");
    assert!(manifest.contains("full = [\"pets\", \"shops\"]\npets = []\nshops = []\n"), "{manifest}");
    assert!(folder.read("pets/src/apis/mod.rs").contains("#[cfg(feature = \"shops\")]\npub mod shops_api;"));
    assert!(folder.read("pets/README.md").contains("Each tag is a feature"));
    let module = folder.run(&["generate", "pets.yaml", "--out", "module", "--module", "--features-by-tag"]);
    assert_eq!(module.code, Some(2), "{module:?}");
}
