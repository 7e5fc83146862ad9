//! The example in the documentation of a function: a call of it, with values from the document's examples.

mod value;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use serde_json::Value;

use crate::api::{Body, BodyContent, Operation, Parameter, Type};
use crate::naming::{
    Argument, ArgumentKind, Function, RustType, Scope, argument_names, parameters_type, plain,
};
use crate::{Options, Output};

use super::tokens::ident;
use value::Values;

/// The maximum number of lines of an example. A larger one leaves out what the request does not need.
const MAX_LINES: usize = 40;

/// The maximum length of a call that is awaited in the same statement, in characters of its tokens.
const MAX_CALL: usize = 80;

/// The maximum length of a value that is written within the call, in characters.
const MAX_INLINE: usize = 40;

/// The maximum number of optional parameters in an example.
const MAX_OPTIONAL: usize = 3;

/// How examples are written.
pub(super) struct Examples {
    /// The path to the crate's modules, if its name is known.
    krate: Option<String>,
    /// Whether `cargo test` compiles them.
    compiled: bool,
}

impl Examples {
    pub(super) fn new(options: &Options) -> Self {
        let krate = match &options.output {
            Output::Crate { name } => Some(name.replace('-', "_")),
            Output::Modules | Output::ModuleTree => None,
        };
        Self { compiled: options.doctests && krate.is_some(), krate }
    }

    /// The lines of documentation that show a call of a function in the module `module` of `apis`.
    pub(super) fn of(
        &self,
        scope: &Scope<'_>,
        operation: &Operation,
        function: &Function<'_>,
        module: &str,
    ) -> TokenStream {
        let mut shown = [Detail::Examples, Detail::Required, Detail::Arguments]
            .into_iter()
            .map(|detail| Call { scope, operation, function, module, detail, left: Vec::new() }.lines());
        let fits = |call: &Lines| {
            call.shown.len() <= MAX_LINES && !call.shown.iter().any(|line| line.contains("```"))
        };
        let call = shown.clone().find(fits);
        let Some(call) = call.or_else(|| shown.next_back()) else { return TokenStream::new() };
        let fence = if self.compiled { "no_run" } else { "ignore" };
        let mut lines = vec!["# Example".to_owned(), String::new(), format!("```{fence}")];
        let hidden = |lines: &[String]| {
            let lines: Vec<&str> = lines.iter().map(|line| line.trim()).collect();
            format!("# {}", lines.join(" "))
        };
        if let Some(krate) = &self.krate {
            lines.push(format!(
                "# use {krate}::{{apis::{{configuration::Configuration, {module}}}, models, runtime::*}};"
            ));
            lines.push(hidden(&call.before));
        }
        lines.extend(call.shown);
        if self.krate.is_some() {
            lines.push(hidden(&call.after));
        }
        lines.push("```".to_owned());
        let lines = lines.into_iter().map(|line| if line.is_empty() { line } else { format!(" {line}") });
        quote!(#(#[doc = #lines])*)
    }
}

/// How much of a request an example shows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Detail {
    /// The examples of the document.
    Examples,
    /// Only what the request needs.
    Required,
    /// The same, with a variable for the body.
    Arguments,
}

struct Call<'a, 'd> {
    scope: &'a Scope<'a>,
    operation: &'d Operation,
    function: &'a Function<'d>,
    module: &'a str,
    detail: Detail,
    /// The arguments without a value, which the function around the example has.
    left: Vec<TokenStream>,
}

/// An example in lines: what stands around it, and the call.
struct Lines {
    before: Vec<String>,
    shown: Vec<String>,
    after: Vec<String>,
}

