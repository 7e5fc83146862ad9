//! From the document as written to the API as meant.
//!
//! [`lower`] shows the whole way. Everything is a method of [`Lowering`], since schemas contain each other; the state is
//! grouped by what it is for.

mod all_of;
mod allowed;
mod alternative;
mod array;
mod binary;
mod body;
mod budget;
mod check;
mod class;
mod component;
mod constraint;
mod content;
mod deep_object;
mod describe;
mod dynamic;
mod event;
mod event_data;
mod form;
mod form_encoding;
mod form_part;
mod given_name;
mod intersection;
mod listed;
mod media_type;
mod name;
mod nested_file;
mod number;
mod object;
mod operation;
mod pagination;
mod parameter;
mod part_headers;
mod place;
mod positions;
mod reference;
mod report;
mod response;
mod schema;
mod security;
mod sending;
mod server;
mod string_type;
mod subtypes;
mod types;
mod union;

#[cfg(test)]
mod tests;

use std::rc::Rc;

use crate::diagnostic::{Diagnostic, Severity};
use crate::document::openapi::{Info, Root};
use crate::document::{Document, View as _};
use crate::formats::Formats;

use super::model::Type;
use super::{Api, ambiguous, cycles, explode, tags, usage};
use place::Place;
use report::diagnostic;

/// Finds what the document means.
///
/// Returns the API, and what is wrong with the document or cannot be expressed. If one of the diagnostics is an error,
/// do not use the API.
pub fn lower(document: &Document, formats: &Formats) -> (Api, Vec<Diagnostic>) {
    let (api, _, diagnostics) = lower_with_schemas(document, formats);
    (api, diagnostics)
}

/// As [`lower`], and also returns the type of each JSON schema that has one, in no particular order.
pub fn lower_with_schemas(
    document: &Document,
    formats: &Formats,
) -> (Api, Vec<LoweredSchema>, Vec<Diagnostic>) {
    let mut lowering = Lowering::new(document, formats);
    let root = Root::of(document.root());
    let mut api = lowering.about(root);
    lowering.find_forms();
    lowering.find_subtypes();
    lowering.find_event_data();
    lowering.component_schemas(root);
    api.tags = lowering.operations(root, &api.security_schemes, &api.servers);
    api.webhooks = lowering.webhooks(root);
    lowering.report_misplaced_references();
    lowering.report_nearby_references();
    lowering.report_received_parameters();
    lowering.report_deep_objects();
    let schemas = lowering.schemas.json_types();
    let Lowering { mut types, report, pagination, .. } = lowering;
    let mut diagnostics = report.diagnostics;
    api.types = types.take();

    let endless = cycles::endless(&api);
    for id in &endless {
        let message = "this schema has no finite definition: it refers only to itself";
        let help = "give it a type or properties of its own";
        let place = types.place(*id);
        diagnostics.push(diagnostic(Severity::Error, place, "schema-cycle", message.to_owned(), Some(help)));
    }
    if !endless.is_empty() {
        return (api, schemas, diagnostics);
    }
    usage::mark(&mut api, &types.replaced);
    tags::assign(&mut api);
    explode::reset(&mut api);
    for (id, one, other) in ambiguous::unions(&api) {
        let message = format!(
            "`{one}` and `{other}` are ambiguous: a value that fits both equally well is read as `{one}`"
        );
        let help = "give them a required property with different constants, or a discriminator";
        let place = types.place(id);
        diagnostics.push(diagnostic(Severity::Warning, place, "ambiguous-union", message, Some(help)));
    }
    cycles::break_up(&mut api);
    diagnostics.extend(pagination.find(&mut api));
    (api, schemas, diagnostics)
}

/// A JSON schema and its type.
#[derive(Debug)]
pub struct LoweredSchema {
    place: Place,
    /// The type.
    pub ty: Type,
}

impl LoweredSchema {
    /// The file that the schema is in.
    pub fn file(&self) -> &str {
        &self.place.file
    }

    /// The JSON pointer to the schema in its file.
    pub fn pointer(&self) -> &str {
        &self.place.pointer
    }
}

/// The state of the lowering.
struct Lowering<'d> {
    document: &'d Document,
    formats: &'d Formats,
    /// The name of the document's own file.
    main: Rc<str>,
    /// The named types so far.
    types: types::Types,
    /// The schemas whose types are known.
    schemas: schema::Known,
    /// The names of schemas.
    names: name::Names,
    /// The schemas that are bodies of forms.
    forms: form::Forms<'d>,
    /// The schemas without files.
    fileless: nested_file::Fileless,
    /// The schemas that others are made from with `allOf`.
    subtypes: subtypes::Subtypes<'d>,
    /// The data of events that is read as JSON.
    event_data: event_data::EventData,
    /// The names that `$dynamicRef`s use.
    dynamic_names: dynamic::Names,
    /// The operations that declare their pages.
    pagination: pagination::Declared<'d>,
    /// What is wrong or cannot be expressed.
    report: report::Report,
    /// How much work was done.
    budget: budget::Budget,
}

impl<'d> Lowering<'d> {
    fn new(document: &'d Document, formats: &'d Formats) -> Self {
        Self {
            document,
            formats,
            main: document.file().into(),
            types: types::Types::default(),
            schemas: schema::Known::default(),
            names: name::Names::default(),
            forms: form::Forms::default(),
            fileless: nested_file::Fileless::default(),
            subtypes: subtypes::Subtypes::default(),
            event_data: event_data::EventData::default(),
            dynamic_names: dynamic::Names::default(),
            pagination: pagination::Declared::default(),
            report: report::Report::default(),
            budget: budget::Budget::default(),
        }
    }

    /// The place of the whole document.
    fn root(&self) -> Place {
        Place { file: self.main.clone(), pointer: Rc::from(""), scope: None }
    }

    /// The API as the document introduces it, without operations and types.
    fn about(&mut self, root: Root<'d>) -> Api {
        let place = self.root();
        let info = root.info().map(|info| Info::of(info.value));
        let version = info.and_then(Info::version).and_then(|version| version.value.as_str());
        Api {
            title: info.and_then(Info::title).unwrap_or_default().to_owned(),
            description: info.and_then(Info::description).unwrap_or_default().to_owned(),
            version: version.unwrap_or_default().to_owned(),
            servers: self.servers(&place, root.servers()),
            security_schemes: self.security_schemes(root),
            tags: Vec::new(),
            webhooks: Vec::new(),
            types: Vec::new(),
            formats: self.formats.clone(),
        }
    }
}
