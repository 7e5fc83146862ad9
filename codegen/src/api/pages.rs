//! Finds how the list of an operation comes in pages: by the names of its parameters and of its reply's properties, or by
//! `x-pagination`.

use std::collections::BTreeMap;

use super::Api;
use super::model::{Field, Kind, Type};
use super::operation::{Operation, Parameter, ReplyContent};
use super::paging::{PageForm, Paging, Path};
use super::style::{Location, Style};

// Names are compared without case, `_`, `-` and other marks: `nextPageToken` and `next_page_token` are one.

/// The properties that hold the items, if a page has several arrays.
const ITEMS: &[&str] = &[
    "data",
    "items",
    "results",
    "value",
    "values",
    "entries",
    "records",
    "content",
    "objects",
    "elements",
    "resources",
];
/// The objects that a page may have its paging in.
const CONTAINERS: &[&str] =
    &["pagination", "paging", "pageinfo", "page", "meta", "metadata", "responsemetadata", "links", "cursors"];
/// The properties that say whether there are more pages.
const MORE: &[&str] = &["hasmore", "hasnext", "hasnextpage", "more", "moreresults"];
/// The parameters for the id of the last item, and the properties that hold it.
const AFTER: &[&str] = &["after", "afterid", "startingafter", "cursor"];
const LAST: &[&str] = &["lastid"];
/// The parameters for a cursor, each with the properties that hold the next one.
const CURSORS: &[(&[&str], &[&str])] = &[
    (
        &["cursor", "startcursor", "pagecursor", "nextcursor", "after", "startingafter"],
        &["nextcursor", "endcursor"],
    ),
    (&["pagetoken", "nextpagetoken", "token"], &["nextpagetoken"]),
    (&["nexttoken", "paginationtoken", "token"], &["nexttoken", "paginationtoken"]),
    (&["continuationtoken", "continuation"], &["continuationtoken", "nextcontinuationtoken", "continuation"]),
    (&["marker"], &["nextmarker"]),
    (&["bookmark"], &["nextbookmark", "bookmark"]),
    (&["page", "nextpage"], &["nextpage"]),
];
/// The properties for the URL of the next page.
const URLS: &[&str] = &["nexturl", "nextlink", "nexthref", "nextpageurl", "nextpagelink", "odatanextlink"];
/// The property for the URL of the next page that needs one of these beside it, or stands in `links`.
const NEXT: &str = "next";
const BESIDE_NEXT: &[&str] = &["previous", "prev", "count"];
/// The parameters for the position of the first item.
const OFFSETS: &[&str] = &["offset", "skip"];
/// The properties for the number of all items.
const TOTALS: &[&str] =
    &["total", "totalcount", "totalitems", "totalresults", "totalsize", "totalelements", "totalrecords"];
/// The parameters for the number of a page.
const NUMBERS: &[&str] = &["page", "pagenumber", "pagenum", "pageindex"];
/// The properties for the number of pages.
const PAGES: &[&str] = &["totalpages", "pagecount", "numpages", "lastpage"];
/// The parameters for the length of a page. Offsets and page numbers need one of them.
const LENGTHS: &[&str] = &["limit", "pagesize", "perpage", "size", "count", "maxresults", "top"];

/// Recognises the pages of an operation by its names. `None`: it has none, or it is not clear.
pub(super) fn recognised(api: &Api, operation: &Operation) -> Option<Paging> {
    let page = Page::of(api, operation)?;
    let (items, item) = page.items()?;
    let more = page.member(MORE, Page::is_boolean);
    let form = page.form(item, more.is_some())?;
    Some(Paging { items, item: item.clone(), form, more })
}

