use super::*;

fn about() -> About {
    About { url: None, model: None, inputs: 0 }
}

fn tree(lines: &[&str]) -> Tree {
    let mut tree = Tree::default();
    for line in lines {
        tree.add(Shape::of(line.as_bytes()).unwrap(), about());
    }
    tree
}

/// The line with the name of each hole in its place.
fn shown(line: &str) -> Option<String> {
    let shape = Shape::of(line.as_bytes())?;
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let parts: String =
        shape.parts.iter().map(|(fixed, hole)| format!("{}<{hole:?}>", text(fixed))).collect();
    Some(parts + &text(shape.end))
}

#[test]
fn holes_are_the_values_that_no_rule_reads() {
    for (line, expected) in [
        (
            r#"{"custom_id":"a","method":"POST","url":"/v1/responses","body":{"model":"m","input":"Hi \"\ud83d\ude00"}}"#,
            r#"{"custom_id":"<CustomId>","method":"POST","url":"/v1/responses","body":{"model":"m","input":"<Text>"}}"#,
        ),
        (
            r#" {"messages": [{"role": "assistant", "content": "", "weight": 0, "name": "n"}], "id": -1.5e3} "#,
            r#" {"messages": [{"role": "assistant", "content": "<Text>", "weight": 0, "name": "<Text>"}], "id": <Number>} "#,
        ),
        (
            r#"{"body":{"stream":false,"input":[1,2],"x":[true,null,{"y":"z"}]}}"#,
            r#"{"body":{"stream":false,"input":[<Number>,<Number>],"x":[true,null,{"y":"<Text>"}]}}"#,
        ),
        (
            r#"{"messages":[{"tool_calls":[{"id":"i","type":"function","function":{"name":"f","arguments":"{}"}}]}]}"#,
            r#"{"messages":[{"tool_calls":[{"id":"<Text>","type":"function","function":{"name":"<Text>","arguments":"{}"}}]}]}"#,
        ),
        ("{}", "{}"),
    ] {
        assert_eq!(shown(line).as_deref(), Some(expected));
    }
    for line in ["", " ", "[]", "1", "\"a\"", "{", "{\"a\":1", "{\"a\":01}", "{\"custom_id\":\"\"}"] {
        assert_eq!(shown(line), None, "{line}");
    }
    assert_eq!(shown(&format!("{{\"a\":\"{}\"}}", "b".repeat(70_000))), None);
    assert_eq!(shown(&format!("{{\"a\":[{}0]}}", "0,".repeat(300))), None);
}

#[test]
fn a_line_fits_if_only_values_in_holes_differ() {
    let tree = tree(&[
        r#"{"x":1,"y":"a"}"#,
        r#"{"x":null,"y":"a"}"#,
        r#"{"x":"a","y":"a"}"#,
        r#"{"x":1}"#,
        r#"{"custom_id":"a","x":1}"#,
    ]);
    for (line, custom_id) in [
        (r#"{"x":-0.25e-7,"y":"é\n\u00e9\ud83d\ude00"}"#, None),
        (r#"{"x":null,"y":""}"#, None),
        (r#"{"x":"\"","y":"\\"}"#, None),
        (r#"{"x":20}"#, None),
        (r#"{"custom_id":"é","x":2}"#, Some("é")),
    ] {
        assert_eq!(tree.fit(line.as_bytes()).expect(line).custom_id, custom_id);
    }
    for line in [
        r#"{"x":01,"y":"a"}"#,
        r#"{"x":-,"y":"a"}"#,
        r#"{"x":1.,"y":"a"}"#,
        r#"{"x":1e,"y":"a"}"#,
        r#"{"x":true,"y":"a"}"#,
        r#"{"x":nul,"y":"a"}"#,
        r#"{"x":1,"y":"a"} "#,
        r#"{"x":1,"y":"a"}}"#,
        r#"{"x":1,"y":"a""#,
        r#"{"x":1,"y":"a"#,
        r#"{"x":1,"y":"\u00e"}"#,
        r#"{"x":1,"y":"\ud83d"}"#,
        r#"{"x":1,"y":"\ud83d\u0041"}"#,
        r#"{"x":1,"y":"\ude00\ud83d"}"#,
        r#"{"x":1,"y":"\x"}"#,
        "{\"x\":1,\"y\":\"\t\"}",
        r#"{"x":1,"z":"a"}"#,
        r#"{"x":1,"y":2}"#,
        r#"{"custom_id":"","x":1}"#,
        r#"{"custom_id":"\u00e9","x":1}"#,
        "",
    ] {
        assert!(tree.fit(line.as_bytes()).is_none(), "{line}");
    }
    let long = format!("{{\"custom_id\":\"{}\",\"x\":1}}", "a".repeat(5000));
    assert!(tree.fit(long.as_bytes()).is_none());
}

#[test]
fn shapes_of_no_use_are_given_up_for_a_while() {
    let mut shapes = Shapes::new();
    let mut line = 0;
    let mut fits_of = |shapes: &mut Shapes, members: u32, lines: u32| {
        let mut fits = 0;
        for _ in 0..lines {
            line += 1;
            let text = format!("{{\"{}\":1}}", line % members);
            match shapes.fit(text.as_bytes()) {
                Some(_) => fits += 1,
                None => shapes.learn(text.as_bytes(), about),
            }
        }
        fits
    };
    assert_eq!(fits_of(&mut shapes, 10, 1000), 990);
    assert_eq!(fits_of(&mut shapes, 10_000, 3000), 0);
    while shapes.pause == 0 {
        fits_of(&mut shapes, 10_000, 1);
    }
    let lines = shapes.pause;
    assert!(fits_of(&mut shapes, 10, lines + 1000) >= 990);
    assert_eq!(shapes.next_pause, ROUND);
}
