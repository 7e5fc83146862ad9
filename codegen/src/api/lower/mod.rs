//! From the document as written to the API as meant.

mod all_of;
mod alternative;
mod binary;
mod body;
mod check;
mod class;
mod constraint;
mod content;
mod deep_object;
mod dynamic;
mod event;
mod form;
mod heirs;
mod intersection;
mod json_type;
mod listed;
mod media_type;
mod name;
mod number;
mod object;
mod operation;
mod parameter;
mod response;
mod schema;
mod security;
mod server;
mod union;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;

use crate::diagnostic::{Diagnostic, Severity};
use crate::document::{Document, Node, Object, Pointer, members};

use super::model::{Kind, Named, Type, TypeId};
use super::{Api, ambiguous, cycles, tags, usage};

/// Finds what the document means.
///
/// The diagnostics are what is wrong with the document and what cannot be expressed; where one is an error, the API
/// is not to be used.
pub fn lower(document: &Document) -> (Api, Vec<Diagnostic>) {
    let (api, _, diagnostics) = lower_with_schemas(document);
    (api, diagnostics)
}

/// As [`lower`], and what became of each schema of JSON that has a type, in no order.
pub fn lower_with_schemas(document: &Document) -> (Api, Vec<Schema>, Vec<Diagnostic>) {
    let mut lowering = Lowering {
        document,
        main: document.file().into(),
        types: Vec::new(),
        places: Vec::new(),
        effort: 0,
        lowered: HashMap::new(),
        names: HashMap::new(),
        pending: HashSet::new(),
        nullable_unions: HashSet::new(),
        forms: HashMap::new(),
        replaced: HashSet::new(),
        children: HashMap::new(),
        bases: HashMap::new(),
        heirs: HashMap::new(),
        intersections: HashMap::new(),
        dynamic_names: HashMap::new(),
        checked: HashSet::new(),
        quiet: 0,
        deep_objects: Vec::new(),
        misplaced: Vec::new(),
        diagnostics: Vec::new(),
        depth: 0,
    };
    let root = lowering.root();
    let info = document.root().get("info");
    let text = |name: &str| {
        info.and_then(|info| info.get(name)).and_then(Node::as_str).unwrap_or_default().to_owned()
    };
    let mut api = Api {
        title: text("title"),
        description: text("description"),
        version: text("version"),
        servers: lowering.servers(&root, document.root()),
        security_schemes: lowering.security_schemes(),
        tags: Vec::new(),
        webhooks: Vec::new(),
        types: Vec::new(),
    };
    lowering.forms = lowering.find_forms();
    lowering.children = lowering.find_children();
    lowering.component_schemas();
    api.tags = lowering.operations(&api.security_schemes, &api.servers);
    api.webhooks = lowering.webhooks();
    lowering.report_misplaced_references();
    lowering.report_deep_objects();
    let Lowering { types, places, mut diagnostics, lowered, replaced, .. } = lowering;
    api.types = types;
    let schemas = lowered
        .into_iter()
        .filter(|((place, purpose), _)| *purpose == Purpose::Json && place.scope.is_none());
    let schemas = schemas.map(|((place, _), ty)| Schema { place, ty }).collect();
    let endless = cycles::endless(&api);
    for id in &endless {
        let place = &places[id.0];
        let message = "this schema is defined as itself, so that no value can be told to be one";
        let help = "give it a type or properties of its own";
        diagnostics.push(diagnostic(Severity::Error, place, "schema-cycle", message.to_owned(), Some(help)));
    }
    if !endless.is_empty() {
        return (api, schemas, diagnostics);
    }
    usage::mark(&mut api, &replaced);
    tags::assign(&mut api);
    for (id, one, other) in ambiguous::unions(&api) {
        let message = format!(
            "nothing tells `{one}` and `{other}` apart: a value that fits both equally well is read as `{one}`"
        );
        let help = "give them a required property with different constants, or a discriminator";
        diagnostics.push(diagnostic(
            Severity::Warning,
            &places[id.0],
            "ambiguous-union",
            message,
            Some(help),
        ));
    }
    cycles::break_up(&mut api);
    (api, schemas, diagnostics)
}

/// A schema of JSON and the type that it became.
#[derive(Debug)]
pub struct Schema {
    place: Place,
    /// The type.
    pub ty: Type,
}

