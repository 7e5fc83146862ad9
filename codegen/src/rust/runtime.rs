//! The runtime that every generated crate rests on: a copy of the one of `openai-uploads`, file by file.

/// Each file of the runtime, by its name in the folder `runtime`.
pub(super) const FILES: [(&str, &str); 28] = [
    ("api_error.rs", include_str!("../../../openai-uploads/src/runtime/api_error.rs")),
    ("base64.rs", include_str!("../../../openai-uploads/src/runtime/base64.rs")),
    ("binary.rs", include_str!("../../../openai-uploads/src/runtime/binary.rs")),
    ("call.rs", include_str!("../../../openai-uploads/src/runtime/call.rs")),
    ("client.rs", include_str!("../../../openai-uploads/src/runtime/client.rs")),
    ("compression.rs", include_str!("../../../openai-uploads/src/runtime/compression.rs")),
    ("configuration.rs", include_str!("../../../openai-uploads/src/runtime/configuration.rs")),
    ("error.rs", include_str!("../../../openai-uploads/src/runtime/error.rs")),
    ("events.rs", include_str!("../../../openai-uploads/src/runtime/events.rs")),
    ("excerpt.rs", include_str!("../../../openai-uploads/src/runtime/excerpt.rs")),
    ("form.rs", include_str!("../../../openai-uploads/src/runtime/form.rs")),
    ("integer.rs", include_str!("../../../openai-uploads/src/runtime/integer.rs")),
    ("loss.rs", include_str!("../../../openai-uploads/src/runtime/loss.rs")),
    ("members.rs", include_str!("../../../openai-uploads/src/runtime/members.rs")),
    ("mod.rs", include_str!("../../../openai-uploads/src/runtime/mod.rs")),
    ("object.rs", include_str!("../../../openai-uploads/src/runtime/object.rs")),
    ("open_enum.rs", include_str!("../../../openai-uploads/src/runtime/open_enum.rs")),
    ("operation.rs", include_str!("../../../openai-uploads/src/runtime/operation.rs")),
    ("parameter.rs", include_str!("../../../openai-uploads/src/runtime/parameter.rs")),
    ("proxy.rs", include_str!("../../../openai-uploads/src/runtime/proxy.rs")),
    ("reply.rs", include_str!("../../../openai-uploads/src/runtime/reply.rs")),
    ("request.rs", include_str!("../../../openai-uploads/src/runtime/request.rs")),
    ("retry.rs", include_str!("../../../openai-uploads/src/runtime/retry.rs")),
    ("security.rs", include_str!("../../../openai-uploads/src/runtime/security.rs")),
    ("send.rs", include_str!("../../../openai-uploads/src/runtime/send.rs")),
    ("transport_error.rs", include_str!("../../../openai-uploads/src/runtime/transport_error.rs")),
    ("union.rs", include_str!("../../../openai-uploads/src/runtime/union.rs")),
    ("url.rs", include_str!("../../../openai-uploads/src/runtime/url.rs")),
];

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::FILES;

    #[test]
    fn every_file_of_the_runtime_is_copied() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../openai-uploads/src/runtime");
        let mut found: Vec<_> = folder
            .read_dir()
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        found.sort();
        assert_eq!(found, FILES.map(|(name, _)| name));
    }
}
