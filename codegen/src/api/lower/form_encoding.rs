//! The `encoding` of a form: how its fields are written.

use crate::document::openapi;
use crate::document::{Member, Object, Version, View as _};

use super::super::style::{ArrayFormat, Style, StyleKind};
use super::Lowering;
use super::media_type::{MULTIPART, URL_ENCODED, bare};
use super::place::Place;

/// How the fields of a form are encoded.
#[derive(Clone)]
pub(super) struct FormEncoding<'d> {
    pub(super) place: Place,
    pub(super) fields: &'d Object,
    /// Whether its styles apply.
    pub(super) styled: bool,
}

impl<'d> Lowering<'d> {
    /// Reports what of a form's `encoding` has no effect on its parts.
    pub(super) fn check_encoding(&mut self, place: &Place, encoding: Member<'d>, content_type: &str) {
        let styled = self.has_styles(&bare(content_type));
        for (name, own) in encoding.entries() {
            let (place, own) = (place.child(name), openapi::Encoding::of(own));
            self.check_members(&place, own);
            if let Some(headers) = own.headers().filter(|headers| headers.entries().next().is_some()) {
                let message = "headers of a form's part are not expressed";
                self.warning(&place.child(headers.key), "unexpressed-encoding", message, None);
            }
            if let Some(style) = own.style()
                && form_style(style).is_none()
            {
                let message = format!("`{style}` is not a style of form fields; `form` is used");
                self.warning(&place.child("style"), "misplaced-style", message, None);
            }
            for nested in [own.encoding(), own.prefix_encoding(), own.item_encoding()].into_iter().flatten() {
                let message = format!("`{}` of a form's part is not expressed", nested.key);
                self.warning(&place.child(nested.key), "unexpressed-encoding", message, None);
            }
            if !styled && field_style(own).is_some() {
                let message = format!(
                    "a style is for fields of `{URL_ENCODED}`, and since OpenAPI 3.1 of `{MULTIPART}`; a part goes by \
                     its content type"
                );
                self.warning(&place, "unexpressed-encoding", message, None);
            }
        }
    }

    /// Whether the styles of an `encoding` apply in forms of a media type (OpenAPI 3.0 and 3.1 §4.8.15.1).
    pub(super) fn has_styles(&self, bare: &str) -> bool {
        bare == URL_ENCODED || bare == MULTIPART && self.document.version() >= Version::V3_1
    }
}

impl<'d> FormEncoding<'d> {
    /// The encoding of a field.
    pub(super) fn field(&self, name: &str) -> Option<openapi::Encoding<'d>> {
        self.fields.get(name).map(openapi::Encoding::of)
    }

    /// The media types of a field.
    pub(super) fn content_type(&self, name: &str) -> Option<&'d str> {
        self.field(name)?.content_type()
    }

    /// The style of a field, where it applies.
    pub(super) fn style(&self, name: &str) -> Option<Style> {
        self.field(name).and_then(field_style).filter(|_| self.styled)
    }
}

/// Whether two encodings of a form lead to different types.
pub(super) fn are_two_ways(one: Option<&FormEncoding<'_>>, other: Option<&FormEncoding<'_>>) -> bool {
    let fields = |encoding: Option<&FormEncoding<'_>>| -> Vec<String> {
        encoding.into_iter().flat_map(|encoding| encoding.fields.keys().cloned()).collect()
    };
    let ways = |encoding: Option<&FormEncoding<'_>>, name: &str| {
        let content_type = encoding.and_then(|encoding| encoding.content_type(name));
        (content_type.map(str::to_owned), encoding.and_then(|encoding| encoding.style(name)))
    };
    [one, other].into_iter().flat_map(fields).any(|name| ways(one, &name) != ways(other, &name))
}

/// The style of an `encoding`, where one of its members sets it.
fn field_style(encoding: openapi::Encoding<'_>) -> Option<Style> {
    if encoding.style().is_none() && encoding.explode().is_none() && encoding.allow_reserved().is_none() {
        return None;
    }
    let kind = encoding.style().and_then(form_style).unwrap_or(StyleKind::Form);
    let is_exploded = matches!(kind, StyleKind::Form | StyleKind::DeepObject);
    Some(Style {
        kind,
        explode: encoding.explode().unwrap_or(is_exploded),
        allow_reserved: encoding.allow_reserved() == Some(true),
        arrays: ArrayFormat::Indices,
    })
}

fn form_style(name: &str) -> Option<StyleKind> {
    match name {
        "form" => Some(StyleKind::Form),
        "spaceDelimited" => Some(StyleKind::SpaceDelimited),
        "pipeDelimited" => Some(StyleKind::PipeDelimited),
        "deepObject" => Some(StyleKind::DeepObject),
        _ => None,
    }
}
