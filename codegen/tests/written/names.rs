//! From names of the document to identifiers.

use openapi_crate::generate;

use super::{document, options, schemas, snapshots, written};

snapshots! { schemas:
    properties_named_like_keywords_are_raw: "
        Keywords: {type: object, required: [type, self, crate], properties: {type: {type: string}, self: {type: string}, crate: {type: string}, async: {type: boolean}, fn: {type: string}, gen: {type: string}}}
        ",
    schemas_named_like_keywords_and_like_the_prelude: "
        Self: {type: object, properties: {a: {type: string}}}
        Option: {type: object, properties: {b: {type: string}}}
        String: {type: object, required: [c], properties: {c: {type: string}, d: {$ref: '#/components/schemas/Option'}}}
        type: {type: object, properties: {e: {$ref: '#/components/schemas/String'}}}
        mod: {type: object, properties: {f: {type: string}}}
        ",
    names_that_become_the_same_identifier_stay_distinct: "
        thing_one: {type: object, properties: {a-b: {type: string}, a_b: {type: string}, aB: {type: string}}}
        ThingOne: {type: object, properties: {kind: {type: string, enum: [a-b, a_b, A B]}}}
        ",
    names_that_are_not_ascii_or_begin_with_a_digit: "
        Größe: {type: object, properties: {größe: {type: string}, 名前: {type: string}, 1st: {type: string}, '@id': {type: string}, '$ref': {type: string}, '-': {type: string}, '': {type: string}}}
        2D: {type: string, enum: ['2d', 3d, '+1', '-1', '*', ' ', é]}
        ",
    long_names_of_properties_and_types: "
        Installments:
          type: object
          properties:
            installmentPaymentData.installmentOption.itemNr.maximumNumberOfInstallments: {type: string, deprecated: true}
            byNameOfTheInstallmentPaymentDataOption: {type: object, additionalProperties: {type: array, items: {$ref: '#/components/schemas/AnInstallmentWithAnExceedinglyLongName'}}}
            short: {type: string}
        AnInstallmentWithAnExceedinglyLongName: {type: object, properties: {a: {type: string}}}
        ",
    special_characters_in_property_names_are_escaped: "
        Signs: {type: object, properties: {'a\"b': {type: string}, 'c\\\\d': {type: string}, \"e\\nf\": {type: string}, '{}//': {type: string}, ' = ': {type: string}}}
        ",
    abbreviations_become_words: "
        OpenAIFile: {type: object, properties: {fileURL: {type: string}, HTTPStatus: {type: integer}, userID2: {type: string}}}
        ",
    a_variant_named_other_gives_way_to_the_open_variant: "
        Reason: {type: string, enum: [other, Other, none]}
        ",
    alternatives_of_strings_are_one_enum: "
        Model: {anyOf: [{type: string}, {type: string, enum: [small, large]}]}
        Holder:
          type: object
          properties:
            size: {anyOf: [{type: string}, {type: string, enum: [s, m]}, {type: 'null'}]}
            level: {description: How much., oneOf: [{const: low, description: A little.}, {const: high, description: A lot.}], default: low}
            stop: {oneOf: [{type: string}, {type: string, enum: [end]}, {type: array, items: {type: string}}]}
        ",
    alternatives_are_named_after_their_distinct_value: "
        Event:
          oneOf:
            - {type: object, required: [event, data], properties: {object: {const: event}, event: {type: string, enum: [thread.created]}, data: {type: string}}}
            - {type: object, required: [event, data], properties: {object: {const: event}, event: {type: string, enum: [thread.run.created]}, data: {type: integer}}}
        ",
    alternatives_are_named_after_a_property_the_others_lack: "
        Image:
          anyOf:
            - {type: object, required: [file_id], properties: {detail: {type: string}, file_id: {type: string}}}
            - {type: object, required: [url], properties: {detail: {type: string}, url: {type: string}}}
            - {allOf: [{$ref: '#/components/schemas/Base'}, {properties: {b: {type: integer}}}]}
        Base: {type: object, properties: {a: {type: string}}}
        ",
    a_referenced_member_of_all_of_has_a_name: "
        Dates: {allOf: [{type: object, properties: {made: {type: string}}}, {title: Changed date, type: object, properties: {changed: {type: string}}}]}
        Account: {type: object, properties: {made: {$ref: '#/components/schemas/Dates/allOf/0'}, changed: {$ref: '#/components/schemas/Dates/allOf/1'}}}
        ",
    arrays_are_named_after_their_elements: "
        Input:
          oneOf:
            - {type: string}
            - {type: string, format: date-time}
            - {type: array, items: {type: string}}
            - {type: array, title: Array, items: {type: integer}}
            - {type: array, title: Array, items: {type: array, items: {type: integer}}}
            - {type: array, items: {oneOf: [{type: boolean}, {type: number}]}}
            - {type: array, items: {$ref: '#/components/schemas/Part'}}
        Part: {type: object, properties: {text: {type: string}}}
        ",
    types_within_all_of_are_named_after_the_whole: "
        Base: {type: object, properties: {id: {type: string}}}
        Thing: {allOf: [{$ref: '#/components/schemas/Base'}, {type: object, title: More, properties: {kind: {type: string, enum: [a, b]}}}]}
        ",
    a_list_of_types_is_a_type_of_its_own: "
        Value: {type: [string, integer]}
        Holder: {type: object, properties: {value: {type: [string, boolean]}}}
        ",
    a_variant_name_leaves_out_the_name_of_its_union: "
        Filter: {oneOf: [{$ref: '#/components/schemas/CompoundFilter'}, {$ref: '#/components/schemas/FilterByKey'}, {$ref: '#/components/schemas/Other'}]}
        CompoundFilter: {type: object, required: [filters], properties: {filters: {type: array, items: {type: string}}}}
        FilterByKey: {type: object, required: [key], properties: {key: {type: string}}}
        Other: {type: object, required: [a], properties: {a: {type: string}}}
        ",
    repeated_words_are_left_out_of_names: "
        Request:
          type: object
          properties:
            chunking_strategy:
              oneOf:
                - {type: object, title: Auto Chunking Strategy, properties: {type: {type: string, enum: [auto]}}}
                - {type: object, title: Static Chunking Strategy, properties: {type: {type: string, enum: [static]}}}
            tracing: {anyOf: [{type: string, enum: [auto]}, {type: object, title: Tracing Configuration, properties: {group: {type: string}}}]}
            input_messages: {type: object, properties: {messages_template: {type: object, properties: {template: {type: object, properties: {item: {type: object, properties: {a: {type: string}}}}}}}}}
            filter: {type: object, properties: {filter: {type: object, properties: {filter: {type: string, enum: [x]}}}}}
        ",
}

snapshots! { written:
    operations_and_parameters_named_like_keywords: "
        paths:
          /{type}:
            get:
              operationId: move
              parameters:
                - {name: type, in: path, required: true, schema: {type: string}}
                - {name: configuration, in: query, schema: {type: string}}
                - {name: type, in: query, schema: {type: string}}
                - {name: X-Request-Id, in: header, schema: {type: string}}
              responses: {'204': {description: Moved.}}
        ",
    bodies_and_replies_are_named_after_their_media_type: "
        paths:
          /a:
            post:
              operationId: a
              requestBody:
                required: true
                content:
                  application/x-www-form-urlencoded: {schema: {type: object, required: [a], properties: {a: {type: string}}}}
                  application/json: {schema: {type: object, required: [b], properties: {b: {type: string}}}}
                  multipart/form-data: {schema: {type: object, required: [c], properties: {c: {type: string}}}}
                  application/merge-patch+json: {schema: {type: object, required: [d], properties: {d: {type: string}}}}
              responses:
                '200':
                  description: All at once or bit by bit.
                  content:
                    text/event-stream: {schema: {type: object, required: [bit], properties: {bit: {type: string}}}}
                    application/json: {schema: {type: object, required: [all], properties: {all: {type: string}}}}
        ",
    a_tag_may_have_any_name: "
        tags: [{name: Fine-tuning jobs, description: Jobs.}]
        paths:
          /a: {get: {operationId: a, tags: [Fine-tuning jobs], responses: {'204': {description: Done.}}}}
          /b: {get: {operationId: b, tags: [configuration], responses: {'204': {description: Done.}}}}
          /c: {get: {operationId: c, responses: {'204': {description: Done.}}}}
        ",
}

#[test]
fn operations_without_an_id_are_named_by_method_and_path_where_that_is_wanted() {
    let methods = [
        ("get", "/"),
        ("get", "/orders/{order-id}/lines"),
        ("post", "/orders"),
        ("get", "/maps/{x},{y}.png"),
        ("get", "/type"),
        ("delete", "/größe/{größe}"),
    ];
    let paths: String = methods
        .iter()
        .map(|(method, path)| {
            let names = path.split(['{', '}']).skip(1).step_by(2);
            let parameter = |name: &str| format!("{{name: {name}, in: path, required: true, schema: {{type: string}}}}");
            let parameters: Vec<_> = names.map(parameter).collect();
            let parameters = parameters.join(", ");
            format!("  '{path}': {{{method}: {{parameters: [{parameters}], responses: {{'204': {{description: Done.}}}}}}}}\n")
        })
        .collect::<String>();
    let text = document(&format!("paths:\n{paths}"));
    let written = generate(&text, &options()).unwrap();
    let (_, functions) =
        written.package.files().find(|(path, _)| path.ends_with("apis/default_api.rs")).unwrap();
    let names: Vec<_> =
        functions.lines().filter_map(|line| line.strip_prefix("pub fn ")?.split(['(', '<']).next()).collect();
    assert_eq!(
        names,
        [
            "get_root",
            "get_orders_by_order_id_lines",
            "post_orders",
            "get_maps_by_x_by_y_png",
            "get_type",
            "delete_größe_by_größe",
        ]
    );
}
