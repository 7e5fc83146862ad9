//! Modules beside each other import each other in one direction only.
//!
//! The test reads the sources of the packages and resolves every path in them, through re-exports to the module that
//! defines the item. If two modules are in different branches below a common parent, one branch may import the other,
//! directly or through others, but not both. Imports between a module and its own parents do not count, and neither
//! do tests.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::{Attribute, Item, UseTree};

/// A path as its steps.
type Steps = Vec<String>;

#[derive(Default)]
struct Module {
    parent: Option<usize>,
    name: String,
    children: BTreeMap<String, usize>,
    /// The path that each imported name refers to.
    imports: BTreeMap<String, Steps>,
    /// The paths in the module's own code.
    paths: BTreeSet<Steps>,
}

/// The modules of a crate. The first is its root.
#[derive(Default)]
struct Modules(Vec<Module>);

#[test]
fn modules_beside_each_other_do_not_import_each_other() {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut circles = Vec::new();
    let mut modules = 0;
    for package in ["codegen", "openai-uploads", "xtask"] {
        let roots = roots(&workspace.join(package).join("src"));
        assert!(!roots.is_empty(), "{package} has no sources");
        for root in roots {
            let crate_modules = Modules::read(&root);
            modules += crate_modules.0.len();
            circles.extend(crate_modules.circles().iter().map(|circle| format!("{package}: {circle}")));
        }
    }
    assert!(modules > 100, "only {modules} modules were found");
    assert!(circles.is_empty(), "{}", circles.join("\n"));
}

#[test]
fn circles_are_found() {
    let read = |text: &str| {
        let mut modules = Modules::default();
        modules.add(None, "crate");
        modules.read_items(0, syn::parse_file(text).unwrap().items, None);
        modules.circles()
    };
    assert_eq!(read("mod a { use super::b::X; } mod b { pub struct X; }"), [""; 0]);
    for circle in [
        "mod a { use super::b::X; pub struct Y; } mod b { use crate::a::Y; pub struct X; }",
        "mod a { fn f() { super::b::g(); } pub fn h() {} } mod b { pub fn g() { crate::a::h() } }",
        // The parent re-exports both.
        "use a::Y; use b::X; mod a { use super::X; pub struct Y; } mod b { use super::Y; pub struct X; }",
        "mod a { use super::b::X; pub struct Z; } mod b { use super::c::Y; pub struct X; } \
         mod c { use super::a::Z; pub struct Y; }",
        "mod a { mod inner { use crate::b::X; } pub struct Y; } mod b { use crate::a::Y; pub struct X; }",
    ] {
        assert_eq!(read(circle).len(), 1, "{circle}");
    }
    let with_parent = "pub struct X; mod a { use super::X; pub struct Y; } use a::Y;";
    assert_eq!(read(with_parent), [""; 0]);
    let in_tests = "mod a { use super::b::X; pub struct Y; } \
                    mod b { pub struct X; #[cfg(test)] mod tests { use crate::a::Y; } }";
    assert_eq!(read(in_tests), [""; 0]);
}

/// The root files of the crates in a folder of sources.
fn roots(folder: &Path) -> Vec<PathBuf> {
    let binaries = fs::read_dir(folder.join("bin")).into_iter().flatten();
    let binaries = binaries.map(|entry| entry.unwrap().path().join("main.rs"));
    let own = ["lib.rs", "main.rs"].map(|file| folder.join(file));
    own.into_iter().chain(binaries).filter(|file| file.exists()).collect()
}

impl Modules {
    fn read(root: &Path) -> Self {
        let mut modules = Self::default();
        modules.add(None, "crate");
        modules.read_file(0, root, root.parent().unwrap());
        modules
    }

    fn add(&mut self, parent: Option<usize>, name: &str) -> usize {
        let id = self.0.len();
        self.0.push(Module { parent, name: name.to_owned(), ..Module::default() });
        if let Some(parent) = parent {
            self.0[parent].children.insert(name.to_owned(), id);
        }
        id
    }

    /// Reads a module's file. `folder` has the files of its children.
    fn read_file(&mut self, id: usize, file: &Path, folder: &Path) {
        let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let syntax = syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        self.read_items(id, syntax.items, Some(folder));
    }

    fn read_items(&mut self, id: usize, items: Vec<Item>, folder: Option<&Path>) {
        for item in items {
            match item {
                Item::Mod(module) if is_for_tests(&module.attrs) => {}
                Item::Mod(module) => {
                    let name = module.ident.to_string();
                    let child = self.add(Some(id), &name);
                    let inner = folder.map(|folder| folder.join(&name));
                    match (module.content, folder, inner) {
                        (Some((_, items)), _, inner) => self.read_items(child, items, inner.as_deref()),
                        (None, Some(folder), Some(inner)) => {
                            let beside = folder.join(format!("{name}.rs"));
                            let file = if beside.exists() { beside } else { inner.join("mod.rs") };
                            // Files of a build script do not exist here.
                            if file.exists() {
                                self.read_file(child, &file, &inner);
                            }
                        }
                        (None, ..) => {}
                    }
                }
                Item::Use(import) if is_for_tests(&import.attrs) => {}
                Item::Use(import) => self.read_use(id, &import.tree, Vec::new()),
                item => collect_paths(item.to_token_stream(), &mut self.0[id].paths),
            }
        }
    }

