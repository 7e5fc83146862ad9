//! Parameters, an operation's own and those that its path shares.

use crate::document::openapi::{self, MediaType, Reference};
use crate::document::schema::{lower_limit, whole};
use crate::document::{Member, Node, Schema, View as _};

use super::super::Type;
use super::super::operation::Parameter;
use super::super::style::{Location, Style, StyleKind};
use super::Lowering;
use super::constraint::append_constraints;
use super::describe::{description, examples};
use super::form_encoding::field_style;
use super::given_name::given_name;
use super::media_type::{URL_ENCODED, bare, is_json, is_open, is_text};
use super::place::Place;

impl<'d> Lowering<'d> {
    /// The parameters of an operation: those of its path, overridden by its own.
    pub(super) fn parameters(
        &mut self,
        path: (&Place, Option<Member<'d>>),
        operation: (&Place, Option<Member<'d>>),
    ) -> Vec<Parameter> {
        let mut found: Vec<(Parameter, &'d Node)> = Vec::new();
        for (shared, (place, parameters)) in [(true, path), (false, operation)] {
            let Some((place, parameters)) = self.array_at(place, parameters) else { continue };
            let before = found.len();
            for (index, parameter) in parameters.iter().enumerate() {
                let written = parameter;
                let Some((place, node)) = self.follow(&place.index(index), parameter) else { continue };
                let Some(mut parameter) = self.parameter(&place, openapi::Parameter::of(node)) else {
                    continue;
                };
                // A description beside the `$ref` comes first (OpenAPI 3.1 §4.8.23).
                let own = description(written);
                if Reference::of(written).reference().is_some() && !own.is_empty() {
                    parameter.description = own;
                }
                let same = |(known, _): &(Parameter, _)| {
                    known.name == parameter.name && known.location == parameter.location
                };
                match found.iter().position(same) {
                    Some(index) if !shared && index < before => found[index] = (parameter, node),
                    Some(index) if means_the_same(found[index].1, node) => {
                        let message = format!("the parameter `{}` is declared twice", parameter.name);
                        self.warning(&place, "repeated-parameter", message, Some("leave one of them out"));
                    }
                    Some(_) => {
                        let message = format!(
                            "the parameter `{}` is declared twice with different meanings",
                            parameter.name
                        );
                        self.error(&place, "repeated-parameter", message, Some("leave one of them out"));
                    }
                    None => found.push((parameter, node)),
                }
            }
        }
        found.into_iter().map(|(parameter, _)| parameter).collect()
    }

    fn parameter(&mut self, place: &Place, written: openapi::Parameter<'d>) -> Option<Parameter> {
        self.check_members(place, written);
        let Some(name) = written.name() else {
            let help = "add the name that is sent";
            self.error(place, "missing-name", "this parameter has no `name`", Some(help));
            return None;
        };
        let location = self.location(place, written)?;
        // The media types and the security schemes decide these headers (OpenAPI 3.1 §4.8.12.2.1).
        let lower = name.to_lowercase();
        if location == Location::Header
            && ["accept", "content-type", "authorization"].contains(&lower.as_str())
        {
            return None;
        }
        let mut style = self.style(place, written, location);
        let contents = self.members_at(place, written.content());
        let has_both = !contents.is_empty() && written.schema().is_some();
        if contents.len() > 1 || has_both {
            let message =
                "this parameter has several schemas; `schema`, or else the first media type, is used";
            self.warning(&place.child("content"), "several-contents", message, None);
        }
        let schema = written.schema().filter(|_| location != Location::QueryString);
        let ty = if let Some(schema) = schema {
            self.schema(&place.child(schema.key), schema.schema())
        } else if let Some((place, content_type, media)) = contents.into_iter().next() {
            let (place, media) = self.follow(&place, media)?;
            let bare = bare(content_type);
            if location == Location::QueryString {
                style.kind = match &*bare {
                    URL_ENCODED => StyleKind::Form,
                    bare if is_json(bare) => StyleKind::Json,
                    _ => StyleKind::Simple,
                };
            }
            // Text is sent as it is, whatever the style.
            let is_text = is_text(&bare);
            let is_whole = location == Location::QueryString;
            if !is_json(&bare) && !is_open(&bare) && !is_text && !is_whole {
                let message = format!("a parameter of `{content_type}` is sent as JSON");
                self.warning(&place, "unexpressed-content-type", message, None);
            }
            if !is_text && !is_whole {
                style = Style { kind: StyleKind::Json, explode: false, ..style };
            }
            let media = MediaType::of(media);
            if is_whole {
                self.report_encoding(&place, media);
            }
            let schema = media.schema();
            match style.kind {
                StyleKind::Simple if is_whole => Type::String,
                _ => schema.map_or(Type::Any, |schema| self.schema(&place.child("schema"), schema.schema())),
            }
        } else {
            let message = match location {
                Location::QueryString => {
                    style.kind = StyleKind::Simple;
                    format!(
                        "the parameter `{name}` is the query and has no `content`; any string is accepted"
                    )
                }
                _ => {
                    format!("the parameter `{name}` has neither a schema nor content; any string is accepted")
                }
            };
            self.warning(place, "untyped-parameter", message, None);
            Type::String
        };
        if style.kind == StyleKind::DeepObject {
            self.report.deep_objects.push((place.clone(), ty.clone()));
        }
        let required = written.required() == Some(true) || location == Location::Path;
        let mut text = description(written.node());
        if let Some(schema) = written.schema() {
            append_constraints(&mut text, &schema.schema().inline_parts(), &[]);
        }
        Some(Parameter {
            name: name.to_owned(),
            given: given_name(place, written.node()),
            location,
            required,
            deprecated: written.deprecated() == Some(true),
            description: text,
            ty: match ty {
                Type::Nullable(inner) => *inner,
                ty => ty,
            },
            style,
            start: written.schema().and_then(|schema| start(&schema.schema().inline_parts())),
            example: self.example_of(place, written),
        })
    }

    /// Reports each `encoding` of the whole query that asks for another than the default one.
    fn report_encoding(&mut self, place: &Place, media: MediaType<'d>) {
        let Some(encoding) = media.encoding() else { return };
        let default = Style::default_of(Location::Query);
        for (name, own) in encoding.as_object().into_iter().flatten() {
            let own = openapi::Encoding::of(own);
            let is_default = field_style(own).is_none_or(|style| style == default);
            if !is_default || own.content_type().is_some() {
                let message = format!(
                    "`{name}` is written as by default: a value, or a value for each element; its encoding has no effect"
                );
                self.warning(&place.child(encoding.key).child(name), "unexpressed-encoding", message, None);
            }
        }
    }

    fn location(&mut self, place: &Place, written: openapi::Parameter<'d>) -> Option<Location> {
        match written.location() {
            Some("path") => Some(Location::Path),
            Some("query") => Some(Location::Query),
            Some("header") => Some(Location::Header),
            Some("cookie") => Some(Location::Cookie),
            Some("querystring") => Some(Location::QueryString),
            other => {
                let found = other.map_or("it is missing".to_owned(), |other| format!("this is `{other}`"));
                let message = format!("`in` must be path, query, querystring, header or cookie, {found}");
                self.error(place, "unknown-location", message, None);
                None
            }
        }
    }

    /// The example of a parameter, or else of its schema.
    fn example_of(&self, place: &Place, written: openapi::Parameter<'d>) -> Option<String> {
        let own = self.example(place, written.example(), written.examples());
        own.or_else(|| examples(written.schema()?.schema()).into_iter().next())
    }

    fn style(&mut self, place: &Place, written: openapi::Parameter<'d>, location: Location) -> Style {
        let default = Style::default_of(location);
        let kind = match written.style() {
            None => default.kind,
            Some("simple") => StyleKind::Simple,
            Some("label") => StyleKind::Label,
            Some("matrix") => StyleKind::Matrix,
            Some("form") => StyleKind::Form,
            Some("spaceDelimited") => StyleKind::SpaceDelimited,
            Some("pipeDelimited") => StyleKind::PipeDelimited,
            Some("deepObject") => StyleKind::DeepObject,
            Some("cookie") => {
                let message = "values of the style `cookie` are escaped as those of `form`";
                self.warning(&place.child("style"), "misplaced-style", message, None);
                StyleKind::Form
            }
            Some(other) => {
                self.error(&place.child("style"), "unknown-style", format!("`{other}` is not a style"), None);
                default.kind
            }
        };
        let fits = match location {
            Location::Path => matches!(kind, StyleKind::Simple | StyleKind::Label | StyleKind::Matrix),
            Location::Query => !matches!(kind, StyleKind::Simple | StyleKind::Label | StyleKind::Matrix),
            Location::Header => kind == StyleKind::Simple,
            Location::Cookie | Location::QueryString => kind == StyleKind::Form,
        };
        let kind = if fits {
            kind
        } else {
            let message = "this style is not allowed for a parameter in this location; the default is used";
            self.warning(&place.child("style"), "misplaced-style", message, None);
            default.kind
        };
        Style {
            kind,
            explode: written.explode().unwrap_or(matches!(kind, StyleKind::Form | StyleKind::DeepObject)),
            // Only in a query may reserved characters be sent unescaped (OpenAPI 3.1 §4.8.12.2).
            allow_reserved: written.allow_reserved() == Some(true) && location == Location::Query,
            arrays: self.array_format(place, written.array_format()),
        }
    }
}

/// The default of an integer, or else its minimum.
fn start(parts: &[Schema<'_>]) -> Option<u64> {
    let default = parts.iter().find_map(|part| whole(part.default()?.value));
    let least = || lower_limit(parts).filter(|limit| !limit.exclusive).and_then(|limit| limit.whole);
    u64::try_from(default.or_else(least)?).ok()
}

/// Whether two parameters differ at most in their documentation.
fn means_the_same(one: &Node, other: &Node) -> bool {
    let documents =
        |key: &str| ["description", "example", "examples"].contains(&key) || key.starts_with("x-");
    let (Node::Object(one), Node::Object(other)) = (one, other) else { return false };
    let keys = one.keys().chain(other.keys()).filter(|key| !documents(key));
    keys.into_iter().all(|key| one.get(key) == other.get(key))
}
