//! Security schemes, and which of them operations need.

use crate::document::openapi::{self, Components, OauthFlow, Operation, Root};
use crate::document::{Member, Node, View as _};

use super::super::operation::{KeyLocation, SecurityKind, SecurityScheme};
use super::Lowering;
use super::describe::description;
use super::place::Place;

impl<'d> Lowering<'d> {
    /// The security schemes that can be expressed.
    pub(super) fn security_schemes(&mut self, root: Root<'d>) -> Vec<SecurityScheme> {
        let Some(components) = root.components() else { return Vec::new() };
        let place = self.root().child(components.key);
        let schemes = Components::of(components.value).security_schemes();
        let Some((place, schemes)) = self.object_at(&place, schemes) else { return Vec::new() };
        let mut found = Vec::new();
        for (name, scheme) in schemes {
            let Some((place, scheme)) = self.follow(&place.child(name), scheme) else { continue };
            let about = description(scheme);
            let scheme = openapi::SecurityScheme::of(scheme);
            self.check_members(&place, scheme);
            if let Some(kind) = self.security_kind(&place, scheme) {
                let mut description = about;
                for more in hints(scheme) {
                    let gap = if description.is_empty() { "" } else { " " };
                    description = format!("{description}{gap}{more}");
                }
                found.push(SecurityScheme { name: name.clone(), description, kind });
            }
        }
        found
    }

    fn security_kind(&mut self, place: &Place, scheme: openapi::SecurityScheme<'d>) -> Option<SecurityKind> {
        let http = scheme.scheme().map(str::to_lowercase);
        match (scheme.kind(), http.as_deref(), scheme.location()) {
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
                Some(SecurityKind::ApiKey { location, name: scheme.name().unwrap_or_default().to_owned() })
            }
            (Some("http"), Some(name), _) if !name.is_empty() && !is_computed(name) => {
                Some(SecurityKind::Http { scheme: scheme.scheme().unwrap_or_default().to_owned() })
            }
            _ => {
                let message = "this security scheme is not expressed; requests go without it";
                let help = "`http` with credentials that do not depend on the request, `apiKey`, `oauth2` and \
                            `openIdConnect` are";
                self.warning(place, "unexpressed-security", message, Some(help));
                None
            }
        }
    }

    /// The alternatives that `security` lists, each as the indices of the schemes that it needs together. `None`: there
    /// is no `security`.
    pub(super) fn security(
        &mut self,
        place: &Place,
        security: Option<Member<'d>>,
        schemes: &[SecurityScheme],
    ) -> Option<Vec<Vec<usize>>> {
        let (place, alternatives) = self.array_at(place, security)?;
        let mut found = Vec::new();
        for (index, alternative) in alternatives.iter().enumerate() {
            let place = place.index(index);
            let mut indices = Vec::new();
            for name in alternative.as_object().into_iter().flat_map(|object| object.keys()) {
                match schemes.iter().position(|scheme| scheme.name == *name) {
                    Some(index) => indices.push(index),
                    None if self.declares_scheme(name) => {}
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

    /// The sentence for the scopes that an operation needs, where the document lists some.
    pub(super) fn scopes(&self, operation: Operation<'d>) -> Option<String> {
        let common = Root::of(self.document.root()).security();
        let mut listed: Vec<String> = Vec::new();
        for alternative in operation.security().or(common)?.value.as_array()? {
            let scopes = alternative.as_object().into_iter().flat_map(|schemes| schemes.values());
            let scopes = scopes.filter_map(Node::as_array).flatten().filter_map(Node::as_str);
            let scopes: Vec<String> = scopes.map(|scope| format!("`{}`", scope.replace('`', ""))).collect();
            let scopes = scopes.join(", ");
            if !scopes.is_empty() && !listed.contains(&scopes) {
                listed.push(scopes);
            }
        }
        (!listed.is_empty()).then(|| format!("Scopes: {}.", listed.join("; or ")))
    }

    /// Whether the document declares the scheme, even one that cannot be expressed.
    fn declares_scheme(&self, name: &str) -> bool {
        let components = Root::of(self.document.root()).components();
        let schemes = components.and_then(|components| Components::of(components.value).security_schemes());
        schemes.is_some_and(|schemes| schemes.value.get(name).is_some())
    }
}

/// Sentences on how to get a token, which is the caller's task.
fn hints(scheme: openapi::SecurityScheme<'_>) -> Vec<String> {
    let url = |words: &str, url: Option<&str>| {
        let url = url.filter(|url| !url.contains(['<', '>', ' ', '\n']))?;
        Some(format!("{words} <{url}>."))
    };
    let mut hints = Vec::new();
    hints.extend((scheme.deprecated() == Some(true)).then(|| "Deprecated.".to_owned()));
    hints.extend(url("Tokens are described at", scheme.open_id_connect_url()));
    hints.extend(url("The server describes itself at", scheme.oauth2_metadata_url()));
    for (_, flow) in scheme.flows().into_iter().flat_map(Member::entries) {
        let flow = OauthFlow::of(flow);
        hints.extend(url("Authorization is asked for at", flow.authorization_url()));
        hints.extend(url("Devices are authorized at", flow.device_authorization_url()));
        hints.extend(url("Tokens come from", flow.token_url()));
        hints.extend(url("They are renewed at", flow.refresh_url()));
    }
    let format = scheme.bearer_format().filter(|format| !format.contains(['`', '\n']));
    hints.extend(format.map(|format| format!("The token is a `{format}`.")));
    let mut seen = std::collections::HashSet::new();
    hints.retain(|hint| seen.insert(hint.clone()));
    hints
}

/// Whether a client computes the credentials of an HTTP authentication scheme for each request, from a challenge or from
/// the request itself.
fn is_computed(scheme: &str) -> bool {
    const COMPUTED: [&str; 9] =
        ["concealed", "digest", "dpop", "gnap", "hoba", "mutual", "negotiate", "oauth", "vapid"];
    COMPUTED.contains(&scheme) || scheme.starts_with("scram-")
}