impl Call<'_, '_> {
    fn lines(mut self) -> Lines {
        let (mut values, mut variables) = (Vec::new(), Vec::new());
        for argument in &self.function.arguments {
            let name = ident(&argument.name);
            values.push(match self.argument(argument) {
                Some(value) if value.to_string().len() <= MAX_INLINE => value,
                Some(value) => {
                    variables.push(quote!(let #name = #value;));
                    name.into_token_stream()
                }
                None => {
                    let ty = &argument.ty;
                    self.left.push(quote!(#name: #ty));
                    name.into_token_stream()
                }
            });
        }
        let (module, name, left) = (ident(self.module), ident(&self.function.name), &self.left);
        let call = quote!(#module::#name(configuration, #(#values),*));
        let sent = if call.to_string().len() <= MAX_CALL {
            quote!(#call.await?)
        } else {
            let name =
                ident(if values.iter().any(|value| value.to_string() == "call") { "sent" } else { "call" });
            variables.push(quote!(let #name = #call;));
            quote!(#name.await?)
        };
        let statement = match &self.function.returns.value {
            RustType::Tuple(none) if none.is_empty() => quote!(#sent;),
            _ => quote!(let response = #sent;),
        };
        let around = quote! {
            async fn example(
                configuration: &Configuration,
                #(#left),*
            ) -> Result<(), Box<dyn std::error::Error>> {
                #(#variables)*
                #statement
                Ok(())
            }
        };
        let file = syn::parse2(around).expect("an example is a function");
        let text = prettyplease::unparse(&file);
        let lines: Vec<&str> = text.lines().collect();
        let owned = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect();
        // The body is indented by one level, and ends before `Ok(())` and the last brace.
        let start = lines.iter().position(|line| line.ends_with("> {")).map_or(0, |line| line + 1);
        let end = lines.len().saturating_sub(2).max(start);
        let shown = lines[start..end].iter().map(|line| line.strip_prefix("    ").unwrap_or(line).to_owned());
        Lines { before: owned(&lines[..start]), shown: shown.collect(), after: owned(&lines[end..]) }
    }

    /// The value of an argument, if there is one.
    fn argument(&self, argument: &Argument<'_>) -> Option<TokenStream> {
        let values = Values::new(self.scope);
        match argument.kind {
            ArgumentKind::Parameter(parameter) => {
                if let RustType::Plain("&str") = argument.ty {
                    let example = self.example(parameter.example.as_deref());
                    let text = match &example {
                        Some(Value::String(text)) => text,
                        _ => plain(&argument.name),
                    };
                    return Some(quote!(#text));
                }
                self.parameter(&values, parameter, plain(&argument.name))
            }
            ArgumentKind::Body(body) => self.body(&values, body, plain(&argument.name)),
            ArgumentKind::Optional => Some(self.optional(&values)),
        }
    }

    fn parameter(&self, values: &Values<'_>, parameter: &Parameter, name: &str) -> Option<TokenStream> {
        let example = self.example(parameter.example.as_deref());
        let shown = example.and_then(|example| values.of(&parameter.ty, Some(&example), name));
        shown.or_else(|| values.of(&parameter.ty, None, name))
    }

    /// The optional parameters that the document has examples of.
    fn optional(&self, values: &Values<'_>) -> TokenStream {
        let (module, ty) = (ident(self.module), ident(&parameters_type(self.operation)));
        let named = argument_names(self.operation).into_iter();
        let optional = named.filter(|(parameter, _)| !parameter.required && !parameter.deprecated);
        let shown = optional.filter_map(|(parameter, name)| {
            let example = self.example(parameter.example.as_deref())?;
            let value = values.of(&parameter.ty, Some(&example), plain(&name))?;
            let name = ident(&name);
            Some(quote!(#name: Some(#value),))
        });
        let shown: Vec<TokenStream> = shown.take(MAX_OPTIONAL).collect();
        match shown.is_empty() {
            true => quote!(Default::default()),
            false => quote!(#module::#ty { #(#shown)* ..Default::default() }),
        }
    }

    fn body(&self, values: &Values<'_>, body: &Body, name: &str) -> Option<TokenStream> {
        if self.detail == Detail::Arguments {
            return None;
        }
        let example = self.example(body.example.as_deref());
        let value = match &body.content {
            BodyContent::Json(ty) => values.of_json(ty, example.as_ref(), name)?,
            BodyContent::Multipart(ty) | BodyContent::UrlEncoded(ty) => {
                match crate::naming::only_part(self.scope, ty) {
                    Some(part) if part.ty.is_file() => Values::file(),
                    Some(part) => values.of(&part.ty, None, name)?,
                    None => example
                        .and_then(|example| values.of(ty, Some(&example), name))
                        .or_else(|| values.of(ty, None, name))?,
                }
            }
            BodyContent::Lines(ty) => {
                let line = values.of(ty, None, name)?;
                quote!(vec![#line])
            }
            BodyContent::Text => match &example {
                Some(Value::String(text)) => quote!(#text.to_owned()),
                _ => quote!("text".to_owned()),
            },
            BodyContent::Base64 => values.of(&Type::Base64, None, name)?,
            BodyContent::Binary => Values::file(),
        };
        Some(match &argument_type(self.function, body) {
            Some(RustType::Option(inner)) => match **inner {
                RustType::Runtime("Binary" | "FileOr", _) => quote!(Some(#value.into())),
                _ => quote!(Some(#value)),
            },
            _ => value,
        })
    }

    fn example(&self, example: Option<&str>) -> Option<Value> {
        let example = example.filter(|_| self.detail == Detail::Examples)?;
        serde_json::from_str(example).ok()
    }
}

fn argument_type(function: &Function<'_>, body: &Body) -> Option<RustType> {
    let is_it = |argument: &&Argument<'_>| matches!(argument.kind, ArgumentKind::Body(own) if std::ptr::eq(own, body));
    function.arguments.iter().find(is_it).map(|argument| argument.ty.clone())
}
