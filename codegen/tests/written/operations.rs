//! From an operation to a function: parameters and bodies.

use super::{operation, snapshots};

snapshots! { operation:
    parameters_are_sent_at_their_location: "
        parameters:
          - {name: id, in: path, required: true, description: The thing's id., schema: {type: string}}
          - {name: limit, in: query, schema: {type: integer, minimum: 1, maximum: 100}}
          - {name: after, in: query, required: true, schema: {type: string}}
          - {name: X-Trace, in: header, schema: {type: string}}
          - {name: session, in: cookie, schema: {type: string}}
        responses: {'204': {description: Done.}}
        ",
    path_parameters_have_styles: "
        parameters:
          - {name: id, in: path, required: true, style: matrix, explode: true, schema: {type: array, items: {type: string}}}
        responses: {'204': {description: Done.}}
        ",
    query_parameters_have_styles: "
        parameters:
          - {name: id, in: path, required: true, style: label, schema: {type: integer}}
          - {name: form, in: query, schema: {type: array, items: {type: string}}}
          - {name: joined, in: query, explode: false, schema: {type: array, items: {type: string}}}
          - {name: piped, in: query, style: pipeDelimited, schema: {type: array, items: {type: string}}}
          - {name: spaced, in: query, style: spaceDelimited, schema: {type: array, items: {type: integer}}}
          - {name: deep, in: query, style: deepObject, schema: {type: object, properties: {gte: {type: integer}}}}
          - {name: json, in: query, content: {application/json: {schema: {type: object, properties: {a: {type: string}}}}}}
          - {name: to, in: query, allowReserved: true, schema: {type: string}}
        responses: {'204': {description: Done.}}
        ",
    explode_does_not_matter_for_a_value_without_parts: "
        parameters:
          - {name: id, in: path, required: true, explode: true, schema: {type: string}}
          - {name: limit, in: query, explode: false, schema: {type: integer}}
          - {name: order, in: query, explode: false, schema: {type: string, enum: [asc, desc]}}
          - {name: tags, in: query, explode: false, schema: {type: array, items: {type: string}}}
        responses: {'204': {description: Done.}}
        ",
    a_deprecated_operation_has_the_attribute: "
        deprecated: true
        summary: Puts a thing.
        description: Put it better elsewhere.
        parameters:
          - {name: id, in: path, required: true, deprecated: true, schema: {type: string}}
        responses: {'204': {description: Done.}}
        ",
    a_body_that_is_not_required_is_optional: "
        parameters: [{name: id, in: path, required: true, schema: {type: string}}]
        requestBody: {content: {application/json: {schema: {type: object, properties: {a: {type: string}}}}}}
        responses: {'204': {description: Done.}}
        ",
    each_content_type_of_a_body_has_a_function: "
        parameters: [{name: id, in: path, required: true, schema: {type: string}}]
        requestBody:
          required: true
          content:
            application/json: {schema: {type: object, required: [a], properties: {a: {type: string}}}}
            application/x-www-form-urlencoded: {schema: {type: object, required: [a], properties: {a: {type: string}}}}
            text/plain: {schema: {type: string}}
        responses: {'204': {description: Done.}}
        ",
    a_multipart_form_streams_its_files: "
        parameters: [{name: id, in: path, required: true, schema: {type: string}}]
        requestBody:
          required: true
          content:
            multipart/form-data:
              schema:
                type: object
                required: [file, purpose, names]
                properties:
                  file: {type: string, format: binary}
                  more: {type: array, items: {type: string, format: binary}}
                  purpose: {type: string, enum: [a, b]}
                  names: {type: array, items: {type: string}}
                  meta: {type: object, properties: {k: {type: string}}}
                  note: {type: string}
              encoding: {meta: {contentType: application/json}}
        responses: {'204': {description: Done.}}
        ",
    callbacks_and_webhooks_have_types: "
        parameters: [{name: id, in: path, required: true, schema: {type: string}}]
        responses: {'204': {description: Done.}}
        callbacks:
          onEvent:
            '{$request.query.url}':
              post:
                requestBody: {content: {application/json: {schema: {type: object, required: [id], properties: {id: {type: string}, kind: {enum: [made, gone]}}}}}}
                responses: {'200': {description: Heard.}}
        ",
    a_file_within_all_of_is_a_file: "
        parameters: [{name: id, in: path, required: true, schema: {type: string}}]
        requestBody:
          required: true
          content:
            multipart/form-data:
              schema:
                type: object
                properties:
                  cover: {description: The cover., allOf: [{type: string, format: binary}]}
                  pages: {type: array, items: {allOf: [{type: string, format: binary}]}}
        responses: {'204': {description: Done.}}
        ",
    a_form_keeps_additional_properties: "
        parameters: [{name: id, in: path, required: true, schema: {type: string}}]
        requestBody:
          required: true
          content:
            multipart/form-data: {schema: {type: object, required: [file], properties: {file: {type: string, format: binary}}, additionalProperties: {type: integer}}}
            application/x-www-form-urlencoded: {schema: {type: object}}
        responses: {'204': {description: Done.}}
        ",
    a_part_may_be_a_file_or_something_else: "
        parameters: [{name: id, in: path, required: true, schema: {type: string}}]
        requestBody:
          required: true
          content:
            multipart/form-data:
              schema:
                type: object
                required: [video]
                properties:
                  video: {oneOf: [{type: string, format: binary}, {type: object, title: Reference, required: [id], properties: {id: {type: string}}}]}
                  still: {anyOf: [{type: string, format: binary}, {type: object, title: Link, required: [url], properties: {url: {type: string}}}]}
                  pages: {oneOf: [{type: string, format: binary}, {type: array, items: {type: string, format: binary}}]}
                  links: {type: array, items: {oneOf: [{type: string, format: binary}, {type: string, format: uri}]}}
              encoding: {still: {contentType: image/png}}
        responses: {'204': {description: Done.}}
        ",
    the_alternatives_of_a_form_are_in_one_struct: "
        parameters: [{name: id, in: path, required: true, schema: {type: string}}]
        requestBody:
          required: true
          content:
            multipart/form-data:
              schema:
                type: object
                description: A picture.
                required: [title]
                properties: {title: {type: string}}
                oneOf:
                  - {required: [kind, file], properties: {kind: {const: file}, file: {type: string, format: binary}, size: {type: integer}}}
                  - {required: [kind, url], properties: {kind: {const: link}, url: {type: string}, size: {type: string}}}
        responses: {'204': {description: Done.}}
        ",
    a_form_in_the_url_s_encoding: "
        parameters: [{name: id, in: path, required: true, schema: {type: string}}]
        requestBody:
          required: true
          content: {application/x-www-form-urlencoded: {schema: {type: object, required: [a], properties: {a: {type: string}, b: {type: array, items: {type: integer}}}}}}
        responses: {'204': {description: Done.}}
        ",
    form_fields_have_the_styles_of_the_encoding: "
        parameters: [{name: id, in: path, required: true, schema: {type: string}}]
        requestBody:
          required: true
          content:
            application/x-www-form-urlencoded:
              schema:
                type: object
                properties:
                  plain: {type: object, properties: {k: {type: string}}}
                  deep: {type: object, properties: {k: {type: string}}}
                  joined: {type: array, items: {type: string}}
                  piped: {type: array, items: {type: string}}
                  to: {type: string}
                  json: {type: array, items: {type: string}}
              encoding:
                deep: {style: deepObject}
                joined: {explode: false}
                piped: {style: pipeDelimited}
                to: {allowReserved: true}
                json: {contentType: application/json}
        responses: {'204': {description: Done.}}
        ",
    a_part_has_its_own_content_type: "
        parameters: [{name: id, in: path, required: true, schema: {type: string}}]
        requestBody:
          required: true
          content:
            multipart/form-data:
              schema:
                type: object
                properties:
                  files: {type: array, items: {type: string, format: binary}}
                  notes: {type: array, items: {type: string}}
              encoding: {files: {contentType: image/png}, notes: {contentType: text/markdown, explode: false}}
        responses: {'204': {description: Done.}}
        ",
    a_body_of_a_media_type_range_gets_a_concrete_media_type: "
        parameters: [{name: id, in: path, required: true, schema: {type: string}}]
        requestBody: {required: true, content: {'image/*': {schema: {type: string, format: binary}}}}
        responses: {'204': {description: Done.}}
        ",
    a_body_of_bytes_streams: "
        parameters: [{name: id, in: path, required: true, schema: {type: string}}]
        requestBody: {required: true, content: {application/octet-stream: {schema: {type: string, format: binary}}}}
        responses: {'204': {description: Done.}}
        ",
}
