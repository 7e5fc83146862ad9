//! Encodings of bytes, dates, durations, numbers and lists.
//!
//! `TypeSpec`'s formats `ArrayEncoding.…`, `http-date`, `base64` and `base64url` are text in OpenAPI, and a string with
//! the format of an integer stays a string. The program writes such texts itself.

use clients::runtime::Base64;
use clients::{encode_array, encode_boolean, encode_bytes, encode_datetime, encode_duration, encode_numeric};

use crate::board::Board;

pub(crate) async fn run(board: &Board) {
    arrays(board).await;
    booleans(board).await;
    bytes(board).await;
    bodies_of_bytes(board).await;
    dates_and_times(board).await;
    durations_in_bodies(board).await;
    durations_in_parameters(board).await;
    numbers(board).await;
}

async fn arrays(board: &Board) {
    use encode_array::apis::default_api::*;
    use encode_array::models::*;

    let group = board.group("Encode_Array_Property");
    let at = &group.at;
    let colors = |delimiter| ["blue", "red", "green"].join(delimiter);
    let value = || CommaDelimitedArrayProperty::new(colors(","));
    group.got("commaDelimited", property_comma_delimited(at, value()).await, value());
    let value = || SpaceDelimitedArrayProperty::new(colors(" "));
    group.got("spaceDelimited", property_space_delimited(at, value()).await, value());
    let value = || PipeDelimitedArrayProperty::new(colors("|"));
    group.got("pipeDelimited", property_pipe_delimited(at, value()).await, value());
    let value = || NewlineDelimitedArrayProperty::new(colors("\n"));
    group.got("newlineDelimited", property_newline_delimited(at, value()).await, value());
    let value = || CommaDelimitedEnumArrayProperty::new(colors(","));
    group.got("enumCommaDelimited", property_enum_comma_delimited(at, value()).await, value());
    let value = || SpaceDelimitedEnumArrayProperty::new(colors(" "));
    group.got("enumSpaceDelimited", property_enum_space_delimited(at, value()).await, value());
    let value = || PipeDelimitedEnumArrayProperty::new(colors("|"));
    group.got("enumPipeDelimited", property_enum_pipe_delimited(at, value()).await, value());
    let value = || NewlineDelimitedEnumArrayProperty::new(colors("\n"));
    group.got("enumNewlineDelimited", property_enum_newline_delimited(at, value()).await, value());
    let value = || CommaDelimitedExtensibleEnumArrayProperty::new(colors(","));
    group.got(
        "extensibleEnumCommaDelimited",
        property_extensible_enum_comma_delimited(at, value()).await,
        value(),
    );
    let value = || SpaceDelimitedExtensibleEnumArrayProperty::new(colors(" "));
    group.got(
        "extensibleEnumSpaceDelimited",
        property_extensible_enum_space_delimited(at, value()).await,
        value(),
    );
    let value = || PipeDelimitedExtensibleEnumArrayProperty::new(colors("|"));
    group.got(
        "extensibleEnumPipeDelimited",
        property_extensible_enum_pipe_delimited(at, value()).await,
        value(),
    );
    let value = || NewlineDelimitedExtensibleEnumArrayProperty::new(colors("\n"));
    group.got(
        "extensibleEnumNewlineDelimited",
        property_extensible_enum_newline_delimited(at, value()).await,
        value(),
    );
}

async fn booleans(board: &Board) {
    use encode_boolean::apis::default_api::*;
    use encode_boolean::models::PropertyBoolAsStringProperty as Value;

    let group = board.group("Encode_Boolean_Property");
    let at = &group.at;
    let value = |text: &str| Value::new(text.to_owned());
    group.got("trueLower", property_true_lower(at, value("true")).await, value("true"));
    group.got("falseLower", property_false_lower(at, value("false")).await, value("false"));
    group.got("trueUpper", property_true_upper(at, value("TRUE")).await, value("TRUE"));
    group.got("falseMixed", property_false_mixed(at, value("FaLsE")).await, value("FaLsE"));
}

