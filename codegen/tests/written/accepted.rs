//! Documents that break a rule of OpenAPI but have a clear meaning. They are generated with a warning.

use super::{snapshots, written};

snapshots! { written:
    a_null_schema_accepts_any_value: "
        paths:
          /a:
            post:
              operationId: a
              requestBody: {content: {application/json: {schema: null}}}
              responses: {'200': {description: Done., content: {application/json: {schema: {type: object, properties: {b: null}}}}}}
        ",
    an_operation_without_an_id_is_named_by_its_method_and_path: "
        paths:
          /a:
            get: {responses: {'204': {description: Done.}}}
            put: {operationId: '', responses: {'204': {description: Done.}}}
        ",
    a_duplicate_operation_id_is_numbered: "
        paths:
          /a: {get: {operationId: same, responses: {'204': {description: Done.}}}}
          /b: {get: {operationId: same, responses: {'204': {description: Done.}}}}
        ",
    ids_that_become_the_same_function_are_numbered: "
        paths:
          /a: {get: {operationId: getThing, responses: {'204': {description: Done.}}}}
          /b: {get: {operationId: get_thing, responses: {'204': {description: Done.}}}}
        ",
    an_undeclared_path_parameter_is_a_string: "
        paths:
          /a/{id}:
            get:
              operationId: a
              parameters: [{name: other, in: path, required: true, schema: {type: string}}]
              responses: {'204': {description: Done.}}
        ",
    an_undeclared_security_scheme_is_left_out: "
        paths: {/a: {get: {operationId: a, security: [{Nope: []}], responses: {'204': {description: Done.}}}}}
        ",
    a_status_in_lower_case_is_accepted: "
        paths: {/a: {get: {operationId: a, responses: {'2xx': {description: Done.}, 4xx: {description: Bad., content: {application/json: {schema: {type: string}}}}, Default: {description: Else.}}}}}
        ",
    a_repeated_parameter_is_generated_once: "
        paths:
          /a:
            get:
              operationId: a
              parameters:
                - {name: q, in: query, schema: {type: string}}
                - {name: q, in: query, description: Again., schema: {type: string}}
              responses: {'204': {description: Done.}}
        ",
    a_path_without_a_slash_gets_one: "
        paths: {users: {get: {operationId: listUsers, responses: {'204': {description: Done.}}}}}
        ",
    a_reference_is_followed_where_openapi_allows_none: "
        paths:
          /a:
            get: {$ref: '#/x-operations/a'}
        info: {title: T, version: '1', description: {$ref: '#/x-texts/about'}}
        x-texts: {about: What it is about., a: What it does.}
        x-operations:
          a:
            operationId: a
            summary: {$ref: '#/x-texts/a'}
            parameters: {$ref: '#/x-parameters'}
            responses: {$ref: '#/x-responses'}
        x-parameters: [{name: q, in: query, schema: {type: string}}]
        x-responses: {'200': {description: Good., content: {application/json: {schema: {type: object, properties: {at: {type: string}}}}}}}
        ",
}
