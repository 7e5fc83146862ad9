//! From responses to the results of calls.

use super::{operation, snapshots};

snapshots! { operation:
    a_reply_of_json: "
        parameters: [{name: id, in: path, required: true, schema: {type: string}}]
        responses:
          '200': {description: The names., content: {application/json: {schema: {type: array, items: {type: string}}}}}
        ",
    a_reply_without_content: "
        parameters: [{name: id, in: path, required: true, schema: {type: string}}]
        responses: {'204': {description: Done.}}
        ",
    a_reply_of_bytes_streams: "
        parameters: [{name: id, in: path, required: true, schema: {type: string}}]
        responses: {'200': {description: The audio., content: {audio/mpeg: {schema: {type: string, format: binary}}}}}
        ",
    a_reply_of_json_by_another_name_is_asked_for_by_it: "
        parameters: [{name: id, in: path, required: true, schema: {type: string}}]
        responses:
          '200': {description: The thing., content: {application/vnd.thing+json: {schema: {type: string}}}}
        ",
    replies_of_several_names_are_asked_for_by_each: "
        parameters: [{name: id, in: path, required: true, schema: {type: string}}]
        responses:
          '200': {description: The thing., content: {application/json: {schema: {type: string}}}}
          '201': {description: A new thing., content: {application/vnd.thing+json: {schema: {type: string}}}}
          '202': {description: A thing to come., content: {text/plain: {schema: {type: string}}}}
        ",
    a_reply_of_text: "
        parameters: [{name: id, in: path, required: true, schema: {type: string}}]
        responses: {'200': {description: The words., content: {text/plain: {schema: {type: string}}}}}
        ",
    a_reply_of_events_streams: "
        parameters: [{name: id, in: path, required: true, schema: {type: string}}]
        responses:
          '200': {description: The events., content: {text/event-stream: {schema: {type: object, required: [n], properties: {n: {type: integer}}}}}}
        ",
    a_reply_by_its_status_may_be_had_as_events_too: "
        parameters: [{name: id, in: path, required: true, schema: {type: string}}]
        responses:
          '200': {description: Done., content: {application/json: {schema: {type: string}}, text/event-stream: {schema: {type: string}}}}
          '202': {description: Not yet.}
        ",
    a_reply_of_json_that_may_be_had_as_events: "
        parameters: [{name: id, in: path, required: true, schema: {type: string}}]
        responses:
          '200':
            description: All at once or bit by bit.
            content:
              application/json: {schema: {type: object, required: [all], properties: {all: {type: string}}}}
              text/event-stream: {schema: {type: object, required: [bit], properties: {bit: {type: string}}}}
        ",
    several_statuses_of_success_are_a_variant_each: "
        parameters: [{name: id, in: path, required: true, schema: {type: string}}]
        responses:
          '200': {description: It was there., content: {application/json: {schema: {type: object, title: Thing, properties: {a: {type: string}}}}}}
          '201': {description: It is new., content: {application/json: {schema: {type: string}}}}
          '202': {description: It takes a while.}
        ",
    errors_are_typed_by_their_status: "
        parameters: [{name: id, in: path, required: true, schema: {type: string}}]
        responses:
          '204': {description: Done.}
          '404': {description: Not there., content: {application/json: {schema: {type: object, title: Missing, required: [id], properties: {id: {type: string}}}}}}
          '4XX': {description: Refused., content: {application/json: {schema: {type: string}}}}
          default: {description: Broken., content: {application/json: {schema: {type: object, properties: {message: {type: string}}}}}}
        ",
    an_error_that_is_the_same_for_every_status: "
        parameters: [{name: id, in: path, required: true, schema: {type: string}}]
        responses:
          '204': {description: Done.}
          default: {description: Broken., content: {application/json: {schema: {type: object, properties: {message: {type: string}}}}}}
        ",
}
