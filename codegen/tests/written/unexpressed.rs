//! Constraints that no type expresses. They are described in words where possible, and reported otherwise.

use super::{operation, schemas, snapshots, written};

snapshots! { schemas:
    keywords_that_no_type_expresses_are_in_the_description: "
        Strict:
          type: object
          dependentRequired: {a: [b, c]}
          anyOf: [{required: [a]}, {required: [b, c]}]
          not: {required: [a, d]}
          minProperties: 1
          unevaluatedProperties: false
          externalDocs: {url: https://example.com/strict, description: The rules.}
          properties:
            a: {type: string, description: The first., not: {enum: [x]}, pattern: '^[a-z`]+$'}
            b: {type: array, description: Some words., items: {type: string, maxLength: 8}, uniqueItems: true, default: []}
            c: {type: object, propertyNames: {pattern: '^[a-z]$'}, additionalProperties: {type: integer, maximum: 9}}
            d: {type: string, contentMediaType: application/json, contentEncoding: base64url, format: shoe-size}
            e: {description: Three letters., anyOf: [{type: string, maxLength: 3}, {type: 'null'}], default: abc}
            f: {type: object, required: [x, y]}
            g: {type: number, multipleOf: 0.5, exclusiveMinimum: 0, description: 'The default is 1.', default: 1}
            h: {oneOf: [{type: string, pattern: a}, {type: integer, maximum: 3}]}
        Code: {type: string, pattern: '^[A-Z]{3}$', minLength: 3, maxLength: 3}
        ",
    keywords_that_nothing_expresses_are_reported: "
        Strict:
          type: object
          properties:
            a: {type: string, not: {type: string, pattern: b}}
            b: {type: array, contains: {type: string}, minContains: 2, items: {}}
            c: {type: string, anyOf: [{pattern: a}, {maxLength: 3}]}
            d: {type: string, contentMediaType: application/json, contentSchema: {type: object}}
            e: {type: object, patternProperties: {'^a': {type: string}, '^b': {type: integer}}}
            f: {type: object, propertyNames: {$ref: '#/components/schemas/Name'}}
          if: {required: [a]}
          then: {required: [b]}
          dependentSchemas: {a: {required: [b]}}
          unevaluatedProperties: {type: string}
          $dynamicAnchor: node
          made-up: 1
          x-made-up: 1
        Name: {type: string}
        ",
    a_required_property_without_a_schema_has_any_type: "
        Event: {type: object, required: [type, response_id], properties: {type: {type: string}}}
        Typed: {type: object, required: [a, b], properties: {a: {type: string}}, additionalProperties: {type: integer}}
        ",
    a_recursive_ref_refers_to_its_component: "
        Filter:
          type: object
          $recursiveAnchor: true
          properties: {filters: {type: array, items: {oneOf: [{$ref: '#/components/schemas/Leaf'}, {$recursiveRef: '#'}]}}}
        Leaf: {type: object, required: [key], properties: {key: {type: string}}}
        ",
    an_alternative_of_only_null_makes_a_type_optional: "
        Holder:
          type: object
          required: [a, b, c, d]
          properties:
            c: {oneOf: [{$ref: '#/components/schemas/Name'}, {$ref: '#/components/schemas/Nothing'}]}
            d: {oneOf: [{$ref: '#/components/schemas/MaybeName'}, {type: integer}]}
            a: {oneOf: [{$ref: '#/components/schemas/Name'}, {enum: [null]}]}
            b: {anyOf: [{$ref: '#/components/schemas/Name'}, {nullable: true}]}
        Name: {type: string}
        Nothing: {enum: [null]}
        MaybeName: {type: [string, 'null']}
        ",
    an_integer_or_a_string_is_either: "
        Port: {type: string, format: int-or-string, description: A number or a name.}
        ",
}

snapshots! { operation:
    a_request_keeps_a_required_property_without_a_schema: "
        parameters: [{name: id, in: path, required: true, schema: {type: string}}]
        requestBody: {required: true, content: {application/json: {schema: {type: object, required: [name, left_over], properties: {name: {type: string}}}}}}
        responses: {'204': {description: Done.}}
        ",
    headers_and_untyped_errors_are_in_the_description: "
        parameters: [{name: id, in: path, required: true, schema: {type: string}}]
        externalDocs: {url: https://example.com/things}
        responses:
          '204': {description: Done., headers: {X-Left: {description: Requests left., schema: {type: integer}}, Content-Type: {schema: {type: string}}}}
          '404': {description: Not there.}
          '429': {description: Too many., headers: {Retry-After: {schema: {type: integer}}}}
          '5XX': {description: Broken., content: {text/html: {schema: {type: string}}}}
          default: {description: Refused., content: {application/json: {schema: {type: object, properties: {why: {type: string}}}}}}
        ",
    binary_replies_of_several_media_types_are_accepted_together: "
        parameters: [{name: id, in: path, required: true, schema: {type: string}}]
        responses:
          '200':
            description: The film.
            content:
              video/mp4: {schema: {type: string, format: binary}}
              image/webp: {schema: {type: string, format: binary}}
              application/json: {schema: {type: string}}
        ",
    content_types_that_are_not_used_are_reported: "
        parameters:
          - {name: id, in: path, required: true, schema: {type: string}}
          - {name: filter, in: query, content: {application/json: {schema: {type: string}}, text/plain: {schema: {type: string}}}}
        requestBody: {content: {application/xml: {schema: {type: object, properties: {a: {type: string}}}}}}
        responses:
          '200':
            description: The thing.
            content:
              application/json: {schema: {type: array, items: {type: string}}}
              application/xml: {schema: {type: array, items: {type: string}}}
              text/csv: {schema: {type: string}}
          '400': {description: Refused., content: {application/xml: {schema: {type: object, properties: {why: {type: string}}}}}}
        ",
}

snapshots! { written:
    a_form_keeps_its_encoding_wherever_its_schema_is: "
        paths:
          /a:
            post:
              operationId: a
              requestBody: {content: {multipart/form-data: {schema: {$ref: '#/components/schemas/Picture'}, encoding: {meta: {contentType: application/json}}}}}
              responses: {'204': {description: Done.}}
          /b:
            post:
              operationId: b
              requestBody: {content: {multipart/form-data: {schema: {$ref: '#/components/schemas/Picture'}, encoding: {meta: {contentType: text/yaml}}}}}
              responses: {'204': {description: Done.}}
        components: {schemas: {Picture: {type: object, required: [meta], properties: {meta: {type: string}}}}}
        ",
    unknown_members_are_reported: "
        extra: 1
        info: {title: T, version: '1', author: A}
        tags: [{name: a, colour: red}]
        servers: [{url: 'https://{host}', name: main, variables: {host: {default: a, pattern: b}}}]
        security: [{token: [read, write]}]
        paths:
          /a:
            summary: All of a.
            get: {operationId: a, tags: [a], cache: true, responses: {'204': {description: Done., headers: {A: {type: string}}}}}
        components:
          definitions: {}
          securitySchemes:
            token: {type: oauth2, header: a, flows: {clientCredentials: {tokenUrl: https://example.com/token, scopes: {}}}}
        ",
}
