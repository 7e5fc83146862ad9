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
    json_of_another_media_type_is_asked_for_by_it: "
        parameters: [{name: id, in: path, required: true, schema: {type: string}}]
        responses:
          '200': {description: The thing., content: {application/vnd.thing+json: {schema: {type: string}}}}
        ",
    json_of_several_media_types_is_accepted: "
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
    a_reply_by_status_can_be_a_stream_of_events: "
        parameters: [{name: id, in: path, required: true, schema: {type: string}}]
        responses:
          '200': {description: Done., content: {application/json: {schema: {type: string}}, text/event-stream: {schema: {type: string}}}}
          '202': {description: Not yet.}
        ",
    a_json_reply_can_be_a_stream_of_events: "
        parameters: [{name: id, in: path, required: true, schema: {type: string}}]
        responses:
          '200':
            description: All at once or bit by bit.
            content:
              application/json: {schema: {type: object, required: [all], properties: {all: {type: string}}}}
              text/event-stream: {schema: {type: object, required: [bit], properties: {bit: {type: string}}}}
        ",
    each_success_status_is_a_variant: "
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
    one_error_type_for_every_status: "
        parameters: [{name: id, in: path, required: true, schema: {type: string}}]
        responses:
          '204': {description: Done.}
          default: {description: Broken., content: {application/json: {schema: {type: object, properties: {message: {type: string}}}}}}
        ",
}
