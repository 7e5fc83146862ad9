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
            if bare(content_type) == URL_ENCODED {
                let of_parts = [own.headers(), own.encoding(), own.prefix_encoding(), own.item_encoding()];
                for member in of_parts.into_iter().flatten() {
                    let message =
                        format!("`{}` is for parts, which `{URL_ENCODED}` does not have", member.key);
                    self.warning(&place.child(member.key), "unexpressed-encoding", message, None);
                }
            }
            if let Some(style) = own.style()
                && form_style(style).is_none()
            {
                let message = format!("`{style}` is not a style of form fields; `form` is used");
                self.warning(&place.child("style"), "misplaced-style", message, None);
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
    /// The encoding of a field, and where it is.
    pub(super) fn field(&self, name: &str) -> Option<(Place, openapi::Encoding<'d>)> {
        let encoding = self.fields.get(name)?;
        Some((self.place.child(name), openapi::Encoding::of(encoding)))
    }

    /// The style of a field, where it applies.
    pub(super) fn style(&self, name: &str) -> Option<Style> {
        let (_, encoding) = self.field(name)?;
        field_style(encoding).filter(|_| self.styled)
    }
}

/// Whether two encodings of a form lead to different types.
pub(super) fn are_two_ways(one: Option<&FormEncoding<'_>>, other: Option<&FormEncoding<'_>>) -> bool {
    let fields = |encoding: Option<&FormEncoding<'_>>| -> Vec<String> {
        encoding.into_iter().flat_map(|encoding| encoding.fields.keys().cloned()).collect()
    };
    let ways = |encoding: Option<&FormEncoding<'_>>, name: &str| {
        let own = encoding.and_then(|encoding| encoding.field(name)).map(|(_, own)| own);
        let style = encoding.and_then(|encoding| encoding.style(name));
        let of_parts = |own: openapi::Encoding<'_>| {
            let members = [own.headers(), own.encoding(), own.prefix_encoding(), own.item_encoding()];
            members.map(|member| member.map(|member| member.value.clone()))
        };
        (own.and_then(|own| own.content_type().map(str::to_owned)), style, own.map(of_parts))
    };
    [one, other].into_iter().flat_map(fields).any(|name| ways(one, &name) != ways(other, &name))
}

/// The style of an `encoding`, where one of its members sets it.
pub(super) fn field_style(encoding: openapi::Encoding<'_>) -> Option<Style> {
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
