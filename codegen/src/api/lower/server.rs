//! Servers and the variables of their URLs.

use crate::document::{Member, Node, Object, View as _, openapi};

use super::super::operation::{Server, ServerVariable};
use super::Lowering;
use super::describe::description;
use super::place::Place;

impl<'d> Lowering<'d> {
    /// The document's servers. If it names none, one on this machine.
    pub(super) fn servers(&mut self, place: &Place, servers: Option<Member<'d>>) -> Vec<Server> {
        let are_named = servers.is_some_and(|servers| *servers.value != Node::Array(Vec::new()));
        let mut servers = self.servers_of(place, servers);
        if servers.is_empty() {
            if !are_named {
                let message =
                    "the document names no server, so its server is where it was found, which is unknown";
                self.warning(place, "relative-server", message, Some("set `base_path` in the configuration"));
            }
            let (template, variables, description) = (None, Vec::new(), String::new());
            servers.push(Server { url: absolute("/"), template, variables, description });
        }
        servers
    }

    /// The servers that a path or an operation has of its own.
    pub(super) fn servers_of(&mut self, place: &Place, servers: Option<Member<'d>>) -> Vec<Server> {
        let Some((place, servers)) = self.array_at(place, servers) else { return Vec::new() };
        let mut found = Vec::new();
        for (index, node) in servers.iter().enumerate() {
            let (place, server) = (place.index(index), openapi::Server::of(node));
            self.check_members(&place, server);
            match server.url() {
                Some(url) => {
                    let variables = self.object_at(&place, server.variables());
                    found.push(self.server(&place, url, variables, description(node)));
                }
                None => self.error(&place, "missing-url", "this server has no `url`", Some("add a `url`")),
            }
        }
        found
    }

    fn server(
        &mut self,
        place: &Place,
        template: &str,
        variables: Option<(Place, &'d Object)>,
        description: String,
    ) -> Server {
        let mut url = template.trim_end_matches('/').to_owned();
        let mut found = Vec::new();
        let variables = variables.as_ref().map(|(place, variables)| (place, *variables));
        for (place, name, variable) in variables.into_iter().flat_map(|(place, variables)| {
            variables.iter().map(move |(name, variable)| (place.child(name), name, variable))
        }) {
            let about = super::describe::description(variable);
            let variable = openapi::ServerVariable::of(variable);
            self.check_members(&place, variable);
            let Some(default) = variable.default().and_then(|default| default.value.as_str()) else {
                let message = format!("the variable `{name}` has no `default`");
                self.error(&place, "missing-default", message, Some("add a `default`"));
                continue;
            };
            url = url.replace(&format!("{{{name}}}"), default);
            let values = variable.allowed().map(Member::elements).unwrap_or_default();
            found.push(ServerVariable {
                name: name.clone(),
                default: default.to_owned(),
                values: values.iter().filter_map(Node::as_str).map(str::to_owned).collect(),
                description: about,
            });
        }
        // A variable at the start may have the scheme and the host, or nothing until the caller gives them.
        let begins_with_host = |url: &str| {
            url.contains("://")
                || found.iter().any(|variable| {
                    variable.default.is_empty() && template.starts_with(&format!("{{{}}}", variable.name))
                })
        };
        let template = (!found.is_empty()).then(|| {
            let template = template.trim_end_matches('/');
            match &url {
                url if begins_with_host(url) => template.to_owned(),
                url if url.starts_with("//") => format!("https:{template}"),
                _ => absolute(template),
            }
        });
        let is_declared = |name: &str| variables.is_some_and(|(_, variables)| variables.contains_key(name));
        let names = url.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0));
        if let Some(name) = names.into_iter().find(|name| !is_declared(name)) {
            let message = format!("the server's URL has `{{{name}}}`, and no such variable is declared");
            let help = "declare it under `variables`, or set `base_path` in the configuration";
            self.warning(place, "undeclared-server-variable", message, Some(help));
        }
        if let Some(host) = url.strip_prefix("//") {
            let message = format!("the server's URL has no scheme; it is read as `https://{host}`");
            self.warning(place, "relative-server", message, Some("begin it with `https://`"));
        } else if !url.contains("://") {
            let message = "the server's URL is relative to where the document was found, which is unknown";
            let first = url.split('/').next().unwrap_or_default();
            let help = match first.trim_matches('.').contains('.') {
                true => {
                    "begin it with `https://` if it begins with a host, or set `base_path` in the configuration"
                }
                false => "set `base_path` in the configuration",
            };
            self.warning(place, "relative-server", message, Some(help));
        }
        Server { url: absolute(&url), template, variables: found, description }
    }
}

/// A URL with a scheme and a host. A relative one is on this machine.
fn absolute(url: &str) -> String {
    if let Some(host) = url.strip_prefix("//") {
        return format!("https://{host}");
    }
    if url.contains("://") {
        return url.to_owned();
    }
    let mut path = url;
    while let Some(rest) = ["/", "./", "../"].iter().find_map(|start| path.strip_prefix(start)) {
        path = rest;
    }
    format!("http://localhost/{}", path.trim_start_matches('.')).trim_end_matches('/').to_owned()
}

#[cfg(test)]
mod tests {
    use super::absolute;

    #[test]
    fn a_relative_url_is_on_this_machine_and_never_on_another_host() {
        for (url, expected) in [
            ("", "http://localhost"),
            (".", "http://localhost"),
            ("/v1", "http://localhost/v1"),
            ("v1", "http://localhost/v1"),
            ("./v1", "http://localhost/v1"),
            ("../../v1/x", "http://localhost/v1/x"),
            ("api.example.com/v1", "http://localhost/api.example.com/v1"),
            ("/{version}", "http://localhost/{version}"),
            ("//cdn.example.com/v1", "https://cdn.example.com/v1"),
            ("http://a.example/x", "http://a.example/x"),
        ] {
            assert_eq!(absolute(url), expected, "{url}");
        }
    }
}
