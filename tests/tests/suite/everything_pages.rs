//! Lists in pages of each form, over a real socket: what is requested, and what the streams yield.

use everything::apis::configuration::Configuration;
use everything::apis::ledgers_api::{
    ListBillsParams, ListDebtsParams, ListLettersParams, ListOathsParams, ListSealsParams, ListStampsParams,
    list_bills, list_debts, list_letters, list_maps, list_oaths, list_seals, list_stamps, list_wills,
};
use everything::runtime::futures_util::stream::{BoxStream, StreamExt};
use reqwest::header::{HeaderName, HeaderValue};

use super::everything_server::{Answer, Proxy};
use super::received_request::block_on;

/// Answers with one body after another, and returns the items and the targets of the requests.
fn list<T, E: std::error::Error>(
    pages: &[(&str, &str)],
    items: impl FnOnce(&Configuration) -> BoxStream<'static, Result<T, E>>,
) -> (Vec<Result<T, String>>, Vec<String>) {
    let proxy = Proxy::start();
    for (body, link) in pages {
        let headers = [("content-type", "application/json"), ("link", link)];
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        proxy.answer_next(Answer { status: 200, headers, body: body.as_bytes().to_vec(), in_pieces: false });
    }
    let configuration = Configuration::at("http://press.example/v2")
        .with_client(proxy.client())
        .with_bearer_access_token("tok-1")
        .with_api_key("Ticket", "t 1");
    let found = block_on(items(&configuration).collect::<Vec<_>>());
    let found = found.into_iter().map(|item| item.map_err(|error| error.to_string())).collect();
    let targets =
        pages.iter().map(|_| proxy.received().target.replace("http://press.example/v2/ledgers", ""));
    (found, targets.collect())
}

fn texts(items: &[&str]) -> Vec<Result<String, String>> {
    items.iter().map(|item| Ok((*item).to_owned())).collect()
}