async fn bytes(board: &Board) {
    use encode_bytes::apis::default_api::*;
    use encode_bytes::models::*;

    let group = board.group("Encode_Bytes");
    let at = &group.at;
    let bytes = || Base64::from("test".as_bytes());
    let url_safe = || "dGVzdA".to_owned();
    let both = || vec![url_safe(), url_safe()];
    group.sent("Query_default", query_default(at, bytes()).await);
    group.sent("Query_base64", query_base64(at, "dGVzdA==").await);
    group.sent("Query_base64url", query_base64url(at, &url_safe()).await);
    group.sent("Query_base64urlArray", query_base64url_array(at, both()).await);
    group.sent("Header_default", header_default(at, bytes()).await);
    group.sent("Header_base64", header_base64(at, "dGVzdA==").await);
    group.sent("Header_base64url", header_base64url(at, &url_safe()).await);
    group.sent("Header_base64urlArray", header_base64url_array(at, both()).await);
    let value = || DefaultBytesProperty::new(bytes());
    group.got("Property_default", property_default(at, value()).await, value());
    let value = || Base64BytesProperty::new("dGVzdA==".to_owned());
    group.got("Property_base64", property_base64(at, value()).await, value());
    let value = || Base64urlBytesProperty::new(url_safe());
    group.got("Property_base64url", property_base64url(at, value()).await, value());
    let value = || Base64urlArrayBytesProperty::new(both());
    group.got("Property_base64urlArray", property_base64url_array(at, value()).await, value());
}

async fn bodies_of_bytes(board: &Board) {
    use encode_bytes::apis::default_api::*;

    let group = board.group("Encode_Bytes");
    let at = &group.at;
    let bytes = || Base64::from("test".as_bytes());
    group.sent("RequestBody_base64", request_body_base64(at, bytes()).await);
    group.got("ResponseBody_base64", response_body_base64(at).await, bytes());
    board.left_out("the document says `format: byte`", &["Encode_Bytes_RequestBody_base64url"]);
    group.got("ResponseBody_base64url", response_body_base64url(at).await, "dGVzdA".to_owned());

    let png = board.asset("image.png");
    group.sent("RequestBody_default", request_body_default(at, png.clone()).await);
    group.sent("RequestBody_octetStream", request_body_octet_stream(at, png.clone()).await);
    group.sent("RequestBody_customContentType", request_body_custom_content_type(at, png.clone()).await);
    group.streamed("ResponseBody_default", response_body_default(at).await, &png).await;
    group.streamed("ResponseBody_octetStream", response_body_octet_stream(at).await, &png).await;
    group.streamed("ResponseBody_customContentType", response_body_custom_content_type(at).await, &png).await;
}

async fn dates_and_times(board: &Board) {
    use encode_datetime::apis::default_api::*;
    use encode_datetime::models::*;

    let group = board.group("Encode_Datetime");
    let at = &group.at;
    let date_time = || "2022-08-26T18:38:00.000Z".parse().expect("a date and a time");
    let http_date = "Fri, 26 Aug 2022 14:38:00 GMT";
    let timestamps = || vec![1_686_566_864, 1_686_734_256];
    group.sent("Query_default", query_default(at, date_time()).await);
    group.sent("Query_rfc3339", query_rfc3339(at, date_time()).await);
    group.sent("Query_rfc7231", query_rfc7231(at, http_date).await);
    group.sent("Query_unixTimestamp", query_unix_timestamp(at, 1_686_566_864).await);
    group.sent("Query_unixTimestampArray", query_unix_timestamp_array(at, timestamps()).await);
    group.sent("Header_default", header_default(at, http_date).await);
    group.sent("Header_rfc3339", header_rfc3339(at, date_time()).await);
    group.sent("Header_rfc7231", header_rfc7231(at, http_date).await);
    group.sent("Header_unixTimestamp", header_unix_timestamp(at, 1_686_566_864).await);
    group.sent("Header_unixTimestampArray", header_unix_timestamp_array(at, timestamps()).await);
    let value = || DefaultDatetimeProperty::new(date_time());
    group.got("Property_default", property_default(at, value()).await, value());
    let value = || Rfc3339DatetimeProperty::new(date_time());
    group.got("Property_rfc3339", property_rfc3339(at, value()).await, value());
    let value = || Rfc7231DatetimeProperty::new(http_date.to_owned());
    group.got("Property_rfc7231", property_rfc7231(at, value()).await, value());
    let value = || UnixTimestampDatetimeProperty::new(1_686_566_864);
    group.got("Property_unixTimestamp", property_unix_timestamp(at, value()).await, value());
    let value = || UnixTimestampArrayDatetimeProperty::new(timestamps());
    group.got("Property_unixTimestampArray", property_unix_timestamp_array(at, value()).await, value());

    // Headers of a reply are read from the response.
    let header = |response: clients::runtime::Response<()>| {
        response.headers.get("value").and_then(|value| value.to_str().ok()).map(str::to_owned)
    };
    let expected = || Some(http_date.to_owned());
    group.got("ResponseHeader_default", response_header_default(at).response().await.map(header), expected());
    group.got("ResponseHeader_rfc7231", response_header_rfc7231(at).response().await.map(header), expected());
    let reply = response_header_rfc3339(at).response().await.map(header);
    group.got("ResponseHeader_rfc3339", reply, Some("2022-08-26T18:38:00.000Z".to_owned()));
    let reply = response_header_unix_timestamp(at).response().await.map(header);
    group.got("ResponseHeader_unixTimestamp", reply, Some("1686566864".to_owned()));
}

