//! Parameters in a query, and forms in the encoding of URLs.

use cases::arrays_in_a_query::apis::default_api::{FindParams, find};
use cases::arrays_in_a_query::models::find::{KindsItem, Obj, ObjC};
use cases::{a_form_in_the_encoding_of_urls as form, deep_objects_in_a_query as deep};
use cases::{parameters_of_json as json, reserved_characters_in_a_query as reserved};
use deep::models::Filter;
use form::models::create_account;

use super::wire::serve_once;

const NO_CONTENT: &str = "HTTP/1.1 204 No Content\r\n\r\n";

fn strings(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[tokio::test]
async fn each_style_of_an_array_is_written_as_openapi_says() {
    let (configuration, request) = serve_once(NO_CONTENT).await;
    let params = FindParams {
        multi: Some(strings(&["a", "b"])),
        comma: Some(strings(&["a,b", "c"])),
        pipe: Some(strings(&["a", "b"])),
        space: Some(strings(&["a", "b"])),
        pipe_ex: Some(strings(&["a", "b"])),
        ids: Some(vec![1, 2]),
        kinds: Some(vec![KindsItem::Big, KindsItem::Small]),
        obj: Some(Obj { a: Some("x".to_owned()), b: Some(1) }),
        obj_c: Some(ObjC { a: Some("x".to_owned()), b: Some(1) }),
        ..FindParams::default()
    };
    find(&configuration, params).await.unwrap();
    let request = request.await.unwrap();
    let expected = "GET /find?multi=a&multi=b&comma=a%2Cb,c&pipe=a%7Cb&space=a%20b&pipe_ex=a&pipe_ex=b\
                    &ids%5B%5D=1&ids%5B%5D=2&kinds=big,small&a=x&b=1&obj_c=a,x,b,1 HTTP/1.1";
    assert!(request.starts_with(expected), "{request}");
}

#[tokio::test]
async fn arrays_and_objects_in_a_deep_object_have_indices_and_keys() {
    let (configuration, request) = serve_once(NO_CONTENT).await;
    let filter = Filter {
        name: Some("n".to_owned()),
        tags: Some(strings(&["a", "b"])),
        range: Some(deep::models::filter::Range { gte: Some(1), lt: None }),
    };
    let params = deep::apis::default_api::ListPetsParams { filter: Some(filter), ..Default::default() };
    let page = deep::models::list_pets::Page { size: Some(2), offset: Some(0) };
    let required = [("k".to_owned(), "v".to_owned())].into();
    deep::apis::default_api::list_pets(&configuration, page, required, params).await.unwrap();
    let request = request.await.unwrap();
    for part in
        ["page[size]=2", "page[offset]=0", "filter[tags][0]=a&filter[tags][1]=b", "filter[range][gte]=1"]
    {
        assert!(request.contains(part), "{part} in {request}");
    }
    let [warning] = deep::REPORT else { panic!("{:?}", deep::REPORT) };
    assert!(warning.contains("undefined") && warning.contains("x-array-format"), "{warning}");
}

#[tokio::test]
async fn a_form_in_the_encoding_of_urls_has_the_styles_of_its_encoding() {
    let (configuration, request) = serve_once(NO_CONTENT).await;
    let form = create_account::Request {
        metadata: Some([("order".to_owned(), "1".to_owned())].into()),
        list: Some(strings(&["a", "b"])),
        media_url: Some(strings(&["http://a/"])),
        expand: Some(strings(&["x", "y"])),
        address: Some(create_account::RequestAddress { city: Some("c".to_owned()), zip: Some(1) }),
        plain: Some(create_account::RequestPlain { city: Some("p".to_owned()) }),
        active: Some(true),
        ..create_account::Request::new("a@b".to_owned())
    };
    form::apis::default_api::create_account(&configuration, form).await.unwrap();
    let request = request.await.unwrap();
    let body = request.split("\r\n\r\n").nth(1).unwrap();
    let expected = "Email=a%40b&metadata[order]=1&list=a%20b&MediaUrl=http%3A%2F%2Fa%2F&expand[0]=x&expand[1]=y\
                    &address[city]=c&address[zip]=1&plain=%7B%22city%22%3A%22p%22%7D&active=true";
    assert_eq!(body, expected);
}

#[tokio::test]
async fn a_parameter_of_json_is_one_value_and_one_of_text_is_the_text() {
    let (configuration, request) = serve_once(NO_CONTENT).await;
    let params = json::apis::default_api::ListShirtsParams {
        filter: Some(json::models::list_shirts::Filter { size: Some(3), colour: Some("a&b".to_owned()) }),
        x_meta: Some([("k".to_owned(), "v".to_owned())].into()),
        word: Some("a b".to_owned()),
    };
    let spot = json::models::list_shirts::Spot { x: 1 };
    json::apis::default_api::list_shirts(&configuration, vec![1, 2], spot, params).await.unwrap();
    let request = request.await.unwrap();
    let line = request.lines().next().unwrap();
    assert!(line.starts_with("GET /shirts/%7B%22x%22%3A1%7D?"), "{line}");
    for part in ["filter=%7B%22", "%3A%22a%26b%22", "ids=%5B1%2C2%5D", "word=a%20b"] {
        assert!(line.contains(part), "{part} in {line}");
    }
    assert!(request.contains("x-meta: {\"k\":\"v\"}\r\n"), "{request}");
    assert_eq!(json::REPORT, &[] as &[&str]);
}

#[tokio::test]
async fn reserved_characters_stay_only_where_the_document_allows_them() {
    let (configuration, request) = serve_once(NO_CONTENT).await;
    let params = reserved::apis::default_api::ListOrgsParams {
        list: Some(strings(&["a,b", "c/d"])),
        empty: Some(String::new()),
        ..Default::default()
    };
    reserved::apis::default_api::list_orgs(&configuration, "List(7,8)&#+ /?", "a/b?c", params).await.unwrap();
    let request = request.await.unwrap();
    let expected = "GET /orgs?ids=List(7,8)%26%23%2B%20/?&plain=a%2Fb%3Fc&list=a%2Cb,c/d&empty= HTTP/1.1";
    assert!(request.starts_with(expected), "{request}");
}