impl Schema {
    /// The file that it stands in.
    pub fn file(&self) -> &str {
        &self.place.file
    }

    /// Where it stands there: a JSON pointer.
    pub fn pointer(&self) -> &str {
        &self.place.pointer
    }
}

/// How deep schemas may be nested in each other, by `$ref` too, before one is refused: what the stack that
/// [`generate`](crate::generate) works on has room for.
const MAXIMUM_DEPTH: usize = 4000;

/// How many `$ref`s may lead from one to the next before they are taken for a circle.
const MAXIMUM_REFERENCES: usize = 200;

/// How many schemas may be taken together by `allOf`, and how many properties may come of that. A short document
/// can ask for more than memory holds.
const MAXIMUM_EFFORT: usize = 2_000_000;

struct Lowering<'d> {
    document: &'d Document,
    main: Rc<str>,
    types: Vec<Named>,
    /// Where each of the types stands.
    places: Vec<Place>,
    /// How many schemas were taken together and properties made so far.
    effort: usize,
    lowered: HashMap<(Place, Purpose), Type>,
    names: HashMap<Place, super::Name>,
    /// The types whose kind is not known yet.
    pending: HashSet<TypeId>,
    /// The unions of which an alternative may be `null`.
    nullable_unions: HashSet<Place>,
    /// The schemas that are bodies of forms.
    forms: HashMap<Place, form::FormUse<'d>>,
    /// The types that files took the place of.
    replaced: HashSet<TypeId>,
    /// The schemas that are made from others.
    children: heirs::Children<'d>,
    /// The types of the own properties of schemas that others are made from.
    bases: HashMap<Place, TypeId>,
    /// What is made from each schema that tells it apart, as far as that was asked.
    heirs: HashMap<Place, Rc<heirs::Heirs<'d>>>,
    /// The types of schemas that a value must match together, by where those are.
    intersections: HashMap<Vec<Place>, Type>,
    /// The names that `$dynamicRef`s use in schemas and what those refer to.
    dynamic_names: HashMap<Place, Rc<BTreeSet<String>>>,
    /// The schemas whose keywords were looked at.
    checked: HashSet<Place>,
    /// Greater than 0 while faults are not reported, since they are elsewhere.
    quiet: usize,
    /// What is written as a deep object, and where it stands.
    deep_objects: Vec<(Place, Type)>,
    /// Where a `$ref` stands that OpenAPI does not allow there.
    misplaced: Vec<Place>,
    diagnostics: Vec<Diagnostic>,
    depth: usize,
}

/// Where a value stands: a file and a JSON pointer as RFC 6901 writes it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Place {
    file: Rc<str>,
    pointer: Rc<str>,
    /// What `$dynamicRef`s refer to there, where that depends on the schemas that lead there.
    scope: Option<Rc<dynamic::Scope>>,
}

/// What a schema is lowered for: the same one may have to be more than one type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Purpose {
    Json,
    Form,
}

impl Place {
    fn child(&self, token: impl AsRef<str>) -> Self {
        let token = token.as_ref();
        let escaped = if token.contains(['~', '/']) {
            token.replace('~', "~0").replace('/', "~1")
        } else {
            token.to_owned()
        };
        Self { pointer: format!("{}/{escaped}", self.pointer).into(), ..self.clone() }
    }

    fn index(&self, index: usize) -> Self {
        Self { pointer: format!("{}/{index}", self.pointer).into(), ..self.clone() }
    }

    fn tokens(&self) -> Vec<String> {
        self.pointer.split('/').skip(1).map(|token| token.replace("~1", "/").replace("~0", "~")).collect()
    }
}

impl<'d> Lowering<'d> {
    fn root(&self) -> Place {
        Place { file: self.main.clone(), pointer: Rc::from(""), scope: None }
    }

    fn error(&mut self, place: &Place, code: &'static str, message: impl Into<String>, help: Option<&str>) {
        self.report(Severity::Error, place, code, message.into(), help);
    }

    fn warning(&mut self, place: &Place, code: &'static str, message: impl Into<String>, help: Option<&str>) {
        self.report(Severity::Warning, place, code, message.into(), help);
    }

    fn report(
        &mut self,
        severity: Severity,
        place: &Place,
        code: &'static str,
        message: String,
        help: Option<&str>,
    ) {
        self.diagnostics.push(diagnostic(severity, place, code, message, help));
    }

