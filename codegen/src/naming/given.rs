//! Checks of the Rust names that the document gives.

use std::collections::HashMap;

use crate::api::{Api, GivenName, Kind, Operation};

use super::identifier::{camel, snake};
use super::member::given_variant_name;
use super::names::{RESERVED, is_component};
use super::operation::plain;

/// Something wrong with a name that the document gives.
pub(crate) struct GivenFault<'a> {
    pub(crate) given: &'a GivenName,
    /// What is wrong, in one sentence without a full stop.
    pub(crate) message: String,
    pub(crate) help: String,
}

/// What a name is for, which decides how it is written.
#[derive(Clone, Copy)]
enum Item {
    Function,
    Argument,
    Field,
    Type,
    Variant,
}

/// Reports the names that are not identifiers of their kind, and those that are used twice.
pub(crate) fn given_faults(api: &Api) -> Vec<GivenFault<'_>> {
    let mut faults = Vec::new();
    for tag in &api.tags {
        let functions = tag.operations.iter().map(|one| (one.given.as_ref(), &*one.name));
        // Others with the same name are numbered and reported.
        check(&mut faults, Item::Function, functions.filter(|(given, _)| given.is_some()), &[]);
        tag.operations.iter().for_each(|operation| check_arguments(&mut faults, operation));
    }
    let components = api.types.iter().filter(|named| is_component(&named.name));
    let components = components.map(|named| (named.given.as_ref(), &*named.name.root));
    check(&mut faults, Item::Type, components, &RESERVED);
    // Other types share a module with what they are in.
    let mut modules: HashMap<(&str, bool), Vec<&GivenName>> = HashMap::new();
    for named in &api.types {
        if let Some(given) = &named.given {
            modules.entry((&named.name.root, named.name.operation)).or_default().push(given);
        }
        match &named.kind {
            Kind::Struct(structure) => {
                let fields = structure.fields.iter().map(|field| (field.given.as_ref(), &*field.name));
                let taken: &[&str] =
                    if structure.additional.is_some() { &["additional_properties"] } else { &[] };
                check(&mut faults, Item::Field, fields, taken);
            }
            Kind::Enumeration(enumeration) => {
                let values = enumeration.values.iter().map(|value| (value.given.as_ref(), &*value.value));
                check(&mut faults, Item::Variant, values, &["Other"]);
            }
            Kind::Union(union) => {
                let variants = union.variants.iter();
                let variants = variants.map(|variant| (given_variant_name(api, variant), &*variant.name));
                check(&mut faults, Item::Variant, variants, &["Other"]);
            }
            Kind::Alias(_) => {}
        }
    }
    let mut modules: Vec<_> = modules.into_iter().collect();
    modules.sort_by_key(|(root, _)| *root);
    for (_, given) in modules {
        check(&mut faults, Item::Type, given.into_iter().map(|given| (Some(given), "")), &RESERVED);
    }
    faults
}

fn check_arguments<'a>(faults: &mut Vec<GivenFault<'a>>, operation: &'a Operation) {
    let parameters = operation.parameters.iter();
    let parameters = parameters.map(|parameter| (parameter.given.as_ref(), &*parameter.name));
    check(faults, Item::Argument, parameters, &["configuration", "params"]);
}

/// Checks names that must differ from each other and from those in `taken`. Each is given, or made of the document's
/// words.
fn check<'a>(
    faults: &mut Vec<GivenFault<'a>>,
    item: Item,
    names: impl Iterator<Item = (Option<&'a GivenName>, &'a str)>,
    taken: &[&str],
) {
    let (given, others): (Vec<_>, Vec<_>) = names.partition(|(given, _)| given.is_some());
    if given.is_empty() {
        return;
    }
    let others: HashMap<String, &str> =
        others.into_iter().map(|(_, words)| (item.rule(words).2, words)).collect();
    let mut seen: HashMap<&str, &GivenName> = HashMap::new();
    for given in given.into_iter().filter_map(|(given, _)| given) {
        let name = given.name.as_str();
        let (is_valid, kind, wanted) = item.rule(name);
        let (message, help) = if !is_valid {
            (format!("`{name}` is not a name of {kind}"), format!("write it as `{wanted}`"))
        } else if taken.contains(&name) {
            let message = format!("generated code uses the name `{name}` for something else");
            (message, "choose another name".to_owned())
        } else if let Some(other) = others.get(name) {
            let message = format!("`{name}` is also the name of `{other}`");
            (message, "choose another name, or rename the other one too".to_owned())
        } else if let Some(other) = seen.insert(name, given).filter(|other| *other != given) {
            let message = format!("`{name}` is also the name that `#{}` gives", other.pointer);
            (message, "choose another name for one of the two".to_owned())
        } else {
            continue;
        };
        faults.push(GivenFault { given, message, help });
    }
}

impl Item {
    /// Whether a name is written as names of this kind are, what the kind is called, and how the name would be written.
    fn rule(self, name: &str) -> (bool, &'static str, String) {
        let is_snake = || plain(&snake(name)) == name;
        match self {
            Self::Function => (is_snake(), "a function", plain(&snake(name)).to_owned()),
            Self::Argument => (is_snake(), "an argument", plain(&snake(name)).to_owned()),
            Self::Field => (is_snake(), "a field", plain(&snake(name)).to_owned()),
            Self::Type => (is_type_name(name), "a type", camel(name)),
            Self::Variant => (is_type_name(name), "a variant", camel(name)),
        }
    }
}

/// Whether a name is an identifier that begins like the name of a type.
fn is_type_name(name: &str) -> bool {
    let mut letters = name.chars();
    letters.next().is_some_and(|first| unicode_ident::is_xid_start(first) && !first.is_lowercase())
        && letters.all(|letter| unicode_ident::is_xid_continue(letter) && letter != '_')
        && name != "Self"
}
