//! The Rust name and module of each type of an API.

use std::collections::{HashMap, HashSet};

use crate::api::{Api, Kind, Name, Named, TypeId};

use super::identifier::{camel, module as module_name, unique, words};

/// Names that generated code uses for something else.
pub(super) const RESERVED: [&str; 14] = [
    "BTreeMap",
    "Option",
    "Vec",
    "Box",
    "String",
    "From",
    "Into",
    "Default",
    "Form",
    "FileOr",
    "Binary",
    "Base64",
    "SecretString",
    "Rfc3339",
];

/// The module and name of every type that is generated.
#[derive(Debug)]
pub(crate) struct Names {
    types: Vec<TypePath>,
    modules: Vec<(String, Vec<TypeId>)>,
    root: &'static str,
}

/// The path of a type below `models`.
#[derive(Clone, Debug)]
pub(crate) struct TypePath {
    /// The module.
    pub(crate) module: String,
    /// The name.
    pub(crate) name: String,
    /// Whether `models` re-exports it, so that paths leave out the module.
    pub(crate) exported: bool,
}

impl Names {
    /// `root` is the path from a module of `apis` or `models` to the module that both are in.
    pub(crate) fn new(api: &Api, root: &'static str) -> Self {
        let mut modules: Vec<(String, Vec<TypeId>)> = Vec::new();
        let mut by_root: HashMap<(&str, bool), usize> = HashMap::new();
        let mut taken_modules = HashSet::from(["r#mod".to_owned()]);
        // Components come before operations: readers of the document know their names.
        let mut roots: Vec<(&str, bool)> = api.types.iter().map(|named| root_of(&named.name)).collect();
        roots.sort_by_key(|(_, operation)| *operation);
        let given = given_roots(api);
        for (root, operation) in roots {
            by_root.entry((root, operation)).or_insert_with(|| {
                let words = given.get(&(root, operation)).copied().unwrap_or(root);
                let mut module = module_name(words);
                if operation && taken_modules.contains(&module) {
                    module = module_name(&format!("{words} operation"));
                }
                modules.push((unique(module, &mut taken_modules), Vec::new()));
                modules.len() - 1
            });
        }
        let mut exported: HashSet<String> = HashSet::new();
        let mut taken: Vec<HashSet<String>> =
            modules.iter().map(|_| RESERVED.map(str::to_owned).into_iter().collect()).collect();
        let mut types: Vec<Option<TypePath>> = api.types.iter().map(|_| None).collect();
        // The names that the document gives come first. Then the component itself is named, and types within it give
        // way. Those that are not used come last.
        let mut order: Vec<(usize, &Named)> = api.types.iter().enumerate().collect();
        order.sort_by_key(|(_, named)| {
            let is_own = is_component(&named.name);
            (named.unused, named.given.is_none(), !is_own)
        });
        for (index, named) in order {
            let own = is_component(&named.name);
            let module = by_root[&root_of(&named.name)];
            let name = match &named.given {
                Some(given) => given.name.clone(),
                None => type_name(&named.name, &taken[module]),
            };
            let name = if own { unique(name, &mut exported) } else { name };
            let name = unique(name, &mut taken[module]);
            types[index] = Some(TypePath { module: modules[module].0.clone(), name, exported: own });
            if is_written(api, TypeId(index)) {
                modules[module].1.push(TypeId(index));
            }
        }
        modules.retain(|(_, types)| !types.is_empty());
        for (_, types) in &mut modules {
            types.sort();
        }
        modules.sort_by_key(|(_, types)| types.first().copied());
        Self { types: types.into_iter().flatten().collect(), modules, root }
    }

    pub(crate) fn of(&self, id: TypeId) -> &TypePath {
        &self.types[id.0]
    }

    /// The path from a module of `apis` or `models` to the module that both are in.
    pub(crate) fn root(&self) -> &'static str {
        self.root
    }

    /// The modules and the types in each, in the order of the document.
    pub(crate) fn modules(&self) -> &[(String, Vec<TypeId>)] {
        &self.modules
    }
}