/// Returns the pages that `x-pagination` declares for an operation.
///
/// # Errors
///
/// What is wrong with the declaration.
pub(super) fn declared(
    api: &Api,
    operation: &Operation,
    declared: &BTreeMap<String, String>,
) -> Result<Paging, String> {
    const KNOWN: [&str; 11] =
        ["items", "more", "cursor", "next", "offset", "total", "page", "first", "pages", "next-url", "link"];
    if let Some(unknown) = declared.keys().find(|name| !KNOWN.contains(&name.as_str())) {
        return Err(format!("`{unknown}` is not a member of `x-pagination`"));
    }
    let page = Page::of(api, operation)
        .ok_or("the operation does not reply with one type of JSON to a `GET` without a body")?;
    let path = |member: &str| {
        let Some(written) = declared.get(member) else { return Ok(None) };
        let path: Path = written.split('.').map(str::to_owned).collect();
        match page.at(&path) {
            Some(ty) => Ok(Some((path, ty))),
            None => Err(format!("a page has no property `{written}`")),
        }
    };
    let only = |member: &str| Ok::<_, String>(path(member)?.map(|(path, _)| path));
    let parameter = |member: &str| {
        let Some(name) = declared.get(member) else { return Ok(None) };
        let found = page.parameters().find(|parameter| parameter.name == *name);
        found.map(Some).ok_or_else(|| format!("the operation has no query parameter `{name}`"))
    };
    let (items, item) = match path("items")? {
        None => {
            page.items().ok_or("`items` is missing, and it is not clear which property holds the items")?
        }
        Some((path, ty)) => match api.resolved(ty) {
            Type::Array(item) => (path, &**item),
            _ => return Err("`items` must be the path to an array".to_owned()),
        },
    };
    let more = match path("more")? {
        Some((_, ty)) if *api.resolved(ty) != Type::Boolean => {
            return Err("`more` must be the path to a boolean".to_owned());
        }
        more => more.map(|(path, _)| path),
    };
    let mut forms = Vec::new();
    if let Some(cursor) = parameter("cursor")? {
        let next = only("next")?.ok_or("`cursor` needs `next`, the path to the next cursor")?;
        forms.push(PageForm::Cursor { parameter: cursor.name.clone(), next });
    }
    if let Some(offset) = parameter("offset")? {
        forms.push(PageForm::Offset { parameter: offset.name.clone(), total: only("total")? });
    }
    if let Some(number) = parameter("page")? {
        let first = match declared.get("first") {
            Some(first) => first.parse().map_err(|_| "`first` must be the number of the first page")?,
            None => number.start.unwrap_or(1),
        };
        forms.push(PageForm::Number { parameter: number.name.clone(), first, pages: only("pages")? });
    }
    forms.extend(only("next-url")?.map(|next| PageForm::Url { next }));
    forms.extend((declared.get("link").map(String::as_str) == Some("true")).then_some(PageForm::Link));
    match <[PageForm; 1]>::try_from(forms) {
        Ok([form]) => Ok(Paging { items, item: item.clone(), form, more }),
        Err(_) => {
            Err("it must have exactly one of `cursor`, `offset`, `page`, `next-url` and `link`".to_owned())
        }
    }
}

/// The reply of an operation, with the operation.
struct Page<'a> {
    api: &'a Api,
    operation: &'a Operation,
    ty: &'a Type,
}

impl<'a> Page<'a> {
    /// The page of an operation that could have some: a `GET` without a body, with one type of reply, JSON.
    fn of(api: &'a Api, operation: &'a Operation) -> Option<Self> {
        let mut types = operation.successes.iter().map(|success| match success.contents.as_slice() {
            [ReplyContent::Json(ty, _), others @ ..]
                if !others.iter().any(|other| matches!(other, ReplyContent::Events(..))) =>
            {
                Some(ty)
            }
            _ => None,
        });
        let ty = types.next()??;
        let is_only = types.all(|other| other == Some(ty));
        let has_no_body = operation.bodies.is_empty();
        (operation.method == "GET" && has_no_body && is_only).then_some(Self { api, operation, ty })
    }

    fn fields_of(&self, ty: &'a Type) -> &'a [Field] {
        let Type::Named(id) = self.api.resolved(ty) else { return &[] };
        match &self.api.named(*id).kind {
            Kind::Struct(structure) => &structure.fields,
            _ => &[],
        }
    }

    /// The type at a path, if every step is a property of an object.
    fn at(&self, path: &[String]) -> Option<&'a Type> {
        path.iter().try_fold(self.ty, |ty, name| {
            self.fields_of(ty).iter().find(|field| field.name == *name).map(|field| &field.ty)
        })
    }

    /// The items and their type, if it is clear which they are.
    fn items(&self) -> Option<(Path, &'a Type)> {
        if let Type::Array(item) = self.api.resolved(self.ty) {
            return Some((Vec::new(), item));
        }
        let arrays = self.fields_of(self.ty).iter().filter_map(|field| match self.api.resolved(&field.ty) {
            Type::Array(item) => Some((field, &**item)),
            _ => None,
        });
        let arrays: Vec<_> = arrays.collect();
        let named = || arrays.iter().find(|(field, _)| ITEMS.contains(&normal(&field.name).as_str()));
        let (field, item) = if arrays.len() == 1 { arrays.first() } else { named() }?;
        Some((vec![field.name.clone()], item))
    }

    /// The properties of the page and of the objects in it that are about paging, each with its path.
    fn members(&self) -> Vec<(Path, &'a Field)> {
        let own = self.fields_of(self.ty).iter();
        let mut members: Vec<_> = own.clone().map(|field| (vec![field.name.clone()], field)).collect();
        for container in own.filter(|field| CONTAINERS.contains(&normal(&field.name).as_str())) {
            let inner = self.fields_of(&container.ty).iter();
            members.extend(inner.map(|field| (vec![container.name.clone(), field.name.clone()], field)));
        }
        members
    }

    /// The first property with one of the names and a fitting type.
    fn member(&self, names: &[&str], fits: fn(&Self, &Type) -> bool) -> Option<Path> {
        let members = self.members();
        let found = names.iter().find_map(|name| {
            members.iter().find(|(_, field)| normal(&field.name) == **name && fits(self, &field.ty))
        });
        found.map(|(path, _)| path.clone())
    }

