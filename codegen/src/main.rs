//! The program `openapi-crate`.

use std::process::ExitCode;

// Half of what a generator does is make small things and drop them again, on several threads.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    openapi_crate::command::main()
}
