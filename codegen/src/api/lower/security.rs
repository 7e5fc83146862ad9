//! Security schemes and the alternatives of them.

use crate::document::{Node, members};

use super::super::operation::{KeyLocation, SecurityKind, SecurityScheme};
use super::{Lowering, Place, description};

impl<'d> Lowering<'d> {
    pub(super) fn security_schemes(&mut self) -> Vec<SecurityScheme> {
        let root = self.root();
        let Some(components) = self.document.root().get("components") else { return Vec::new() };
        let Some((place, schemes)) = self.object_at(&root.child("components"), components, "securitySchemes")
        else {
            return Vec::new();
        };
        let mut found = Vec::new();
        for (name, scheme) in schemes {
            let Some((place, scheme)) = self.follow(&place.child(name), scheme) else { continue };
            self.check_members(&place, scheme, members::SECURITY_SCHEME, "a security scheme");
            if let Some(kind) = self.security_kind(&place, scheme) {
                let mut description = description(scheme);
                for more in hints(scheme) {
                    let gap = if description.is_empty() { "" } else { " " };
                    description = format!("{description}{gap}{more}");
                }
                found.push(SecurityScheme { name: name.clone(), description, kind });
            }
        }
        found
    }

    fn security_kind(&mut self, place: &Place, scheme: &'d Node) -> Option<SecurityKind> {
        let text = |key: &str| scheme.get(key).and_then(Node::as_str);
        let http = text("scheme").map(str::to_lowercase);
        match (text("type"), http.as_deref(), text("in")) {
            (Some("http"), Some("bearer"), _) | (Some("oauth2" | "openIdConnect"), ..) => {
                Some(SecurityKind::Bearer)
            }
            (Some("http"), Some("basic"), _) => Some(SecurityKind::Basic),
            (Some("apiKey"), _, Some(location @ ("header" | "query" | "cookie"))) => {
                let location = match location {
                    "header" => KeyLocation::Header,
                    "query" => KeyLocation::Query,
                    _ => KeyLocation::Cookie,
                };
                Some(SecurityKind::ApiKey { location, name: text("name").unwrap_or_default().to_owned() })
            }
            _ => {
                let message = "this security scheme is not expressed; requests go without it";
                let help = "`http` with `bearer` or `basic`, `apiKey`, `oauth2` and `openIdConnect` are";
                self.warning(place, "unexpressed-security", message, Some(help));
                None
            }
        }
    }

    /// The alternatives that `security` gives, by index; none where it is not there.
    pub(super) fn security(
        &mut self,
        place: &Place,
        node: &'d Node,
        schemes: &[SecurityScheme],
    ) -> Option<Vec<Vec<usize>>> {
        let (place, alternatives) = self.array_at(place, node, "security")?;
        let mut found = Vec::new();
        for (index, alternative) in alternatives.iter().enumerate() {
            let place = place.index(index);
            let mut indices = Vec::new();
            for name in alternative.as_object().into_iter().flat_map(|object| object.keys()) {
                match schemes.iter().position(|scheme| scheme.name == *name) {
                    Some(index) => indices.push(index),
                    None if self.names_a_scheme(name) => {}
                    None => {
                        let message = format!("there is no security scheme `{name}`; requests go without it");
                        let help = "declare it under `components.securitySchemes`";
                        self.warning(&place.child(name), "unknown-security-scheme", message, Some(help));
                    }
                }
            }
            found.push(indices);
        }
        Some(found)
    }

    /// What an operation's credentials must be good for, where the document says that.
    pub(super) fn scopes(&self, operation: &Node) -> Option<String> {
        let alternatives = operation.get("security").or_else(|| self.document.root().get("security"))?;
        let mut said: Vec<String> = Vec::new();
        for alternative in alternatives.as_array()? {
            let scopes = alternative.as_object().into_iter().flat_map(|schemes| schemes.values());
            let scopes = scopes.filter_map(Node::as_array).flatten().filter_map(Node::as_str);
            let scopes: Vec<String> = scopes.map(|scope| format!("`{}`", scope.replace('`', ""))).collect();
            let scopes = scopes.join(", ");
            if !scopes.is_empty() && !said.contains(&scopes) {
                said.push(scopes);
            }
        }
        (!said.is_empty()).then(|| format!("Scopes: {}.", said.join("; or ")))
    }

    /// Whether the document has the scheme, be it one that is not expressed.
    fn names_a_scheme(&self, name: &str) -> bool {
        let schemes =
            self.document.root().get("components").and_then(|components| components.get("securitySchemes"));
        schemes.is_some_and(|schemes| schemes.get(name).is_some())
    }
}

/// What the document says of how tokens are come by, which is the caller's affair.
fn hints(scheme: &Node) -> Vec<String> {
    let text = |node: &Node, key: &str| node.get(key).and_then(Node::as_str).map(str::to_owned);
    let url = |words: &str, url: Option<String>| {
        let url = url.filter(|url| !url.contains(['<', '>', ' ', '\n']))?;
        Some(format!("{words} <{url}>."))
    };
    let mut said = Vec::new();
    said.extend(url("Tokens are described at", text(scheme, "openIdConnectUrl")));
    for flow in scheme.get("flows").and_then(Node::as_object).into_iter().flat_map(|flows| flows.values()) {
        said.extend(url("Authorization is asked for at", text(flow, "authorizationUrl")));
        said.extend(url("Tokens come from", text(flow, "tokenUrl")));
        said.extend(url("They are renewed at", text(flow, "refreshUrl")));
    }
    let format = text(scheme, "bearerFormat").filter(|format| !format.contains(['`', '\n']));
    said.extend(format.map(|format| format!("The token is a `{format}`.")));
    let mut seen = std::collections::HashSet::new();
    said.retain(|hint| seen.insert(hint.clone()));
    said
}
