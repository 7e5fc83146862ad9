//! `--config`.

use crate::fixture::Folder;

const CONFIG: &str = "\
spec = '../pets.yaml'
out = '../pets'
name = 'pets'
deny-warnings = true

[operations]
tag = ['Pets']
";

#[test]
fn a_file_has_the_options_and_its_paths_are_relative_to_its_folder() {
    let folder = Folder::with_pets();
    folder.write("config/client.toml", CONFIG);
    let ended = folder.run(&["--json", "generate", "--config", "config/client.toml"]);
    assert_eq!((ended.code, &ended.json()["operations"]), (Some(0), &1.into()), "{ended:?}");
    assert!(folder.path("pets/Cargo.toml").exists());
    let check = folder.run(&["check", "--config", "config/client.toml"]);
    assert!(check.code == Some(0) && check.stdout.contains("up to date"), "{check:?}");
}

#[test]
fn an_option_of_the_command_line_comes_first() {
    let folder = Folder::with_pets();
    folder.write("config/client.toml", CONFIG);
    let config = ["--json", "generate", "--config", "config/client.toml"];
    let shops = folder.run(&[&config[..], &["--tag", "Shops", "--out", "shops", "--name", "shops"]].concat());
    assert_eq!(shops.code, Some(0), "{shops:?}");
    assert!(folder.path("shops/src/apis/shops_api.rs").exists());
    assert!(!folder.path("shops/src/apis/pets_api.rs").exists() && !folder.path("pets").exists());
    let module = folder.run(&[&config[..], &["--module", "--out", "module"]].concat());
    assert_eq!(module.code, Some(0), "{module:?}");
    assert!(folder.path("module/mod.rs").exists());
}

#[test]
fn a_file_that_is_not_of_options_is_refused_with_the_line() {
    let folder = Folder::with_pets();
    for (text, said) in [
        ("spec = 'pets.yaml'\ntag = ['Pets']\n", "unknown field `tag`"),
        ("spec = 'pets.yaml'\nout = 1\n", "line 2"),
        ("[operations]\ntags = ['Pets']\n", "unknown field `tags`"),
        ("spec = pets.yaml", "line 1"),
        ("name = 'fn'", "`name` is `fn`"),
        ("name = 'pets'\nmodule = true", "both `name` and `module`"),
    ] {
        folder.write("client.toml", text);
        let ended = folder.run(&["generate", "--config", "client.toml"]);
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""), "{text}: {ended:?}");
        assert!(ended.stderr.starts_with("error: cannot use `client.toml`: "), "{text}: {ended:?}");
        assert!(ended.stderr.contains(said), "{text}: {ended:?}");
    }
    let missing = folder.run(&["generate", "--config", "no.toml"]);
    assert!(missing.stderr.starts_with("error: cannot read `no.toml`"), "{missing:?}");
    let without = folder.run(&["generate", "pets.yaml", "--name", "pets"]);
    assert!(
        without.stderr.contains("help: give --out DIR, or `out` in a file that --config names"),
        "{without:?}"
    );
}