#[test]
fn items_come_from_all_pages_of_each_form() {
    let pages = [
        (r#"{"data": [{"id": 1}, {"id": 2}], "has_more": true}"#, ""),
        (r#"{"data": null, "last_id": "9", "has_more": true}"#, ""),
        (r#"{"data": [{"id": 3}], "last_id": "10", "has_more": false}"#, ""),
    ];
    let params = ListBillsParams { after: Some("0".to_owned()), limit: Some(2) };
    let (items, targets) = list(&pages, |to| list_bills(to, params).items());
    let ids: Vec<_> = items.into_iter().map(|bill| bill.map(|bill| bill.id)).collect();
    assert_eq!(ids, [Ok(1), Ok(2), Ok(3)]);
    assert_eq!(targets, ["/bills?after=0&limit=2", "/bills?limit=2&after=2", "/bills?limit=2&after=9"]);

    let pages = [
        (r#"{"debts": [{"id": 4}], "has_more": true}"#, ""),
        (r#"{"debts": [{"id": 5}], "has_more": false}"#, ""),
    ];
    let (items, targets) = list(&pages, |to| list_debts(to, ListDebtsParams::default()).items());
    assert_eq!((items.len(), targets), (2, vec!["/debts".to_owned(), "/debts?starting_after=4".to_owned()]));

    let pages = [
        (r#"{"letters": ["a"], "meta": {"nextPageToken": "b/c"}}"#, ""),
        (r#"{"letters": ["b"], "meta": {"nextPageToken": null}}"#, ""),
    ];
    let (items, targets) = list(&pages, |to| list_letters(to, ListLettersParams::default()).items());
    assert_eq!((items, targets[1].as_str()), (texts(&["a", "b"]), "/letters?pageToken=b%2Fc"));

    let pages = [(r#"{"stamps": [1, 2], "total": 3}"#, ""), (r#"{"stamps": [3], "total": 3}"#, "")];
    let (items, targets) = list(&pages, |to| list_stamps(to, ListStampsParams::default()).items());
    assert_eq!((items, targets[1].as_str()), (vec![Ok(1), Ok(2), Ok(3)], "/stamps?offset=2"));

    let pages = [(r#"["a", "b"]"#, ""), (r#"["c"]"#, ""), ("[]", "")];
    let (items, targets) = list(&pages, |to| list_seals(to, ListSealsParams::default()).items());
    assert_eq!(items, texts(&["a", "b", "c"]));
    assert_eq!(targets, ["/seals", "/seals?page=2", "/seals?page=3"]);

    let pages = [(r#"["a"]"#, "</v2/ledgers/maps?page=2>; rel=\"next\""), (r#"["b"]"#, "</>; rel=first")];
    let (items, targets) = list(&pages, |to| list_maps(to).items());
    assert_eq!((items, targets[1].as_str()), (texts(&["a", "b"]), "/maps?page=2"));

    // The key of the query is not in the URL that the server sends.
    let next = r#"{"results": ["a"], "next": "http://press.example/v2/ledgers/wills?cursor=2"}"#;
    let (items, targets) = list(&[(next, ""), (r#"{"results": []}"#, "")], |to| list_wills(to).items());
    assert_eq!((items, targets[1].as_str()), (texts(&["a"]), "/wills?cursor=2&ticket=t%201"));

    let pages = [(r#"{"sworn": {"oaths": ["a"], "then": "x"}}"#, ""), (r#"{"sworn": {}}"#, "")];
    let (items, targets) = list(&pages, |to| list_oaths(to, ListOathsParams::default()).items());
    assert_eq!((items, targets[1].as_str()), (texts(&["a"]), "/oaths?from=x"));
}

#[test]
fn an_error_ends_the_stream_once_after_the_items_before_it() {
    let page = (r#"{"letters": ["a"], "meta": {"nextPageToken": "b"}}"#, "");
    let (items, _) = list(&[page, page], |to| list_letters(to, ListLettersParams::default()).items());
    assert_eq!((items.len(), &items[..2]), (3, &texts(&["a", "a"])[..]));
    let error = items[2].as_ref().unwrap_err();
    assert_eq!(
        error,
        "the reply of listLetters cannot be read: the next page is `b` a second time, so the list would have no end"
    );
    let elsewhere = r#"{"results": ["a"], "next": "http://other.example/v2/ledgers/wills"}"#;
    let (items, _) = list(&[(elsewhere, "")], |to| list_wills(to).items());
    assert!(
        items[1]
            .as_ref()
            .unwrap_err()
            .contains("not at the scheme, host and port of this one, `http://press.example`"),
        "{items:?}"
    );
    let (items, _) =
        list(&[page, (r#"{"letters": 1}"#, "")], |to| list_letters(to, ListLettersParams::default()).items());
    assert!(items.len() == 2 && items[1].as_ref().unwrap_err().contains("letters"), "{items:?}");
}

#[test]
fn each_page_is_requested_with_the_settings_of_the_call() {
    let proxy = Proxy::start();
    for body in [r#"["a"]"#, "[]"] {
        let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        proxy.answer_next(Answer { status: 200, headers, body: body.into(), in_pieces: true });
    }
    let to = Configuration::at("http://press.example").with_client(proxy.client());
    let to = to.with_bearer_access_token("tok-1");
    let call = list_seals(&to, ListSealsParams { page: Some(7), per_page: Some(1) });
    let name = HeaderName::from_static("x-why");
    let call = call
        .header(name, HeaderValue::from_static("tests"))
        .query("side", "b")
        .base_path("http://hill.example");
    let pages = block_on(call.pages().collect::<Vec<_>>());
    assert_eq!(pages.into_iter().map(Result::unwrap).collect::<Vec<_>>(), [vec!["a".to_owned()], Vec::new()]);
    for target in ["page=7&per_page=1&side=b", "per_page=1&side=b&page=8"] {
        let received = proxy.received();
        assert_eq!(received.target, format!("http://hill.example/ledgers/seals?{target}"));
        assert_eq!(received.header("x-why"), Some("tests"));
        assert_eq!(received.header("authorization"), Some("Bearer tok-1"));
    }
}
