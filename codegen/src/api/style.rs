//! Styles: how values are written in paths, queries, headers and forms.

/// The location of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is OpenAPI's word")]
pub enum Location {
    Path,
    Query,
    Header,
    Cookie,
    /// The whole query.
    QueryString,
}

/// How a parameter is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// `style`.
    pub kind: StyleKind,
    /// `explode`.
    pub explode: bool,
    /// `allowReserved`.
    pub allow_reserved: bool,
    /// How arrays in a deep object are written.
    pub arrays: ArrayFormat,
}

/// How arrays in a deep object are written, which OpenAPI leaves undefined.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ArrayFormat {
    /// `a[0]=x&a[1]=y`
    #[default]
    Indices,
    /// `a[]=x&a[]=y`
    Brackets,
    /// `a=x&a=y`
    Repeat,
    /// `a=x,y`
    Comma,
}

/// OpenAPI's styles, and `content` of JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is OpenAPI's word")]
pub enum StyleKind {
    Simple,
    Label,
    Matrix,
    Form,
    SpaceDelimited,
    PipeDelimited,
    DeepObject,
    Json,
}

impl Style {
    /// The default style of a location (OpenAPI 3.1 §4.8.12.2).
    pub fn default_of(location: Location) -> Self {
        let kind = match location {
            Location::Path | Location::Header => StyleKind::Simple,
            Location::Query | Location::Cookie | Location::QueryString => StyleKind::Form,
        };
        Self { kind, explode: kind == StyleKind::Form, allow_reserved: false, arrays: ArrayFormat::Indices }
    }
}