    /// Follows the `$ref` of `node`, and those behind it, to what is none.
    fn follow(&mut self, place: &Place, node: &'d Node) -> Option<(Place, &'d Node)> {
        let mut at = (place.clone(), node);
        for _ in 0..MAXIMUM_REFERENCES {
            let Some(reference) = at.1.get("$ref").and_then(Node::as_str) else { return Some(at) };
            at = self.target(&at.0, reference)?;
        }
        self.error(place, "ref-cycle", "this `$ref` leads back to itself", None);
        None
    }

    /// What a `$ref` at `place` refers to.
    fn target(&mut self, place: &Place, reference: &str) -> Option<(Place, &'d Node)> {
        let (target, node) = self.static_target(place, reference)?;
        Some((self.within_scope(place, target), node))
    }

    /// What a `$ref` refers to, whatever schemas lead to it.
    fn static_target(&mut self, place: &Place, reference: &str) -> Option<(Place, &'d Node)> {
        let document: &'d Document = self.document;
        // Only an `$id` makes a difference by where in its file a `$ref` stands.
        let resolved = if document.has_resources() || document.has_dynamic_anchors() {
            document.resolve_at(&place.file, &Pointer::parse(&place.pointer).unwrap_or_default(), reference)
        } else {
            document.resolve(&place.file, reference)
        };
        match resolved {
            Ok(target) => {
                let file = if *target.file == *self.main { self.main.clone() } else { target.file.into() };
                Some((Place { file, pointer: target.pointer.to_string().into(), scope: None }, target.node))
            }
            Err(error) => {
                let place = place.child("$ref");
                self.error(&place, error.code, error.message, error.help.as_deref());
                None
            }
        }
    }

    /// The schema that the `$ref` or `$dynamicRef` of a schema refers to.
    fn referred(&mut self, place: &Place, node: &'d Node) -> Option<(Place, &'d Node)> {
        let reference = |key: &str| node.get(key).and_then(Node::as_str);
        match (reference("$ref"), reference("$dynamicRef")) {
            (Some(reference), _) => self.target(place, reference),
            (None, Some(reference)) => self.dynamic_target(place, reference),
            (None, None) => None,
        }
    }

    /// Follows a `$ref` that stands where OpenAPI allows none, such as in the place of an operation.
    fn follow_misplaced(&mut self, place: &Place, node: &'d Node) -> Option<(Place, &'d Node)> {
        if node.get("$ref").and_then(Node::as_str).is_some() {
            self.misplaced.push(place.clone());
        }
        self.follow(place, node)
    }

    /// Warns once of all `$ref`s that OpenAPI does not allow where they stand.
    fn report_misplaced_references(&mut self) {
        let texts = self.document.text_references().iter().map(|(file, pointer)| Place {
            file: if *file == *self.main { self.main.clone() } else { file.as_str().into() },
            pointer: pointer.to_string().into(),
            scope: None,
        });
        let mut places: Vec<Place> = self.misplaced.drain(..).chain(texts).collect();
        let mut seen = HashSet::new();
        places.retain(|place| seen.insert(place.clone()));
        let Some(first) = places.first().cloned() else { return };
        let message = match places.len() {
            1 => "OpenAPI allows no `$ref` here; it is followed all the same".to_owned(),
            count => format!(
                "OpenAPI allows no `$ref` here, nor in {} other places; they are followed all the same",
                count - 1
            ),
        };
        self.warning(&first, "misplaced-ref", message, None);
    }

    /// The member `key` of an object, which is to be an object too.
    fn object_at(&mut self, place: &Place, node: &'d Node, key: &str) -> Option<(Place, &'d Object)> {
        let (place, member) = self.follow_misplaced(&place.child(key), node.get(key)?)?;
        match member.as_object() {
            Some(object) => Some((place, object)),
            None => {
                self.error(
                    &place,
                    "wrong-type",
                    format!("`{key}` is {}, not an object", member.kind()),
                    None,
                );
                None
            }
        }
    }

    /// The member `key` of an object, which is to be an array.
    fn array_at(&mut self, place: &Place, node: &'d Node, key: &str) -> Option<(Place, &'d [Node])> {
        let (place, member) = self.follow_misplaced(&place.child(key), node.get(key)?)?;
        match member.as_array() {
            Some(array) => Some((place, array)),
            None => {
                self.error(&place, "wrong-type", format!("`{key}` is {}, not an array", member.kind()), None);
                None
            }
        }
    }