    fn is_boolean(&self, ty: &Type) -> bool {
        *self.api.resolved(ty) == Type::Boolean
    }

    fn is_integer(&self, ty: &Type) -> bool {
        matches!(self.api.resolved(ty), Type::Integer(_))
    }

    fn is_string(&self, ty: &Type) -> bool {
        *self.api.resolved(ty) == Type::String
    }

    /// Whether a value of a type can be a cursor.
    fn is_scalar(&self, ty: &Type) -> bool {
        matches!(self.api.resolved(ty), Type::String | Type::Integer(_) | Type::Uuid)
    }

    /// The parameters of the query that are written as a plain pair.
    fn parameters(&self) -> impl Iterator<Item = &'a Parameter> {
        let plain = Style::default_of(Location::Query);
        let parameters = self.operation.parameters.iter();
        parameters.filter(move |parameter| parameter.location == Location::Query && parameter.style == plain)
    }

    fn parameter(&self, names: &[&str], fits: fn(&Self, &Type) -> bool) -> Option<&'a Parameter> {
        names.iter().find_map(|name| {
            self.parameters().find(|parameter| normal(&parameter.name) == **name && fits(self, &parameter.ty))
        })
    }

    fn form(&self, item: &'a Type, has_more: bool) -> Option<PageForm> {
        self.after(item, has_more)
            .or_else(|| self.cursor())
            .or_else(|| self.url())
            .or_else(|| self.link())
            .or_else(|| self.after_item(item, has_more))
            .or_else(|| self.offset())
            .or_else(|| self.number())
    }

    fn after(&self, item: &'a Type, has_more: bool) -> Option<PageForm> {
        let parameter = self.parameter(AFTER, Self::is_scalar).filter(|_| has_more)?;
        let last = self.member(LAST, Self::is_scalar)?;
        Some(PageForm::After { parameter: parameter.name.clone(), last: Some(last), id: self.id_of(item) })
    }

    /// As [`after`](Self::after), where the page leaves it to the last item.
    fn after_item(&self, item: &'a Type, has_more: bool) -> Option<PageForm> {
        let parameter = self.parameter(&AFTER[..3], Self::is_scalar).filter(|_| has_more)?;
        let id = self.id_of(item)?;
        Some(PageForm::After { parameter: parameter.name.clone(), last: None, id: Some(id) })
    }

    fn id_of(&self, item: &'a Type) -> Option<String> {
        let mut fields = self.fields_of(item).iter();
        fields.find(|field| field.name == "id" && self.is_scalar(&field.ty)).map(|field| field.name.clone())
    }

    fn cursor(&self) -> Option<PageForm> {
        CURSORS.iter().find_map(|(parameters, members)| {
            let parameter = self.parameter(parameters, Self::is_scalar)?.name.clone();
            Some(PageForm::Cursor { parameter, next: self.member(members, Self::is_scalar)? })
        })
    }

    fn url(&self) -> Option<PageForm> {
        if let Some(next) = self.member(URLS, Self::is_string) {
            return Some(PageForm::Url { next });
        }
        let members = self.members();
        let has = |name: &&str| members.iter().any(|(_, field)| normal(&field.name) == **name);
        let next = members.iter().find_map(|(path, field)| {
            let is_link = path.len() > 1 && normal(&path[0]) == "links";
            if normal(&field.name) != NEXT || !(is_link || BESIDE_NEXT.iter().any(has)) {
                return None;
            }
            if self.is_string(&field.ty) {
                return Some(path.clone());
            }
            // `_links: { next: { href } }`, as HAL writes it.
            let href = self.fields_of(&field.ty).iter().find(|field| field.name == "href")?;
            let is_url = is_link && self.is_string(&href.ty);
            is_url.then(|| path.iter().cloned().chain(["href".to_owned()]).collect())
        })?;
        Some(PageForm::Url { next })
    }

    fn link(&self) -> Option<PageForm> {
        let mut headers = self.operation.successes.iter().flat_map(|success| &success.headers);
        headers.any(|header| header.name.eq_ignore_ascii_case("link")).then_some(PageForm::Link)
    }

    fn offset(&self) -> Option<PageForm> {
        let parameter = self.parameter(OFFSETS, Self::is_integer)?;
        self.parameter(LENGTHS, Self::is_integer)?;
        let total = self.member(TOTALS, Self::is_integer);
        Some(PageForm::Offset { parameter: parameter.name.clone(), total })
    }

    /// Pages by number, where the document says what the number of the first one is.
    fn number(&self) -> Option<PageForm> {
        let parameter = self.parameter(NUMBERS, Self::is_integer)?;
        self.parameter(LENGTHS, Self::is_integer)?;
        let first = parameter.start.filter(|first| *first <= 1)?;
        let pages = self.member(PAGES, Self::is_integer);
        Some(PageForm::Number { parameter: parameter.name.clone(), first, pages })
    }
}

/// A name without case and marks.
fn normal(name: &str) -> String {
    name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
