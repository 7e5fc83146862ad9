//! A document whose operations have lists in pages.

/// One operation for each form of pages, and for what is almost one.
pub(super) fn paths() -> String {
    let (items, more) =
        ("data: {type: array, items: {$ref: '#/components/schemas/Item'}}", "has_more: {type: boolean}");
    let text = |name: &str| format!("{items}, {name}: {{type: [string, 'null']}}");
    let number = |name: &str| format!("{items}, {name}: {{type: integer}}");
    let (limit, page) = ("limit type: integer", "page type: integer, default: 1");
    let operations = [
        operation("lastId", "after", &format!("{}, {more}", text("last_id")), ""),
        operation("lastItem", "starting_after", &format!("{items}, {more}"), ""),
        operation("noMore", "after", &text("last_id"), ""),
        operation("cursor", "cursor", &text("next_cursor"), ""),
        operation(
            "nested",
            "cursor",
            &format!("{items}, meta: {{type: object, properties: {{nextCursor: {{type: string}}}}}}"),
            "",
        ),
        operation("token", "pageToken", &text("nextPageToken"), ""),
        operation("otherToken", "pageToken", &text("next_cursor"), ""),
        operation("nextPage", "page", &format!("{}, {more}", text("next_page")), ""),
        operation("offset", &format!("offset type: integer | {limit}"), &number("total_count"), ""),
        operation("offsetAlone", "offset type: integer", items, ""),
        operation("number", &format!("{page} | {limit}"), &number("total_pages"), ""),
        operation("numberFromNowhere", &format!("page type: integer | {limit}"), items, ""),
        operation("nextUrl", "", &text("next_url"), ""),
        operation("next", "cursor", &format!("{}, previous: {{type: string}}", text("next")), ""),
        operation("nextAlone", "cursor", &text("next"), ""),
        operation(
            "hal",
            "",
            &format!(
                "{items}, _links: {{type: object, properties: {{next: {{type: object, properties: {{href: {{type: string}}}}}}}}}}"
            ),
            "",
        ),
        operation(
            "severalArrays",
            "cursor",
            &text("next_cursor")
                .replace("data", "a")
                .replace("next_cursor", "b: {type: array, items: {}}, next_cursor"),
            "",
        ),
        operation("notPages", "cursor", &text("next_cursor"), "x-pagination: false,"),
        operation("declared", "from", &text("then"), "x-pagination: {cursor: from, next: then},"),
        operation("declaredWrong", "from", &text("then"), "x-pagination: {cursor: form, next: then},"),
        operation("declaredTwice", page, &text("then"), "x-pagination: {page: page, next-url: then},"),
        operation("declaredOdd", "from", &text("then"), "x-pagination: {curser: from},"),
    ];
    format!(
        "paths:\n{}components:\n  schemas:\n    Item: {{type: object, required: [id], properties: {{id: {{type: string}}}}}}\n",
        operations.concat()
    )
}

/// An operation with these parameters, properties of its reply, and other members.
fn operation(name: &str, parameters: &str, properties: &str, other: &str) -> String {
    let parameters: Vec<String> = parameters
        .split_terminator(" | ")
        .map(|parameter| {
            let (name, schema) = parameter.split_once(' ').unwrap_or((parameter, "type: string"));
            format!("{{name: {name}, in: query, schema: {{{schema}}}}}")
        })
        .collect();
    format!(
        "  /{name}: {{get: {{operationId: {name}, {other} parameters: [{}], responses: {{'200': {{description: x, \
         content: {{application/json: {{schema: {{type: object, properties: {{{properties}}}}}}}}}}}}}}}}}\n",
        parameters.join(", ")
    )
}