/// Whether a name is that of a component itself.
pub(super) fn is_component(name: &Name) -> bool {
    name.path.is_empty() && !name.operation
}

/// The components and operations that the document gives Rust names to.
fn given_roots(api: &Api) -> HashMap<(&str, bool), &str> {
    let components = api.types.iter().filter(|named| is_component(&named.name));
    let components =
        components.filter_map(|named| Some(((&*named.name.root, false), &*named.given.as_ref()?.name)));
    let operations = api.tags.iter().flat_map(|tag| &tag.operations);
    let operations =
        operations.filter_map(|operation| Some(((&*operation.id, true), &*operation.given.as_ref()?.name)));
    components.chain(operations).collect()
}

fn root_of(name: &Name) -> (&str, bool) {
    (&name.root, name.operation)
}

/// Whether a type is generated under its name. Components are, and other types unless they are only another name.
pub(crate) fn is_written(api: &Api, id: TypeId) -> bool {
    let named = api.named(id);
    !named.unused && (is_component(&named.name) || named.recursive || !matches!(named.kind, Kind::Alias(_)))
}

fn type_name(name: &Name, taken: &HashSet<String>) -> String {
    let short = if name.path.is_empty() {
        camel(&name.root)
    } else {
        camel(&without_repetition(&name.path).join(" "))
    };
    if !taken.contains(&short) {
        return short;
    }
    let long = camel(&name.path.join(" "));
    match name.path.is_empty() {
        true => format!("{short}Value"),
        false if !taken.contains(&long) => long,
        false => camel(&format!("{} {}", name.root, name.path.join(" "))),
    }
}

/// Removes the words from a path that a step repeats: `Auto Chunking Strategy` within `chunking_strategy`.
fn without_repetition(path: &[String]) -> Vec<String> {
    let mut said: Vec<String> = Vec::new();
    for (index, step) in path.iter().enumerate() {
        let Some(last) = said.last() else {
            said.push(step.clone());
            continue;
        };
        let (before, words) = (words(last), words(step));
        let overlap =
            (1..=before.len().min(words.len())).rev().find(|length| before.ends_with(&words[..*length]));
        let is_last = index + 1 == path.len();
        match overlap {
            _ if before.is_empty() || words.is_empty() => said.push(step.clone()),
            _ if before == words => said.extend(is_last.then(|| step.clone())),
            _ if words.starts_with(&before) || words.ends_with(&before) => {
                said.pop();
                said.push(step.clone());
            }
            Some(length) if length < words.len() => said.push(words[length..].join(" ")),
            Some(_) if !is_last => {}
            _ => said.push(step.clone()),
        }
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leaves_out_the_words_that_a_step_repeats() {
        for (path, name) in [
            (&["status"][..], "Status"),
            (&["chunking_strategy", "Auto Chunking Strategy"], "AutoChunkingStrategy"),
            (&["item", "item"], "ItemItem"),
            (&["tool", "tool choice", "mode"], "ToolChoiceMode"),
            (&["request", "with name"], "RequestWithName"),
        ] {
            let name_of = |path: &[&str]| Name {
                root: "Pet".to_owned(),
                operation: false,
                path: path.iter().map(|step| (*step).to_owned()).collect(),
            };
            assert_eq!(type_name(&name_of(path), &HashSet::new()), name, "{path:?}");
        }
    }

    #[test]
    fn a_type_whose_name_is_taken_gets_a_longer_one() {
        let name = |root: &str, path: &[&str]| Name {
            root: root.to_owned(),
            operation: false,
            path: path.iter().map(|step| (*step).to_owned()).collect(),
        };
        for (taken, path, expected) in [
            (&["Option"][..], &[][..], "OptionValue"),
            (&["Status"], &["status"], "OptionStatus"),
            (&["Strategy"], &["strategy", "strategy"], "StrategyStrategy"),
            (&["Code", "ErrorCode"], &["error", "code"], "OptionErrorCode"),
        ] {
            let taken = taken.iter().map(|name| (*name).to_owned()).chain(["ErrorCode".to_owned()]).collect();
            assert_eq!(type_name(&name("option", path), &taken), expected, "{path:?}");
        }
    }
}