async fn durations_in_bodies(board: &Board) {
    use encode_duration::apis::default_api::*;
    use encode_duration::models::*;

    let group = board.group("Encode_Duration_Property");
    let at = &group.at;
    let value = || PropertyDefaultDurationProperty::new("P40D".to_owned());
    group.got("default", property_default(at, value()).await, value());
    let value = || PropertyIso8601DurationProperty::new("P40D".to_owned());
    group.got("iso8601", property_iso8601(at, value()).await, value());
    let value = || PropertyFloatSecondsDurationProperty::new(35.625);
    group.got("floatSeconds", property_float_seconds(at, value()).await, value());
    let value = || PropertyFloat64SecondsDurationProperty::new(35.625);
    group.got("float64Seconds", property_float64_seconds(at, value()).await, value());
    let value = || PropertyInt32SecondsDurationProperty::new(36);
    group.got("int32Seconds", property_int32_seconds(at, value()).await, value());
    let value = || PropertyInt32MillisecondsDurationProperty::new(36_000);
    group.got("int32Milliseconds", property_int32_milliseconds(at, value()).await, value());
    let value = || PropertyFloatMillisecondsDurationProperty::new(35_625.0);
    group.got("floatMilliseconds", property_float_milliseconds(at, value()).await, value());
    let value = || PropertyFloat64MillisecondsDurationProperty::new(35_625.0);
    group.got("float64Milliseconds", property_float64_milliseconds(at, value()).await, value());
    let value = || PropertyInt32SecondsLargerUnitDurationProperty::new(120);
    group.got("int32SecondsLargerUnit", property_int32_seconds_larger_unit(at, value()).await, value());
    let value = || PropertyFloatSecondsLargerUnitDurationProperty::new(150.0);
    group.got("floatSecondsLargerUnit", property_float_seconds_larger_unit(at, value()).await, value());
    let value = || PropertyInt32MillisecondsLargerUnitDurationProperty::new(180_000);
    group.got(
        "int32MillisecondsLargerUnit",
        property_int32_milliseconds_larger_unit(at, value()).await,
        value(),
    );
    let value = || PropertyFloatMillisecondsLargerUnitDurationProperty::new(210_000.0);
    group.got(
        "floatMillisecondsLargerUnit",
        property_float_milliseconds_larger_unit(at, value()).await,
        value(),
    );
    let value = || PropertyFloatSecondsDurationArrayProperty::new(vec![35.625, 46.75]);
    group.got("floatSecondsArray", property_float_seconds_array(at, value()).await, value());
    let value = || PropertyFloatMillisecondsDurationArrayProperty::new(vec![35_625.0, 46_750.0]);
    group.got("floatMillisecondsArray", property_float_milliseconds_array(at, value()).await, value());
}