    fn read_use(&mut self, id: usize, tree: &UseTree, mut steps: Steps) {
        match tree {
            UseTree::Path(path) => {
                steps.push(path.ident.to_string());
                self.read_use(id, &path.tree, steps);
            }
            UseTree::Group(group) => {
                group.items.iter().for_each(|tree| self.read_use(id, tree, steps.clone()));
            }
            UseTree::Name(name) if name.ident == "self" => self.import(id, steps.last().cloned(), steps),
            UseTree::Name(name) => {
                steps.push(name.ident.to_string());
                self.import(id, steps.last().cloned(), steps);
            }
            UseTree::Rename(rename) => {
                steps.push(rename.ident.to_string());
                self.import(id, Some(rename.rename.to_string()), steps);
            }
            UseTree::Glob(_) => self.import(id, None, steps),
        }
    }

    fn import(&mut self, id: usize, name: Option<String>, steps: Steps) {
        self.0[id].paths.insert(steps.clone());
        if let Some(name) = name {
            self.0[id].imports.insert(name, steps);
        }
    }

    /// The module that defines the target of a path in a module. `None`: it belongs to another crate, or is a local
    /// name.
    fn resolve(&self, from: usize, steps: &[String], hops: usize) -> Option<usize> {
        let hops = hops.checked_sub(1)?;
        let (first, rest) = steps.split_first()?;
        let mut rest = rest.iter();
        let mut at = match first.as_str() {
            "crate" => 0,
            "self" => from,
            "super" => self.0[from].parent?,
            name => match self.0[from].children.get(name) {
                Some(child) => *child,
                None => {
                    let import =
                        self.0[from].imports.get(name).filter(|import| import.as_slice() != steps)?;
                    let whole: Steps = import.iter().chain(rest).cloned().collect();
                    return self.resolve(from, &whole, hops);
                }
            },
        };
        while let Some(step) = rest.next() {
            at = match (step.as_str(), self.0[at].children.get(step), self.0[at].imports.get(step)) {
                ("super", ..) => self.0[at].parent?,
                (_, Some(child), _) => *child,
                (_, None, Some(import)) => {
                    let whole: Steps = import.iter().chain(rest).cloned().collect();
                    return self.resolve(at, &whole, hops);
                }
                (_, None, None) => return Some(at),
            };
        }
        Some(at)
    }

    /// The module with its parents, starting at the root.
    fn lineage(&self, id: usize) -> Vec<usize> {
        let mut lineage: Vec<usize> = std::iter::successors(Some(id), |id| self.0[*id].parent).collect();
        lineage.reverse();
        lineage
    }

    fn path(&self, id: usize) -> String {
        let names: Vec<&str> = self.lineage(id).into_iter().map(|id| self.0[id].name.as_str()).collect();
        names.join("::")
    }

    /// The circles of imports between branches with the same parent.
    fn circles(&self) -> Vec<String> {
        // For each branch, the branches beside it that it imports, with an example each.
        let mut edges: BTreeMap<usize, BTreeMap<usize, String>> = BTreeMap::new();
        for (from, module) in self.0.iter().enumerate() {
            for path in &module.paths {
                let Some(to) = self.resolve(from, path, 20) else { continue };
                let (one, other) = (self.lineage(from), self.lineage(to));
                let Some(fork) = (0..one.len().min(other.len())).find(|at| one[*at] != other[*at]) else {
                    continue;
                };
                let example = format!("{} uses {}", self.path(from), path.join("::"));
                edges.entry(one[fork]).or_default().entry(other[fork]).or_insert(example);
            }
        }
        let mut found = Vec::new();
        let mut reported = BTreeSet::new();
        for start in edges.keys() {
            if let Some(circle) = way_back(&edges, *start)
                && reported.insert(circle.iter().copied().collect::<BTreeSet<_>>())
            {
                let steps = circle.iter().zip(circle.iter().cycle().skip(1));
                let steps: Vec<&str> = steps.map(|(one, other)| edges[one][other].as_str()).collect();
                found.push(steps.join(", and "));
            }
        }
        found
    }
}

/// The shortest way from a module back to itself.
fn way_back(edges: &BTreeMap<usize, BTreeMap<usize, String>>, start: usize) -> Option<Vec<usize>> {
    let mut ways = vec![vec![start]];
    let mut seen = BTreeSet::new();
    while !ways.is_empty() {
        let mut next = Vec::new();
        for way in ways {
            let last = *way.last()?;
            for to in edges.get(&last).into_iter().flat_map(BTreeMap::keys) {
                if *to == start {
                    return Some(way);
                }
                if seen.insert(*to) {
                    next.push(way.iter().copied().chain([*to]).collect());
                }
            }
        }
        ways = next;
    }
    None
}

/// Whether an item exists only in tests.
fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg") && attribute.to_token_stream().to_string().contains("test")
    })
}

/// Collects the paths of several steps in code.
fn collect_paths(code: TokenStream, paths: &mut BTreeSet<Steps>) {
    let mut steps = Steps::new();
    let mut colons = 0;
    for token in code {
        match token {
            TokenTree::Ident(name) => {
                if colons != 2 {
                    keep(&mut steps, paths);
                }
                steps.push(name.to_string());
                colons = 0;
            }
            TokenTree::Punct(sign) if sign.as_char() == ':' => colons += 1,
            TokenTree::Group(group) => {
                keep(&mut steps, paths);
                collect_paths(group.stream(), paths);
                colons = 0;
            }
            _ => {
                keep(&mut steps, paths);
                colons = 0;
            }
        }
    }
    keep(&mut steps, paths);
}

fn keep(steps: &mut Steps, paths: &mut BTreeSet<Steps>) {
    let steps = std::mem::take(steps);
    if steps.len() > 1 {
        paths.insert(steps);
    }
}
