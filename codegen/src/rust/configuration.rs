//! The module `apis::configuration`: the servers and security schemes of the document.

use std::collections::HashSet;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::api::{Api, KeyLocation, SecurityKind, SecurityScheme, Server};
use crate::naming::{Names, scheme_names, server_name, snake, unique};

use super::doc::doc;
use super::format::Source;
use super::tokens::{ident, path};

/// The text of the module.
pub(super) fn module(api: &Api, names: &Names, header: &str) -> String {
    let root = path(names.root());
    let mut source = Source::new(header, "The servers and security schemes of the document.");
    source.gap();
    let keys = api.security_schemes.iter().any(|scheme| matches!(scheme.kind, SecurityKind::ApiKey { .. }));
    let keys = keys.then(|| {
        quote!(
            pub use #root::runtime::ApiKeyLocation;
        )
    });
    source.items(quote! {
        #keys
        pub use #root::runtime::{BasicAuth, Configuration, SecurityScheme};
    });
    for (index, server) in api.servers.iter().enumerate() {
        source.gap();
        source.items(server_items(index, server));
    }
    for (scheme, name) in api.security_schemes.iter().zip(scheme_names(api)) {
        source.gap();
        source.items(scheme_item(scheme, &name));
    }
    source.gap();
    source.items(quote! {
        impl Configuration {
            /// A configuration for the document's first server, without credentials.
            pub fn new() -> Self {
                Self::at(BASE_PATH)
            }
        }

        impl Default for Configuration {
            fn default() -> Self {
                Self::new()
            }
        }
    });
    source.finish()
}

fn server_items(index: usize, server: &Server) -> TokenStream {
    let name = ident(&server_name(index));
    let url = &server.url;
    let docs = doc(match server.description.as_str() {
        "" => "A server of the API.",
        description => description,
    });
    let constant = quote!(#docs pub const #name: &str = #url;);
    let Some(template) = &server.template else { return constant };
    let function = format_ident!("{}", server_name(index).to_lowercase());
    let mut taken = HashSet::new();
    let mut text = docs;
    let (mut arguments, mut replaced) = (Vec::new(), quote!(#template.to_owned()));
    for variable in &server.variables {
        let argument = ident(&unique(snake(&variable.name), &mut taken));
        let placeholder = format!("{{{}}}", variable.name);
        let values = match variable.values.as_slice() {
            [] => String::new(),
            values => format!(" One of `{}`.", values.join("`, `")),
        };
        let said = match variable.description.trim() {
            "" => String::new(),
            description => format!("{description} "),
        };
        let about = doc(&format!("- `{}`: {said}Default: `{}`.{values}", variable.name, variable.default));
        text.extend(quote!(#[doc = ""] #about));
        arguments.push(quote!(#argument: &str));
        replaced = quote!(#replaced.replace(#placeholder, #argument));
    }
    quote! {
        #constant
        #text
        pub fn #function(#(#arguments),*) -> String {
            #replaced
        }
    }
}

fn scheme_item(scheme: &SecurityScheme, name: &str) -> TokenStream {
    let key = &scheme.name;
    let docs = doc(match scheme.description.as_str() {
        "" => "An authentication scheme.",
        description => description,
    });
    let name = ident(name);
    let value = match &scheme.kind {
        SecurityKind::Bearer => quote!(SecurityScheme::Bearer),
        SecurityKind::Basic => quote!(SecurityScheme::Basic),
        SecurityKind::Http { scheme } => quote!(SecurityScheme::Http { scheme: #key, name: #scheme }),
        SecurityKind::ApiKey { location, name } => {
            let location = match location {
                KeyLocation::Header => quote!(ApiKeyLocation::Header),
                KeyLocation::Query => quote!(ApiKeyLocation::Query),
                KeyLocation::Cookie => quote!(ApiKeyLocation::Cookie),
            };
            quote!(SecurityScheme::ApiKey { scheme: #key, location: #location, name: #name })
        }
    };
    quote!(#docs pub const #name: SecurityScheme = #value;)
}
