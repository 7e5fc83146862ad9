//! The pages of an operation: a type that says how its list continues.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use crate::api::{Kind, Operation, PageForm, Paging, ReplyContent, Type};
use crate::naming::{Scope, field_names, function_name, is_optional, keeps_null, pages_type, plain};

use super::doc::own_doc;
use super::imports::Imports;
use super::tokens::ident;

/// The type of an operation's pages and its implementation. Empty if the operation has none.
pub(super) fn items(scope: &Scope<'_>, operation: &Operation, imports: &mut Imports) -> Vec<TokenStream> {
    let Some(paging) = &operation.paging else { return Vec::new() };
    imports.add_runtime("NextPage");
    imports.add_runtime("Pages");
    let (page, item) = (scope.ty(reply_type(operation)), scope.ty(&paging.item));
    imports.add(&page);
    imports.add(&item);
    let name = ident(&pages_type(operation));
    let ty = reply_type(operation);
    let items = Way::new(scope, quote!(page), ty, &paging.items);
    let (next, taken) = (next(scope, ty, paging, &items), items.taken());
    let about = own_doc(&format!("The pages of [`{}`]: {paging}.", plain(&function_name(operation))));
    // The URL of the next page may be in a header.
    let is_read = paging.form != PageForm::Link || paging.more.is_some();
    let argument = ident(if is_read { "page" } else { "_page" });
    vec![
        quote! {
            #about
            #[derive(Debug)]
            pub enum #name {}
        },
        quote! {
            impl Pages for #name {
                type Page = #page;
                type Item = #item;

                fn next(#argument: &Self::Page) -> NextPage {
                    #next
                }

                fn items(page: Self::Page) -> Vec<Self::Item> {
                    #taken
                }
            }
        },
    ]
}

/// The type of the reply, which `api::pages` found to be JSON.
fn reply_type(operation: &Operation) -> &Type {
    let mut contents = operation.successes.iter().flat_map(|success| &success.contents);
    contents.find_map(ReplyContent::ty).unwrap_or(&Type::Any)
}

/// The expression for the next page.
fn next(scope: &Scope<'_>, ty: &Type, paging: &Paging, items: &Way) -> TokenStream {
    let at = |path: &[String]| Way::new(scope, quote!(page), ty, path).borrowed();
    let next = match &paging.form {
        PageForm::After { parameter, last, id } => {
            let id = id.as_ref().map(|id| {
                let id = Way::new(scope, quote!(item), &paging.item, std::slice::from_ref(id)).borrowed();
                let last = items.last();
                quote!(&#last.map(|item| #id))
            });
            match (last.as_deref().map(at), id) {
                (None, id) => quote!(NextPage::after(#parameter, #id)),
                (Some(last), id) => {
                    let id = id.map(|id| quote!(.or_last(#id)));
                    quote!(NextPage::after(#parameter, #last) #id)
                }
            }
        }
        PageForm::Cursor { parameter, next } => {
            let next = at(next);
            quote!(NextPage::cursor(#parameter, #next))
        }
        PageForm::Offset { parameter, total } => {
            let count = items.count();
            let total = total.as_deref().map(at).map(|total| quote!(.of(#total)));
            quote!(NextPage::offset(#parameter, #count) #total)
        }
        PageForm::Number { parameter, first, pages } => {
            let count = items.count();
            let first = proc_macro2::Literal::u64_unsuffixed(*first);
            let pages = pages.as_deref().map(at).map(|pages| quote!(.of(#pages)));
            quote!(NextPage::number(#parameter, #first, #count) #pages)
        }
        PageForm::Url { next } => {
            let next = at(next);
            quote!(NextPage::url(#next))
        }
        PageForm::Link => quote!(NextPage::link()),
    };
    let more = paging.more.as_deref().map(at).map(|more| quote!(.more(#more)));
    quote!(#next #more)
}

/// The way from a value to another one in it, field by field.
struct Way {
    start: TokenStream,
    steps: Vec<Step>,
}

struct Step {
    field: Ident,
    /// How many `Option`s the field has around its value.
    options: usize,
}

/// An expression, and whether it is an `Option`.
type Expression = (TokenStream, bool);

impl Way {
    /// The way from `start`, which is of type `ty`.
    fn new(scope: &Scope<'_>, start: TokenStream, ty: &Type, path: &[String]) -> Self {
        let (api, mut ty) = (scope.api, ty);
        let mut steps = Vec::new();
        for name in path {
            let Type::Named(id) = api.resolved(ty) else { break };
            let Kind::Struct(structure) = &api.named(*id).kind else { break };
            let mut fields = structure.fields.iter().zip(field_names(structure));
            let Some((field, own_name)) = fields.find(|(field, _)| field.name == *name) else { break };
            let options = if keeps_null(api, field) { 2 } else { usize::from(is_optional(api, field)) };
            steps.push(Step { field: ident(&own_name), options });
            ty = &field.ty;
        }
        Self { start, steps }
    }

    /// A reference to the value, or an `Option` of one.
    fn borrowed(&self) -> TokenStream {
        let Some((Step { field, .. }, way)) = self.steps.split_last() else { return self.start.clone() };
        match self.inside(way) {
            (holder, true) => quote!(&#holder.map(|inner| &inner.#field)),
            (holder, false) => quote!(&#holder.#field),
        }
    }

    /// The place that some steps lead to, or an `Option` of a reference to it.
    fn inside(&self, steps: &[Step]) -> Expression {
        steps.iter().fold((self.start.clone(), false), |(holder, is_option), Step { field, options }| {
            let inner = match options {
                0 if is_option => return (quote!(#holder.map(|inner| &inner.#field)), true),
                0 => return (quote!(#holder.#field), false),
                1 => quote!(.as_ref()),
                _ => quote!(.as_ref().and_then(Option::as_ref)),
            };
            match is_option {
                true => (quote!(#holder.and_then(|inner| inner.#field #inner)), true),
                false => (quote!(#holder.#field #inner), true),
            }
        })
    }

    /// The number of elements of an array.
    fn count(&self) -> TokenStream {
        match self.inside(&self.steps) {
            (array, true) => quote!(#array.map_or(0, Vec::len)),
            (array, false) => quote!(#array.len()),
        }
    }

    /// The last element of an array, as an `Option` of a reference.
    fn last(&self) -> TokenStream {
        match self.inside(&self.steps) {
            (array, true) => quote!(#array.and_then(|items| items.last())),
            (array, false) => quote!(#array.last()),
        }
    }

    /// The elements of an array, moved out of its holder.
    fn taken(&self) -> TokenStream {
        let start = (self.start.clone(), false);
        let taken = self.steps.iter().fold(start, |(holder, is_option), Step { field, options }| {
            let flat = (*options == 2).then(|| quote!(.flatten()));
            match (is_option, options) {
                (true, 0) => (quote!(#holder.map(|inner| inner.#field)), true),
                (true, _) => (quote!(#holder.and_then(|inner| inner.#field #flat)), true),
                (false, options) => (quote!(#holder.#field #flat), *options > 0),
            }
        });
        match taken {
            (array, true) => quote!(#array.unwrap_or_default()),
            (array, false) => array,
        }
    }
}
