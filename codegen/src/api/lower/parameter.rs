//! Parameters, an operation's own and those that its path shares.

use crate::document::{Node, members};

use super::super::Type;
use super::super::operation::{Location, Parameter, Style, StyleKind};
use super::class::inline_parts;
use super::constraint::append_constraints;
use super::media_type::{essence, is_json, is_open, is_text};
use super::{Lowering, Place, description, flag};

impl<'d> Lowering<'d> {
    /// The parameters of an operation: the path's, and over them its own.
    pub(super) fn parameters(
        &mut self,
        path: (&Place, &'d Node),
        operation: (&Place, &'d Node),
    ) -> Vec<Parameter> {
        let mut found: Vec<(Parameter, &'d Node)> = Vec::new();
        for (shared, (place, node)) in [(true, path), (false, operation)] {
            let Some((place, parameters)) = self.array_at(place, node, "parameters") else { continue };
            let before = found.len();
            for (index, parameter) in parameters.iter().enumerate() {
                let written = parameter;
                let Some((place, node)) = self.follow(&place.index(index), parameter) else { continue };
                let Some(mut parameter) = self.parameter(&place, node) else { continue };
                // What stands beside the `$ref` comes first (OpenAPI 3.1 §4.8.23).
                let own = description(written);
                if written.get("$ref").is_some() && !own.is_empty() {
                    parameter.description = own;
                }
                let same = |(known, _): &(Parameter, _)| {
                    known.name == parameter.name && known.location == parameter.location
                };
                match found.iter().position(same) {
                    Some(index) if !shared && index < before => found[index] = (parameter, node),
                    Some(index) if means_the_same(found[index].1, node) => {
                        let message = format!("the parameter `{}` stands here twice", parameter.name);
                        self.warning(&place, "repeated-parameter", message, Some("leave one of them out"));
                    }
                    Some(_) => {
                        let message = format!(
                            "the parameter `{}` stands here twice, each time as something else",
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

    fn parameter(&mut self, place: &Place, node: &'d Node) -> Option<Parameter> {
        self.check_members(place, node, members::PARAMETER, "a parameter");
        let text = |key: &str| node.get(key).and_then(Node::as_str);
        let Some(name) = text("name") else {
            self.error(place, "missing-name", "a parameter has a `name`", None);
            return None;
        };
        let location = match text("in") {
            Some("path") => Location::Path,
            Some("query") => Location::Query,
            Some("header") => Location::Header,
            Some("cookie") => Location::Cookie,
            other => {
                let message = format!(
                    "a parameter is `in` path, query, header or cookie, not {}",
                    other.unwrap_or("nowhere")
                );
                self.error(place, "unknown-location", message, None);
                return None;
            }
        };
        // These are said by the media types and the security schemes (OpenAPI 3.1 §4.8.12.2.1).
        let lower = name.to_lowercase();
        if location == Location::Header
            && ["accept", "content-type", "authorization"].contains(&lower.as_str())
        {
            return None;
        }
        let mut style = self.style(place, node, location);
        let contents = node.get("content").and_then(Node::as_object);
        let content = contents.and_then(|content| content.first());
        if contents.is_some_and(|contents| contents.len() > 1 || node.get("schema").is_some()) {
            let message = "a parameter has a `schema` or one media type; what comes first is expressed";
            self.warning(&place.child("content"), "several-contents", message, None);
        }
        let ty = if let Some(schema) = node.get("schema") {
            self.schema(&place.child("schema"), schema)
        } else if let Some((content_type, media)) = content {
            let essence = essence(content_type);
            // Text stands as it is, so that nothing is to be said of its style.
            let is_text = is_text(&essence);
            if !is_json(&essence) && !is_open(&essence) && !is_text {
                let message = format!("a parameter of `{content_type}` is written as JSON is");
                let place = place.child("content").child(content_type);
                self.warning(&place, "unexpressed-content-type", message, None);
            }
            if !is_text {
                style = Style { kind: StyleKind::Json, explode: false, ..style };
            }
            let place = place.child("content").child(content_type).child("schema");
            media.get("schema").map_or(Type::Any, |schema| self.schema(&place, schema))
        } else {
            let message =
                format!("the parameter `{name}` has neither a schema nor content; any string is taken");
            self.warning(place, "untyped-parameter", message, None);
            Type::String
        };
        if style.kind == StyleKind::DeepObject {
            self.deep_objects.push((place.clone(), ty.clone()));
        }
        let required = flag(node, "required") || location == Location::Path;
        let mut text = description(node);
        if let Some(schema) = node.get("schema") {
            append_constraints(&mut text, &inline_parts(schema), &[]);
        }
        Some(Parameter {
            name: name.to_owned(),
            location,
            required,
            deprecated: flag(node, "deprecated"),
            description: text,
            ty: match ty {
                Type::Nullable(inner) => *inner,
                ty => ty,
            },
            style,
        })
    }

    fn style(&mut self, place: &Place, node: &'d Node, location: Location) -> Style {
        let default = Style::default_of(location);
        let kind = match node.get("style").and_then(Node::as_str) {
            None => default.kind,
            Some("simple") => StyleKind::Simple,
            Some("label") => StyleKind::Label,
            Some("matrix") => StyleKind::Matrix,
            Some("form") => StyleKind::Form,
            Some("spaceDelimited") => StyleKind::SpaceDelimited,
            Some("pipeDelimited") => StyleKind::PipeDelimited,
            Some("deepObject") => StyleKind::DeepObject,
            Some(other) => {
                self.error(
                    &place.child("style"),
                    "unknown-style",
                    format!("there is no style `{other}`"),
                    None,
                );
                default.kind
            }
        };
        let fits = match location {
            Location::Path => matches!(kind, StyleKind::Simple | StyleKind::Label | StyleKind::Matrix),
            Location::Query => !matches!(kind, StyleKind::Simple | StyleKind::Label | StyleKind::Matrix),
            Location::Header => kind == StyleKind::Simple,
            Location::Cookie => kind == StyleKind::Form,
        };
        let kind = if fits {
            kind
        } else {
            let message = "this style is not for a parameter in this place; the place's own is taken";
            self.warning(&place.child("style"), "misplaced-style", message, None);
            default.kind
        };
        let explode = node.get("explode").and_then(Node::as_bool);
        Style {
            kind,
            explode: explode.unwrap_or(matches!(kind, StyleKind::Form | StyleKind::DeepObject)),
            // Elsewhere nothing reserved may stand as it is (OpenAPI 3.1 §4.8.12.2).
            allow_reserved: flag(node, "allowReserved") && location == Location::Query,
            arrays: self.array_format(place, node),
        }
    }
}

/// Whether two parameters are the same in all but what is said about them.
fn means_the_same(one: &Node, other: &Node) -> bool {
    let says = |key: &str| ["description", "example", "examples"].contains(&key) || key.starts_with("x-");
    let (Node::Object(one), Node::Object(other)) = (one, other) else { return false };
    let keys = one.keys().chain(other.keys()).filter(|key| !says(key));
    keys.into_iter().all(|key| one.get(key) == other.get(key))
}