    fn component_schemas(&mut self) {
        let root = self.root();
        let Some(components) = self.document.root().get("components") else { return };
        let place = root.child("components");
        if components.as_object().is_some() {
            self.check_members(&place, components, members::COMPONENTS, "`components`");
        }
        let Some((place, schemas)) = self.object_at(&place, components, "schemas") else { return };
        for (name, schema) in schemas {
            let place = place.child(name);
            if self.forms.contains_key(&place) {
                self.form(&place, schema);
            } else {
                self.component(&place, schema);
            }
        }
    }

    /// Adds a type that refers to nothing yet, so that what it holds can refer to it.
    fn declare(&mut self, place: &Place, node: &Node) -> TypeId {
        let id = TypeId(self.types.len());
        let name = self.name_of(place);
        // What stands in a property is deprecated with the property.
        let component = name.path.is_empty() && !name.operation;
        let parts = class::inline_parts(node);
        let mut description = description(node);
        // The only schema that counts in this one describes it. One of several members describes a part.
        let members = node.get("allOf").and_then(Node::as_array).map_or(0, <[Node]>::len);
        if description.is_empty() && members < 2 {
            let texts = parts.iter().rev().map(|part| self::description(part));
            description = texts.into_iter().find(|text| !text.is_empty()).unwrap_or_default();
        }
        // The constraints of a property's type are in the description of the property.
        if component {
            constraint::append_constraints(&mut description, &parts, &[]);
        }
        self.types.push(Named {
            name,
            description,
            deprecated: component && flag(node, "deprecated"),
            kind: Kind::Alias(Type::Any),
            recursive: false,
            sent: false,
            received: false,
            unused: false,
            examples: examples(node),
        });
        self.places.push(place.clone());
        self.pending.insert(id);
        id
    }

    /// Notes `effort`; whether there was not too much of it. The first that is too much is told.
    fn can_afford(&mut self, place: &Place, effort: usize) -> bool {
        let before = self.effort;
        self.effort = before.saturating_add(effort);
        if self.effort > MAXIMUM_EFFORT && before <= MAXIMUM_EFFORT {
            let message =
                "the schemas up to here are made of each other in more ways than can be written out";
            self.error(
                place,
                "too-large",
                message,
                Some("look for an `allOf` that is in one that is in one"),
            );
        }
        self.effort <= MAXIMUM_EFFORT
    }

    /// Says what a declared type is.
    fn complete(&mut self, id: TypeId, kind: Kind) {
        self.types[id.0].kind = kind;
        self.pending.remove(&id);
    }
}

fn diagnostic(
    severity: Severity,
    place: &Place,
    code: &'static str,
    message: String,
    help: Option<&str>,
) -> Diagnostic {
    Diagnostic {
        severity,
        code,
        message,
        file: place.file.to_string(),
        pointer: Pointer::parse(&place.pointer).unwrap_or_default(),
        position: None,
        help: help.map(str::to_owned),
    }
}

fn description(node: &Node) -> String {
    let text =
        |key: &str| node.get(key).and_then(Node::as_str).map(str::trim).filter(|text| !text.is_empty());
    let said = text("description").or_else(|| text("title")).unwrap_or_default();
    match more(node) {
        None => said.to_owned(),
        Some(more) if said.is_empty() => more,
        Some(more) => format!("{said}\n\n{more}"),
    }
}

/// Where the document says that more is to be read.
fn more(node: &Node) -> Option<String> {
    let elsewhere = node.get("externalDocs")?;
    let text = |key: &str| elsewhere.get(key).and_then(Node::as_str).map(str::trim);
    let url = text("url").filter(|url| !url.is_empty() && !url.contains(['<', '>', ' ', '\n']))?;
    let about = text("description").and_then(|text| text.lines().next()).unwrap_or_default();
    Some(match about.trim_end_matches('.') {
        "" => format!("See <{url}>."),
        about => format!("{about}: <{url}>."),
    })
}

fn flag(node: &Node, key: &str) -> bool {
    node.get(key).and_then(Node::as_bool).unwrap_or(false)
}

fn examples(node: &Node) -> Vec<String> {
    let several = node.get("examples").and_then(Node::as_array).unwrap_or_default();
    node.get("example").into_iter().chain(several).map(Node::to_json).collect()
}
