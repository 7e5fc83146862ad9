//! The reference pages agree with the document, and contain everything that those of the previous release did.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::Value;

use super::agreement_spec::{Spec, SpecOperation, elements, members, snake};
use super::program::workspace;

/// The pages, by name.
pub(crate) struct Pages(BTreeMap<String, String>);

impl Pages {
    pub(crate) fn own() -> Self {
        let folder = workspace().join("openai-uploads/docs");
        let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let page = |path: &std::path::PathBuf| {
            (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(path).unwrap())
        };
        Self(files.collect::<Vec<_>>().iter().map(page).collect())
    }

    fn page(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(page, _)| page.eq_ignore_ascii_case(&format!("{name}.md")));
        found.map(|(_, text)| text.as_str())
    }
}

/// The part of a page below a heading.
fn section<'a>(page: &'a str, heading: &str) -> Option<&'a str> {
    let start = page.find(&format!("\n{heading}\n"))? + heading.len() + 2;
    let level = heading.split(' ').next()?;
    let end = page[start..].find(&format!("\n{level} ")).map_or(page.len(), |end| start + end);
    Some(&page[start..end])
}

/// The rows of the tables in a text: their cells.
fn rows(text: &str) -> Vec<Vec<&str>> {
    let rows = text.lines().filter(|line| line.contains(" | ") && !line.starts_with("---"));
    rows.map(|line| line.split('|').map(str::trim).collect()).collect()
}

fn row<'a>(text: &'a str, name: &str) -> Option<Vec<&'a str>> {
    rows(text).into_iter().find(|cells| cells[0] == format!("**{name}**"))
}

#[test]
fn the_pages_agree_with_the_document() {
    let disagreements = disagreements(&Spec::own(), &Pages::own());
    assert!(disagreements.is_empty(), "{disagreements:#?}");
}

/// The disagreements between the pages and a document, each once.
pub(crate) fn disagreements(spec: &Spec, pages: &Pages) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let operations = spec.operations();
    for operation in &operations {
        let reported = of_operation(spec, operation, pages);
        found.extend(reported.into_iter().map(|what| format!("{}: {what}", operation.id)));
    }
    for (name, schema) in spec.schemas() {
        match pages.page(name) {
            Some(page) => found.extend(of_schema(spec, name, schema, page)),
            None => drop(found.insert(format!("{name}: no page"))),
        }
    }
    // Nothing else may be there.
    let known = |page: &str| {
        let name = page.trim_end_matches(".md");
        name == "README"
            || spec.schemas().any(|(schema, _)| schema.eq_ignore_ascii_case(name))
            || operations.iter().any(|operation| {
                // The second page has the types of the parameters.
                api_page(operation).as_deref() == Some(name) || operation.id.eq_ignore_ascii_case(name)
            })
    };
    found.extend(pages.0.keys().filter(|page| !known(page)).map(|page| format!("{page}: for nothing")));
    for operation in &operations {
        let page = api_page(operation).and_then(|name| pages.page(&name)).unwrap_or_default();
        for heading in page.lines().filter_map(|line| line.strip_prefix("## ")) {
            if operations.iter().all(|operation| snake(operation.id) != heading) {
                found.insert(format!("{heading}: no such operation"));
            }
        }
    }
    found
}

fn api_page(operation: &SpecOperation<'_>) -> Option<String> {
    let tag = elements(&operation.node["tags"]).next()?.as_str()?;
    let words = tag.split([' ', '-']).filter_map(|word| word.split_at_checked(1));
    let words: String = words.map(|(first, rest)| first.to_uppercase() + rest).collect();
    Some(format!("{words}Api"))
}

fn of_operation(spec: &Spec, operation: &SpecOperation<'_>, pages: &Pages) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let name = snake(operation.id);
    let page = api_page(operation).and_then(|name| pages.page(&name));
    let Some((page, section)) = page.and_then(|page| Some((page, section(page, &format!("## {name}"))?)))
    else {
        return BTreeSet::from(["no section".to_owned()]);
    };
    let mut check = |holds: bool, what: String| {
        if !holds {
            found.insert(what);
        }
    };
    let request = format!("**{}** {}", operation.method.to_uppercase(), operation.path);
    let listed =
        rows(page).into_iter().any(|cells| cells[0].contains(&format!("**{name}**")) && cells[1] == request);
    check(listed, format!("not listed as {request}"));
    let summary = operation.node["summary"].as_str().unwrap_or_default();
    check(section.contains(summary), format!("`{summary}` is not said"));
    for parameter in &operation.parameters {
        let name = parameter["name"].as_str().unwrap();
        let row = row(section, name);
        let required = parameter["required"] == true;
        check(row.is_some(), format!("the parameter {name} is missing"));
        let says_so = row.is_some_and(|cells| cells.contains(&"[required]"));
        check(says_so == required, format!("whether {name} is required is not said"));
    }
    let server = spec.root()["servers"][0]["url"].as_str().unwrap();
    check(page.contains(&format!("*{server}*")), format!("{server} is not named"));
    for (scheme, _) in spec.security(operation).concat() {
        check(section.contains(&format!("[{scheme}](")), format!("the authorization {scheme} is missing"));
    }
    let contents = spec.request(operation);
    let content_type = contents.first().map_or("Not defined", |content| content.media_type);
    check(
        section.contains(&format!("- **Content-Type**: {content_type}\n")),
        format!("it takes {content_type}"),
    );
    for (_, contents) in spec.replies(operation).iter().filter(|(status, _)| status.starts_with('2')) {
        for content in contents {
            check(
                section.contains(&format!("- **Accept**: {}\n", content.media_type)),
                format!("it gives {}", content.media_type),
            );
            let returned = self::section(section, "### Return type").unwrap_or_default().to_lowercase();
            match reference(content.schema).map(str::to_lowercase) {
                Some(schema) => check(
                    returned.contains(&format!("[**models::{schema}**]({schema}.md)")),
                    format!("the return type is not {schema}"),
                ),
                None => check(returned.contains("byte"), "the return type is not bytes".to_owned()),
            }
        }
    }
    found
}