async fn durations_in_parameters(board: &Board) {
    use encode_duration::apis::default_api::*;

    let group = board.group("Encode_Duration");
    let at = &group.at;
    group.sent("Query_default", query_default(at, "P40D").await);
    group.sent("Query_iso8601", query_iso8601(at, "P40D").await);
    group.sent("Query_int32Seconds", query_int32_seconds(at, 36).await);
    group.sent("Query_floatSeconds", query_float_seconds(at, 35.625).await);
    group.sent("Query_float64Seconds", query_float64_seconds(at, 35.625).await);
    group.sent("Query_int32Milliseconds", query_int32_milliseconds(at, 36_000).await);
    group.sent("Query_floatMilliseconds", query_float_milliseconds(at, 35_625.0).await);
    group.sent("Query_float64Milliseconds", query_float64_milliseconds(at, 35_625.0).await);
    group
        .sent("Query_int32MillisecondsArray", query_int32_milliseconds_array(at, vec![36_000, 47_000]).await);
    group.sent("Query_int32SecondsLargerUnit", query_int32_seconds_larger_unit(at, 120).await);
    group.sent("Query_floatSecondsLargerUnit", query_float_seconds_larger_unit(at, 150.0).await);
    group.sent("Query_int32MillisecondsLargerUnit", query_int32_milliseconds_larger_unit(at, 180_000).await);
    group
        .sent("Query_floatMillisecondsLargerUnit", query_float_milliseconds_larger_unit(at, 210_000.0).await);
    group.sent("Header_default", header_default(at, "P40D").await);
    group.sent("Header_iso8601", header_iso8601(at, "P40D").await);
    group.sent("Header_int32Seconds", header_int32_seconds(at, 36).await);
    group.sent("Header_floatSeconds", header_float_seconds(at, 35.625).await);
    group.sent("Header_float64Seconds", header_float64_seconds(at, 35.625).await);
    group.sent("Header_int32Milliseconds", header_int32_milliseconds(at, 36_000).await);
    group.sent("Header_floatMilliseconds", header_float_milliseconds(at, 35_625.0).await);
    group.sent("Header_float64Milliseconds", header_float64_milliseconds(at, 35_625.0).await);
    group.sent(
        "Header_int32MillisecondsArray",
        header_int32_milliseconds_array(at, vec![36_000, 47_000]).await,
    );
    group.sent("Header_int32SecondsLargerUnit", header_int32_seconds_larger_unit(at, 120).await);
    group.sent("Header_floatSecondsLargerUnit", header_float_seconds_larger_unit(at, 150.0).await);
    group
        .sent("Header_int32MillisecondsLargerUnit", header_int32_milliseconds_larger_unit(at, 180_000).await);
    group.sent(
        "Header_floatMillisecondsLargerUnit",
        header_float_milliseconds_larger_unit(at, 210_000.0).await,
    );
    group.sent("Query_int32SecondsArray", query_int32_seconds_array(at, vec![36, 47]).await);
    let list = vec!["P40D".to_owned(), "P50D".to_owned()];
    group.sent("Header_iso8601Array", header_iso8601_array(at, list).await);
    group.sent("Lossy_intSeconds", lossy_int_seconds(at, 36).await);
    group.sent("Lossy_intMilliseconds", lossy_int_milliseconds(at, 36_250).await);
}

async fn numbers(board: &Board) {
    use encode_numeric::apis::default_api::*;
    use encode_numeric::models::*;

    let group = board.group("Encode_Numeric_Property");
    let at = &group.at;
    let value = || PropertySafeintAsStringProperty::new("10000000000".to_owned());
    group.got("safeintAsString", property_safeint_as_string(at, value()).await, value());
    let value = || PropertyUint32AsStringProperty::new().value("1".to_owned());
    group.got("uint32AsStringOptional", property_uint32_as_string_optional(at, value()).await, value());
    let value = || PropertyUint8AsStringProperty::new("255".to_owned());
    group.got("uint8AsString", property_uint8_as_string(at, value()).await, value());
}