#[test]
fn the_names_of_the_guide_are_given() {
    let guide = include_str!("../../../docs/generator.md");
    let (_, rest) = guide.split_once("```toml\n[rename.operations]").unwrap();
    let (table, _) = rest.split_once("```").unwrap();
    let folder = Folder::with_pets();
    folder.write(
        "pets.yaml",
        "\
openapi: 3.1.0
info: {title: Pets, version: '1'}
servers: [{url: https://example.com}]
paths:
  /pets:
    get:
      operationId: listPets
      parameters: [{name: l, in: query, schema: {type: integer}}]
      responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/pet_v1'}}}}}
components:
  schemas:
    pet_v1: {type: object, properties: {n: {type: string}, size: {type: string, enum: [S, XL]}}}
",
    );
    let options = "spec = 'pets.yaml'\nout = 'pets'\nname = 'pets'\ndeny-warnings = true\n";
    folder.write("client.toml", &format!("{options}[rename.operations]{table}"));
    let ended = folder.run(&["generate", "--config", "client.toml"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let (api, pet) = (folder.read("pets/src/apis/default_api.rs"), folder.read("pets/src/models/pet.rs"));
    assert!(api.contains("pub fn all_pets(") && api.contains("pub limit: Option<i64>"), "{api}");
    assert!(pet.contains("pub name: Option<String>") && pet.contains("Large"), "{pet}");
    folder.write("client.toml", &format!("{options}[rename]\nmethods = {{ a = 'b' }}\n"));
    let unknown = folder.run(&["generate", "--config", "client.toml"]);
    assert!(unknown.code == Some(2) && unknown.stderr.contains("unknown field `methods`"), "{unknown:?}");
    folder.write("client.toml", &format!("{options}[rename.schemas]\npet_v2 = 'Pet'\n"));
    let missing = folder.run(&["generate", "--config", "client.toml"]);
    assert!(
        missing.code == Some(2) && missing.stderr.contains("help: did you mean `pet_v1`?"),
        "{missing:?}"
    );
}

const FORMATS: &str = "\
openapi: 3.1.0
info: {title: Times, version: '1'}
servers: [{url: https://example.com}]
paths:
  /at/{day}:
    get:
      operationId: getTimes
      parameters: [{name: day, in: path, required: true, schema: {type: string, format: date}}]
      responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Times'}}}}}
components:
  schemas:
    Times:
      type: object
      required: [a, b, c, d, e, f]
      properties:
        a: {type: string, format: date-time}
        b: {type: string, format: date}
        c: {type: string, format: time}
        d: {type: string, format: duration}
        e: {type: string, format: uuid}
        f: {type: string, format: decimal}
";

#[test]
fn the_rust_type_of_a_format_is_chosen() {
    let folder = Folder::with_pets();
    folder.write("times.yaml", FORMATS);
    let generate = |arguments: &[&str]| {
        let ended = folder
            .run(&[&["generate", "times.yaml", "--name", "times", "--out", "times"][..], arguments].concat());
        assert_eq!(ended.code, Some(0), "{ended:?}");
        let model = folder.read("times/src/models/times.rs");
        let fields = model.lines().filter_map(|line| line.trim().strip_prefix("pub ")?.split_once(": "));
        fields.map(|(_, ty)| ty.trim_end_matches(',').to_owned()).collect::<Vec<_>>()
    };
    let by_default = [
        "chrono::DateTime<chrono::FixedOffset>",
        "chrono::NaiveDate",
        "String",
        "String",
        "uuid::Uuid",
        "String",
    ];
    assert_eq!(generate(&[]), by_default);
    let jiff =
        ["date-time=jiff", "date=jiff", "time=jiff", "duration=jiff", "decimal=rust_decimal", "uuid=string"];
    let jiff: Vec<&str> = jiff.iter().flat_map(|choice| ["--format", choice]).collect();
    let types = [
        "jiff::Timestamp",
        "jiff::civil::Date",
        "jiff::civil::Time",
        "jiff::SignedDuration",
        "String",
        "rust_decimal::Decimal",
    ];
    assert_eq!(generate(&jiff), types);
    let manifest = folder.read("times/Cargo.toml");
    assert!(manifest.contains("\njiff = ") && manifest.contains("\nrust_decimal = "), "{manifest}");
    assert!(!manifest.contains("\nchrono = ") && !manifest.contains("\nuuid = "), "{manifest}");
    folder.write("client.toml", "[format]\ndate-time = 'string'\ndate = 'string'\ntime = 'chrono'\n");
    let types = generate(&["--config", "client.toml", "--format", "date=chrono"]);
    assert_eq!(types[..3], ["String", "chrono::NaiveDate", "chrono::NaiveTime"]);
    assert!(folder.read("times/src/apis/default_api.rs").contains("day: chrono::NaiveDate"));
    generate(&["--config", "client.toml"]);
    assert!(folder.read("times/src/apis/default_api.rs").contains("day: &str"));
    for (arguments, said) in [
        (
            &["--format", "date-time=joda"][..],
            "`date-time` cannot be `joda`; it can be `chrono`, `string`, `jiff`, `time`",
        ),
        (&["--format", "date_time=string"], "there is no format `date_time`"),
        (&["--format", "string"], "write it as `date-time=string`"),
    ] {
        let ended = folder.run(&[&["check", "times.yaml"][..], arguments].concat());
        assert!(ended.code == Some(2) && ended.stderr.contains(said), "{ended:?}");
    }
    folder.write("client.toml", "[format]\ndate-time = 'joda'\n");
    let ended = folder.run(&["check", "times.yaml", "--config", "client.toml"]);
    assert!(ended.code == Some(2) && ended.stderr.contains("cannot be `joda`"), "{ended:?}");
}