/// The last step of a `$ref`.
fn reference(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str()?.rsplit('/').next()
}

fn of_schema(spec: &Spec, name: &str, schema: &Value, page: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut check = |holds: bool, what: String| {
        if !holds {
            found.insert(format!("{name}: {what}"));
        }
    };
    let says =
        |said: &Value| said.as_str().unwrap_or_default().lines().all(|line| page.contains(line.trim()));
    check(says(&schema["description"]), "the description is missing".to_owned());
    let table = section(page, "### Properties").unwrap_or_default();
    for (property, schema_of) in members(&schema["properties"]) {
        let Some(cells) = row(table, property) else {
            check(false, format!("the property {property} is missing"));
            continue;
        };
        let deprecated = schema_of["deprecated"] == true;
        check(
            cells.iter().any(|cell| cell.contains("deprecated")) == deprecated,
            format!("{property} is deprecated"),
        );
        let required = elements(&schema["required"]).any(|name| name == property);
        let optional = cells.iter().any(|cell| cell.contains("[optional]"));
        check(optional != required || deprecated, format!("whether {property} is optional"));
        check(says(&schema_of["description"]), format!("{property} is not described"));
        let schema_of = spec.resolve(schema_of);
        for value in elements(&schema_of["enum"]).filter_map(Value::as_str) {
            check(page.contains(&format!("`{value}`")), format!("{property}: the value {value} is missing"));
        }
        for keyword in ["maximum", "maxLength"] {
            if let Some(bound) = schema_of.get(keyword) {
                check(
                    cells.iter().any(|cell| cell.contains(&bound.to_string())),
                    format!("{property}: {keyword}"),
                );
            }
        }
        if let Some(target) = reference(schema_of) {
            check(
                cells[1].to_lowercase().contains(&target.to_lowercase()),
                format!("{property} is a {target}"),
            );
        }
    }
    for (cells, name) in rows(table).iter().filter_map(|cells| Some((cells, cells[0].strip_prefix("**")?))) {
        let name = name.trim_end_matches("**");
        check(schema["properties"].get(name).is_some(), format!("{name} is not a property: {cells:?}"));
    }
    found
}

#[test]
fn every_link_of_the_pages_has_a_target() {
    let pages = Pages::own();
    assert!(!pages.0.is_empty());
    let texts = pages.0.iter().map(|(page, text)| (page.as_str(), text.as_str())).collect();
    assert_eq!(corpus::links::dead_links(&texts), Vec::<String>::new());
}

/// The facts that users of the previous release find on its page: each operation's method and path, the arguments
/// with their types, the result, and the content types.
type Before =
    (&'static str, &'static str, &'static [(&'static str, &'static str)], &'static str, &'static str);

const BEFORE: [Before; 4] = [
    (
        "add_upload_part",
        "**POST** /uploads/{upload_id}/parts",
        &[("upload_id", "String"), ("data", "PathBuf")],
        "UploadPart",
        "multipart/form-data",
    ),
    (
        "cancel_upload",
        "**POST** /uploads/{upload_id}/cancel",
        &[("upload_id", "String")],
        "Upload",
        "Not defined",
    ),
    (
        "complete_upload",
        "**POST** /uploads/{upload_id}/complete",
        &[("upload_id", "String"), ("complete_upload_request", "CompleteUploadRequest")],
        "Upload",
        "application/json",
    ),
    (
        "create_upload",
        "**POST** /uploads",
        &[("create_upload_request", "CreateUploadRequest")],
        "Upload",
        "application/json",
    ),
];

#[test]
fn names_of_the_previous_release_still_exist() {
    let pages = Pages::own();
    let page = pages.page("UploadsApi").unwrap();
    assert!(page.contains("# \\UploadsApi\n") && page.contains("Method | HTTP request | Description\n"));
    for (name, request, arguments, gives, takes) in BEFORE {
        let link = format!("[**{name}**](UploadsApi.md#{name})");
        assert!(rows(page).iter().any(|cells| cells[0] == link && cells[1] == request), "{name}");
        let section = section(page, &format!("## {name}")).unwrap();
        let names: Vec<&str> = arguments.iter().map(|(name, _)| *name).collect();
        assert!(section.contains(&format!("> models::{gives} {name}({})\n", names.join(", "))), "{section}");
        for (argument, ty) in arguments {
            let cells = row(section, argument).unwrap_or_else(|| panic!("{name}: {argument}"));
            assert!(cells.join(" ").contains(ty), "{name}: {argument}: {cells:?}");
            assert!(cells.contains(&"[required]"), "{name}: {argument}: {cells:?}");
        }
        for part in [
            format!("### Return type\n\n[**models::{gives}**]({gives}.md)"),
            "### Authorization\n\n[ApiKeyAuth](".to_owned(),
            format!(
                "### HTTP request headers\n\n- **Content-Type**: {takes}\n- **Accept**: application/json"
            ),
        ] {
            assert!(section.contains(&part), "{name}: {part}\n{section}");
        }
    }
}
